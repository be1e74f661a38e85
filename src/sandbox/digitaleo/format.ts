/** The four formats of an answer (§1.7). The layouts of XML and CSV are undocumented: assumptions. */
import type { Answer, WireRequest } from '../server';
import type { Result } from './account';
import { badRequest, HEADERS } from './answers';
import { isObject } from './params';

export type Format = 'json' | 'xml' | 'csv' | 'js';

const TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json',
  xml: 'application/xml; charset=UTF-8',
  csv: 'text/csv; charset=UTF-8',
  js: 'application/javascript; charset=UTF-8',
};

/** The types that a public client of the vendor asks for. */
const ACCEPTED: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/csv': 'csv',
  'application/js': 'js',
};

export const isFormat = (word: string): word is Format => Object.hasOwn(TYPES, word);

/** By `Accept`, when that names one type only. */
export function acceptedFormat({ headers }: WireRequest): Format {
  const accept = headers.accept ?? '';
  return (Object.hasOwn(ACCEPTED, accept) ? ACCEPTED[accept] : undefined) ?? 'json';
}

export const isFunctionName = (name: string): boolean => /^[\w$.]{1,100}$/.test(name);

/** The JSONP function's name, checked: it becomes program text. @throws Fault when it is missing or no name */
export function callbackName(name: string | undefined): string {
  if (name !== undefined && isFunctionName(name)) return name;
  throw badRequest('callback must be the name of a function');
}

/** @param callback of JSONP */
export function toAnswer({ status, value, malformed }: Result, format: Format, callback = ''): Answer {
  if (value === undefined || status === 204 || status === 304) return { status, headers: { ...HEADERS }, body: '' };
  const json = JSON.stringify(value);
  const bodies: Record<Format, () => string> = {
    json: () => json,
    js: () => `${callback}(${json.replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`)});`,
    xml: () => `<?xml version="1.0" encoding="UTF-8"?>\n<response>${inside(value)}</response>\n`,
    csv: () => csv(value),
  };
  const whole = bodies[format]();
  const body = malformed ? whole.slice(0, whole.search(/id/) + 3) : whole;
  const headers = { ...HEADERS, 'Content-Length': `${Buffer.byteLength(body)}`, 'Content-Type': TYPES[format] };
  return { status, headers, body };
}

function inside(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<item>${inside(item)}</item>`).join('');
  if (isObject(value))
    return Object.entries(value)
      .map(([name, member]) => element(name, member))
      .join('');
  return escapeXml(value === null || value === undefined ? '' : String(value));
}

function element(name: string, value: unknown): string {
  const content = inside(value);
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no place for most control characters. */
export function escapeXml(text: string): string {
  return text.replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '').replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}

/** A list's rows, or the one row of any other answer, under a line of names. */
function csv(value: object): string {
  const list = (value as { list?: unknown }).list;
  const rows = (Array.isArray(list) ? list : [value]) as Record<string, unknown>[];
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((cells) => `${cells.map((cell) => `"${String(cell ?? '').replaceAll('"', '""')}"`).join(';')}\r\n`)
    .join('');
}
