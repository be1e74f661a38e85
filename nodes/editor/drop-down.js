/** A list below a field: written freely, or chosen. Keyboard and screen reader as WAI-ARIA says of an editable combobox. */
(() => {
  window.smsEditor = window.smsEditor || {};
  let count = 0;

  /**
   * Gives the field `line` a button and a list. `ask()` promises the choices `[{value, label?}]`; it is called when the
   * field gets the focus, so that the list is there when somebody wants it, and a failure is told only in the open list.
   * `pick(value)` fills it in; `after` is what the button stands behind; while `isOn()` says no, what is typed is the
   * field's own and only the button opens the list. Answers `show(whether)`.
   */
  smsEditor.offer = (line, { ask, pick, after = line, isOn = () => true }) => {
    count += 1;
    const id = `sms-choices-${count}`;
    const words = smsEditor.text('choices.open');
    const button = $('<button type="button" class="red-ui-button sms-open"><i class="fa fa-caret-down"></i></button>')
      .attr({ title: words, 'aria-label': words, 'aria-expanded': false, 'aria-controls': id })
      .insertAfter(after);
    const list = $('<ul class="sms-choices" role="listbox" style="display: none">').attr({ id, 'aria-label': words });
    list.insertAfter(button);
    const state = { shown: true, open: false, active: -1, all: [], round: 0 };

    const close = () => {
      state.open = false;
      list.hide().empty();
      state.active = -1;
      line.attr('aria-expanded', false).removeAttr('aria-activedescendant');
      button.attr('aria-expanded', false);
    };
    const say = (text) => {
      list.empty();
      $('<li role="option" aria-disabled="true" class="sms-choices-note">').text(text).appendTo(list);
    };
    const fill = (written) => {
      const found = matching(state.all, written);
      state.active = -1;
      line.removeAttr('aria-activedescendant');
      if (found.length === 0) return say(smsEditor.text(state.all.length > 0 ? 'choices.noMatch' : 'choices.none'));
      list.empty();
      for (const [index, choice] of found.entries()) entry(choice, `${id}-${index}`).appendTo(list);
    };
    /** Opens with all there is, or with what matches `written`. */
    const open = async (written = '') => {
      if (!state.shown || line.prop('disabled')) return;
      state.round += 1;
      const { round } = state;
      if (!state.open) say(smsEditor.text('shared.working'));
      state.open = true;
      place(list, after, button);
      line.attr('aria-expanded', true);
      button.attr('aria-expanded', true);
      try {
        state.all = await ask();
        if (state.open && round === state.round) fill(written);
      } catch (error) {
        if (state.open && round === state.round) say(error.message);
      }
    };
    const choose = (value) => {
      close();
      pick(value);
    };
    const move = (step) => {
      const entries = list.find('[data-value]');
      if (entries.length === 0) return;
      state.active = (state.active + step + entries.length + (state.active < 0 && step < 0 ? 1 : 0)) % entries.length;
      entries.attr('aria-selected', false);
      const active = entries.eq(state.active).attr('aria-selected', true);
      active[0].scrollIntoView({ block: 'nearest' });
      line.attr('aria-activedescendant', active.attr('id'));
    };

    line
      .attr({
        role: 'combobox',
        'aria-autocomplete': 'list',
        'aria-expanded': false,
        'aria-controls': id,
        autocomplete: 'off',
      })
      .on('focus', () => state.shown && isOn() && ask().catch(() => undefined))
      .on('blur', close)
      .on('input', () => isOn() && (state.open || state.all.length > 0) && open(line.val()))
      .on('keydown', (event) => {
        const isMove = event.key === 'ArrowDown' || event.key === 'ArrowUp';
        if (isMove && state.shown && (state.open || isOn())) {
          if (state.open) move(event.key === 'ArrowDown' ? 1 : -1);
          else open();
          return false;
        }
        if (!state.open || (event.key !== 'Enter' && event.key !== 'Escape')) return true;
        if (event.key === 'Enter' && state.active >= 0)
          choose(list.find('[data-value]').eq(state.active).attr('data-value'));
        else close();
        return false;
      });
    // The field keeps the focus: leaving it closes the list.
    button.on('mousedown', (event) => event.preventDefault());
    button.on('click', () => {
      const wasOpen = state.open;
      line.trigger('focus');
      if (wasOpen) close();
      else open();
    });
    list.on('mousedown', (event) => event.preventDefault());
    list.on('click', '[data-value]', (event) => choose($(event.currentTarget).attr('data-value')));
    return {
      show: (whether) => {
        state.shown = whether;
        button.toggle(whether);
        if (!whether) close();
      },
    };
  };

  function entry({ value, label }, id) {
    const row = $('<li role="option" aria-selected="false">').attr({ id, 'data-value': value });
    $('<span class="sms-choice">').text(value).appendTo(row);
    if (label) $('<span class="sms-choice-label">').text(label).appendTo(row);
    return row;
  }

  /** Every word that is written has to be in the value or in the label. */
  function matching(all, written) {
    const wanted = String(written).toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter(({ value, label = '' }) => {
      const text = `${value} ${label}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
  }

  /** As wide as the field with its button, and right below it. */
  function place(list, field, button) {
    const { left, top } = field.position();
    const width = button[0].getBoundingClientRect().right - field[0].getBoundingClientRect().left;
    list.css({ left, top: top + field.outerHeight() + 1, width }).show();
  }
})();
