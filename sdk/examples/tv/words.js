// What the page says: the API gives codes and values, people get words.
var words = (function () {
  'use strict';

  var titles = {}; // of all items seen, by id

  function text(value) {
    if (value.stringValue !== undefined) {
      return value.stringValue;
    }
    if (value.numberValue !== undefined) {
      return '' + Math.round(value.numberValue * 100) / 100;
    }
    return value.stringsValue ? value.stringsValue.values.slice(0, 3).join(', ') : '';
  }

  function capital(name) {
    return name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ');
  }

  // Attributes in a stable order, plain words first.
  function attributes(entry) {
    var all = (entry.item && entry.item.attributes) || {};
    return Object.keys(all).sort(function (a, b) {
      return (all[b].stringValue !== undefined) - (all[a].stringValue !== undefined) || (a < b ? 1 : -1);
    }).map(function (name) {
      return { name: name, text: text(all[name]), isWord: all[name].stringValue !== undefined };
    }).filter(function (each) {
      return each.text && !/^(warehouse|id)$/.test(each.name);
    });
  }

  function known(ids) {
    var found = ids.map(function (id) {
      return titles[id];
    }).filter(Boolean);
    return found.length ? '“' + found[0] + '”' : 'something you liked';
  }

  var REASONS = {
    REASON_CODE_MATCHES_YOUR_TASTE: function () {
      return 'Matches your taste';
    },
    REASON_CODE_ENGAGED_TOGETHER: function (reason) {
      return 'Often chosen together with ' + known(reason.itemIds);
    },
    REASON_CODE_SIMILAR_CONTENT: function (reason) {
      return 'Similar to ' + known(reason.itemIds);
    },
    REASON_CODE_SHARES_ATTRIBUTE: function (reason) {
      return 'Because you like ' + capital(reason.value) + ' (' + reason.attribute.replace(/_/g, ' ') + ')';
    },
    REASON_CODE_TRENDING: function () {
      return 'Everybody looks at it right now';
    },
    REASON_CODE_POPULAR: function () {
      return 'Popular with many';
    },
    REASON_CODE_NEW: function () {
      return 'New in the catalogue';
    },
    REASON_CODE_EXPLORATION: function () {
      return 'Something different for a change';
    },
    REASON_CODE_ENGAGED_BEFORE: function () {
      return 'You came back to it before';
    },
    REASON_CODE_EDITORIAL: function () {
      return 'Our editors’ choice';
    }
  };

  return {
    learn: function (entry) {
      titles[entry.itemId] = this.title(entry);
    },
    title: function (entry) {
      var title = (entry.item && entry.item.title) || entry.itemId;
      return title.charAt(0).toUpperCase() + title.slice(1);
    },
    kind: function (entry) {
      var word = attributes(entry).filter(function (each) {
        return each.isWord;
      })[0];
      return word ? capital(word.text) : '';
    },
    facts: function (entry) {
      return attributes(entry).slice(1, 5).map(function (each) {
        return each.isWord ? capital(each.text) : capital(each.name) + ' ' + each.text;
      }).join('  ·  ');
    },
    // Codes that this page does not know are passed over.
    reason: function (entry) {
      var found = (entry.reasons || []).filter(function (each) {
        return REASONS[each.code];
      })[0];
      return found ? REASONS[found.code](found) : entry.because;
    },
    error: function (error) {
      var ways = {
        UNAVAILABLE: 'The server can’t be reached.',
        DEADLINE_EXCEEDED: 'The server takes too long.',
        UNAUTHENTICATED: 'This TV is not signed in.'
      };
      return ways[error.code] || 'Something went wrong.';
    }
  };
})();
