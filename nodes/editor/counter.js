/** The text of a message in a dialog: taken from somewhere, or written here, where it is counted as one types. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const { hasFields } = smsEditor.require('sms/template');
  const say = (key) => smsEditor.text(`counter.${key}`);
  const setting = (name) => $(`#node-input-${name}`);
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

  /**
   * Makes the control of the properties `text` and `textType`, behind the hidden inputs that keep them (a line of text
   * would lose its line breaks). Answers `account(provider)`, to be called when another account is chosen. `sends`: the node
   * sends the text, so that the {{fields}} in it are filled in for a list of recipients.
   */
  smsEditor.textField = ({ sends = false } = {}) => {
    const value = setting('text');
    const type = setting('textType');
    const isWritten = () => type.val() === 'str';
    const row = value.closest('.form-row');
    const source = $('<input type="text" style="width: 70%">')
      .val(isWritten() ? '' : value.val())
      .appendTo(row);
    const elsewhere = $('<div class="sms-hint">').text(say('elsewhere')).appendTo(row);
    const writing = $('<div class="sms-writing">').appendTo(row);
    let provider;
    let count;

    const paper = smsEditor.paper($('<div class="sms-paper">').appendTo(writing), () => {
      const wasEmpty = value.val() === '';
      value.val(paper.area.value);
      // Node-RED looks at all properties of the node at each change.
      if (wasEmpty !== (paper.area.value === '')) value.trigger('change');
      refresh();
    });
    const view = smsEditor.counterView($('<div class="sms-counter">').appendTo(writing), {
      fold(character) {
        const chosen = count.outside.filter((one) => character === undefined || one.character === character);
        const { text, caret } = smsEditor.foldText(paper.area.value, chosen, paper.area.selectionEnd);
        paper.write(text, caret);
      },
      /** Again: the next one. */
      find(character) {
        const places = count.outside.filter((one) => one.character === character);
        const { index } = places.find((one) => one.index >= paper.area.selectionEnd) ?? places[0];
        paper.select(index, character.length);
      },
      point: (character) => paper.point(character),
    });

    const refresh = () => {
      if (!isWritten()) return;
      const text = paper.area.value;
      const { recipients, filled, fields } = sends ? audience() : {};
      const alphabet = setting('alphabet').val() || 'auto';
      const maxParts = Math.max(0, Math.trunc(Number(setting('maxParts').val())) || 0);
      count = smsEditor.count(text, { alphabet, maxParts, provider, filled, fields });
      paper.mark(placesOf(count));
      const sentences = sends && !filled && hasFields(text) ? [say('notFilled')] : [];
      view.show(count, { maxParts, recipients, sentences });
    };
    const showSource = () => {
      writing.toggle(isWritten());
      elsewhere.toggle(!isWritten());
      refresh();
    };

    paper.area.value = isWritten() ? value.val() : '';
    $(paper.area).attr({ id: 'sms-text', 'aria-describedby': 'sms-figures' });
    $(paper.area).on('change', () => value.trigger('change'));
    const written = { value: 'str', label: say('written'), icon: 'fa fa-pencil', hasValue: false };
    const types = ['msg', 'flow', 'global', written, 'jsonata', 'env'];
    source.typedInput({ default: 'msg', types, typeField: type });
    smsEditor.nameLine(source);
    const path = row.closest('.sms-dialog').data('defaults').text.value;
    if (isWritten()) offerDefault(source, path);
    smsEditor.asMeant(source, 'sentence', (written) => {
      paper.area.value = written;
      offerDefault(source, path);
      paper.area.focus();
    });
    source.on('change keyup paste', () => {
      value.val(isWritten() ? paper.area.value : source.typedInput('value')).trigger('change');
      if (isWritten() === writing.is(':visible')) return;
      showSource();
      // After the menu has given the focus back to itself.
      if (isWritten()) setTimeout(() => paper.area.focus());
    });
    for (const name of ['alphabet', 'maxParts', 'to']) setting(name).on('change keyup input', refresh);
    showSource();
    return {
      account(chosen) {
        provider = chosen;
        refresh();
      },
    };
  };

  /** What the field shows when a text that was written here is to come from somewhere else. */
  function offerDefault(source, path) {
    source.typedInput('type', 'msg');
    source.typedInput('value', path);
    source.typedInput('type', 'str');
  }

  function placesOf({ blanks, outside }) {
    const named = blanks.map((place) => ({ ...place, kind: 'blank', group: '' }));
    const characters = outside.map(({ character, index, kind }) => ({
      index,
      length: character.length,
      kind,
      group: character,
    }));
    return [...named, ...characters].sort((a, b) => a.index - b.index);
  }

  /** How many recipients there are, whether {{fields}} are filled in for them, and the fields of the first, where known. */
  function audience() {
    const type = setting('toType').val();
    const to = setting('to').val();
    if (type === 'str') return { recipients: 1, filled: false };
    if (type !== 'json') return { filled: true };
    try {
      const recipients = [JSON.parse(to)].flat();
      const filled = recipients.some(isObject);
      return { recipients: recipients.length, filled, fields: filled ? (recipients.find(isObject) ?? {}) : undefined };
    } catch {
      return { filled: true };
    }
  }
})();
