/** The parameters of a call: query and body together, whatever the body's encoding (§1.2, §1.5, §1.8). */
import { multipartFields } from '../multipart';
import type { WireRequest } from '../server';
import { badRequest, missing } from './answers';

/** Nested as PHP nests `a[b][0]=c`: what has brackets is an object without prototype. */
export type Params = Record<string, unknown>;

/**
 * A GET may have a body too: every example of §1.2 has.
 * @throws Fault for a JSON body that is none
 */
export function readParams(request: WireRequest): Params {
  const params = nested(request.query);
  return Object.assign(params, bodyParams(request));
}

/** @throws Fault for a JSON body that is none */
export function bodyParams({ headers, body }: WireRequest): Params {
  const type = headers['content-type'] ?? '';
  if (body.trim() === '') return nested([]);
  if (/^application\/json\b/i.test(type)) return jsonObject(body);
  if (/^multipart\/form-data\b/i.test(type)) return nested(multipartFields(body, type));
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type);
  return !isForm && body.trim().startsWith('{') ? jsonObject(body) : nested(new URLSearchParams(body));
}

/** @throws Fault when the text is not JSON, or not an object; `null` counts as an empty one */
export function jsonObject(text: string): Params {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('The JSON is malformed');
  }
  if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
    throw badRequest('A JSON object is expected');
  return Object.assign(nested([]), value);
}

const MAX_DEPTH = 5;

function nested(pairs: Iterable<[string, string]>): Params {
  const root: Params = Object.create(null);
  for (const [rawName, value] of pairs) {
    // The example of §3.6.3.3 has blanks round its names.
    const [, name, brackets = ''] = /^([^[\]]+?)\s*((?:\[[^[\]]*\])*)$/.exec(rawName.trim()) ?? [];
    if (name === undefined) root[rawName.trim()] = value;
    else put(root, [name, ...Array.from(brackets.matchAll(/\[([^[\]]*)\]/g), ([, key = '']) => key.trim())], value);
  }
  return root;
}

function put(root: Params, path: string[], value: string): void {
  if (path.length > MAX_DEPTH) throw badRequest('The parameters are nested too deeply');
  let place = root;
  path.forEach((given, depth) => {
    const key = given === '' ? String(Object.keys(place).length) : given;
    if (depth === path.length - 1) {
      place[key] = value;
      return;
    }
    const found = place[key];
    const inner: Params = isObject(found) ? found : Object.create(null);
    place[key] = inner;
    place = inner;
  });
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null;
}

/** A text or number as text; undefined for what is absent, null or empty. @throws Fault for anything else */
export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badRequest(`${name} must be a single value`);
}

/**
 * The values of a filter: one, several between commas, or a table (§1.8).
 * @throws Fault 417 for an id that is blank (an assumption), 400 for a table in a table
 */
export function values(params: Params, name: string): string[] | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  const isId = /id$/i.test(name);
  if (value === '' && !isId) return undefined;
  const listed = isObject(value) ? Object.values(value) : [value];
  const all = listed.flatMap((one) => {
    if (isObject(one)) throw badRequest(`${name} must be a value or a list of values`);
    return String(one)
      .split(',')
      .map((part) => part.trim().replace(/^'(.*)'$/, '$1'));
  });
  if (isId && all.every((one) => one === '')) throw missing(name);
  return all;
}

/** A whole number from 0 up. @throws Fault for anything else */
export function whole(params: Params, name: string): number | undefined {
  const value = text(params, name)?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw badRequest(`${name} must be a whole number`);
}

/** `true` or `1`, `false` or `0`. @throws Fault for anything else */
export function flag(params: Params, name: string): boolean {
  const value = text(params, name)?.trim().toLowerCase() ?? 'false';
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw badRequest(`${name} must be true or false`);
}
