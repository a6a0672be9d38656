// Takes requests from the bridge, runs each beside the others, and gives the bridge what comes of them.

var posting = []; // lines; sent one after the other, so that they arrive in order
var open = []; // sessions
var methods;

function say(line) {
  posting.push(line);
  if (posting.length === 1) {
    post();
  }
}

function post() {
  var xhr = new XMLHttpRequest();
  xhr.open('POST', '/lines');
  xhr.onload = function () {
    posting.shift();
    if (posting.length) {
      post();
    }
  };
  xhr.send(posting[0]);
}

function ask() {
  var xhr = new XMLHttpRequest();
  xhr.open('GET', '/lines');
  xhr.onload = function () {
    var requests = JSON.parse(xhr.responseText);
    requests.forEach(function (request) {
      if (request) {
        run(request);
      } else {
        end();
      }
    });
    ask();
  };
  xhr.onerror = function () {
    // The bridge is gone. Its end of the console is closed, and so the engine ends.
    console.log('no bridge');
    setTimeout(ask, 500);
  };
  xhr.send();
}

function run(request) {
  var session = new Session(request, methods);
  var lacks = session.lacks();
  if (lacks) {
    return say(toText({ test: request.test, unsupported: lacks }));
  }
  var outcomes = [];
  var steps = request.steps || [];
  open.push(session);

  function next() {
    var number = outcomes.length;
    if (number === steps.length) {
      open.splice(open.indexOf(session), 1);
      session.end();
      return say(toText({ test: request.test, outcomes: outcomes }));
    }
    say(toText({ test: request.test, step: number + 1 }));
    session.run(steps[number], function (outcome) {
      outcomes.push(outcome);
      next();
    });
  }
  next();
}

function end() {
  open.forEach(function (session) {
    session.end();
  });
  say('null');
}

openApp(function (app) {
  methods = methodsOf(app.Shortlist);
  say(toText({
    ready: {
      language: /language=([^&]*)/.exec(location.search)[1],
      version: app.Shortlist.version,
      protocols: ['rest']
    }
  }));
  app.kill();
  ask();
});
