// The event queue and impressions, over fake stores.

// A store in memory; `rows` outlives the queue. With a limit it is full at so many rows.
function MemoryStore(rows, limit) {
  this.load = function (done) {
    done(Object.keys(rows).sort().map(function (key) {
      return [key, rows[key]];
    }));
  };
  this.put = function (key, text, done) {
    if (limit && Object.keys(rows).length >= limit) {
      return done(new Error('full'));
    }
    rows[key] = text;
    done();
  };
  this.remove = function (keys, done) {
    keys.forEach(function (key) {
      delete rows[key];
    });
    done();
  };
}

function accepting(request) {
  return {
    body: {
      results: JSON.parse(request.body).events.map(function (event) {
        return event.userId === 'bad'
          ? { eventId: event.eventId, error: { code: 3, message: 'no', details: [
            { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'EVENT_TOO_OLD', domain: 'shortlist' }
          ] } }
          : { eventId: event.eventId, accepted: { offset: '1' } };
      })
    }
  };
}

function queueOver(replies, options, rows) {
  var made = fakeClient(replies);
  options = options || {};
  made.rows = rows || {};
  options.store = options.store || new MemoryStore(made.rows);
  made.queue = made.client.events.queue(options);
  made.batches = function () {
    return made.transport.calls.map(function (each) {
      return JSON.parse(each.body).events.length;
    });
  };
  return made;
}

test('event_queue', 'events are given an id and a time and are sent after five seconds', function (t) {
  var made = queueOver([accepting]);
  var id = made.queue.enqueue({ type: 'EVENT_TYPE_CLICK', userId: 'u1' });
  made.queue.enqueue({ eventId: 'mine', eventTime: '2026-01-01T00:00:00Z' });
  made.clock.advance(4999);
  assertEqual(made.transport.calls.length, 0);
  made.clock.advance(1);
  var body = JSON.parse(made.transport.calls[0].body);
  assertEqual(body.sentTime, '2026-01-31T12:00:05.000Z');
  assertEqual(body.events, [
    { type: 'EVENT_TYPE_CLICK', userId: 'u1', eventId: id, eventTime: '2026-01-31T12:00:00.000Z' },
    { eventId: 'mine', eventTime: '2026-01-01T00:00:00Z' }
  ]);
  assertEqual([made.queue.size(), made.rows], [0, {}]);
  t.done();
});

test('event_queue', 'fifty events, or 64 KiB of them, are sent at once', function (t) {
  var made = queueOver([accepting]);
  for (var i = 0; i < 50; i++) {
    made.queue.enqueue({ userId: 'u' });
  }
  assertEqual(made.batches(), [50]);
  made.queue.enqueue({ userId: 'u', attributionToken: new Array(65537).join('x') });
  assertEqual(made.batches(), [50, 1]);
  t.done();
});

test('event_queue', 'one batch is in flight at a time, and none is larger than the method allows', function (t) {
  var rows = {};
  for (var i = 0; i < 1100; i++) {
    rows['k' + (1000 + i)] = JSON.stringify({ eventId: 'e' + i });
  }
  var made = queueOver([accepting], {}, rows);
  assertEqual(made.batches(), [500, 500, 100]);
  made = queueOver(['hang']);
  for (i = 0; i < 200; i++) {
    made.queue.enqueue({ userId: 'u' });
  }
  assertEqual(made.batches(), [50]);
  t.done();
});

test('event_queue', 'refused events are reported and not sent again', function (t) {
  var refused = [];
  var made = queueOver([accepting], { onRejected: function (event, error) {
    refused.push([event.userId, error.reason, error instanceof Shortlist.EventTooOldError]);
  } });
  made.queue.enqueue({ userId: 'good' });
  made.queue.enqueue({ userId: 'bad' });
  made.queue.flush(t.step(function (error) {
    assertEqual([error, refused, made.queue.size()], [null, [['bad', 'EVENT_TOO_OLD', true]], 0]);
    t.done();
  }));
});

test('event_queue', 'a batch that can never succeed is reported event by event', function (t) {
  var refused = [];
  var made = queueOver([errorReply(400, 3, 'INVALID_REQUEST')], { onRejected: function (event, error) {
    refused.push(error.reason);
  } });
  made.queue.enqueue({ userId: 'u' });
  made.queue.enqueue({ userId: 'u' });
  made.queue.flush();
  assertEqual([refused, made.queue.size()], [['INVALID_REQUEST', 'INVALID_REQUEST'], 0]);
  t.done();
});

test('event_queue', 'while the server is away events are kept, and sent again with backoff', function (t) {
  var down = true;
  var made = queueOver([function (request) {
    return down ? { status: 401 } : accepting(request);
  }]);
  made.queue.enqueue({ userId: 'u' });
  var flushed = [];
  made.queue.flush(function (error) {
    flushed.push(error && error.code);
  });
  assertEqual([flushed, made.queue.size(), Object.keys(made.rows).length], [['UNAUTHENTICATED'], 1, 1]);
  made.clock.advance(499);
  assertEqual(made.batches(), [1]);
  made.clock.advance(1); // half of 1 s
  assertEqual(made.batches(), [1, 1]);
  made.clock.advance(1000); // half of 2 s
  assertEqual(made.batches(), [1, 1, 1]);
  down = false;
  made.clock.advance(2000);
  assertEqual([made.queue.size(), made.rows], [0, {}]);
  made.queue.enqueue({ userId: 'u' });
  made.clock.advance(5000);
  assertEqual(made.batches(), [1, 1, 1, 1, 1]);
  t.done();
});

test('event_queue', 'a closed queue has sent what it had and takes nothing more', function (t) {
  var made = queueOver([accepting]);
  made.queue.enqueue({ userId: 'u' });
  made.queue.close(t.step(function (error) {
    assertEqual([error, made.batches()], [null, [1]]);
    var failed = false;
    try {
      made.queue.enqueue({ userId: 'u' });
    } catch (problem) {
      failed = true;
    }
    assert(failed);
    t.done();
  }));
});

test('offline_queue', 'what was not sent is sent by the next queue, with the same ids', function (t) {
  var rows = {};
  var first = queueOver(['hang'], {}, rows);
  var ids = [first.queue.enqueue({ userId: 'a' }), first.queue.enqueue({ userId: 'b' })];
  first.queue.flush(); // on its way when the page ends
  var second = queueOver([accepting], {}, rows);
  var sent = JSON.parse(second.transport.calls[0].body).events.map(function (event) {
    return event.eventId;
  });
  assertEqual([sent.sort(), rows], [ids.sort(), {}]);
  t.done();
});

test('offline_queue', 'the oldest are dropped when there are too many, or too much of them', function (t) {
  var dropped = [];
  function note(event, count) {
    dropped.push(event.userId + count);
  }
  var made = queueOver(['hang'], { maxEvents: 2, onDropped: note });
  ['a', 'b', 'c', 'd'].forEach(function (user) {
    made.queue.enqueue({ userId: user });
  });
  assertEqual([dropped, made.queue.size(), Object.keys(made.rows).length], [['a1', 'b2'], 2, 2]);
  dropped = [];
  made = queueOver(['hang'], { maxBytes: 300, onDropped: note });
  made.queue.enqueue({ userId: 'a' });
  made.queue.enqueue({ userId: 'b', sessionId: new Array(200).join('x') });
  assertEqual([dropped, made.queue.size()], [['a1'], 1]);
  t.done();
});

test('offline_queue', 'a full store makes room, and events that it does not take are kept in memory', function (t) {
  var rows = {};
  var dropped = 0;
  var made = queueOver(['hang'], { store: new MemoryStore(rows, 20), onDropped: function () {
    dropped++;
  } });
  for (var i = 0; i < 25; i++) {
    made.queue.enqueue({ userId: 'u' + i });
  }
  assertEqual([dropped, made.queue.size(), Object.keys(rows).length], [6, 19, 19]);
  var stored;
  made = queueOver(['hang'], { store: {
    load: function (done) {
      done([]);
    },
    put: function (key, text, done) {
      done(new Error('forbidden'));
    },
    remove: function (keys, done) {
      done();
    }
  } });
  made.queue.enqueue({ userId: 'u' }, function (error) {
    stored = '' + error;
  });
  assertEqual([stored, made.queue.size()], ['Error: forbidden', 1]);
  t.done();
});

test('offline_queue', 'a flush ends when the store has forgotten what was sent', function (t) {
  var removed;
  var ended = 0;
  var store = new MemoryStore({});
  store.remove = function (keys, done) {
    removed = done;
  };
  var made = queueOver([accepting], { store: store });
  made.queue.enqueue({ userId: 'u' });
  made.queue.flush(function (error) {
    assertEqual(error, null);
    ended++;
  });
  assertEqual([ended, made.queue.size()], [0, 0]);
  removed();
  assertEqual(ended, 1);
  t.done();
});

test('offline_queue', 'an event that is dropped before the store is open is told to be lost', function (t) {
  var open;
  var told = [];
  var store = new MemoryStore({});
  store.load = function (done) {
    open = done;
  };
  var made = queueOver(['hang'], { store: store, maxEvents: 1 });
  ['a', 'b'].forEach(function (user) {
    made.queue.enqueue({ userId: user }, function (error) {
      told.push([user, !!error]);
    });
  });
  assertEqual(told, [['a', true]]);
  open([]);
  assertEqual(told, [['a', true], ['b', false]]);
  t.done();
});

test('offline_queue', 'events dropped while they are sent do not upset the queue', function (t) {
  var answer;
  var clock = new FakeClock();
  var rows = {};
  var client = new Shortlist.Client({ endpoint: 'http://x', clock: clock, transport: function (request, done) {
    answer = function () {
      var reply = accepting(request);
      done({ status: 200, responseText: JSON.stringify(reply.body), getResponseHeader: function () {
        return null;
      } });
    };
    return { abort: function () {} };
  } });
  var queue = client.events.queue({ maxEvents: 2, store: new MemoryStore(rows) });
  queue.enqueue({ userId: 'a' });
  queue.enqueue({ userId: 'b' });
  queue.flush();
  queue.enqueue({ userId: 'c' });
  answer();
  assertEqual(queue.size(), 1);
  answer();
  assertEqual([queue.size(), rows], [0, {}]);
  t.done();
});

test('offline_queue', 'the default store keeps events in IndexedDB, else in localStorage', function (t) {
  if (!root.document) {
    return t.done();
  }
  var name = 'test' + Date.now();
  var options = { endpoint: 'http://x', transport: new FakeTransport(['hang']).send };
  var queue = new Shortlist.Client(options).events.queue({ name: name });
  queue.enqueue({ userId: 'a' }, t.step(function (error) {
    assertEqual(error, null);
    var sent = [];
    options.transport = function (request, done) {
      sent = JSON.parse(request.body).events;
      return new FakeTransport([accepting]).send(request, done);
    };
    var second = new Shortlist.Client(options).events.queue({ name: name });
    second.flush(t.step(function () {
      assertEqual([sent.length, sent[0].userId], [1, 'a']);
      t.done();
    }));
  }));
});

test('offline_queue', 'without IndexedDB events are kept in localStorage, in order', function (t) {
  if (!root.document) {
    return t.done();
  }
  var name = 'local' + Date.now();
  var frame = document.createElement('iframe'); // an engine that has no IndexedDB
  frame.src = 'blank.html';
  frame.onload = t.step(function () {
    var inner = frame.contentWindow;
    inner.IDBFactory.prototype.open = function () {
      throw new Error('there is none');
    };
    var script = inner.document.createElement('script');
    script.src = document.getElementById('sdk').src;
    script.onload = t.step(function () {
      var made = inner.Shortlist;
      var options = { endpoint: 'http://x', transport: new FakeTransport(['hang']).send };
      var queue = new made.Client(options).events.queue({ name: name });
      queue.enqueue({ userId: 'a' });
      queue.enqueue({ userId: 'b' });
      var keys = Object.keys(localStorage).filter(function (key) {
        return key.indexOf('shortlist.' + name + '.') === 0;
      });
      assertEqual(keys.length, 2);
      var sent = [];
      options.transport = function (request, done) {
        sent = JSON.parse(request.body).events.map(function (event) {
          return event.userId;
        });
        return new FakeTransport([accepting]).send(request, done);
      };
      new made.Client(options).events.queue({ name: name }).flush(t.step(function () {
        assertEqual([sent.sort(), localStorage.getItem(keys[0])], [['a', 'b'], null]);
        document.body.removeChild(frame);
        t.done();
      }));
    });
    inner.document.body.appendChild(script);
  });
  document.body.appendChild(frame);
});

test('impressions', 'an item of a slate is reported once, with its token and position', function (t) {
  var made = queueOver(['hang']);
  var slate = { attributionToken: 'tok', recommendations: [{ itemId: 'a', position: 0 }, { itemId: 'constructor', position: 1 }] };
  var tracker = new Shortlist.ImpressionTracker(made.queue, slate, { visitorId: 'v1', sessionId: 's' });
  tracker.shown(slate.recommendations[0]);
  tracker.shown(slate.recommendations[1]);
  tracker.shown(slate.recommendations[0]);
  tracker.clicked(slate.recommendations[1]);
  tracker.event('EVENT_TYPE_LIKE', slate.recommendations[0], { eventId: 'e' });
  var events = Object.keys(made.rows).map(function (key) {
    var event = JSON.parse(made.rows[key]);
    assertEqual([event.visitorId, event.sessionId, event.attributionToken], ['v1', 's', 'tok']);
    return [event.type, event.items[0].itemId, event.items[0].position];
  }).sort();
  assertEqual(events, [
    ['EVENT_TYPE_CLICK', 'constructor', 1],
    ['EVENT_TYPE_IMPRESSION', 'a', 0],
    ['EVENT_TYPE_IMPRESSION', 'constructor', 1],
    ['EVENT_TYPE_LIKE', 'a', 0]
  ]);
  t.done();
});
