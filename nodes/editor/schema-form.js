/** A form made from a JSON Schema: one row per property, the value kept as a plain object. */
(() => {
  window.smsEditor = window.smsEditor || {};

  /**
   * Fills `container` with a form for `schema` (an object schema) that shows `value`; `onChange(newValue)` after each
   * change. Properties of `value` that the schema does not name are kept, and shown below the others.
   * `offer(name, element)` may give the control of a property a list to choose from.
   */
  smsEditor.schemaForm = (container, schema, value, onChange, offer = () => undefined) => {
    const current = { ...value };
    const required = new Set(schema.required ?? []);
    const properties = schema.properties ?? {};
    const put = (name, changed) => {
      if (changed === undefined) delete current[name];
      else current[name] = changed;
      onChange({ ...current });
    };
    container.empty();
    for (const [name, property] of Object.entries(properties)) {
      const options = { property, required: required.has(name), value: current[name] };
      rowFor(name, options, (changed) => put(name, changed)).appendTo(container);
      offer(name, container.find(`#${idOf(name)}`));
    }
    for (const name of Object.keys(current).filter((known) => !(known in properties))) {
      const foreign = schema.additionalProperties === false;
      rowFor(name, { property: {}, foreign, value: current[name] }, (changed) => put(name, changed)).appendTo(
        container,
      );
    }
  };

  function rowFor(name, { property, required = false, foreign = false, value }, onChange) {
    const id = idOf(name);
    const row = $('<div class="form-row">');
    const label = $('<label>').attr('for', id).append(breakable(name)).appendTo(row);
    if (required) {
      $('<span class="sms-required">').text(' *').attr('title', smsEditor.text('shared.required')).appendTo(label);
    }
    const control = smsEditor.schemaControl(name, property, value);
    control.element.attr('id', id).appendTo(row);
    if (control.element.is('textarea')) row.addClass('sms-top');
    control.tools?.appendTo(row);
    const problem = $('<div class="sms-hint sms-problem sms-why" role="status" style="display: none">').appendTo(row);
    if (foreign) $('<div class="sms-hint sms-why">').text(smsEditor.text('form.unknown')).appendTo(row);
    if (property.description) $('<div class="sms-hint">').text(property.description).appendTo(row);
    membersOf(property)?.appendTo(row);
    const judge = (written) => {
      const wrong = written === undefined ? undefined : smsEditor.schemaProblem(property, written);
      show(row, problem, wrong);
    };
    control.show(value);
    judge(value);
    control.element.on('change', () => {
      try {
        const changed = control.read();
        judge(changed);
        onChange(changed);
      } catch (error) {
        show(row, problem, error.message);
      }
    });
    return row;
  }

  function idOf(name) {
    return `sms-param-${name.replace(/[^A-Za-z0-9_-]/g, '_')}`;
  }

  /** A long name may go on in the next line where a word of it begins. */
  function breakable(name) {
    const words = name.split(/(?<=[a-z])(?=[A-Z])|(?<=[_.])/);
    return words.flatMap((word, index) => [
      ...(index > 0 ? [document.createElement('wbr')] : []),
      document.createTextNode(word),
    ]);
  }

  /** Marks the row when there is a sentence on what is wrong with it. */
  function show(row, place, wrong) {
    row.toggleClass('sms-wrong', wrong !== undefined);
    smsEditor.say(place, 'plain', wrong);
  }

  /** What is in an object, or in each object of a list, that has to be written as JSON. */
  function membersOf(property) {
    const variants = property.anyOf ?? property.oneOf ?? [property];
    const objects = variants.map((variant) => (variant.type === 'array' ? variant.items : variant));
    const { properties, required = [] } = objects.find((found) => found?.properties) ?? {};
    const says = ([name, { description }]) => description || required.includes(name);
    if (!properties || !Object.entries(properties).some(says)) return undefined;
    const list = $('<dl class="sms-hint sms-members">');
    for (const [name, member] of Object.entries(properties)) {
      $('<dt>')
        .text(required.includes(name) ? `${name} *` : name)
        .appendTo(list);
      $('<dd>')
        .text(member.description ?? [member.type].flat().join(', '))
        .appendTo(list);
    }
    return list;
  }
})();
