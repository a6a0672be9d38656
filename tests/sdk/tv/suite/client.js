// What a client adds around calls: credentials, interceptors, telemetry, the cache, paging.

test('auth_refresh', 'calls share one request for a token, which is kept until it is about to expire', function (t) {
  var asked = [];
  var clock = new FakeClock();
  var made = fakeClient([{}], {
    cache: false,
    clock: clock,
    auth: function (force, done) {
      asked.push(force);
      clock.setTimeout(function () {
        done(null, { token: 't' + asked.length, expiresAt: new Date(clock.now() + 100000) });
      }, 10);
    }
  });
  function call() {
    made.client.recommendations.recommend({}, function () {});
  }
  function tokens() {
    return made.transport.calls.map(function (each) {
      return each.headers.authorization;
    });
  }
  call();
  call();
  clock.advance(10);
  assertEqual([asked, tokens()], [[false], ['Bearer t1', 'Bearer t1']]);
  clock.advance(69000);
  call();
  assertEqual(asked.length, 1);
  clock.advance(1000); // 30 s before the end
  call();
  clock.advance(10);
  assertEqual([asked, tokens()[3]], [[false, false], 'Bearer t2']);
  t.done();
});

test('auth_refresh', 'an expired token is renewed once', function (t) {
  var asked = [];
  var made = fakeClient([errorReply(401, 16, 'CREDENTIALS_EXPIRED')], {
    auth: function (force, done) {
      asked.push(force);
      done(null, 't' + asked.length);
    }
  });
  var failure;
  made.client.recommendations.recommend({}, function (error) {
    failure = error;
  });
  made.clock.advance(2000);
  assert(failure instanceof Shortlist.CredentialsExpiredError);
  assertEqual([asked, made.transport.calls.length], [[false, true], 2]);
  t.done();
});

test('auth_refresh', 'a provider that fails fails the call, not the next one', function (t) {
  var fails = true;
  var made = fakeClient([{}], {
    auth: function (force, done) {
      if (fails) {
        throw new Error('offline');
      }
      done(null, 't');
    }
  });
  var seen = [];
  function note(error) {
    seen.push(error && error.code);
  }
  made.client.recommendations.recommend({}, note);
  fails = false;
  made.client.recommendations.recommend({}, note);
  assertEqual(seen, ['UNAUTHENTICATED', null]);
  t.done();
});

test('interceptors', 'interceptors see and change a call, in order', function (t) {
  var log = [];
  function named(name) {
    return function (call, next, done) {
      log.push(name + ' before ' + call.method.split('/').pop());
      call.headers['x-' + name] = '1';
      call.request.pageSize = 7;
      next(function (error, reply, info) {
        log.push(name + ' after');
        done(error, reply, info);
      });
    };
  }
  var made = fakeClient([{}], { interceptors: [named('a'), named('b')] });
  made.client.recommendations.recommend({}, t.step(function () {
    assertEqual(log, ['a before Recommend', 'b before Recommend', 'b after', 'a after']);
    var sent = made.transport.calls[0];
    assertEqual([sent.headers['x-a'], sent.headers['x-b'], JSON.parse(sent.body).pageSize], ['1', '1', 7]);
    t.done();
  }));
});

test('interceptors', 'an interceptor may answer itself', function (t) {
  var made = fakeClient([{}], { interceptors: [function (call, next, done) {
    done(null, { sessionId: 'mine' });
  }] });
  made.client.recommendations.recommend({}, t.step(function (error, reply) {
    assertEqual([reply.sessionId, made.transport.calls.length], ['mine', 0]);
    t.done();
  }));
});

test('telemetry', 'hooks are told of calls and attempts, and may fail', function (t) {
  var events = [];
  function hook(name) {
    return function (event) {
      events.push([name, event.method, event.attempts, event.code, event.durationMs]);
      throw new Error('of the hook');
    };
  }
  var made = fakeClient([{ status: 503 }, {}], {
    telemetry: { onCallStart: hook('start'), onAttempt: hook('attempt'), onCallEnd: hook('end') }
  });
  made.client.recommendations.recommend({}, function () {});
  made.clock.advance(1000);
  var method = '/shortlist.v1.RecommendationService/Recommend';
  assertEqual(events, [
    ['start', method, 0, 'OK', 0],
    ['attempt', method, 1, 'UNAVAILABLE', 0],
    ['attempt', method, 2, 'OK', 0],
    ['end', method, 2, 'OK', 50]
  ]);
  t.done();
});

test('mock_transport', 'the mock transport answers with replies, errors and functions', function (t) {
  var mock = new ShortlistTesting.MockTransport();
  mock.on('recommend',
    { sessionId: 's1' },
    { code: 'INVALID_ARGUMENT', reason: 'INVALID_FILTER', message: 'no' },
    function (request) {
      return { sessionId: request.message.userId };
    }
  ).on('/shortlist.v1.CatalogService/GetItem', null);
  var client = new Shortlist.Client({ endpoint: 'http://x', transport: mock.transport, cache: false });
  var api = client.recommendations;
  api.recommend({}, t.step(function (error, first) {
    assertEqual([error, first.sessionId], [null, 's1']);
    api.recommend({}, t.step(function (error) {
      assert(error instanceof Shortlist.InvalidFilterError);
      api.recommend({ userId: 'u7' }, t.step(function (error, third) {
        assertEqual(third.sessionId, 'u7');
        client.catalog.getItem({ name: 'items/i' }, { retry: false }, t.step(function (error) {
          assertEqual([error.code, mock.calls.length], ['UNAVAILABLE', 4]);
          t.done();
        }));
      }));
    }));
  }));
});

test('cache', 'a reply serves equal requests while it is fresh', function (t) {
  var made = fakeClient([{ body: { recommendations: [{ itemId: 'a' }] } }]);
  var infos = [];
  function call(request) {
    made.client.recommendations.recommend(request, function (error, reply, info) {
      reply.recommendations[0].itemId += '!'; // must not reach the cache
      infos.push([reply.recommendations[0].itemId, info.fromCache, info.isStale]);
    });
    made.clock.advance(0);
  }
  call({ userId: 'u1', pageSize: 5, requestId: 'r1' });
  call({ requestId: 'r2', pageSize: 5, userId: 'u1' });
  call({ userId: 'u2', pageSize: 5 });
  call({ userId: 'u1', pageSize: 5, pageToken: 'p' });
  made.clock.advance(30001);
  call({ userId: 'u1', pageSize: 5 });
  assertEqual(infos, [['a!', false, false], ['a!', true, false], ['a!', false, false], ['a!', false, false], ['a!', false, false]]);
  assertEqual(made.transport.calls.length, 4);
  t.done();
});

test('cache', 'the cache is bounded, the least used go first, and a call may pass it by', function (t) {
  var made = fakeClient([{}], { cache: { maxEntries: 2 } });
  function call(user, options) {
    made.client.recommendations.recommend({ userId: user }, options, function () {});
    made.clock.advance(0);
  }
  call('a');
  call('b');
  call('a'); // kept
  call('c'); // drops b
  call('a'); // kept
  assertEqual(made.transport.calls.length, 3);
  call('b');
  assertEqual(made.transport.calls.length, 4);
  call('b', { cache: false });
  assertEqual(made.transport.calls.length, 5);
  t.done();
});

test('stale_if_error', 'an old reply stands in while the server is out of reach, and says so', function (t) {
  var down = false;
  var made = fakeClient([function () {
    return down ? 0 : { body: { sessionId: 's' } };
  }]);
  var seen;
  function call() {
    made.client.recommendations.recommend({ userId: 'u1' }, function (error, reply, info) {
      seen = [error && error.code, reply && reply.sessionId, info.fromCache, info.isStale];
    });
    made.clock.advance(2000);
  }
  call();
  down = true;
  made.clock.advance(31000);
  call();
  assertEqual(seen, [null, 's', true, true]);
  made.clock.advance(86400000);
  call();
  assertEqual(seen, ['UNAVAILABLE', undefined, false, false]);
  t.done();
});

test('stale_if_error', 'with localStorage the cache outlives the page', function (t) {
  if (!root.localStorage) {
    return t.done();
  }
  localStorage.clear();
  var clock = new FakeClock();
  var first = fakeClient([{ body: { sessionId: 's' } }], { clock: clock, cache: { persist: true } });
  first.client.recommendations.recommend({ userId: 'u1' }, function () {});
  clock.advance(60000);
  var second = fakeClient([0], { clock: clock, cache: { persist: true } });
  second.client.recommendations.recommend({ userId: 'u1' }, t.step(function (error, reply, info) {
    assertEqual([error, reply.sessionId, info.isStale], [null, 's', true]);
    localStorage.clear();
    t.done();
  }));
  clock.advance(2000);
});

function pages(request) {
  var token = JSON.parse(request.body).pageToken || '0';
  var start = +token;
  return {
    body: {
      recommendations: [{ itemId: 'i' + start }, { itemId: 'i' + (start + 1) }],
      nextPageToken: start < 4 ? '' + (start + 2) : ''
    }
  };
}

test('paging', 'a pager lists page by page to the end, and can go on from a token', function (t) {
  var made = fakeClient([pages]);
  var pager = made.client.recommendations.recommendPager({ userId: 'u1' });
  var seen = [];
  pager.next(function (error, page) {
    seen.push(page.items.length, pager.pageToken, page.reply.nextPageToken);
  });
  assertEqual([seen, made.transport.calls.length], [[2, '2', '2'], 1]);
  var other = made.client.recommendations.recommendPager({ userId: 'u1', pageToken: pager.pageToken });
  var rest = [];
  other.each(function (item, index) {
    rest.push(index + item.itemId);
  }, t.step(function (error) {
    assertEqual([error, rest], [null, ['0i2', '1i3', '2i4', '3i5']]);
    other.next(t.step(function (error, page) {
      assertEqual([error, page], [null, null]);
      t.done();
    }));
  }));
});

test('paging', 'a pager stops when told to, and after as many items as asked for', function (t) {
  var made = fakeClient([pages]);
  var seen = [];
  made.client.recommendations.recommendPager({ userId: 'u1' }, { maxItems: 3 }).each(function (item) {
    seen.push(item.itemId);
  });
  assertEqual(seen, ['i0', 'i1', 'i2']);
  seen = [];
  made.client.recommendations.recommendPager({ userId: 'u2' }).each(function (item) {
    seen.push(item.itemId);
    return seen.length < 2;
  });
  assertEqual([seen, made.transport.calls.length], [['i0', 'i1'], 3]);
  t.done();
});

test('paging', 'an error ends the listing and leaves the token', function (t) {
  var made = fakeClient([pages, errorReply(400, 9, 'PAGE_TOKEN_EXPIRED')]);
  var pager = made.client.recommendations.recommendPager({});
  pager.each(function () {}, t.step(function (error) {
    assert(error instanceof Shortlist.PageTokenExpiredError);
    assertEqual(pager.pageToken, '2');
    t.done();
  }));
});

test('unknown_fields', 'what is not known is kept, and what is absent is filled in', function (t) {
  var made = fakeClient([{
    body: {
      later: { a: 1 },
      recommendations: [{ itemId: 'i', reasons: [{ code: 'REASON_CODE_LATER' }, { code: 77 }, {}], item: { attributes: { p: { numberValue: 1 }, s: { stringsValue: {} } } } }]
    }
  }]);
  made.client.recommendations.recommend({}, t.step(function (error, reply) {
    var item = reply.recommendations[0];
    assertEqual([reply.later, reply.nextPageToken, reply.exposures], [{ a: 1 }, '', []]);
    assertEqual([item.score, item.position, item.sources], [0, 0, []]);
    assertEqual(item.reasons.map(function (each) {
      return each.code;
    }), ['REASON_CODE_LATER', 77, 'REASON_CODE_UNSPECIFIED']);
    assertEqual([item.item.state, item.item.title, item.item.createTime], ['ITEM_STATE_UNSPECIFIED', '', null]);
    assertEqual(item.item.attributes, { p: { numberValue: 1 }, s: { stringsValue: { values: [] } } });
    t.done();
  }));
});

test('int64_json', '64-bit integers are strings, and keep all digits', function (t) {
  var made = fakeClient([{ body: { offset: '9007199254740993' } }, { body: { duplicate: null, offset: 7 } }, {}]);
  var seen = [];
  function note(error, reply) {
    seen.push([reply.offset, reply.duplicate]);
  }
  made.client.events.writeEvent({ event: {} }, note);
  made.client.events.writeEvent({ event: {} }, note);
  made.client.events.writeEvent({ event: {} }, note);
  assertEqual(seen, [['9007199254740993', false], ['7', false], ['0', false]]);
  t.done();
});
