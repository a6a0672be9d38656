// Lists, reports, and shows what errors, deadlines and cancellation look like.
var client = new Shortlist.Client({
  endpoint: settings.edge, // apiKey: '...', or auth: function (forceRefresh, done) { ... }
  telemetry: {
    onCallEnd: function (event) {
      console.log(event.method + ': ' + event.code + ' in ' + event.durationMs + ' ms');
    }
  }
});
var request = { userId: settings.user, pageSize: 10 };

function failed(error) {
  console.log('quickstart failed: ' + error);
}

function list(done) {
  client.recommendations.recommend(request, function (error, reply, info) {
    if (error) {
      return failed(error);
    }
    reply.recommendations.forEach(function (item) {
      console.log(item.itemId);
    });
    console.log('request ' + info.requestId + (info.isStale ? ', out of date' : ''));
    done(reply);
  });
}

function toTheEnd(done) {
  var count = 0;
  client.recommendations.recommendPager(request).each(function () {
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
  var queue = client.events.queue({
    onRejected: function (event, error) {
      failed(error);
    }
  });
  var tracker = new Shortlist.ImpressionTracker(queue, reply, { userId: settings.user });
  reply.recommendations.forEach(function (item) {
    tracker.shown(item);
  });
  tracker.clicked(reply.recommendations[0]);
  queue.close(function (error) {
    if (error) {
      return failed(error);
    }
    done();
  });
}

function errors(done) {
  // A token that no server made.
  var wrong = { userId: settings.user, pageToken: 'wrong' };
  client.recommendations.recommend(wrong, function (error) {
    if (!(error instanceof Shortlist.ShortlistError)) {
      return failed('no error');
    }
    console.log(error.name + ' ' + error.reason + ' (request ' + error.requestId + ')');
    client.recommendations.recommend(request, { timeoutMs: 1, cache: false }, function (error) {
      console.log(error instanceof Shortlist.DeadlineExceededError ? 'too late' : 'in time');
      var call = client.recommendations.recommend(request, { cache: false }, function (error) {
        console.log(error instanceof Shortlist.CancelledError ? 'cancelled' : 'not cancelled');
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
