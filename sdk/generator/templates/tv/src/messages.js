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

