/** A value as an error may show it: recognisable, and never long. */

const LONGEST = 40;

/** At most 40 characters of a value, quoted when it is a text; only the kind of anything that is not plain. */
export function excerpt(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'object' && value !== null) return kindOf(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  return shorten(String(value));
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return 'an array';
  if (ArrayBuffer.isView(value)) return 'a Buffer';
  return isDate(value) ? 'a Date' : 'an object';
}

/** True also for the Date of another realm, such as a sandbox. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
