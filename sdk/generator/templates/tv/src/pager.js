  // Lists page by page; fetches a page only when asked for it.
  function Pager(call, paging, request, options) {
    var self = this;
    var left = options.maxItems || Infinity;
    var current;
    var ended;

    self.pageToken = request[paging[1]] || '';

    // Calls done(error, page): page is null after the last one.
    self.next = function (done) {
      if (ended || left <= 0) {
        return done(null, null);
      }
      var asked = copy({}, request);
      asked[paging[1]] = self.pageToken;
      current = call(asked, options, function (error, reply, info) {
        if (error) {
          return done(error);
        }
        var items = reply[paging[0]].slice(0, left);
        left -= items.length;
        self.pageToken = reply[paging[2]];
        ended = !self.pageToken;
        done(null, { items: items, reply: reply, info: info });
      });
    };

    // Calls each(item, index) until it returns false or all were listed, then done(error).
    self.each = function (each, done) {
      var count = 0;
      done = done || noop;
      function onPage(error, page) {
        if (!page) {
          return done(error);
        }
        for (var i = 0; i < page.items.length; i++) {
          if (each(page.items[i], count++) === false) {
            return done(null);
          }
        }
        self.next(onPage);
      }
      self.next(onPage);
    };

    self.cancel = function () {
      if (current) {
        current.cancel();
      }
    };
  }

