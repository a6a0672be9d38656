// Against the live server behind the edge, which is another origin.

function liveClient(options) {
  var all = { endpoint: settings.edge, cache: false };
  Object.keys(options || {}).forEach(function (name) {
    all[name] = options[name];
  });
  return new Shortlist.Client(all);
}

var user = settings.user;
var item = settings.item;

test('recommend', 'the live server recommends', function (t) {
  liveClient().recommendations.recommend({
    userId: user,
    pageSize: 5,
    readMask: 'name,title',
    includeReasons: true,
    context: { deviceClass: 'DEVICE_CLASS_TV', clientTime: new Date() }
  }, t.step(function (error, reply, info) {
    assertEqual(error, null);
    assertEqual(reply.recommendations.map(function (each) {
      return each.position;
    }), [0, 1, 2, 3, 4]);
    reply.recommendations.forEach(function (each) {
      assert(each.score >= 0 && each.score <= 1, 'score ' + each.score);
      assertEqual(each.item.name, 'items/' + each.itemId);
      assert(each.item.title && each.reasons.length, JSON.stringify(each));
    });
    assert(reply.attributionToken);
    assert(info.requestId && info.attempts === 1, JSON.stringify(info));
    t.done();
  }));
});

test('recommend', 'requests without a body reach the live server', function (t) {
  var client = liveClient();
  client.recommendations.recommendSimilar({
    itemId: item,
    pageSize: 3,
    readMask: 'title',
    context: { deviceClass: 'DEVICE_CLASS_TV' }
  }, t.step(function (error, similar) {
    assertEqual(error, null);
    assertEqual(similar.recommendations.length, 3);
    assert(similar.recommendations[0].item.title);
    client.catalog.getItem({ name: 'items/' + item }, t.step(function (error, found) {
      assertEqual([error, found.name], [null, 'items/' + item]);
      client.recommendations.listTrending({ pageSize: 2 }, t.step(function (error, trending) {
        assertEqual([error, trending.recommendations.length], [null, 2]);
        t.done();
      }));
    }));
  }));
});

test('paging', 'a feed of the live server is paged to its end', function (t) {
  var seen = {};
  var count = 0;
  var pager = liveClient().recommendations.recommendPager({ userId: user, pageSize: 20 });
  pager.each(function (each, index) {
    assert(!seen[each.itemId], 'twice: ' + each.itemId);
    assertEqual(each.position, index);
    seen[each.itemId] = true;
    count++;
  }, t.step(function (error) {
    assertEqual(error, null);
    assert(count > 20, 'only ' + count);
    t.done();
  }));
});

test('batch_events', 'the live server answers for each event of a batch, and takes a replay', function (t) {
  var client = liveClient();
  var id = Shortlist.uuid();
  var request = {
    events: [
      { eventId: id, type: 'EVENT_TYPE_CLICK', userId: user, items: [{ itemId: item }], eventTime: new Date() },
      { eventId: Shortlist.uuid(), type: 'EVENT_TYPE_CLICK', userId: user, items: [] }
    ],
    sentTime: new Date()
  };
  client.events.batchWriteEvents(request, t.step(function (error, reply) {
    assertEqual(error, null);
    assertEqual([reply.results[0].eventId, reply.results[0].accepted.duplicate], [id, false]);
    assertEqual([reply.results[1].accepted, reply.results[1].error.code], [null, 3]);
    client.events.batchWriteEvents(request, t.step(function (error, reply) {
      assertEqual([error, reply.results[0].accepted.duplicate], [null, true]);
      t.done();
    }));
  }));
});

test('int64_json', 'the live server gives 64-bit integers as strings', function (t) {
  liveClient().events.writeEvent({
    event: { eventId: Shortlist.uuid(), type: 'EVENT_TYPE_VIEW', userId: user, items: [{ itemId: item }] }
  }, t.step(function (error, reply) {
    assertEqual(error, null);
    assert(/^\d+$/.test(reply.offset) && typeof reply.offset === 'string', JSON.stringify(reply));
    t.done();
  }));
});

test('typed_errors', 'the live server refuses a filter with its reason', function (t) {
  liveClient().recommendations.recommend({ userId: user, filter: 'genre = (' }, t.step(function (error) {
    assert(error instanceof Shortlist.InvalidFilterError, '' + error);
    assertEqual([error.code, error.reason], ['INVALID_ARGUMENT', 'INVALID_FILTER']);
    assert(error.message && error.requestId && error.details.length);
    assert(error.fieldViolations.length === 1, JSON.stringify(error));
    t.done();
  }));
});

test('deadline', 'a call of the live server ends with its deadline', function (t) {
  var began = Date.now();
  liveClient().recommendations.recommend({ userId: user }, { timeoutMs: 1 }, t.step(function (error) {
    assertEqual(error.code, 'DEADLINE_EXCEEDED');
    assert(Date.now() - began < 1000);
    t.done();
  }));
});

test('cancellation', 'a call of the live server can be cancelled', function (t) {
  var call = liveClient().recommendations.recommend({ userId: user, pageSize: 200 }, t.step(function (error) {
    assert(error instanceof Shortlist.CancelledError);
    t.done();
  }));
  call.cancel();
});

test('impressions', 'the live server takes impressions of a slate from the queue', function (t) {
  var client = liveClient();
  var refused = [];
  var queue = client.events.queue({ name: 'live', onRejected: function (event, error) {
    refused.push(error.reason);
  } });
  client.recommendations.recommend({ userId: user, pageSize: 4 }, t.step(function (error, reply) {
    var tracker = new Shortlist.ImpressionTracker(queue, reply, { userId: user });
    reply.recommendations.forEach(tracker.shown);
    tracker.clicked(reply.recommendations[0]);
    assertEqual(queue.size(), 5);
    queue.close(t.step(function (error) {
      assertEqual([error, refused, queue.size()], [null, [], 0]);
      t.done();
    }));
  }));
});

test('cache', 'a reply of the live server serves again', function (t) {
  var client = liveClient({ cache: {} });
  client.recommendations.listTrending({ pageSize: 3 }, t.step(function (error, first, info) {
    assertEqual([error, info.fromCache], [null, false]);
    client.recommendations.listTrending({ pageSize: 3 }, t.step(function (error, second, info) {
      assertEqual([info.fromCache, second], [true, first]);
      t.done();
    }));
  }));
});
