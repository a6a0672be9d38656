  // JSON with sorted names: equal requests give equal text.
  function canonical(value) {
    return JSON.stringify(value, function (name, each) {
      if (!each || typeof each !== 'object') {
        return each;
      }
      var sorted = {}; // of lists, too
      Object.keys(each).sort().forEach(function (key) {
        sorted[key] = each[key];
      });
      return sorted;
    });
  }

  // Keeps the texts of replies; the least used go first. If asked to, in localStorage, too.
  function Cache(options, clock) {
    var entries = {}; // engines keep names in the order of insertion
    var store = localStore(options.persist && NAME + '.cache');

    this._get = function (key) {
      var entry = entries[key];
      if (entry) {
        delete entries[key];
        entries[key] = entry;
      }
      return entry;
    };

    this._put = function (key, text) {
      delete entries[key];
      entries[key] = { _time: clock.now(), _text: text };
      var oldest = Object.keys(entries)[0];
      if (Object.keys(entries).length > (options.maxEntries || 100)) {
        delete entries[oldest];
        store.remove([oldest], noop);
      }
      store.put(key, clock.now() + text, noop); // where there is no room, this one lives as long as the page
    };

    store.load(function (rows) {
      rows.forEach(function (row) {
        entries[row[0]] = { _time: parseFloat(row[1]), _text: row[1].replace(/^\d+/, '') };
      });
    });
  }

