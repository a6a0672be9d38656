// Keys to actions, and what the page tells about itself.
(function () {
  'use strict';

  // Back is Backspace or Escape on keyboards, 461 on webOS, 10009 on Tizen.
  var KEYS = { 37: 'left', 38: 'up', 39: 'right', 40: 'down', 13: 'ok', 8: 'back', 27: 'back', 461: 'back', 10009: 'back' };

  var personal;
  var similar;
  var failed = []; // rows that could not be loaded
  var noticeTimer;

  function notice(text) {
    var node = view.get('notice');
    clearTimeout(noticeTimer);
    node.textContent = text;
    node.className = 'shown';
    noticeTimer = setTimeout(function () {
      node.className = '';
    }, 3500);
  }

  function status(info) {
    var node = view.get('status');
    node.textContent = feeds.who;
    if (info && info.isStale) {
      node.appendChild(view.element('span', 'stale', 'Offline: from an earlier visit'));
    }
  }

  function help() {
    view.get('keys').innerHTML = detail.isOpen()
      ? '<b>▲ ▼</b>choose<b>OK</b>do it<b>Back</b>to the rows'
      : '<b>◀ ▶ ▲ ▼</b>move<b>OK</b>open<b>Back</b>to the start';
  }

  view.events.loaded = function (row, info) {
    status(info);
    if (row === personal && !similar && row.entries.length) {
      similar = view.add('More like “' + words.title(row.entries[0]) + '”', feeds.similar(row.entries[0]));
    }
  };

  view.events.failed = function (error, row) {
    if (failed.indexOf(row) < 0) {
      failed.push(row);
    }
    if (!row.entries.length && row === view.row()) {
      view.get('hero-title').textContent = words.error(error);
      view.get('hero-facts').textContent = (error.reason || error.code) + '  ·  request ' + error.requestId;
      view.get('hero-reason').textContent = 'Press OK to try again.';
    } else {
      notice(words.error(error));
    }
  };

  function retry() {
    view.get('hero-reason').textContent = 'Trying again …';
    failed.splice(0).forEach(function (row) {
      row.more();
    });
  }

  function back() {
    detail.close();
    help();
  }

  function actions() {
    return [
      {
        name: '♥  Like it',
        run: function (entry) {
          back();
          feeds.did('EVENT_TYPE_LIKE', entry, function (error) {
            notice(error ? 'Noted; it is sent when the server is back.' : 'Liked. Your row takes it into account.');
            if (!error) {
              personal.replace('For you', feeds.personal(true));
            }
          });
        }
      },
      {
        name: '≈  More like this',
        run: function (entry) {
          back();
          similar.replace('More like “' + words.title(entry) + '”', feeds.similar(entry));
          view.show(similar);
        }
      },
      {
        name: '✕  Don’t show it again',
        run: function (entry) {
          var row = view.row();
          back();
          feeds.did('EVENT_TYPE_HIDE', entry, function () {});
          row.remove(entry);
          notice('“' + words.title(entry) + '” won’t come again.');
        }
      }
    ];
  }

  function open() {
    var entry = view.focused();
    if (!entry) {
      return retry();
    }
    feeds.opened(entry);
    detail.open(entry, actions());
    help();
  }

  function press(key) {
    if (detail.isOpen()) {
      if (key === 'up' || key === 'down') {
        detail.move(key === 'up' ? -1 : 1);
      } else if (key === 'ok') {
        detail.choose();
      } else if (key === 'back') {
        back();
      }
    } else if (key === 'left' || key === 'right') {
      view.across(key === 'left' ? -1 : 1);
    } else if (key === 'up' || key === 'down') {
      view.down(key === 'up' ? -1 : 1);
    } else if (key === 'ok') {
      open();
    } else {
      view.toStart();
    }
  }

  document.addEventListener('keydown', function (event) {
    var key = KEYS[event.keyCode];
    if (key) {
      event.preventDefault();
      press(key);
    }
  });

  status(null);
  help();
  personal = view.add('For you', feeds.personal());
  view.add('Trending now', feeds.trending());
})();
