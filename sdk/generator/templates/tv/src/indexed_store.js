  // IndexedDB has an event on disk when it says so. Engines write localStorage seconds later.
  function indexedStore(db) {
    function write(change, done) {
      try {
        var transaction = db.transaction('events', 'readwrite');
        transaction.oncomplete = function () {
          done();
        };
        transaction.onabort = function () {
          done(transaction.error || true);
        };
        change(transaction.objectStore('events'));
      } catch (error) {
        done(error);
      }
    }

    return {
      load: function (done) {
        var rows = [];
        var request = db.transaction('events').objectStore('events').openCursor();
        request.onsuccess = function () {
          var cursor = request.result;
          if (cursor) {
            rows.push([cursor.key, cursor.value]);
            cursor['continue']();
          } else {
            done(rows);
          }
        };
        request.onerror = function () {
          done(rows);
        };
      },
      put: function (key, text, done) {
        write(function (events) {
          events.put(text, key);
        }, done);
      },
      remove: function (keys, done) {
        write(function (events) {
          keys.forEach(function (key) {
            events['delete'](key);
          });
        }, done);
      }
    };
  }

  function openStore(name, clock, done) {
    function fallBack() {
      done(localStore(name));
    }
    clock.setTimeout(fallBack, 3000); // some engines never answer; done takes the first store only
    try {
      var opening = root.indexedDB.open(name, 1);
      opening.onupgradeneeded = function () {
        opening.result.createObjectStore('events');
      };
      opening.onsuccess = function () {
        done(indexedStore(opening.result));
      };
      opening.onerror = fallBack;
    } catch (error) {
      fallBack(error);
    }
  }

