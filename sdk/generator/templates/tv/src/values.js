  function noop() {}

  function copy(target, source) {
    Object.keys(source || {}).forEach(function (key) {
      target[key] = source[key];
    });
    return target;
  }

  function isoTime(milliseconds) {
    return new Date(milliseconds).toISOString();
  }

  // Version 4. Without a source of good random numbers, time takes part, so that two devices whose
  // engines start from the same seed still differ.
  function uuid() {
    var crypto = root.crypto;
    var bytes = crypto && crypto.getRandomValues && crypto.getRandomValues(new Uint8Array(31));
    var time = Date.now();
    var index = 0;
    return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, function (digit) {
      // 0 and 1 become any digit, 8 becomes one of 8, 9, a and b.
      var random = (bytes ? bytes[index++] : Math.random() * 256 + (time /= 2)) & (15 >> (digit / 4));
      return (digit & 8 | random).toString(16);
    });
  }

