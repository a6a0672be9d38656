  var EXPIRY_SKEW_MS = 30000;

  // Gets tokens. Calls that wait for one share one request for it.
  function createTokens(options, clock) {
    var token;
    var expiresAt;
    var waiting = [];

    function got(error, result) {
      token = error || !result ? null : result.token || result;
      expiresAt = token && +result.expiresAt;
      waiting.splice(0).forEach(function (done) {
        done(error, token);
      });
    }

    // Calls done(error, token); `rejected` is one that the server refused.
    return function (rejected, done) {
      // A time of expiry that is not known is not a number, and never over.
      if (!options.auth || (token && token !== rejected && !(expiresAt - EXPIRY_SKEW_MS <= clock.now()))) {
        return done(null, token);
      }
      if (waiting.push(done) === 1) {
        try {
          options.auth(!!rejected, got);
        } catch (error) {
          got(error);
        }
      }
    };
  }

