/** Reads what a call must bring: the query's typed values, and a body in JSON or XML. */
import type { WireRequest } from '../server';
import { badRequest, Fault } from './answers';
import type { ZoomConnectAssumptions } from './assumptions';
import type { DateFormat } from './dates';
import { parseDate } from './dates';
import { parseXml } from './xml';

export type Fields = Readonly<Record<string, unknown>>;

/** A whole number of the query, from `min`. @throws Fault for anything else */
export function queryInteger(query: URLSearchParams, name: string, min: number): number | undefined {
  const value = query.get(name);
  return value === null || value === '' ? undefined : integer(value, name, min);
}

/** @throws Fault for anything but `true` and `false` */
export function queryBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw badRequest(`${name} must be true or false`);
}

/** Epoch ms of a date. @throws Fault when it has another format */
export function date(value: string, name: string, format: DateFormat, { zoneHours }: ZoomConnectAssumptions): number {
  const time = parseDate(value, format, zoneHours);
  if (time === null) throw badRequest(`${name} must have the format ${format}`);
  return time;
}

/** @throws Fault for what is no whole number, or one below `min` */
export function integer(value: string, name: string, min: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min) return number;
  throw badRequest(`${name} must be a whole number, at least ${min}`);
}

/** A field as text: numbers and booleans are taken as they are written. @throws Fault for an object or array */
export function text(fields: Fields, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') throw badRequest(`${name} must be a string`);
  return String(value);
}

/** A list of objects, also when XML shows only one. @throws Fault for anything else, or nothing */
export function list(fields: Fields, name: string): Fields[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === null || value === undefined) throw badRequest(`${name} is required`);
  const items = Array.isArray(value) ? value : value === '' ? [] : [value];
  if (!items.every(isObject)) throw badRequest(`${name} must be a list of objects`);
  return items;
}

/**
 * The object in a body; none, and the `null` that the vendor's Python SDK sends, count as an empty one.
 * @param root of an XML body
 * @throws Fault 415 for another media type, 400 for what cannot be read
 */
export function body(request: WireRequest, root: string, assume: ZoomConnectAssumptions): Fields {
  if (request.body.trim() === '') return {};
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const read = READERS[type];
  if (!read) throw new Fault(415, 'Content-Type must be application/json or application/xml');
  const value = read(request.body, root, assume);
  if (value === null || value === '') return {};
  if (!isObject(value)) throw badRequest('The body must be an object');
  return value;
}

type Reader = (source: string, root: string, assume: ZoomConnectAssumptions) => unknown;

const READERS: Readonly<Record<string, Reader | undefined>> = {
  'application/json': readJson,
  'application/xml': readXml,
  'text/xml': readXml,
};

function readJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw badRequest('The body is not valid JSON');
  }
}

function readXml(source: string, root: string, { xmlRootChecked }: ZoomConnectAssumptions): unknown {
  let found: ReturnType<typeof parseXml>;
  try {
    found = parseXml(source.replace(/^\u{FEFF}/u, ''));
  } catch {
    throw badRequest('The body is not well-formed XML');
  }
  if (xmlRootChecked && found.name !== root) throw badRequest(`The root element must be ${root}, not ${found.name}`);
  return typeof found.value === 'string' && found.value.trim() === '' ? null : found.value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
