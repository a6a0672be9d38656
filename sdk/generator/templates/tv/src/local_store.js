  // Stores: load(done(rows)), put(key, text, done(error)), remove(keys, done()). Every row has a place of its
  // own, so that several pages never overwrite each other's.

  // Without a name it keeps nothing.
  function localStore(name) {
    var storage;
    var prefix = name + '.';
    try {
      storage = name && root.localStorage; // throws where it is forbidden
    } catch (error) {
      // nothing is kept
    }
    return {
      load: function (done) {
        var rows = [];
        for (var i = 0; storage && i < storage.length; i++) {
          var key = storage.key(i);
          if (key.indexOf(prefix) === 0) {
            rows.push([key.slice(prefix.length), storage.getItem(key)]);
          }
        }
        done(rows.sort());
      },
      put: function (key, text, done) {
        try {
          storage.setItem(prefix + key, text);
        } catch (error) {
          return done(error); // full, or there is none
        }
        done();
      },
      remove: function (keys, done) {
        keys.forEach(function (key) {
          if (storage) {
            storage.removeItem(prefix + key);
          }
        });
        done();
      }
    };
  }

