  var FLUSH_COUNT = 50;
  var FLUSH_BYTES = 65536;
  var FLUSH_AGE_MS = 5000;
  var BATCH_BYTES = 262144;

  // Batches that fail so would fail again, their events are given up: INVALID_ARGUMENT, NOT_FOUND,
  // ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED, DATA_LOSS.
  var REFUSED = /^(INV|NO|AL|P|F|OU|UNI|DA)/;

  // Collects events, keeps them in a store and sends them in batches; the server knows repeated ones by
  // their ids.
  function EventQueue(clock, call, fields, options) {
    var self = this;
    var maxEvents = options.maxEvents || 10000;
    var maxBytes = options.maxBytes || 5242880;
    var waiting = []; // oldest first
    var bytes = 0;
    var dropped = 0;
    var failures = 0;
    var flushing = []; // callbacks
    var store;
    var timer;
    var sending;
    var closed;

    function forget(entries, done) {
      entries.forEach(function (entry) {
        bytes -= entry._isGone ? 0 : entry._text.length; // it may have been dropped while it was sent
        entry._isGone = true;
      });
      waiting = waiting.filter(function (entry) {
        return !entry._isGone;
      });
      if (store) {
        store.remove(entries.map(function (entry) {
          return entry._key;
        }), done);
      }
    }

    function drop(count) {
      var oldest = waiting.slice(0, count);
      forget(oldest, noop);
      dropped += oldest.length;
      oldest.forEach(function (entry) {
        (options.onDropped || noop)(JSON.parse(entry._text), dropped);
        if (!store) {
          entry._stored(true); // it never will be
        }
      });
    }

    function makeRoom() {
      while (waiting.length > maxEvents || (bytes > maxBytes && waiting.length > 1)) {
        drop(1);
      }
    }

    function persist(entry) {
      store.put(entry._key, entry._text, function (error) {
        if (error && !entry._isSecondTry && waiting.length > 1) {
          entry._isSecondTry = true;
          drop(Math.ceil(waiting.length / 10)); // the store is full
          persist(entry);
        } else {
          entry._stored(error || null);
        }
      });
    }

    function send() {
      clock.clearTimeout(timer);
      timer = 0;
      if (sending || !store) {
        return;
      }
      var size = 0;
      for (var count = 0; count < waiting.length && count < fields[6] && size < BATCH_BYTES; count++) {
        size += waiting[count]._text.length;
      }
      var batch = waiting.slice(0, count);
      if (!count) {
        return flushed(null);
      }
      var events = batch.map(function (entry) {
        return JSON.parse(entry._text);
      });
      var request = {};
      request[fields[0]] = events;
      request[fields[3]] = isoTime(clock.now());
      sending = true;
      call(request, {}, function (error, reply) {
        sending = false;
        if (error && !REFUSED.test(error.code)) {
          if (!closed) {
            timer = clock.setTimeout(send, fullJitter(clock, failures++, 1000, 60000));
          }
          return flushed(error);
        }
        failures = 0;
        // A flush ends when the store is empty, too: what it still had would be sent again after a restart.
        forget(batch, function () {
          events.forEach(function (event, index) {
            var status = !error && (reply[fields[4]][index] || {})[fields[5]];
            if (error || status) {
              (options.onRejected || noop)(event, error || statusError(status));
            }
          });
          send();
        });
      });
    }

    function flushed(error) {
      flushing.splice(0).forEach(function (each) {
        each(error);
      });
    }

    function schedule() {
      if (failures) {
        return; // the backoff's timer sends
      }
      if (waiting.length >= FLUSH_COUNT || bytes >= FLUSH_BYTES) {
        send();
      } else if (waiting.length && !timer) {
        timer = clock.setTimeout(send, FLUSH_AGE_MS);
      }
    }

    // Adds an event and returns its id; stored(error) tells that it will survive the page.
    self.enqueue = function (event, stored) {
      if (closed) {
        throw new Error('closed');
      }
      var now = isoTime(clock.now());
      event = copy({}, event);
      event[fields[1]] = event[fields[1]] || uuid();
      event[fields[2]] = event[fields[2]] || now;
      var entry = { _key: now + event[fields[1]], _text: JSON.stringify(event), _stored: stored || noop };
      waiting.push(entry);
      bytes += entry._text.length;
      makeRoom();
      if (store) {
        persist(entry);
      }
      schedule();
      return event[fields[1]];
    };

    // Sends all there is; done(error) when it is sent or a batch failed.
    self.flush = function (done) {
      flushing.push(done || noop);
      send();
    };

    // Sends all there is, and ends; what could not be sent stays in the store.
    self.close = function (done) {
      closed = true;
      self.flush(done);
    };

    // How many wait.
    self.size = function () {
      return waiting.length;
    };

    function ready(opened) {
      opened.load(function (rows) {
        if (store) {
          return;
        }
        store = opened;
        waiting.forEach(persist);
        waiting = rows.map(function (row) {
          bytes += row[1].length;
          return { _key: row[0], _text: row[1], _stored: noop };
        }).concat(waiting);
        makeRoom();
        if (rows.length || flushing.length) {
          send();
        } else {
          schedule();
        }
      });
    }

    if (options.store) {
      ready(options.store);
    } else {
      openStore(NAME + '.' + (options.name || 'events'), clock, ready);
    }
    if (root.document) {
      // Not every engine sends both.
      root.addEventListener('pagehide', send);
      root.document.addEventListener('visibilitychange', send);
    }
  }

