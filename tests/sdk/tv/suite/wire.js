// XMLHttpRequest itself, against a server that fails as told.

function faulty(mode, options) {
  var all = { endpoint: settings.faults + '/' + mode + '-' + Shortlist.uuid(), cache: false };
  Object.keys(options || {}).forEach(function (name) {
    all[name] = options[name];
  });
  return new Shortlist.Client(all);
}

test('retries', 'a lost connection is tried three times', function (t) {
  faulty('lost').recommendations.recommend({}, t.step(function (error, reply, info) {
    assertEqual([error.code, error.reason, info.attempts], ['UNAVAILABLE', '', 3]);
    t.done();
  }));
});

test('retries', 'a server that fails once is asked again', function (t) {
  faulty('once503').recommendations.recommend({}, t.step(function (error, reply, info) {
    assertEqual([error, info.attempts, reply.sessionId], [null, 2, 'ok']);
    t.done();
  }));
});

test('retry_info', 'Retry-After reaches pages of another origin', function (t) {
  var began = Date.now();
  faulty('once429').recommendations.recommend({}, { timeoutMs: 8000 }, t.step(function (error, reply, info) {
    assertEqual([error, info.attempts], [null, 2]);
    assert(Date.now() - began >= 1000, 'too early');
    t.done();
  }));
});

test('deadline', 'a server that does not answer is given up in time', function (t) {
  var began = Date.now();
  faulty('slow').recommendations.recommend({}, { timeoutMs: 300 }, t.step(function (error) {
    var took = Date.now() - began;
    assertEqual(error.code, 'DEADLINE_EXCEEDED');
    assert(took >= 290 && took < 1500, 'after ' + took + ' ms');
    t.done();
  }));
});

test('cancellation', 'a request on its way is ended at once', function (t) {
  var began = Date.now();
  var call = faulty('slow').recommendations.recommend({}, t.step(function (error) {
    assertEqual(error.code, 'CANCELLED');
    assert(Date.now() - began < 1500);
    t.done();
  }));
  setTimeout(function () {
    call.cancel();
  }, 100);
});

test('auth_refresh', 'an expired token is renewed', function (t) {
  var asked = [];
  faulty('expired', { auth: function (force, done) {
    asked.push(force);
    setTimeout(function () {
      done(null, 'token' + asked.length);
    }, 5);
  } }).recommendations.recommend({}, t.step(function (error, reply) {
    assertEqual([error, reply.sessionId, asked], [null, 'token2', [false, true]]);
    t.done();
  }));
});

test('client_header', 'the engine asks the edge for its headers, and gets them through', function (t) {
  faulty('echo', { apiKey: 'k' }).recommendations.recommend({}, t.step(function (error, reply) {
    var seen = JSON.parse(reply.sessionId);
    assertEqual(seen['x-api-key'], 'k');
    assert(/^sdk\/tv\/[\d.]+; lang\/es5; platform\/Chrome-\d+$/.test(seen['x-shortlist-client']), seen['x-shortlist-client']);
    assert(/^\d+m$/.test(seen['grpc-timeout']));
    assertEqual(seen['x-shortlist-attempt'], '1');
    assert(seen['was-preflighted'], 'no preflight');
    t.done();
  }));
});
