// One logical call: its REST form, time, attempts, headers and errors.

test('int64_json', 'a request becomes its REST form', function (t) {
  var made = fakeClient([{}]);
  made.client.recommendations.recommend({ userId: 'u1', pageSize: 3 }, function () {});
  made.client.catalog.getItem({ name: 'items/a b/c' }, function () {});
  made.client.recommendations.recommendSimilar(
    { itemId: 'i/1', readMask: 'title,imageUri', context: { deviceClass: 'DEVICE_CLASS_TV', clientTime: new Date(0) } },
    function () {}
  );
  made.client.users.updateUser({ user: { name: 'users/u1', attributes: {} }, updateMask: 'attributes' }, function () {});
  var calls = made.transport.calls.map(function (each) {
    return [each.verb, each.url, each.body];
  });
  assertEqual(calls, [
    ['POST', 'http://edge.test/v1/recommendations:recommend', '{"userId":"u1","pageSize":3}'],
    ['GET', 'http://edge.test/v1/items/a%20b/c', null],
    ['GET', 'http://edge.test/v1/items/i%2F1:similar?readMask=title%2CimageUri' +
      '&context.deviceClass=DEVICE_CLASS_TV&context.clientTime=1970-01-01T00%3A00%3A00.000Z', null],
    ['PATCH', 'http://edge.test/v1/users/u1?updateMask=attributes', '{"name":"users/u1","attributes":{}}']
  ]);
  t.done();
});

test('typed_errors', 'a field that the path needs is asked for', function (t) {
  var made = fakeClient([{}]);
  made.client.catalog.getItem({}, t.step(function (error) {
    assertEqual([error.code, error.message], ['INVALID_ARGUMENT', 'name is missing']);
    assertEqual(made.transport.calls.length, 0);
    t.done();
  }));
});

test('deadline', 'the whole call has one deadline, and attempts get what is left', function (t) {
  var made = fakeClient([0, 'hang']);
  var failure;
  made.client.recommendations.recommend({}, { timeoutMs: 1000 }, function (error) {
    failure = error;
  });
  made.clock.advance(100); // the wait is 50 ms
  assertEqual(made.transport.calls.map(function (each) {
    return [each.timeoutMs, each.headers['grpc-timeout']];
  }), [[1000, '1000m'], [950, '950m']]);
  made.clock.advance(899);
  assert(!failure, 'too early');
  made.clock.advance(1);
  assert(failure instanceof Shortlist.DeadlineExceededError);
  assertEqual([failure.code, made.transport.aborted], ['DEADLINE_EXCEEDED', 1]);
  t.done();
});

test('deadline', 'a method has its own deadline, and no wait begins that would end after it', function (t) {
  var made = fakeClient([errorReply(429, 8, 'OVERLOADED', { details: [retryInfo('3s')] })]);
  made.client.recommendations.recommend({}, t.step(function (error) {
    assertEqual([error.reason, made.transport.calls.length, made.clock.now()], ['OVERLOADED', 1, made.clock.time]);
    assertEqual(made.transport.calls[0].timeoutMs, 2000);
    t.done();
  }));
});

test('cancellation', 'a cancelled call ends at once and aborts its attempt', function (t) {
  var made = fakeClient(['hang']);
  var errors = [];
  var call = made.client.recommendations.recommend({}, function (error) {
    errors.push(error);
  });
  call.cancel();
  call.cancel();
  assertEqual([errors.length, errors[0].code, made.transport.aborted], [1, 'CANCELLED', 1]);
  assert(errors[0] instanceof Shortlist.CancelledError);
  made.clock.advance(10000);
  assertEqual(errors.length, 1);
  t.done();
});

test('cancellation', 'a call cancelled while it waits makes no further attempt', function (t) {
  var made = fakeClient([0]);
  var call = made.client.recommendations.recommend({}, function () {});
  call.cancel();
  made.clock.advance(10000);
  assertEqual(made.transport.calls.length, 1);
  t.done();
});

test('retries', 'an unavailable server is asked four times with full jitter', function (t) {
  var made = fakeClient([{ status: 503, body: 'no healthy upstream' }]);
  var failure;
  var times = [];
  made.client.recommendations.recommend({}, function (error, reply, info) {
    failure = [error.code, error.message, info.attempts];
  });
  for (var i = 0; i < 1000 && !failure; i++) {
    if (times.length < made.transport.calls.length) {
      times.push(i);
    }
    made.clock.advance(1);
  }
  assertEqual(failure, ['UNAVAILABLE', 'HTTP 503', 4]);
  assertEqual(times, [0, 50, 150]); // half of 100, of 200; half of 400 comes with the end
  assertEqual(made.clock.now() - Date.UTC(2026, 0, 31, 12), 350);
  t.done();
});

test('retries', 'a call without any reply is repeated at most twice, and not at all if told so', function (t) {
  var made = fakeClient([0]);
  var attempts = [];
  function note(error, reply, info) {
    assertEqual([error.code, error instanceof Shortlist.UnavailableError], ['UNAVAILABLE', true]);
    attempts.push(info.attempts);
  }
  made.client.recommendations.recommend({}, note);
  made.clock.advance(2000);
  made.client.recommendations.recommend({}, { retry: false }, note);
  assertEqual(attempts, [3, 1]);
  t.done();
});

test('retries', 'other errors are not repeated', function (t) {
  var made = fakeClient([errorReply(400, 3, 'INVALID_FILTER'), errorReply(429, 8, 'STORAGE_FULL', { headers: { 'retry-after': '1' } })]);
  var reasons = [];
  function note(error) {
    reasons.push(error.reason);
  }
  made.client.recommendations.recommend({}, note);
  made.client.recommendations.recommend({ userId: 'u' }, note);
  assertEqual(reasons, ['INVALID_FILTER', 'STORAGE_FULL']);
  assertEqual(made.transport.calls.length, 2);
  t.done();
});

test('retry_info', 'the delay that the server asks for is kept, and a little more', function (t) {
  var made = fakeClient([
    errorReply(429, 8, 'OVERLOADED', { details: [retryInfo('0.3s')], headers: { 'retry-after': '1' } }),
    errorReply(429, 8, 'QUOTA_EXHAUSTED', { headers: { 'retry-after': '1' } }),
    { body: { sessionId: 's' } }
  ]);
  var got;
  made.client.recommendations.recommend({}, function (error, reply) {
    got = reply;
  });
  made.clock.advance(349);
  assertEqual(made.transport.calls.length, 1);
  made.clock.advance(1);
  assertEqual(made.transport.calls.length, 2);
  made.clock.advance(1049);
  assert(!got);
  made.clock.advance(1);
  assertEqual([got.sessionId, made.transport.calls.length], ['s', 3]);
  t.done();
});

test('retry_budget', 'repeated failures use up the budget; successes fill it slowly', function (t) {
  var failing = true;
  var made = fakeClient([function () {
    return failing ? { status: 503 } : {};
  }], { cache: false });
  function call() {
    made.client.recommendations.recommend({}, function () {});
    made.clock.advance(2000);
  }
  for (var i = 0; i < 5; i++) {
    call();
  }
  assertEqual(made.transport.calls.length, 5 + 10); // 3 + 3 + 3 + 1 repeated
  failing = false;
  for (i = 0; i < 11; i++) {
    call();
  }
  failing = true;
  call();
  assertEqual(made.transport.calls.length, 15 + 11 + 2); // 11 * 0.1 is one more
  t.done();
});

test('idempotency_key', 'all attempts of a call have one key, and a number each', function (t) {
  var made = fakeClient([{ status: 503 }, {}]);
  made.client.events.writeEvent({ event: {} }, function () {});
  made.clock.advance(1000);
  made.client.events.writeEvent({ event: {} }, { idempotencyKey: 'mine', headers: { 'x-request-id': 'r1' } }, function () {});
  var heads = made.transport.calls.map(function (each) {
    return each.headers;
  });
  assert(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(heads[0]['idempotency-key']));
  assertEqual(heads[1]['idempotency-key'], heads[0]['idempotency-key']);
  assertEqual(heads[0]['x-request-id'], heads[0]['idempotency-key']);
  assertEqual([heads[0]['x-shortlist-attempt'], heads[1]['x-shortlist-attempt']], [1, 2]);
  assertEqual([heads[2]['idempotency-key'], heads[2]['x-request-id']], ['mine', 'r1']);
  t.done();
});

test('idempotency_key', 'identifiers differ, with and without a source of random numbers', function (t) {
  var seen = {};
  for (var i = 0; i < 2000; i++) {
    seen[Shortlist.uuid()] = 1;
  }
  assertEqual(Object.keys(seen).length, 2000);
  t.done();
});

test('client_header', 'every attempt says which client it is', function (t) {
  var made = fakeClient([{}], { apiKey: 'k1', platform: 'tizen-5' });
  made.client.recommendations.recommend({}, function () {});
  var headers = made.transport.calls[0].headers;
  assertEqual(headers['x-shortlist-client'], 'sdk/tv/' + Shortlist.version + '; lang/es5; platform/tizen-5');
  assertEqual([headers['x-api-key'], headers['content-type']], ['k1', 'application/json']);
  made = fakeClient([{}]);
  made.client.catalog.getCatalog({}, function () {});
  assert(/; platform\/[\w-]+$/.test(made.transport.calls[0].headers['x-shortlist-client']));
  assertEqual(made.transport.calls[0].headers['content-type'], undefined);
  t.done();
});

test('typed_errors', 'an error has its type, reason, details and request id', function (t) {
  var violation = { field: 'filter', description: 'bad' };
  var made = fakeClient([errorReply(400, 3, 'INVALID_FILTER', {
    details: [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] },
      { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'r9' },
      { '@type': 'type.googleapis.com/later.Unknown', anything: 1 }
    ]
  })]);
  made.client.recommendations.recommend({}, t.step(function (error, reply, info) {
    assert(error instanceof Shortlist.InvalidFilterError);
    assert(error instanceof Shortlist.ShortlistError);
    assert(error instanceof Error);
    assertEqual(
      [error.name, error.code, error.reason, error.message, error.requestId, error.details.length],
      ['InvalidFilterError', 'INVALID_ARGUMENT', 'INVALID_FILTER', 'about INVALID_FILTER', 'r9', 4]
    );
    assertEqual([error.fieldViolations, error.metadata, reply, info.requestId], [[violation], { a: 'b' }, null, 'r9']);
    t.done();
  }));
});

test('typed_errors', 'unknown reasons and pages of proxies are errors, too', function (t) {
  var made = fakeClient([
    errorReply(400, 9, 'FROM_THE_FUTURE', { headers: { 'x-request-id': 'r1' } }),
    { status: 403, body: '<html>' },
    { status: 200, body: '<html>login</html>' },
    { status: 200, body: { sessionId: 'x' }, headers: { 'content-type': 'text/html' } },
    { status: 200, body: {}, headers: { 'content-type': 'application/json; charset=utf-8' } }
  ]);
  var seen = [];
  function note(error) {
    seen.push([error.name, error.code, error.reason]);
  }
  made.client.recommendations.recommend({}, note);
  made.client.recommendations.recommend({}, note);
  made.client.recommendations.recommend({}, note);
  made.client.recommendations.recommend({ userId: 'b' }, note);
  made.client.recommendations.recommend({ userId: 'c' }, function (error) {
    assertEqual(error, null);
  });
  assertEqual(seen, [
    ['ShortlistError', 'FAILED_PRECONDITION', 'FROM_THE_FUTURE'],
    ['ShortlistError', 'PERMISSION_DENIED', ''],
    ['InternalError', 'INTERNAL', ''],
    ['InternalError', 'INTERNAL', '']
  ]);
  t.done();
});
