// A small test runner and the fakes that the suites share. Runs in Node and in every engine: ES5 only.
var root = typeof self === 'object' ? self : global;
var tests = [];

// Adds a test of a feature of the matrix; `run(t)` calls t.done(), at once or later.
root.test = function (feature, name, run) {
  tests.push({ feature: feature, name: name, run: run });
};

root.assert = function (isTrue, message) {
  if (!isTrue) {
    throw new Error(message || 'assertion failed');
  }
};

root.assertEqual = function (actual, expected, message) {
  var left = JSON.stringify(actual);
  var right = JSON.stringify(expected);
  if (left !== right) {
    throw new Error((message ? message + ': ' : '') + left + ' instead of ' + right);
  }
};

// Runs all tests one after the other, each for at most `limitMs`; report(results) ends it.
root.runTests = function (limitMs, report) {
  var results = [];
  function next(index) {
    var each = tests[index];
    if (!each) {
      return report(results);
    }
    var ended = false;
    function end(error) {
      if (!ended) {
        ended = true;
        clearTimeout(timer);
        results.push({ feature: each.feature, name: each.name, error: error ? '' + (error.stack || error) : '' });
        setTimeout(function () {
          next(index + 1);
        }, 0);
      }
    }
    var timer = setTimeout(function () {
      end('no end within ' + limitMs + ' ms');
    }, limitMs);
    attempt(function () {
      each.run({
        done: function () {
          end();
        },
        // Wraps a callback so that what it throws fails the test.
        step: function (action) {
          return function () {
            var values = arguments;
            attempt(function () {
              action.apply(null, values);
            }, end);
          };
        }
      });
    }, end);
  }
  next(0);
};

function attempt(action, onError) {
  try {
    action();
  } catch (error) {
    onError(error);
  }
}

// A clock that stands until it is moved; `random` gives what the test says.
root.FakeClock = function () {
  var self = this;
  var timers = [];
  self.time = Date.UTC(2026, 0, 31, 12);
  self.value = 0.5;
  self.now = function () {
    return self.time;
  };
  self.random = function () {
    return self.value;
  };
  self.setTimeout = function (action, ms) {
    var timer = { at: self.time + ms, action: action };
    timers.push(timer);
    return timer;
  };
  self.clearTimeout = function (timer) {
    timers = timers.filter(function (each) {
      return each !== timer;
    });
  };
  // Moves on, running what becomes due on the way.
  self.advance = function (ms) {
    var end = self.time + ms;
    for (;;) {
      var due = timers.filter(function (each) {
        return each.at <= end;
      }).sort(function (a, b) {
        return a.at - b.at;
      })[0];
      if (!due) {
        break;
      }
      self.clearTimeout(due);
      self.time = Math.max(self.time, due.at);
      due.action();
    }
    self.time = end;
  };
};

// A transport that answers at once with the next of its replies, or waits if there is none.
// A reply: {status, body, headers}; 0: none came; "hang": never; a function gets the request.
root.FakeTransport = function (replies) {
  var self = this;
  self.calls = [];
  self.aborted = 0;
  self.send = function (request, done) {
    var reply = replies.length > 1 ? replies.shift() : replies[0];
    self.calls.push(request);
    if (typeof reply === 'function') {
      reply = reply(request);
    }
    if (reply !== 'hang') {
      done({
        status: reply ? reply.status || 200 : 0,
        responseText: reply ? (typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body || {})) : '',
        getResponseHeader: function (name) {
          return (reply && reply.headers && reply.headers[name]) || null;
        }
      });
    }
    return {
      abort: function () {
        self.aborted++;
      }
    };
  };
};

// The body of an error as the edge gives it.
root.errorReply = function (status, code, reason, more) {
  return {
    status: status,
    headers: (more || {}).headers,
    body: {
      code: code,
      message: 'about ' + reason,
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: reason, domain: 'shortlist', metadata: { a: 'b' } }
      ].concat((more || {}).details || [])
    }
  };
};

root.retryInfo = function (delay) {
  return { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay };
};

// A client over a fake transport and clock.
root.fakeClient = function (replies, options) {
  var made = { clock: new root.FakeClock(), transport: new root.FakeTransport(replies) };
  var all = { endpoint: 'http://edge.test/', transport: made.transport.send, clock: made.clock };
  Object.keys(options || {}).forEach(function (name) {
    all[name] = options[name];
  });
  made.client = new root.Shortlist.Client(all);
  return made;
};
