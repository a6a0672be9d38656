// One item over the whole screen, and what can be done with it.
var detail = (function () {
  'use strict';

  var actions = [];
  var index = 0;
  var opened = null;

  function draw() {
    var list = view.get('detail-actions');
    list.innerHTML = '';
    actions.forEach(function (action) {
      list.appendChild(view.element('div', 'action', action.name));
    });
    view.mark(list.children, index);
  }

  return {
    isOpen: function () {
      return opened !== null;
    },
    open: function (entry, offered) {
      var picture = view.get('detail-art');
      opened = entry;
      actions = offered;
      index = 0;
      picture.className = '';
      view.dress(picture, entry).textContent = entry.item && entry.item.imageUri ? '' : words.title(entry).charAt(0).toUpperCase();
      view.describe('detail', entry);
      draw();
      view.get('detail').className = 'open';
      view.get('detail').setAttribute('aria-hidden', 'false');
    },
    close: function () {
      opened = null;
      view.get('detail').className = '';
      view.get('detail').setAttribute('aria-hidden', 'true');
    },
    move: function (step) {
      index = Math.max(0, Math.min(index + step, actions.length - 1));
      draw();
    },
    choose: function () {
      actions[index].run(opened);
    }
  };
})();
