/** Whether a value is what a JSON Schema asks for: advice while a form is filled in, the runtime has the last word. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const say = (key, values) => smsEditor.text(`form.${key}`, values);

  /** A sentence on the first thing that is wrong with `value`; undefined when nothing is. */
  smsEditor.schemaProblem = (schema, value) => {
    const variants = schema.anyOf ?? schema.oneOf;
    if (variants) {
      const problems = variants.map((variant) => smsEditor.schemaProblem(variant, value));
      const nearest = problems.find((_, index) => typeOf(value) === variants[index].type) ?? say('other');
      return problems.includes(undefined) ? undefined : nearest;
    }
    if ('const' in schema) return value === schema.const ? undefined : say('constant', { value: schema.const });
    if (schema.enum) return schema.enum.includes(value) ? undefined : say('other');
    const types = [schema.type ?? typeOf(value)].flat();
    if (!types.some((type) => isA(type, value))) return say('type', { type: types.map(nameOf).join(', ') });
    return CHECKS[typeOf(value)]?.(schema, value);
  };

  const CHECKS = {
    string({ minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format }, text) {
      if (text.length < minLength) return say(text === '' ? 'empty' : 'shorter', { count: minLength });
      if (text.length > maxLength) return say('longer', { count: maxLength });
      if (pattern && !new RegExp(pattern).test(text)) return say('pattern');
      return format === 'date-time' && Number.isNaN(Date.parse(text)) ? say('date') : undefined;
    },
    number({ minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }, number) {
      if (number < minimum) return say('atLeast', { count: minimum });
      return number > maximum ? say('atMost', { count: maximum }) : undefined;
    },
    array({ minItems = 0, maxItems = Number.POSITIVE_INFINITY, items }, list) {
      if (list.length < minItems) return say('fewer', { count: minItems });
      if (list.length > maxItems) return say('more', { count: maxItems });
      return firstOf(list.map((item, index) => [`${index + 1}`, items && smsEditor.schemaProblem(items, item)]));
    },
    object({ required = [], properties = {}, additionalProperties }, object) {
      const missing = required.find((name) => object[name] === undefined);
      if (missing) return say('missing', { name: missing });
      const foreign = Object.keys(object).find((name) => !(name in properties));
      if (foreign && additionalProperties === false) return say('foreign', { name: foreign });
      const known = Object.entries(object).filter(([name]) => name in properties);
      return firstOf(known.map(([name, member]) => [name, smsEditor.schemaProblem(properties[name], member)]));
    },
  };

  /** The first problem with the place that it is at. */
  function firstOf(problems) {
    const found = problems.find(([, problem]) => problem);
    return found && `${found[0]}: ${found[1]}`;
  }

  function typeOf(value) {
    if (value === null) return 'null';
    return Array.isArray(value) ? 'array' : typeof value;
  }

  function isA(type, value) {
    return type === 'integer' ? Number.isInteger(value) : type === typeOf(value);
  }

  function nameOf(type) {
    return smsEditor.text(`form.types.${type}`, undefined, type);
  }
})();
