// Rows of cards, one of which has the focus.
var view = (function () {
  'use strict';

  var CARD = 236; // with its margin
  var ROW = 262;
  var SEEN = 5; // cards that are on the screen at a time
  var AHEAD = 6; // cards before the end at which more are fetched

  var rows = [];
  var current = 0;

  function get(id) {
    return document.getElementById(id);
  }

  function element(kind, className, content) {
    var made = document.createElement(kind);
    made.className = className;
    if (content) {
      made.textContent = content;
    }
    return made;
  }

  // The same kind of thing has the same colours everywhere.
  function art(entry) {
    var name = words.kind(entry) || entry.itemId;
    var sum = 0;
    for (var i = 0; i < name.length; i++) {
      sum = (sum * 31 + name.charCodeAt(i)) % 8;
    }
    return 'art-' + sum;
  }

  function dress(target, entry) {
    var image = entry.item && entry.item.imageUri;
    target.className += ' ' + art(entry);
    target.style.backgroundImage = image ? 'url("' + encodeURI(image) + '")' : '';
    return target;
  }

  function card(entry) {
    var made = dress(element('div', 'card'), entry);
    made.appendChild(element('div', 'letter', words.title(entry).charAt(0).toUpperCase()));
    made.appendChild(element('div', 'name', words.title(entry)));
    made.appendChild(element('div', 'kind', words.kind(entry)));
    return made;
  }

  function Row(name, fetch) {
    this.node = element('div', 'row');
    this.heading = element('h3', '', name);
    this.cards = element('div', 'cards');
    this.node.appendChild(this.heading);
    this.node.appendChild(this.cards);
    this.start(fetch);
  }

  // Begins from nothing; until something comes, empty cards stand for it.
  Row.prototype.start = function (fetch) {
    this.fetch = fetch;
    this.isBusy = this.isAtEnd = false;
    this.entries = [];
    this.index = 0;
    this.cards.innerHTML = '';
    for (var i = 0; i < SEEN; i++) {
      this.cards.appendChild(element('div', 'card loading'));
    }
  };

  // Fetches when the focus comes near the end.
  Row.prototype.more = function () {
    var self = this;
    var fetch = self.fetch;
    if (self.isBusy || self.isAtEnd || self.entries.length - self.index > AHEAD) {
      return;
    }
    self.isBusy = true;
    fetch(function (error, entries, info) {
      if (fetch !== self.fetch) {
        return; // the row shows something else by now
      }
      self.isBusy = false;
      self.isAtEnd = !error && !entries;
      if (error) {
        return events.failed(error, self);
      }
      if (!entries) {
        return;
      }
      if (!self.entries.length) {
        self.cards.innerHTML = '';
      }
      entries.forEach(function (entry) {
        self.entries.push(entry);
        self.cards.appendChild(card(entry));
      });
      events.loaded(self, info);
      draw();
    });
  };

  // Shows other entries in place of those there are.
  Row.prototype.replace = function (name, fetch) {
    this.heading.textContent = name;
    this.start(fetch);
    this.more();
    draw();
  };

  Row.prototype.remove = function (entry) {
    var index = this.entries.indexOf(entry);
    if (index < 0) {
      return;
    }
    var node = this.cards.children[index];
    var self = this;
    this.entries.splice(index, 1);
    node.className += ' leaving';
    setTimeout(function () {
      self.cards.removeChild(node);
      self.index = Math.max(0, Math.min(self.index, self.entries.length - 1));
      draw();
      self.more();
    }, 250);
  };

  var events = { failed: null, loaded: null }; // set by main

  function mark(nodes, chosen) {
    for (var i = 0; i < nodes.length; i++) {
      nodes[i].className = nodes[i].className.replace(/ ?focused/, '') + (i === chosen ? ' focused' : '');
    }
  }

  function describe(prefix, entry) {
    get(prefix + '-kind').textContent = words.kind(entry);
    get(prefix + '-title').textContent = words.title(entry);
    get(prefix + '-facts').textContent = words.facts(entry);
    get(prefix + '-reason').textContent = words.reason(entry);
  }

  // Moves rows and cards so that what has the focus is on the screen, and reports what can be seen.
  function draw() {
    var list = get('rows');
    list.style.transform = 'translate3d(0, ' + -current * ROW + 'px, 0)';
    mark(list.children, current);
    rows.forEach(function (row, number) {
      var first = Math.max(0, Math.min(row.index - 1, row.entries.length - SEEN));
      row.cards.style.transform = 'translate3d(' + -first * CARD + 'px, 0, 0)';
      mark(row.cards.children, number === current && row.entries.length ? row.index : -1);
      if (number === current) {
        row.entries.slice(first, first + SEEN).forEach(feeds.shown);
      }
    });
    var entry = focused();
    if (entry) {
      describe('hero', entry);
    }
  }

  function focused() {
    return rows[current] && rows[current].entries[rows[current].index];
  }

  return {
    events: events,
    element: element,
    describe: describe,
    dress: dress,
    get: get,
    mark: mark,
    focused: focused,
    row: function () {
      return rows[current];
    },
    add: function (name, fetch) {
      var row = new Row(name, fetch);
      rows.push(row);
      get('rows').appendChild(row.node);
      row.more();
      draw();
      return row;
    },
    across: function (step) {
      var row = rows[current];
      var index = row.index + step;
      if (index >= 0 && index < row.entries.length) {
        row.index = index;
        draw();
        row.more();
      }
    },
    down: function (step) {
      var index = current + step;
      if (rows[index] && rows[index].entries.length) {
        current = index;
        draw();
      }
    },
    toStart: function () {
      var wasThere = rows[current].index === 0;
      rows[current].index = 0;
      current = wasThere ? 0 : current;
      draw();
    },
    // Brings a row into focus, at its start.
    show: function (row) {
      current = rows.indexOf(row);
      row.index = 0;
      draw();
    }
  };
})();
