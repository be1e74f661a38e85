/** Who writes a number or a sentence where the name of a property is expected means the number or the sentence. */
(() => {
  window.smsEditor = window.smsEditor || {};

  /** What no property of a message is called. */
  const WRITTEN = {
    number: /^\s*(\+|\d[\d\s]{3})/,
    sentence: /^\s*[^\s.[\]]+[\s!?,;:]/,
  };

  /**
   * Goes over to a value that is written here, once what is typed into the TypedInput `field` can be nothing else.
   * `kind`: `number` or `sentence`. `onWritten(value)` does so where the field itself does not show what is written.
   */
  smsEditor.asMeant = (field, kind, onWritten) => {
    const line = field.next('.red-ui-typedInput-container').find('input.red-ui-typedInput-input');
    line.on('input', () => {
      const value = line.val();
      if (field.typedInput('type') !== 'msg' || !WRITTEN[kind].test(value)) return;
      if (onWritten) return onWritten(value);
      field.typedInput('type', 'str');
      field.typedInput('value', value);
      line.trigger('focus');
      line.get(0).setSelectionRange(value.length, value.length);
    });
  };
})();
