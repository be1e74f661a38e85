/** The controls of a form made from a JSON Schema: what one of its properties is written with. */
(() => {
  window.smsEditor = window.smsEditor || {};

  /**
   * The control that can show `value` of the property `name`: `{element, tools?, show(value), read()}`. `read` throws on
   * what cannot be read. A value that none of the simple controls can show is shown as JSON, so that none is lost.
   */
  smsEditor.schemaControl = (name, property, value) => {
    const schema = withoutNull(property);
    const kind = KINDS.find(
      ({ is, holds }) => is(schema, name, value) && (value === undefined || holds(value, schema)),
    );
    return (kind?.make ?? json)(schema, name);
  };

  /** The first that fits is taken: whether it is for such a schema, whether it can hold the value, and how it is made. */
  const KINDS = [
    {
      is: (schema) => wordsOf(schema) !== undefined,
      holds: (value, schema) => wordsOf(schema).includes(value),
      make: choice,
    },
    { is: ({ type }) => type === 'boolean', holds: (value) => typeof value === 'boolean', make: flag },
    {
      is: ({ type }) => type === 'number' || type === 'integer',
      holds: (value) => typeof value === 'number',
      make: number,
    },
    { is: isList, holds: isPlainList, make: lines },
    { is: isTextOrList, holds: (value) => typeof value === 'string' || isPlainList(value), make: textOrLines },
    { is: isLong, holds: (value) => typeof value === 'string', make: longText },
    { is: isInstant, holds: (value) => typeof value === 'string', make: instant },
    { is: ({ type }) => type === 'string', holds: (value) => typeof value === 'string', make: text },
  ];

  const PLAIN = ['string', 'number', 'integer'];
  /** What vendors call the text of a message. */
  const MESSAGE = /^(message|text|body|content)$|(Message|Text|Body)$/;
  const AN_INSTANT = '2026-01-31T08:30:00Z';

  /** That a value may be null as well says nothing about how to write the others. */
  function withoutNull(schema) {
    const variants = (schema.anyOf ?? schema.oneOf)?.filter(({ type }) => type !== 'null');
    return variants?.length === 1 ? { ...variants[0], description: schema.description } : schema;
  }

  /** The values of an enumeration, however it is written. */
  function wordsOf(schema) {
    if (Array.isArray(schema.enum)) return schema.enum;
    const variants = schema.anyOf ?? schema.oneOf ?? [schema];
    return variants.every((variant) => 'const' in variant) ? variants.map((variant) => variant.const) : undefined;
  }

  function isList({ type, items }) {
    return type === 'array' && (PLAIN.includes(items?.type) || Boolean(items && wordsOf(items)));
  }

  function isPlainList(value) {
    return Array.isArray(value) && value.every((item) => ['string', 'number'].includes(typeof item));
  }

  function isTextOrList(schema) {
    const variants = schema.anyOf ?? schema.oneOf ?? [];
    return variants.some(({ type }) => type === 'string') && variants.some(isList);
  }

  /** A text that is longer than a line, or has several. */
  function isLong({ type, maxLength, pattern }, name, value) {
    if (type !== 'string') return false;
    return (!pattern && (MESSAGE.test(name) || maxLength > 160)) || /\n/.test(value ?? '');
  }

  function isInstant({ type, format, pattern }) {
    if (type !== 'string') return false;
    if (format) return format === 'date-time';
    return Boolean(pattern) && new RegExp(pattern).test(AN_INSTANT) && !new RegExp(pattern).test('anything');
  }

  function choice(schema) {
    const words = wordsOf(schema);
    const element = $('<select>');
    $('<option value="">').text(nothing(schema.default)).appendTo(element);
    words.forEach((word, index) => {
      $('<option>').val(String(index)).text(String(word)).appendTo(element);
    });
    return {
      element,
      show: (value) => element.val(words.includes(value) ? String(words.indexOf(value)) : ''),
      read: () => (element.val() === '' ? undefined : words[Number(element.val())]),
    };
  }

  /** Yes, no, or not said: what the vendor does then is not for us to know. */
  function flag(schema) {
    return choice({ enum: [true, false], default: schema.default });
  }

  /** What stands for a value that is not given. */
  function nothing(standard) {
    return standard === undefined ? '—' : `— (${standard})`;
  }

  function number({ type, minimum, maximum, default: standard }) {
    const step = type === 'integer' ? 1 : 'any';
    const element = $('<input type="number">').attr({ min: minimum, max: maximum, step, placeholder: standard });
    return {
      element: element.addClass('sms-short'),
      show: (value) => element.val(value ?? ''),
      read: () => (element.val() === '' ? undefined : Number(element.val())),
    };
  }

  function text(schema) {
    return written($('<input type="text">'), schema);
  }

  function longText(schema) {
    return growing(written($('<textarea>'), schema), 3);
  }

  function written(element, { default: standard, examples }) {
    element.attr('placeholder', standard ?? examples?.[0] ?? '');
    return { element, show: (value) => element.val(value ?? ''), read: () => element.val() || undefined };
  }

  /** A text that may be written by hand, as vendors take several forms, or taken from a calendar. */
  function instant(schema) {
    const control = text(schema);
    if (!control.element.attr('placeholder')) control.element.attr('placeholder', AN_INSTANT);
    const title = smsEditor.text('form.calendar');
    const picker = $('<input type="datetime-local" class="sms-picker" tabindex="-1" aria-hidden="true">');
    picker.on('change', (event) => {
      event.stopPropagation();
      const picked = new Date(picker.val());
      if (Number.isNaN(picked.getTime())) return;
      control.element.val(picked.toISOString().replace('.000Z', 'Z')).trigger('change');
    });
    const button = $('<button type="button" class="red-ui-button"><i class="fa fa-calendar"></i></button>');
    button.attr({ title, 'aria-label': title }).on('click', () => picker[0].showPicker());
    return { ...control, tools: $('<span class="sms-calendar">').append(button, picker) };
  }

  /** A list of plain values: one a line. */
  function lines({ items }) {
    const element = $('<textarea>').attr('placeholder', smsEditor.text('shared.onePerLine'));
    const words = wordsOf(items) ?? [];
    const numeric =
      items.type === 'number' || items.type === 'integer' || words.some((word) => typeof word === 'number');
    return growing({
      element,
      show: (value) => element.val((value ?? []).join('\n')),
      read: () => {
        const entries = linesOf(element);
        if (entries.length === 0) return undefined;
        return numeric ? entries.map(asNumber) : entries;
      },
    });
  }

  function linesOf(element) {
    return element
      .val()
      .split('\n')
      .filter((line) => line.trim() !== '');
  }

  function asNumber(line) {
    const number = Number(line);
    if (Number.isNaN(number))
      throw new Error(smsEditor.text('form.type', { type: smsEditor.text('form.types.number') }));
    return number;
  }

  /** One line is a text, several are a list; JSON is taken as what it says. */
  function textOrLines() {
    const element = $('<textarea>').attr('placeholder', smsEditor.text('form.oneOrMore'));
    return growing(
      {
        element,
        show: (value) => element.val([value ?? []].flat().join('\n')),
        read: () => {
          if (/^\s*[[{]/.test(element.val())) return parsed(element.val());
          const entries = linesOf(element);
          return entries.length > 1 ? entries : entries[0];
        },
      },
      1,
    );
  }

  /** Anything else is written as JSON; what is none is a text, where the schema takes one. */
  function json(schema) {
    const element = $('<textarea class="sms-code" spellcheck="false">').attr('placeholder', skeleton(schema));
    const variants = schema.anyOf ?? schema.oneOf ?? [schema];
    const takesText = variants.some((variant) => [variant.type].flat().includes('string'));
    const isJson = (written) => {
      try {
        return JSON.parse(written) !== undefined;
      } catch {
        return false;
      }
    };
    return growing({
      element,
      show: (value) => {
        const bare = takesText && typeof value === 'string' && !isJson(value);
        element.val(value === undefined || bare ? value : JSON.stringify(value, null, 2));
      },
      read: () => {
        const written = element.val();
        if (written.trim() === '') return undefined;
        return takesText && !isJson(written) ? written : parsed(written);
      },
    });
  }

  function parsed(written) {
    try {
      return JSON.parse(written);
    } catch {
      throw new Error(smsEditor.text('form.json'));
    }
  }

  /** What such a JSON looks like: with the members that have to be there, or else with all of them. */
  function skeleton(schema) {
    const [main = schema] = (schema.anyOf ?? schema.oneOf ?? []).filter(
      ({ type }) => type === 'object' || type === 'array',
    );
    if (main.type === 'array') return `[${main.items ? skeleton(main.items) : ''}]`;
    const names = main.required ?? Object.keys(main.properties ?? {});
    return main.properties ? `{${names.map((name) => `"${name}": …`).join(', ')}}` : 'JSON';
  }

  /** A box that is as high as what is in it. */
  function growing(control, least = 2) {
    const { element, show } = control;
    const grow = () => element.attr('rows', Math.min(12, Math.max(least, String(element.val()).split('\n').length)));
    element.on('input', grow);
    const showAll = (value) => {
      show(value);
      grow();
    };
    grow();
    return { ...control, show: showAll };
  }
})();
