/** The part of the account's dialog that is made from the provider's own list of fields. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const PREFIX = 'node-config-input-';

  /** What stands for a stored credential: a secret never comes to the browser, so a placeholder stands for it. */
  smsEditor.storedCredential = (node, name) =>
    node.credentials?.[name] || (node.credentials?.[`has_${name}`] ? '__PWRD__' : '');

  /**
   * The fields of an account in `place`: `values` is what they hold now (property or credential → value), kept while the
   * provider changes; `fill(provider)` shows those of a provider, `show(sandbox)` leaves what has to be asked for, and
   * `onDecision(act)` tells of a change that decides what the account can do.
   */
  smsEditor.accountFields = (node, place) => {
    const values = storedValues(node);
    let provider;
    let rows = [];
    let decided = () => undefined;
    const fill = (chosen) => {
      provider = chosen;
      const decisive = smsEditor.decisive(provider);
      const deciding = new Set([...decisive, ...(provider?.fields ?? []).map(({ when }) => when?.name)]);
      place.empty();
      rows = (provider?.fields ?? []).map((field) => {
        const row = fieldRow(field, provider, values, node, () => deciding.has(field.name) && decided());
        return { field, row: row.appendTo(place), always: decisive.includes(field.name) };
      });
    };
    const show = (sandbox) => {
      for (const { field, row, always } of rows) row.toggle(isAsked(field, rows) && (always || !sandbox));
      for (const { field, row } of rows) judge(row.find(`#${PREFIX}${field.name}`), node, field.name);
    };
    const isAsked = ({ when }, all) => {
      if (!when) return true;
      const other = all.find(({ field }) => field.name === when.name)?.field;
      return when.is.includes(String(values[when.name] || other?.options?.[0] || ''));
    };
    const onDecision = (act) => {
      decided = act;
    };
    return { values, fill, show, onDecision };
  };

  function storedValues(node) {
    const values = {};
    for (const [name, { value }] of Object.entries(node._def.defaults)) values[name] = node[name] ?? value;
    for (const name of Object.keys(node._def.credentials)) values[name] = smsEditor.storedCredential(node, name);
    if (!values.webhookSecret) values.webhookSecret = randomSecret();
    return values;
  }

  /** 160 bits, in letters and digits that survive a URL and a telephone call. */
  function randomSecret() {
    const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
    return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => alphabet[byte % 32]).join('');
  }

  function fieldRow(field, provider, values, node, onChange) {
    const id = PREFIX + field.name;
    const row = $('<div class="form-row">');
    const label = $('<label>').attr('for', id).appendTo(row);
    $('<span>')
      .text(wordsFor('label', field.name) || field.name)
      .appendTo(label);
    if (field.required) {
      $('<span class="sms-required">').text(' *').attr('title', smsEditor.text('shared.required')).appendTo(label);
    }
    const control = controlOf(field, values[field.name]).attr('id', id).appendTo(row);
    control.on('input change', () => {
      values[field.name] = field.type === 'checkbox' ? control.prop('checked') : control.val();
      judge(control, node, field.name);
      onChange();
    });
    if (field.name === 'webhookSecret') newSecretButton(control).appendTo(row);
    const signed = field.name === 'webhookSecret' && provider.webhook === 'signed';
    const hint = wordsFor('hint', signed ? 'webhookSecretSigned' : field.name);
    if (hint) $('<div class="sms-hint">').text(hint).appendTo(row);
    return row;
  }

  /** Node-RED looks at the fields that are there before the provider is known, and at no others. */
  function judge(control, node, name) {
    const value = control.val();
    const isKnown = !smsEditor.isFromEnvironment(value);
    const told = (isKnown && node._def.defaults[name]?.validate?.call(node, value, {})) || true;
    control.toggleClass('input-error', told !== true).attr('title', typeof told === 'string' ? told : null);
  }

  /** What the catalogue of labels says of a field, or of `field.option`; empty when nothing. */
  function wordsFor(kind, name) {
    return smsEditor.text(`sms-provider.${kind}.${name}`, undefined, '');
  }

  function controlOf(field, value) {
    if (field.type === 'checkbox')
      return $('<input type="checkbox">').prop('checked', value === true || value === 'true');
    if (field.type === 'select') {
      const select = $('<select>');
      const options = field.options ?? [];
      for (const option of value && !options.includes(value) ? [...options, value] : options) {
        $('<option>')
          .val(option)
          .text(wordsFor('option', `${field.name}.${option}`) || option)
          .appendTo(select);
      }
      return select.val(value || options[0]);
    }
    const type = field.secret ? 'password' : field.type || 'text';
    const input = $('<input>').attr({ type, autocomplete: field.secret ? 'new-password' : 'off' });
    if (type === 'number') input.addClass('sms-short').attr('min', 0);
    return input.attr('placeholder', wordsFor('placeholder', field.name)).val(value ?? '');
  }

  function newSecretButton(control) {
    const button = $('<button type="button" class="red-ui-button">').text(smsEditor.text('sms-provider.newSecret'));
    return button.on('click', () => control.val(randomSecret()).trigger('change'));
  }
})();
