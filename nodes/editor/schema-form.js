/** A simple form made from a JSON Schema: one row per property, the value kept as a plain object. */
(() => {
  window.smsEditor = window.smsEditor || {};

  /**
   * Fills `container` with a form for `schema` (an object schema) that shows `value`; `onChange(newValue)` after each
   * change. Properties of `value` that the schema does not name are kept.
   */
  smsEditor.schemaForm = (container, schema, value, onChange) => {
    const current = { ...value };
    const required = new Set(schema.required ?? []);
    container.empty();
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const control = controlFor(property, required.has(name));
      const row = rowFor(name, property, required.has(name), control.element).appendTo(container);
      control.show(current[name]);
      control.element.on('change', () => {
        let changed;
        try {
          changed = control.read();
          row.removeClass('sms-wrong');
        } catch {
          row.addClass('sms-wrong');
          return;
        }
        if (changed === undefined) delete current[name];
        else current[name] = changed;
        onChange({ ...current });
      });
    }
  };

  function rowFor(name, property, required, element) {
    const id = `sms-param-${name.replace(/[^A-Za-z0-9_-]/g, '_')}`;
    const row = $('<div class="form-row">');
    const label = $('<label>').attr('for', id).text(name).appendTo(row);
    if (required)
      $('<span class="sms-required">').text(' *').attr('title', smsEditor.text('shared.required')).appendTo(label);
    element.attr('id', id).appendTo(row);
    if (property.description) $('<div class="sms-hint">').text(property.description).appendTo(row);
    return row;
  }

  /** The control of a property: its element, `show(value)` and `read()`, which throws on what cannot be read. */
  function controlFor(property, required) {
    const options = optionsOf(property);
    if (options) return choice(options, property.default);
    if (property.type === 'boolean') return checkbox(property.default, required);
    if (property.type === 'number' || property.type === 'integer') return number(property);
    if (property.type === 'array' && ['string', 'number', 'integer'].includes(property.items?.type))
      return lines(property);
    if (property.type === 'string') return text(property);
    return json(property);
  }

  /** The values of an enum, however it is written. */
  function optionsOf(property) {
    if (Array.isArray(property.enum)) return property.enum;
    const variants = property.anyOf ?? property.oneOf;
    if (variants?.length && variants.every((variant) => 'const' in variant))
      return variants.map((variant) => variant.const);
    return undefined;
  }

  function choice(options, standard) {
    const element = $('<select>');
    $('<option value="">')
      .text(standard === undefined ? '' : `(${standard})`)
      .appendTo(element);
    options.forEach((option, index) => {
      $('<option>').val(String(index)).text(String(option)).appendTo(element);
    });
    return {
      element,
      show: (value) => element.val(options.includes(value) ? String(options.indexOf(value)) : ''),
      read: () => (element.val() === '' ? undefined : options[Number(element.val())]),
    };
  }

  /** Left out when it says what the vendor does anyway. */
  function checkbox(standard = false, required = false) {
    const element = $('<input type="checkbox">');
    return {
      element,
      show: (value) => element.prop('checked', value ?? standard),
      read: () => (element.prop('checked') === standard && !required ? undefined : element.prop('checked')),
    };
  }

  function number(property) {
    const element = $('<input type="number">').attr({
      min: property.minimum,
      max: property.maximum,
      step: property.type === 'integer' ? 1 : 'any',
      placeholder: property.default,
    });
    return {
      element,
      show: (value) => element.val(value ?? ''),
      read: () => (element.val() === '' ? undefined : Number(element.val())),
    };
  }

  function text(property) {
    const element = $('<input type="text">').attr('placeholder', property.default ?? property.examples?.[0] ?? '');
    return { element, show: (value) => element.val(value ?? ''), read: () => element.val() || undefined };
  }

  /** A list of plain values: one a line. */
  function lines(property) {
    const element = $('<textarea rows="2">').attr('placeholder', smsEditor.text('shared.onePerLine'));
    const numeric = property.items.type !== 'string';
    return {
      element,
      show: (value) => element.val(Array.isArray(value) ? value.join('\n') : ''),
      read: () => {
        const entries = element
          .val()
          .split('\n')
          .filter((line) => line.trim() !== '');
        if (entries.length === 0) return undefined;
        return numeric ? entries.map(Number) : entries;
      },
    };
  }

  /** Anything else is written as JSON; what is none is a text, where the schema takes one. */
  function json(property) {
    const element = $('<textarea rows="2" class="sms-code">').attr('placeholder', 'JSON');
    const variants = property.anyOf ?? property.oneOf ?? [property];
    const takesText = variants.some((variant) => [variant.type].flat().includes('string'));
    const parse = (written) => {
      try {
        return JSON.parse(written);
      } catch (error) {
        if (takesText) return written;
        throw error;
      }
    };
    return {
      element,
      show: (value) => element.val(value === undefined || typeof value === 'string' ? value : JSON.stringify(value)),
      read: () => (element.val().trim() === '' ? undefined : parse(element.val())),
    };
  }
})();
