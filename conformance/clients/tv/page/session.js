// One test: its client in an app of its own, and what the steps do with it.

// Actions that need a method, and those that need none.
var CALLS = ['call', 'cancel_after', 'paginate_all', 'enqueue_events', 'send_events_then_flush'];
var OTHERS = ['flush', 'kill_and_restart', 'close', 'background', 'shown', 'clicked', 'wait', 'encode'];
// When the queue sends of itself, which apps can't set. Asked for more it sends earlier than it might; asked
// for less it would be late.
var FIXED = { max_events: 50, max_bytes: 65536, max_age_ms: 5000 };

function Session(request, methods) {
  var self = this;
  var target = request.target || {};
  var options = request.options || {};
  var queueOptions = options.event_queue || {};
  var storage = (request.storage || request.test).replace(/\/+$/, '').split('/').pop();
  var app;
  var client;
  var queue;
  var rejected;
  var dropped; // ids
  var slate; // {request, reply}
  var tracker;

  // Returns why the SDK can't do the test; empty: it can.
  self.lacks = function () {
    var reasons = Object.keys(FIXED).filter(function (name) {
      return queueOptions[name] < FIXED[name];
    }).map(function (name) {
      return 'the queue\'s ' + name + ' is always ' + FIXED[name];
    });
    (request.steps || []).forEach(function (step) {
      var method = methods[step.method];
      if (CALLS.concat(OTHERS).indexOf(step['do']) < 0) {
        reasons.push('the SDK has no ' + step['do']);
      } else if (CALLS.indexOf(step['do']) >= 0 && !method) {
        reasons.push('the SDK has no ' + step.method);
      } else if (step['do'] === 'paginate_all' && !method.hasPager) {
        reasons.push(step.method + ' has no pager');
      }
    });
    return reasons[0] || '';
  };

  // Runs a step; done(outcome).
  self.run = function (step, done) {
    var began = Date.now();
    function end(error, reply, info) {
      var outcome = { elapsed_ms: Date.now() - began };
      if (error) {
        outcome.error = errorOf(error);
      }
      if (reply !== undefined) {
        outcome.reply = reply;
      }
      if (info) {
        outcome.info = infoOf(info);
      }
      done(outcome);
    }
    opened(function () {
      try {
        actions[step['do']](step, end);
      } catch (error) {
        end(error);
      }
    });
  };

  // Ends without sending what waits.
  self.end = function () {
    if (app) {
      app.kill();
    }
    app = client = queue = tracker = null;
  };

  function opened(done) {
    if (app) {
      return done();
    }
    openApp(function (made) {
      app = made;
      client = new app.Shortlist.Client(clientOptions(target, options));
      done();
    });
  }

  function openedQueue() {
    if (!queue) {
      rejected = [];
      dropped = [];
      queue = withQueue().queue({
        name: storage,
        maxEvents: queueOptions.capacity,
        onRejected: function (event, error) {
          rejected.push({ event_id: event.eventId, error: errorOf(error) });
        },
        onDropped: function (event) {
          dropped.push(event.eventId);
        }
      });
    }
    return queue;
  }

  function withQueue() {
    return client[Object.keys(client).filter(function (accessor) {
      return client[accessor].queue;
    })[0]];
  }

  function begin(step, done) {
    var asked = app.own(step.request || {});
    var place = methods[step.method];
    return client[place.accessor][place.name](asked, callOptions(step, options), function (error, reply, info) {
      if (!error) {
        slate = { request: asked, reply: reply };
        tracker = null;
      }
      done(error, reply, info);
    });
  }

  function openedTracker() {
    if (!slate) {
      throw new Error('no slate was asked for');
    }
    if (!tracker) {
      var subject = {};
      ['userId', 'visitorId'].forEach(function (name) {
        if (slate.request[name]) {
          subject[name] = slate.request[name];
        }
      });
      tracker = new app.Shortlist.ImpressionTracker(openedQueue(), slate.reply, subject);
    }
    return tracker;
  }

  function itemOf(step) {
    return slate.reply.recommendations[(step.request || {}).position || 0];
  }

  var actions = {
    call: function (step, done) {
      var times = step.times || 1;
      var failed = 0;
      var left = times;
      function ended(error) {
        failed += error ? 1 : 0;
        if (!--left) {
          done(null, { succeeded: times - failed, failed: failed });
        }
      }
      for (var i = 0; i < times; i++) {
        begin(step, times === 1 ? done : ended);
      }
    },

    cancel_after: function (step, done) {
      var call = begin(step, done);
      setTimeout(call.cancel, step.after_ms || 0);
    },

    paginate_all: function (step, done) {
      var place = methods[step.method];
      var items = [];
      client[place.accessor][place.name + 'Pager'](app.own(step.request || {}), callOptions(step, options)).each(function (item) {
        items.push(item);
      }, function (error) {
        done(error, { items: items });
      });
    },

    enqueue_events: function (step, done) {
      var events = app.own([].concat(step.request || []));
      var left = events.length;
      var ids = [];
      var problems = [];
      function ended() {
        // What was dropped for lack of room is told by a flush.
        var problem = problems.filter(function (each, index) {
          return each && dropped.indexOf(ids[index]) < 0;
        })[0];
        done(problem || null, problem ? undefined : {});
      }
      openedQueue();
      events.forEach(function (event, index) {
        ids[index] = queue.enqueue(event, function (error) {
          problems[index] = error;
          if (!--left) {
            setTimeout(ended, 0);
          }
        });
      });
      if (!events.length) {
        ended();
      }
    },

    flush: function (step, done) {
      openedQueue().flush(function () {
        done(null, { pending: queue.size(), rejected: rejected.slice(), dropped: dropped.length });
      });
    },

    send_events_then_flush: function (step, done) {
      actions.enqueue_events(step, function (error) {
        if (error) {
          return done(error);
        }
        actions.flush(step, done);
      });
    },

    kill_and_restart: function (step, done) {
      var hadQueue = queue;
      self.end();
      opened(function () {
        if (hadQueue) {
          openedQueue(); // which finds what the killed one left
        }
        done(null, {});
      });
    },

    close: function (step, done) {
      function closed() {
        self.end();
        done(null, {});
      }
      if (queue) {
        queue.close(closed);
      } else {
        closed();
      }
    },

    background: function (step, done) {
      app.hide();
      done(null, {});
    },

    shown: function (step, done) {
      openedTracker().shown(itemOf(step));
      done(null, {});
    },

    clicked: function (step, done) {
      openedTracker().clicked(itemOf(step));
      done(null, {});
    },

    wait: function (step, done) {
      setTimeout(function () {
        done(null, {});
      }, step.after_ms || 0);
    },

    // The SDK reads replies only, and writes what apps give it as it is: what other messages hold is up to
    // apps, and checked by their typings.
    encode: function (step, done) {
      var read = Object.keys(step.readers).filter(function (name) {
        return methods[name];
      })[0];
      if (!read || !step.request) {
        return done(null, {});
      }
      var place = methods[read];
      var reader = new app.Shortlist.Client({
        endpoint: '',
        transport: function (sent, answer) {
          answer({
            status: 200,
            responseText: JSON.stringify(step.request.json),
            getResponseHeader: function () {
              return null;
            }
          });
          return { abort: function () {} };
        }
      });
      reader[place.accessor][place.name](step.readers[read], function (error, reply) {
        done(error, reply && { json: reply });
      });
    }
  };
}
