// Where rows come from, and where what happens goes: everything that calls the SDK.
var feeds = (function () {
  'use strict';

  var settings = {};
  location.search.slice(1).split('&').forEach(function (pair) {
    settings[pair.split('=')[0]] = decodeURIComponent(pair.split('=')[1] || '');
  });

  // A TV that nobody has signed in on is a visitor of its own.
  function visitor() {
    var id = null;
    try {
      id = localStorage.getItem('visitor') || Shortlist.uuid();
      localStorage.setItem('visitor', id);
    } catch (error) {
      id = Shortlist.uuid(); // storage is forbidden: a visitor for this page
    }
    return id;
  }

  var subject = settings.user ? { userId: settings.user } : { visitorId: visitor() };
  var session = Shortlist.uuid();
  var client = new Shortlist.Client({
    endpoint: settings.edge || location.protocol + '//' + location.host,
    apiKey: settings.key || undefined,
    cache: { persist: true }
  });
  var queue = client.events.queue();
  var context = { deviceClass: 'DEVICE_CLASS_TV', platform: 'tv-example' };

  function slate(reply) {
    var common = { sessionId: session, context: context };
    Object.keys(subject).forEach(function (name) {
      common[name] = subject[name];
    });
    return new Shortlist.ImpressionTracker(queue, reply, common);
  }

  // An entry of a row knows its slate's tracker.
  function entries(reply, because) {
    var tracker = slate(reply);
    return reply.recommendations.map(function (entry) {
      words.learn(entry);
      entry.tracker = tracker;
      entry.because = because;
      return entry;
    });
  }

  // `isAfresh`: something was just said that earlier replies do not know of.
  function personal(isAfresh) {
    // Without the session: after a restart without a connection, the kept reply has to be found again.
    var request = { pageSize: 12, readMask: '*', includeReasons: true, context: context };
    Object.keys(subject).forEach(function (name) {
      request[name] = subject[name];
    });
    var pager = client.recommendations.recommendPager(request, { timeoutMs: 4000, cache: isAfresh ? false : undefined });
    return function (done) {
      pager.next(function (error, page) {
        done(error, page && entries(page.reply, 'Picked for you'), page && page.info);
      });
    };
  }

  // A row of one reply: the second time there is no more.
  function once(because, call) {
    var asked = false;
    return function (done) {
      if (asked) {
        return done(null, null);
      }
      asked = true;
      call(function (error, reply, info) {
        asked = !error;
        done(error, reply && entries(reply, because), info);
      });
    };
  }

  return {
    who: settings.user || 'Guest',
    personal: personal,
    trending: function () {
      return once('Everybody looks at it right now', function (done) {
        client.recommendations.listTrending({ pageSize: 20, readMask: '*', context: context }, { timeoutMs: 4000 }, done);
      });
    },
    similar: function (entry) {
      return once('Similar to “' + words.title(entry) + '”', function (done) {
        client.recommendations.recommendSimilar(
          { itemId: entry.itemId, pageSize: 20, readMask: '*', includeReasons: true, context: context },
          { timeoutMs: 4000 },
          done
        );
      });
    },
    shown: function (entry) {
      entry.tracker.shown(entry);
    },
    opened: function (entry) {
      entry.tracker.clicked(entry);
    },
    did: function (type, entry, done) {
      entry.tracker.event(type, entry);
      queue.flush(done);
    }
  };
})();
