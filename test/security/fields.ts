/** Every place of an operation's parameters where a text may stand, found in its schema. */

/** Texts that would be something else if they were not carried as texts. */
export const ATTACKS = [
  'a\r\nX-Injected: 1',
  'a\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n',
  'a\nX-Injected: 1',
  '../../other?injected=1&x=2#y',
  '..',
  '"\r\ncontent-disposition: form-data; name="injected"\r\n\r\n1',
  '","injected":{"x":1},"',
  '</text><injected>1</injected>',
  '%0d%0aX-Injected:%201&injected=1',
  '\0\u0085\u2028x',
  'a\r\n.\r\nRCPT TO:<injected@example.org>\r\n',
  'a\n.\nDATA',
  'a\r\n#-32470000000\r\nU-injected',
  'x;32470000000',
  'a>\r\nSTOR injected.txt',
  'é😀\u010d\u010aX-Injected: 1',
];

export interface JsonSchema {
  type?: string;
  const?: unknown;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  minLength?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  patternProperties?: Record<string, JsonSchema>;
}

/** One such place. */
export interface Field {
  /** As `contacts[].name`; `{}` for the name of a member. */
  path: string;
  /** A text that the schema takes there. */
  usual: string;
  /** Parameters that have this text there, and else no more than they must. */
  build(text: string): unknown;
}

const CANDIDATES = [
  'usual',
  '+33696300000',
  'https://example.org/',
  '8888',
  '2030-01-02T03:04:05Z',
  '2030-01-02',
  '20300102',
];

/** All of them: members, elements, alternatives, names of members that are free; with each value of what is a choice. */
export function fieldsOf(schema: JsonSchema): Field[] {
  return [...fields(schema)];
}

function* fields(schema: JsonSchema): Generator<Field> {
  if ('const' in schema || schema.enum) return;
  if (schema.anyOf) {
    for (const one of schema.anyOf) yield* fields(one);
    return;
  }
  if (schema.type === 'array') {
    for (const { path, usual, build } of fields(schema.items ?? {}))
      yield { path: `[]${path}`, usual, build: (text) => [build(text)] };
    return;
  }
  if (schema.type === 'object') {
    yield* members(schema);
    return;
  }
  if (schema.type === undefined || schema.type === 'string')
    yield { path: '', usual: textFor(schema), build: (text) => text };
}

function* members(schema: JsonSchema): Generator<Field> {
  const base = example(schema) as Record<string, unknown>;
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    for (const { path, usual, build } of fields(member))
      for (const choice of choicesBeside(schema, name))
        yield { path: `.${name}${path}`, usual, build: (text) => ({ ...base, ...choice, [name]: build(text) }) };
  }
  if (schema.additionalProperties === false) return;
  const [free = {}] = Object.values(schema.patternProperties ?? {});
  yield { path: '{}', usual: 'usual', build: (text) => ({ ...base, [text]: example(free) }) };
  yield { path: '{}.value', usual: 'usual', build: (text) => ({ ...base, usual: text }) };
}

/** The ways in which the same parameters may travel. */
function choicesBeside({ properties = {} }: JsonSchema, name: string): Record<string, unknown>[] {
  const { encoding } = properties;
  const values = encoding && name !== 'encoding' ? valuesOf(encoding) : [];
  return [{}, ...values.map((value) => ({ encoding: value }))];
}

function valuesOf({ enum: values, anyOf, const: only }: JsonSchema): unknown[] {
  return values ?? anyOf?.flatMap(valuesOf) ?? (only === undefined ? [] : [only]);
}

/** No more than the schema demands. */
export function example(schema: JsonSchema): unknown {
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.[0]) return example(schema.anyOf[0]);
  if (schema.type === 'object') {
    const { properties = {}, required = [] } = schema;
    return Object.fromEntries(required.map((name) => [name, example(properties[name] ?? {})]));
  }
  const others: Record<string, () => unknown> = {
    boolean: () => true,
    integer: () => schema.minimum ?? 1,
    number: () => schema.minimum ?? 1,
    array: () => [example(schema.items ?? {})],
  };
  return (others[schema.type ?? ''] ?? (() => textFor(schema)))();
}

function textFor({ format, pattern, minLength = 0 }: JsonSchema): string {
  if (format === 'date-time') return '2030-01-02T03:04:05.000Z';
  // Where it is not said otherwise, what has ten characters at least is a date, and what has six is a number.
  if (!pattern && minLength >= 6) return minLength >= 10 ? '2030-01-02' : '+33696300000';
  return CANDIDATES.find((one) => !pattern || new RegExp(pattern, 'u').test(one)) ?? 'usual';
}
