/** A value for any JSON Schema that an operation has: something that a person might fill in. */

export interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  format?: string;
  minLength?: number;
  minimum?: number;
  maxItems?: number;
}

/** One of them matches each pattern of the vendors. */
const TEXTS = [
  'Pump 3 stands still.',
  'ACME',
  '+32470120000',
  'https://example.org/reports',
  '2026-01-31T08:30:00Z',
  '2026-01-31 08:30:00',
  '2026-01',
  'date DESC',
];

/** An object with every property, or with those only that have to be there. */
export function sampleOf(schema: Schema, which: 'all' | 'required'): unknown {
  if (schema.anyOf) return sampleOf(schema.anyOf.filter(({ type }) => type !== 'null').at(-1) ?? {}, which);
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum.at(-1);
  if (schema.type === 'string') return textOf(schema);
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 7;
  if (schema.type === 'array') return listOf(schema, which);
  return objectOf(schema, which);
}

function textOf({ pattern, format, minLength = 0 }: Schema): string {
  if (format === 'date-time') return '2026-01-31T08:30:00Z';
  const found = TEXTS.find((text) => text.length >= minLength && (!pattern || new RegExp(pattern).test(text)));
  if (found === undefined) throw new Error(`No sample matches ${pattern}`);
  return found;
}

/** Two where two are allowed: a vendor that takes a text or a list is given one of one as a text. */
function listOf({ items = {}, maxItems = 2 }: Schema, which: 'all' | 'required'): unknown[] {
  return Array.from({ length: Math.min(2, maxItems) }, () => sampleOf(items, which));
}

function objectOf({ properties = {}, patternProperties, required = [] }: Schema, which: 'all' | 'required') {
  if (patternProperties) return { anything: 'at all' };
  const wanted = Object.entries(properties).filter(([name]) => which === 'all' || required.includes(name));
  return Object.fromEntries(wanted.map(([name, property]) => [name, sampleOf(property, which)]));
}
