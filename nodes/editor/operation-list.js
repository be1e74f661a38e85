/** The list of a provider's operations: grouped, searched by words, and opened up while somebody searches. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const ROWS = 10;

  /**
   * Makes `select` such a list, searched by what is written in the input `search`. What is chosen stays chosen, known or
   * not. Answers `fill(operations)`, `chosen()` (the operation, or undefined) and `id()` (as it will be stored).
   */
  smsEditor.operationList = (select, search, stored) => {
    let operations = [];
    let chosen = stored || '';
    const refill = () => {
      const found = matching(operations, search.val());
      show(select, found, chosen, operations);
      const searching = search.val().trim() !== '';
      select.attr('size', searching ? Math.max(2, Math.min(ROWS, select.find('option, optgroup').length)) : null);
      return found;
    };
    const close = () => {
      search.val('');
      refill();
    };
    const choose = (id) => {
      chosen = id;
      close();
      select.trigger('change');
    };
    search.on('input', refill);
    search.on('keydown', (event) => {
      if (event.key === 'Escape' && search.val()) {
        close();
        return false;
      }
      if (event.key === 'ArrowDown') {
        select.trigger('focus');
        return false;
      }
      if (event.key !== 'Enter') return true;
      const [first] = search.val().trim() ? refill() : [];
      if (first) choose(first.id);
      return false;
    });
    select.on('change', () => {
      chosen = select.val() ?? '';
    });
    // In the open list the arrow keys move the choice: it is taken by Enter, a click, or by leaving.
    select.on('keydown', (event) => {
      if (event.key !== 'Enter' || !search.val()) return true;
      close();
      return false;
    });
    select.on('click blur', () => search.val() && select.val() && close());
    refill();
    return {
      fill: (all) => {
        operations = all;
        const count = all.length;
        search.toggle(count > 0).attr('placeholder', smsEditor.text('operations.search', { count }));
        refill();
      },
      chosen: () => operations.find(({ id }) => id === chosen),
      id: () => chosen,
    };
  };

  /** Every word has to be in the id, the title or the group. */
  function matching(operations, words) {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    return operations.filter(({ id, title, group = '' }) => {
      const text = `${id} ${title} ${group}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
  }

  /** Grouped by the middle of the id, `vendor.group.call`, where no other group is named. */
  function show(select, found, chosen, operations) {
    select.empty();
    $('<option value="">').text(smsEditor.text('operations.choose')).appendTo(select);
    const groups = new Map();
    for (const operation of operations) {
      if (operation.id !== chosen && !found.includes(operation)) continue;
      const [, group, ...rest] = operation.id.split('.');
      const name = operation.group ?? (rest.length > 0 ? group : '');
      if (!groups.has(name)) groups.set(name, name ? $('<optgroup>').attr('label', name) : select);
      $('<option>').val(operation.id).text(labelOf(operation, operations)).appendTo(groups.get(name));
    }
    for (const [name, group] of groups) if (name) group.appendTo(select);
    if (chosen && !operations.some(({ id }) => id === chosen)) $('<option>').val(chosen).text(chosen).appendTo(select);
    select.val(chosen);
  }

  function labelOf({ id, title, deprecated }, operations) {
    const isAlone = operations.filter((other) => other.title === title).length === 1;
    const name = !title || isAlone ? title || id : `${title} (${id})`;
    return deprecated && !/deprecated/i.test(name) ? smsEditor.text('operations.deprecated', { name }) : name;
  }
})();
