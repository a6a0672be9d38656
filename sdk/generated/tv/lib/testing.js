/*! shortlist-tv 0.1.0 testing */
// A transport for your tests that answers itself. Generated; do not edit.
(function (root, factory) {
  'use strict';
  if (typeof module === 'object' && module.exports) {
    module.exports = factory();
  } else {
    root.ShortlistTesting = factory();
  }
})(typeof self === 'object' ? self : global, function () {
  'use strict';

  var STATUSES = {
    CANCELLED: [1, 499], UNKNOWN: [2, 500], INVALID_ARGUMENT: [3, 400], DEADLINE_EXCEEDED: [4, 504],
    NOT_FOUND: [5, 404], ALREADY_EXISTS: [6, 409], PERMISSION_DENIED: [7, 403], RESOURCE_EXHAUSTED: [8, 429],
    FAILED_PRECONDITION: [9, 400], ABORTED: [10, 409], OUT_OF_RANGE: [11, 400], UNIMPLEMENTED: [12, 501],
    INTERNAL: [13, 500], UNAVAILABLE: [14, 503], DATA_LOSS: [15, 500], UNAUTHENTICATED: [16, 401]
  };

  // What an error ({code, reason, message, retryDelayMs, details}) is on the wire.
  function errorReply(error) {
    var status = STATUSES[error.code] || STATUSES.UNKNOWN;
    var details = (error.details || []).slice();
    if (error.reason) {
      details.push({
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: error.reason,
        domain: 'shortlist',
        metadata: error.metadata || {}
      });
    }
    if (error.retryDelayMs >= 0) {
      details.push({
        '@type': 'type.googleapis.com/google.rpc.RetryInfo',
        retryDelay: error.retryDelayMs / 1000 + 's'
      });
    }
    return { status: status[1], body: { code: status[0], message: error.message || '', details: details } };
  }

  function MockTransport() {
    var answers = {};
    var self = this;

    // Every request so far: {method, message, headers, ...}.
    self.calls = [];

    // Answers a method, by its name or '/package.Service/Method', with a reply, with an error (that has a
    // `code`), with nothing (null: as if the network were down), or with what a function of the request
    // returns. Several answers are used in turn, the last for good.
    self.on = function (method) {
      answers[method] = Array.prototype.slice.call(arguments, 1);
      return self;
    };

    // Goes into the client's options.
    self.transport = function (request, done) {
      var isAborted = false;
      var name = request.method.split('/').pop();
      var list = answers[request.method] || answers[name.charAt(0).toLowerCase() + name.slice(1)];
      self.calls.push(request);
      if (!list) {
        throw new Error('MockTransport: no answer for ' + request.method);
      }
      var answer = list.length > 1 ? list.shift() : list[0];
      if (typeof answer === 'function') {
        answer = answer(request);
      }
      var reply = { status: 0, body: null };
      if (answer) {
        reply = typeof answer.code === 'string' && STATUSES[answer.code] ? errorReply(answer) : { status: 200, body: answer };
      }
      setTimeout(function () {
        if (!isAborted) {
          done({
            status: reply.status,
            responseText: reply.body === null ? '' : JSON.stringify(reply.body),
            getResponseHeader: function () {
              return null;
            }
          });
        }
      }, 0);
      return {
        abort: function () {
          isAborted = true;
        }
      };
    };
  }

  return { MockTransport: MockTransport };
});
