// Offline: a page enqueues and is killed; another one, started with the same profile, sends.
// settings: phase=enqueue|inflight|flush, name, count, faults or edge.

var all = { endpoint: settings.edge };
var queue = new Shortlist.Client(all).events.queue({ name: settings.name });

function say(what, value) {
  console.log(what + ' ' + JSON.stringify(value));
}

function event() {
  return { type: 'EVENT_TYPE_CLICK', userId: settings.user, items: [{ itemId: settings.item }] };
}

if (settings.phase === 'flush') {
  queue.flush(function (error) {
    say('FLUSHED', { error: error && error.code, left: queue.size() });
  });
} else {
  var ids = [];
  var left = +settings.count;
  var stored = function (error) {
    left--;
    if (error) {
      say('FAILED', '' + error);
    } else if (!left) {
      if (settings.phase === 'inflight') {
        queue.flush();
      }
      say('STORED', ids);
    }
  };
  for (var i = 0; i < +settings.count; i++) {
    ids.push(queue.enqueue(event(), stored));
  }
}
