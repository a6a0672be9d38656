// Apps: frames of this page, each with the SDK of its own, that can be killed. And the SDK's methods, as it
// names them itself.

// Opens an app; done(app).
function openApp(done) {
  var frame = document.createElement('iframe');
  frame.onload = function () {
    done(new App(frame));
  };
  frame.src = 'app.html';
  document.body.appendChild(frame);
}

function App(frame) {
  var self = this;
  var inside = frame.contentWindow;
  var isKilled = false;

  // An app that is killed is told nothing; the first to listen can see to it.
  function hush(event) {
    if (isKilled) {
      event.stopImmediatePropagation();
    }
  }
  inside.addEventListener('pagehide', hush);
  inside.document.addEventListener('visibilitychange', hush);

  self.Shortlist = inside.Shortlist;

  // Returns a copy made of the app's own objects.
  self.own = function (value) {
    return inside.JSON.parse(JSON.stringify(value));
  };

  // Tells the app what engines tell when its page is hidden.
  self.hide = function () {
    inside.document.dispatchEvent(new Event('visibilitychange'));
    inside.dispatchEvent(new Event('pagehide'));
  };

  self.kill = function () {
    isKilled = true;
    frame.parentNode.removeChild(frame);
  };
}

// Returns where each method is, by `package.Service/Method`: {accessor, name, hasPager, hasQueue}.
function methodsOf(Shortlist) {
  var methods = {};
  var place;
  var client = new Shortlist.Client({
    endpoint: '',
    transport: function () {
      return { abort: function () {} };
    },
    telemetry: {
      onCallStart: function (info) {
        methods[info.method.slice(1)] = place;
      }
    }
  });
  Object.keys(client).forEach(function (accessor) {
    var service = client[accessor];
    Object.keys(service).forEach(function (name) {
      if (name === 'queue' || /Pager$/.test(name)) {
        return;
      }
      place = { accessor: accessor, name: name, hasPager: !!service[name + 'Pager'], hasQueue: !!service.queue };
      service[name]({}, function () {}).cancel();
    });
  });
  return methods;
}
