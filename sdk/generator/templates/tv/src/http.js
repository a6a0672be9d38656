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

