// What a test says of its client and its calls, as options of the SDK.

function clientOptions(target, options) {
  var found = { endpoint: target.address };
  if (target.api_key) {
    found.apiKey = target.api_key;
  }
  if ((target.tokens || []).length) {
    found.auth = tokens(target.tokens.slice());
  }
  if (options.cache === false) {
    found.cache = false;
  }
  if (options.random_seed !== undefined) {
    found.clock = { random: seeded(options.random_seed) };
  }
  return found;
}

function callOptions(step, options) {
  var found = {};
  if (step.timeout_ms) {
    found.timeoutMs = step.timeout_ms;
  }
  if (step.idempotency_key) {
    found.idempotencyKey = step.idempotency_key;
  }
  if (step.metadata) {
    found.headers = step.metadata;
  }
  if (step.max_items) {
    found.maxItems = step.max_items;
  }
  if (options.retry === false) {
    found.retry = false;
  }
  return found;
}

// Gives tokens one after the other, the last again and again. It takes a moment, so that calls at once meet.
function tokens(left) {
  return function (forceRefresh, done) {
    setTimeout(function () {
      done(null, left.length > 1 ? left.shift() : left[0]);
    }, 20);
  };
}

// Chance that a seed decides (a multiplicative generator, Lehmer's).
function seeded(seed) {
  var state = (seed % 2147483646) + 1;
  return function () {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}
