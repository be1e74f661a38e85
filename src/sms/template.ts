/** `{{field}}` in a text, filled per recipient. */
import { SmsError } from './errors';
import { excerpt } from './excerpt';

/** `{{name}}`, `{{ customer.name }}`; `{{{name}}}` means the same, since nothing is ever escaped. */
const FIELD = /\{\{\{([^{}]*)\}\}\}|\{\{([^{}]*)\}\}/g;

/** True when the text has at least one `{{field}}`. */
export function hasFields(text: string): boolean {
  return text.search(FIELD) !== -1;
}

/** Where each `{{field}}` stands, in the order of the text. */
export function fieldsOf(text: string): { index: number; length: number }[] {
  return Array.from(text.matchAll(FIELD), ({ 0: field, index }) => ({ index, length: field.length }));
}

/**
 * The text with each `{{field}}` replaced by the value of that name, verbatim; a value is not filled again.
 * A name may be a path (`customer.name`, `items.0`). Only a record's own properties are read.
 *
 * @throws SMS_INVALID_TEXT a field that is unknown, null or not a plain value, or a `{{` that is not closed: a customer
 *   never gets a gap
 */
export function fill(text: string, fields: Record<string, unknown>): string {
  refuseUnclosed(text);
  return text.replace(FIELD, (_match, triple: string | undefined, double: string | undefined) => {
    const name = (triple ?? double ?? '').trim();
    return asText(name, lookUp(name, fields), fields);
  });
}

function refuseUnclosed(text: string): void {
  const open = text.replace(FIELD, '').indexOf('{{');
  if (open === -1) return;
  throw new SmsError('SMS_INVALID_TEXT', 'The text has a {{ that no }} closes: close it, or remove it.');
}

/** The property of that very name, else the end of the path. */
function lookUp(name: string, fields: Record<string, unknown>): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  let value: unknown = fields;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function asText(name: string, value: unknown, fields: Record<string, unknown>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  const field = `{{${excerpt(name).slice(1, -1)}}}`;
  if (name === '') throw new SmsError('SMS_INVALID_TEXT', 'The text has a {{}} without a name: write the field in it.');
  if (value === undefined) {
    const known = Object.keys(fields)
      .slice(0, 10)
      .map((key) => excerpt(key).slice(1, -1));
    const wayOut = known.length > 0 ? `it has only: ${known.join(', ')}` : 'it has none';
    throw new SmsError('SMS_INVALID_TEXT', `The recipient has no field for ${field}: ${wayOut}.`);
  }
  throw new SmsError(
    'SMS_INVALID_TEXT',
    `The value for ${field} is ${excerpt(value)}: give a text or a number, or '' to leave the place empty.`,
  );
}
