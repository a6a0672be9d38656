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

