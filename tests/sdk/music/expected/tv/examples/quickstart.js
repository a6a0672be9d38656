// Lists, reports, and shows what errors, deadlines and cancellation look like.
var client = new Music.Client({
  endpoint: settings.edge, // apiKey: '...', or auth: function (forceRefresh, done) { ... }
  telemetry: {
    onCallEnd: function (event) {
      console.log(event.method + ': ' + event.code + ' in ' + event.durationMs + ' ms');
    }
  }
});
var request = { listenerId: settings.user, count: 10 };

function failed(error) {
  console.log('quickstart failed: ' + error);
}

function list(done) {
  client.radios.nextTracks(request, function (error, reply, info) {
    if (error) {
      return failed(error);
    }
    reply.picks.forEach(function (item) {
      console.log(item.trackId);
    });
    console.log('request ' + info.requestId + (info.isStale ? ', out of date' : ''));
    done(reply);
  });
}

function toTheEnd(done) {
  var count = 0;
  client.radios.nextTracksPager(request).each(function () {
    count++;
  }, function (error) {
    if (error) {
      return failed(error);
    }
    console.log(count + ' items in all');
    done();
  });
}

function report(reply, done) {
  var queue = client.plays.queue({
    onRejected: function (event, error) {
      failed(error);
    }
  });
  var tracker = new Music.ImpressionTracker(queue, reply, { listenerId: settings.user });
  reply.picks.forEach(function (item) {
    tracker.shown(item);
  });
  tracker.clicked(reply.picks[0]);
  queue.close(function (error) {
    if (error) {
      return failed(error);
    }
    done();
  });
}

function errors(done) {
  // A token that no server made.
  var wrong = { listenerId: settings.user, cursor: 'wrong' };
  client.radios.nextTracks(wrong, function (error) {
    if (!(error instanceof Music.MusicError)) {
      return failed('no error');
    }
    console.log(error.name + ' ' + error.reason + ' (request ' + error.requestId + ')');
    client.radios.nextTracks(request, { timeoutMs: 1, cache: false }, function (error) {
      console.log(error instanceof Music.DeadlineExceededError ? 'too late' : 'in time');
      var call = client.radios.nextTracks(request, { cache: false }, function (error) {
        console.log(error instanceof Music.CancelledError ? 'cancelled' : 'not cancelled');
        done();
      });
      call.cancel();
    });
  });
}

list(function (reply) {
  toTheEnd(function () {
    report(reply, function () {
      errors(function () {
        console.log('quickstart done');
      });
    });
  });
});
