// Loads the suites that the address names (`?suites=calls,client&edge=...`) and reports on the console.
var root = window;
var settings = {};
location.search.slice(1).split('&').forEach(function (pair) {
  settings[pair.split('=')[0]] = decodeURIComponent(pair.split('=')[1] || '');
});

function load(names) {
  if (!names.length) {
    return runTests(+settings.limitMs || 20000, function (results) {
      console.log('RESULTS ' + JSON.stringify(results));
    });
  }
  var script = document.createElement('script');
  script.src = '/suite/' + names[0] + '.js';
  script.onload = function () {
    load(names.slice(1));
  };
  document.body.appendChild(script);
}

load(['harness'].concat(settings.suites.split(',')));
