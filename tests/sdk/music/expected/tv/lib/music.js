/*! music-tv 2.1.0 */
// Client for TVs and old browsers. Generated; do not edit.
var Music = (function () {
  'use strict';

  var NAME = 'music';
  var VERSION = '2.1.0';
  var root = typeof self === 'object' ? self : global;

  // Reasons of errors. A mark says when to retry: "+" after the server's delay, "^" after fresh
  // credentials.
  var REASONS = (
    'ALBUM_NOT_FOUND OUT_OF_TUNE SOLD_OUT+ TICKET_EXPIRED^'
  ).split(' ');

  // What is in replies: a string for each message, a word for each field that is filled in when it is
  // absent. After a field's name: "*" list, "%" map (either with the number of its message), "@" number of
  // its message, "#" number, "!" boolean, "^" 64-bit integer, "~" first value of an enum; none: string.
  var MESSAGES = [
    // 0 music.v1.Album
    'name title tracks*1 prices%2 listenersByYear% moods% playCount^ fingerprint^ sales* cover mood~MOOD_UNSPECIFIED allMoods* record@3 comments*5 loudness* label class import func default! in# is# object package self description lambda var type field39Name',
    // 1 music.v1.Track
    'trackId title',
    // 2 music.v1.Price
    'units^ currency',
    // 3 music.v1.Album.Record
    'speed~SPEED_UNSPECIFIED sides*4',
    // 4 music.v1.Album.Record.Side
    'letter',
    // 5 music.v1.Comment
    'text replies*5',
    // 6 music.v1.ListAlbumsResponse
    'albums*0 nextCursor',
    // 7 music.v1.WritePlaysResponse
    'outcomes*8',
    // 8 music.v1.PlayOutcome
    'failure@9',
    // 9 google.rpc.Status
    'code# message details*',
    // 10 music.v1.NextTracksResponse
    'picks*11 nextCursor radioToken',
    // 11 music.v1.Pick
    'trackId place# track@1'
  ];

  // How methods are called, by accessor and name.
  var SERVICES = {
    albums: [
      'music.v1.AlbumService',
      {
        GetAlbum: {
          _retryable: ['UNAVAILABLE', 'ABORTED'],
          _http: ['GET', '/v1/{name=albums/*}'],
          _timeoutMs: 3000,
          _reply: 0,
          _cache: [60000, 3600000]
        },
        ListAlbums: {
          _retryable: ['UNAVAILABLE'],
          _http: ['GET', '/v1/albums'],
          _timeoutMs: 1500,
          _reply: 6,
          _paging: ['albums', 'cursor', 'nextCursor']
        }
      }
    ],
    plays: [
      'music.v1.PlayService',
      {
        WritePlays: {
          _retryable: ['UNAVAILABLE'],
          _http: ['POST', '/v1/plays:write', '*'],
          _timeoutMs: 10000,
          _reply: 7,
          _queue: ['plays', 'playId', 'playTime', 'clock', 'outcomes', 'failure', 100]
        }
      }
    ],
    radios: [
      'music.v1.RadioService',
      {
        NextTracks: {
          _retryable: ['UNAVAILABLE'],
          _http: ['POST', '/v1/radio:next', '*'],
          _timeoutMs: 2000,
          _reply: 10,
          _requestId: 'requestId',
          _cache: [10000, 600000],
          _paging: ['picks', 'cursor', 'nextCursor']
        }
      }
    ]
  };

  function noop() {}

  function copy(target, source) {
    Object.keys(source || {}).forEach(function (key) {
      target[key] = source[key];
    });
    return target;
  }

  function isoTime(milliseconds) {
    return new Date(milliseconds).toISOString();
  }

  // Version 4. Without a source of good random numbers, time takes part, so that two devices whose
  // engines start from the same seed still differ.
  function uuid() {
    var crypto = root.crypto;
    var bytes = crypto && crypto.getRandomValues && crypto.getRandomValues(new Uint8Array(31));
    var time = Date.now();
    var index = 0;
    return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, function (digit) {
      // 0 and 1 become any digit, 8 becomes one of 8, 9, a and b.
      var random = (bytes ? bytes[index++] : Math.random() * 256 + (time /= 2)) & (15 >> (digit / 4));
      return (digit & 8 | random).toString(16);
    });
  }

  var ABSENT = { '': '', '#': 0, '!': false, '^': '0' };

  // Fills in what JSON leaves out. Unknown fields and values stay as they came.
  function decode(message, number) {
    MESSAGES[number].replace(/(\w+)([^\w ]?)(\w*)/g, function (word, name, kind, detail) {
      var value = message[name];
      if (kind === '*' || kind === '%') {
        value = message[name] = value || (kind === '*' ? [] : {});
        if (detail) {
          Object.keys(value).forEach(function (key) {
            decode(value[key], detail);
          });
        }
      } else if (kind === '@') {
        if (value) {
          decode(value, detail);
        }
      } else if (value === undefined || value === null) {
        message[name] = kind === '~' ? detail : ABSENT[kind];
      } else if (kind === '#') {
        message[name] = +value; // "NaN" and "Infinity" come as strings
      } else if (kind === '^') {
        message[name] = '' + value;
      }
    });
    return message;
  }

  var CODES = (
    'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED ' +
    'RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE ' +
    'DATA_LOSS UNAUTHENTICATED'
  ).split(' ');

  // Of replies that do not come from the API itself (a proxy's page): 502 to 504 are UNAVAILABLE, what is
  // not listed UNKNOWN.
  var CODES_BY_STATUS = { 400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13 };

  // The base of all errors.
  function ApiError(fields) {
    this.reason = this.requestId = '';
    this.details = [];
    this.metadata = {};
    this.fieldViolations = [];
    copy(this, fields);
    this.stack = new Error(this.message).stack;
  }

  function inherit(type, base, name) {
    type.prototype = Object.create(base.prototype);
    type.prototype.name = name;
    return type;
  }

  inherit(ApiError, Error, 'MusicError');

  var errorTypes = {}; // by reason; by code of those that have none
  var retryMarks = {}; // by reason
  var exported = { MusicError: ApiError };

  REASONS.concat('CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE').forEach(function (marked) {
    var name = marked.replace(/\W/, '');
    var type = name.replace(/_ERROR$/, '').replace(/([^_])([^_]*)_?/g, function (whole, first, rest) {
      return first + rest.toLowerCase();
    }) + 'Error';
    retryMarks[name] = marked.slice(name.length);
    exported[type] = errorTypes[name] = inherit(function (fields) {
      ApiError.call(this, fields);
    }, ApiError, type);
  });

  function typedError(fields) {
    return new (errorTypes[fields.reason || fields.code] || ApiError)(fields);
  }

  function fail(code, message) {
    return typedError({ code: code, message: message || code });
  }

  // Reads a google.rpc.Status: of a whole reply, or of one event.
  function statusError(status, httpStatus) {
    var fields = {
      code: CODES[status.code] || CODES[httpStatus > 501 ? 14 : CODES_BY_STATUS[httpStatus] || 2],
      message: status.message || 'HTTP ' + httpStatus,
      details: status.details || []
    };
    // Each kind of detail is known by a field that only it has: ErrorInfo, RetryInfo, BadRequest, RequestInfo.
    fields.details.forEach(function (detail) {
      if (detail.domain === NAME) {
        fields.reason = detail.reason;
        fields.metadata = detail.metadata || {};
      }
      if (detail.retryDelay) {
        fields.retryDelayMs = parseFloat(detail.retryDelay) * 1000;
      }
      if (detail.fieldViolations) {
        fields.fieldViolations = detail.fieldViolations;
      }
      if (detail.requestId) {
        fields.requestId = detail.requestId;
      }
    });
    return typedError(fields);
  }

  // Writes what is left of a request for the query: `a.b=1&list=x&list=y`.
  function addQuery(pairs, prefix, value, taken) {
    Object.keys(value).forEach(function (key) {
      var name = prefix + key;
      [].concat(value[key]).forEach(function (each) {
        if (each === undefined || each === null || taken[name]) {
          return;
        }
        if (each.toISOString) {
          each = each.toISOString();
        }
        if (typeof each === 'object') {
          addQuery(pairs, name + '.', each, taken);
        } else {
          pairs.push(name + '=' + encodeURIComponent(each));
        }
      });
    });
    return pairs;
  }

  // Maps a request to its REST form. `_missing` is a field that the path needs and the request lacks.
  function httpRequest(method, request) {
    var taken = {};
    var missing;
    var field = method._http[2];
    var body = field === '*' ? request : request[field];
    var path = method._http[1].replace(/\{([^=}]+)(=[^}]*)?\}/g, function (whole, names, pattern) {
      var value = names.split('.').reduce(function (within, name) {
        return (within || {})[name];
      }, request);
      taken[names] = 1;
      missing = value ? missing : names;
      value = encodeURIComponent(value);
      return pattern ? value.replace(/%2F/g, '/') : value;
    });
    taken[field] = 1;
    var query = body === request ? [] : addQuery([], '', request, taken);
    return {
      _missing: missing,
      verb: method._http[0],
      url: path + (query.length ? '?' : '') + query.join('&'),
      body: field && JSON.stringify(body || {})
    };
  }

  // Sends one attempt and gives itself as the reply; status 0: none came.
  function xhrTransport(request, done) {
    var xhr = new XMLHttpRequest();
    xhr.open(request.verb, request.url);
    for (var name in request.headers) {
      xhr.setRequestHeader(name, request.headers[name]);
    }
    // The call's own timer ends it in time, and knows that it was the deadline.
    xhr.timeout = request.timeoutMs + 1000;
    xhr.onload = xhr.onerror = xhr.ontimeout = function () {
      done(xhr);
    };
    xhr.send(request.body);
    return xhr;
  }

  // Name and version of the device's platform, as far as the user agent tells: `Tizen-5`.
  function platform() {
    var agent = (root.navigator || {}).userAgent;
    return (/(Tizen|Web0S|Chrome)[\/ ]?[^;)\s.]*/.exec(agent) || ['unknown'])[0].replace(/\W/g, '-');
  }

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

  // Stores: load(done(rows)), put(key, text, done(error)), remove(keys, done()). Every row has a place of its
  // own, so that several pages never overwrite each other's.

  // Without a name it keeps nothing.
  function localStore(name) {
    var storage;
    var prefix = name + '.';
    try {
      storage = name && root.localStorage; // throws where it is forbidden
    } catch (error) {
      // nothing is kept
    }
    return {
      load: function (done) {
        var rows = [];
        for (var i = 0; storage && i < storage.length; i++) {
          var key = storage.key(i);
          if (key.indexOf(prefix) === 0) {
            rows.push([key.slice(prefix.length), storage.getItem(key)]);
          }
        }
        done(rows.sort());
      },
      put: function (key, text, done) {
        try {
          storage.setItem(prefix + key, text);
        } catch (error) {
          return done(error); // full, or there is none
        }
        done();
      },
      remove: function (keys, done) {
        keys.forEach(function (key) {
          if (storage) {
            storage.removeItem(prefix + key);
          }
        });
        done();
      }
    };
  }

  // JSON with sorted names: equal requests give equal text.
  function canonical(value) {
    return JSON.stringify(value, function (name, each) {
      if (!each || typeof each !== 'object') {
        return each;
      }
      var sorted = {}; // of lists, too
      Object.keys(each).sort().forEach(function (key) {
        sorted[key] = each[key];
      });
      return sorted;
    });
  }

  // Keeps the texts of replies; the least used go first. If asked to, in localStorage, too.
  function Cache(options, clock) {
    var entries = {}; // engines keep names in the order of insertion
    var store = localStore(options.persist && NAME + '.cache');

    this._get = function (key) {
      var entry = entries[key];
      if (entry) {
        delete entries[key];
        entries[key] = entry;
      }
      return entry;
    };

    this._put = function (key, text) {
      delete entries[key];
      entries[key] = { _time: clock.now(), _text: text };
      var oldest = Object.keys(entries)[0];
      if (Object.keys(entries).length > (options.maxEntries || 100)) {
        delete entries[oldest];
        store.remove([oldest], noop);
      }
      store.put(key, clock.now() + text, noop); // where there is no room, this one lives as long as the page
    };

    store.load(function (rows) {
      rows.forEach(function (row) {
        entries[row[0]] = { _time: parseFloat(row[1]), _text: row[1].replace(/^\d+/, '') };
      });
    });
  }

  var MAX_ATTEMPTS = 4;
  var MAX_SILENT_ATTEMPTS = 3; // that got no reply at all: the first, and two more
  var BACKOFF_BASE_MS = 100;
  var BACKOFF_CAP_MS = 5000;
  var BUDGET = 10;
  var BUDGET_PER_SUCCESS = 0.1;

  // A random wait below base * 2^n, for the n-th repetition from 0.
  function fullJitter(clock, n, base, cap) {
    return clock.random() * Math.min(cap, base * Math.pow(2, n));
  }

  // Returns what makes calls: all services of a client share it.
  function createCaller(options, clock) {
    var getToken = createTokens(options, clock);
    var interceptors = options.interceptors || [];
    var client = 'sdk/tv/' + VERSION + '; lang/es5; platform/' + (options.platform || platform());
    var budget = BUDGET;
    var cache = options.cache !== false && new Cache(options.cache || {}, clock);

    // Makes one logical call; returns what cancels it.
    return function (method, request, callOptions, done) {
      var started = clock.now();
      var timeout = callOptions.timeoutMs || method._timeoutMs;
      var deadline = timeout ? started + timeout : Infinity;
      var key = callOptions.idempotencyKey || uuid();
      var headers = copy({ 'x-request-id': request[method._requestId] || key }, callOptions.headers);
      var info = {
        method: method._fullName,
        attempts: 0,
        requestId: headers['x-request-id'],
        fromCache: false,
        isStale: false
      };
      var context = { method: info.method, request: request, headers: headers, options: callOptions };
      var timer; // of the wait for the next attempt
      var sending; // what aborts the attempt in flight
      var finished;
      var silent = 0;
      var rejected; // a token that the server refused
      var parsed; // the reply

      function tell(hook, error, since) {
        info.code = error ? error.code : 'OK';
        info.durationMs = clock.now() - since;
        try {
          options.telemetry[hook](copy({}, info));
        } catch (problem) {
          // a hook that is absent or fails must not fail the call
        }
      }

      function finish(error, reply) {
        if (finished) {
          return;
        }
        finished = true;
        clock.clearTimeout(timer);
        clock.clearTimeout(deadlineTimer);
        if (sending) {
          sending.abort();
        }
        if (error) {
          error.requestId = info.requestId;
        }
        tell('onCallEnd', error, started);
        done(error || null, reply, info);
      }

      function attempt(done) {
        getToken(rejected, function (problem, token) {
          if (finished) {
            return;
          }
          if (problem) {
            return done(fail('UNAUTHENTICATED', 'credentials: ' + problem));
          }
          var sent = httpRequest(method, context.request);
          if (sent._missing) {
            return done(fail('INVALID_ARGUMENT', sent._missing + ' is missing'));
          }
          var began = clock.now();
          sent.headers = copy({
            'idempotency-key': key,
            'x-music-attempt': ++info.attempts,
            'x-music-client': client
          }, headers);
          if (sent.body) {
            sent.headers['content-type'] = 'application/json';
          }
          if (options.apiKey) {
            sent.headers['x-api-key'] = options.apiKey;
          }
          if (token) {
            sent.headers.authorization = 'Bearer ' + token;
          }
          if (timeout) {
            sent.timeoutMs = Math.max(1, deadline - began);
            sent.headers['grpc-timeout'] = sent.timeoutMs + 'm';
          }
          sent.url = options.endpoint.replace(/\/$/, '') + sent.url;
          sent.method = info.method;
          sent.message = context.request;
          sending = (options.transport || xhrTransport)(sent, function (reply) {
            sending = null;
            if (finished) {
              return;
            }
            var failure = read(reply);
            tell('onAttempt', failure, began);
            if (failure) {
              return retryOr(done, failure, token);
            }
            budget = Math.min(BUDGET, budget + BUDGET_PER_SUCCESS);
            done(null, reply.responseText);
          });
        });
      }

      // Keeps what came; returns the error, if it is one.
      function read(reply) {
        if (!reply.status) {
          silent++;
          return fail('UNAVAILABLE', 'no reply');
        }
        var failure = null;
        parsed = null;
        try {
          // A type that is not told is null.
          parsed = /json|null/.test(reply.getResponseHeader('content-type')) && JSON.parse(reply.responseText);
        } catch (problem) {
          // a proxy's page
        }
        if (reply.status < 200 || reply.status >= 300) {
          failure = statusError(parsed || {}, reply.status);
          var delay = parseFloat(reply.getResponseHeader('retry-after')) * 1000;
          // RetryInfo is exact, the header has whole seconds.
          if (delay >= 0 && failure.retryDelayMs === undefined) {
            failure.retryDelayMs = delay;
          }
        } else if (!parsed) {
          failure = fail('INTERNAL', 'not JSON');
        }
        info.requestId =
          reply.getResponseHeader('x-request-id') || (failure && failure.requestId) || info.requestId;
        return failure;
      }

      // Tries again if that is allowed and in time, else ends the call.
      function retryOr(done, failure, token) {
        var mark = retryMarks[failure.reason];
        var delay = failure.retryDelayMs;
        var wait;
        if ((mark === '+' && delay >= 0) || method._retryable.indexOf(failure.code) >= 0) {
          wait = delay >= 0
            ? delay + clock.random() * BACKOFF_BASE_MS
            : fullJitter(clock, info.attempts - 1, BACKOFF_BASE_MS, BACKOFF_CAP_MS);
        } else if (mark === '^' && token && !rejected) {
          rejected = token;
          wait = 0;
        }
        if (
          wait >= 0 &&
          callOptions.retry !== false &&
          info.attempts < MAX_ATTEMPTS &&
          silent < MAX_SILENT_ATTEMPTS &&
          clock.now() + wait < deadline &&
          budget >= 1
        ) {
          budget--;
          timer = clock.setTimeout(function () {
            attempt(done);
          }, wait);
        } else {
          done(failure);
        }
      }

      // Answers from the cache, or by attempts.
      function answer(done) {
        var policy = cache && callOptions.cache !== false && method._cache;
        if (!policy) {
          return attempt(done);
        }
        var asked = copy({}, context.request);
        delete asked[method._requestId];
        var name = info.method + canonical(asked);
        var entry = cache._get(name);
        var age = entry ? clock.now() - entry._time : -1; // negative, too, after the clock was set back

        function serve() {
          info.fromCache = true;
          parsed = JSON.parse(entry._text);
          done(null);
        }

        if (age >= 0 && age <= policy[0]) {
          timer = clock.setTimeout(serve, 0);
          return;
        }
        attempt(function (error, text) {
          if (!error) {
            cache._put(name, text);
          } else if (error.code === 'UNAVAILABLE' && age >= 0 && age <= policy[0] + policy[1]) {
            info.isStale = true;
            return serve();
          }
          done(error);
        });
      }

      // Runs the user's chain around the call.
      function chain(index, done) {
        if (interceptors[index]) {
          interceptors[index](context, function (next) {
            chain(index + 1, next);
          }, done);
        } else {
          answer(function (error) {
            done(error, error ? undefined : decode(parsed, method._reply), info);
          });
        }
      }

      var deadlineTimer = timeout && clock.setTimeout(function () {
        finish(fail('DEADLINE_EXCEEDED'));
      }, timeout);
      tell('onCallStart', null, started);
      chain(0, finish);
      return {
        cancel: function () {
          finish(fail('CANCELLED'));
        }
      };
    };
  }

  // Lists page by page; fetches a page only when asked for it.
  function Pager(call, paging, request, options) {
    var self = this;
    var left = options.maxItems || Infinity;
    var current;
    var ended;

    self.pageToken = request[paging[1]] || '';

    // Calls done(error, page): page is null after the last one.
    self.next = function (done) {
      if (ended || left <= 0) {
        return done(null, null);
      }
      var asked = copy({}, request);
      asked[paging[1]] = self.pageToken;
      current = call(asked, options, function (error, reply, info) {
        if (error) {
          return done(error);
        }
        var items = reply[paging[0]].slice(0, left);
        left -= items.length;
        self.pageToken = reply[paging[2]];
        ended = !self.pageToken;
        done(null, { items: items, reply: reply, info: info });
      });
    };

    // Calls each(item, index) until it returns false or all were listed, then done(error).
    self.each = function (each, done) {
      var count = 0;
      done = done || noop;
      function onPage(error, page) {
        if (!page) {
          return done(error);
        }
        for (var i = 0; i < page.items.length; i++) {
          if (each(page.items[i], count++) === false) {
            return done(null);
          }
        }
        self.next(onPage);
      }
      self.next(onPage);
    };

    self.cancel = function () {
      if (current) {
        current.cancel();
      }
    };
  }

  // IndexedDB has an event on disk when it says so. Engines write localStorage seconds later.
  function indexedStore(db) {
    function write(change, done) {
      try {
        var transaction = db.transaction('events', 'readwrite');
        transaction.oncomplete = function () {
          done();
        };
        transaction.onabort = function () {
          done(transaction.error || true);
        };
        change(transaction.objectStore('events'));
      } catch (error) {
        done(error);
      }
    }

    return {
      load: function (done) {
        var rows = [];
        var request = db.transaction('events').objectStore('events').openCursor();
        request.onsuccess = function () {
          var cursor = request.result;
          if (cursor) {
            rows.push([cursor.key, cursor.value]);
            cursor['continue']();
          } else {
            done(rows);
          }
        };
        request.onerror = function () {
          done(rows);
        };
      },
      put: function (key, text, done) {
        write(function (events) {
          events.put(text, key);
        }, done);
      },
      remove: function (keys, done) {
        write(function (events) {
          keys.forEach(function (key) {
            events['delete'](key);
          });
        }, done);
      }
    };
  }

  function openStore(name, clock, done) {
    function fallBack() {
      done(localStore(name));
    }
    clock.setTimeout(fallBack, 3000); // some engines never answer; done takes the first store only
    try {
      var opening = root.indexedDB.open(name, 1);
      opening.onupgradeneeded = function () {
        opening.result.createObjectStore('events');
      };
      opening.onsuccess = function () {
        done(indexedStore(opening.result));
      };
      opening.onerror = fallBack;
    } catch (error) {
      fallBack(error);
    }
  }

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

  // Reports what becomes of a slate: of each item one impression, and the events it leads to.
  function ImpressionTracker(queue, slate, subject) {
    var self = this;
    var seen = {};

    self.event = function (type, item, fields) {
      var listed = {};
      listed.trackId = item.trackId;
      listed.place = item.place;
      var event = { kind: type, tracks: [listed] };
      event.radioToken = slate.radioToken;
      return queue.enqueue(copy(copy(event, subject), fields));
    };

    self.shown = function (item) {
      var id = '$' + item.trackId;
      if (!seen[id]) {
        seen[id] = true;
        self.event('PLAY_KIND_IMPRESSION', item);
      }
    };

    self.clicked = function (item) {
      self.event('PLAY_KIND_CLICK', item);
    };
  }

  exported.ImpressionTracker = ImpressionTracker;

  // See the typings for what it offers.
  function Client(options) {
    var clock = copy({
      now: Date.now,
      random: Math.random,
      setTimeout: root.setTimeout.bind(root),
      clearTimeout: root.clearTimeout.bind(root)
    }, options.clock);
    var caller = createCaller(options, clock);

    Object.keys(SERVICES).forEach(function (accessor) {
      var service = SERVICES[accessor];
      var facade = {};
      Object.keys(service[1]).forEach(function (name) {
        var method = service[1][name];
        method._fullName = '/' + service[0] + '/' + name;
        name = name.charAt(0).toLowerCase() + name.slice(1);

        function call(request, callOptions, done) {
          return typeof callOptions === 'function'
            ? caller(method, request, {}, callOptions)
            : caller(method, request, callOptions || {}, done || noop);
        }

        facade[name] = call;
        if (method._paging) {
          facade[name + 'Pager'] = function (request, callOptions) {
            return new Pager(call, method._paging, request, callOptions || {});
          };
        }
        if (method._queue) {
          facade.queue = function (queueOptions) {
            return new EventQueue(clock, call, method._queue, queueOptions || {});
          };
        }
      });
      this[accessor] = facade;
    }, this);
  }

  exported.Client = Client;
  exported.version = VERSION;
  exported.uuid = uuid;
  return exported;
})();

if (typeof module === 'object') {
  module.exports = Music;
}
