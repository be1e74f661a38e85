/**
 * What of a message a store can keep, and the message again. JSON, with tags for what JSON has no word for; what cannot be
 * written down, such as a function, a connection or a circle, is left out.
 */
import { types } from 'node:util';
import type { Message } from './nodes';

/** The form in which a message is stored. */
export type Stored = Record<string, unknown>;

/** Bound to the moment: an HTTP request waits for nobody. */
const OF_THE_MOMENT = new Set(['req', 'res']);
/** Stands before the kind of a value that JSON has no word for. */
const TAG = '$sms';

/**
 * @param whole a property that is kept however large it is
 * @returns `isAll`: but for what is of the moment, the message again would be the same
 */
export function toStored(message: Message, whole?: string | null): { stored: Stored; isAll: boolean } {
  const stored: Stored = {};
  let isAll = true;
  for (const name of namesOf(message)) {
    if (OF_THE_MOMENT.has(name)) continue;
    const room = name === whole ? Number.POSITIVE_INFINITY : LARGEST;
    const circumstances: Circumstances = { room, ancestors: [], isAll };
    const value = written(() => message[name], circumstances);
    isAll = circumstances.isAll;
    if (value !== undefined) put(stored, name, value);
  }
  return { stored, isAll };
}

export function fromStored(stored: Stored): Message {
  return readProperties(stored) as Message;
}

interface Circumstances {
  /** How many more characters, about, there is room for. */
  room: number;
  ancestors: unknown[];
  /** So far it would be read as it was. */
  isAll: boolean;
}

/** A getter or a `toJSON` may throw anything; undefined then, as for what has no form. */
function written(get: () => unknown, circumstances: Circumstances): unknown {
  const { length } = circumstances.ancestors;
  let value: unknown;
  try {
    value = write(get(), circumstances);
    if (circumstances.room < 0) value = undefined;
  } catch {
    value = undefined;
  }
  circumstances.ancestors.length = length;
  if (value === undefined) circumstances.isAll = false;
  return value;
}

function write(value: unknown, circumstances: Circumstances): unknown {
  circumstances.room -= OVERHEAD;
  if (circumstances.room < 0) return undefined;
  switch (typeof value) {
    case 'string':
      circumstances.room -= value.length;
      return value;
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { [TAG]: 'number', value: String(value) };
    case 'bigint':
      return { [TAG]: 'bigint', value: String(value) };
    case 'object':
      return value === null ? null : writeObject(value, circumstances);
    default:
      return undefined;
  }
}

function writeObject(value: object, circumstances: Circumstances): unknown {
  const { ancestors } = circumstances;
  if (!isReadAsItWas(value)) circumstances.isAll = false;
  // A function node has classes of its own: `instanceof` would not know them.
  if (types.isDate(value)) return { [TAG]: 'date', value: value.getTime() };
  if (types.isUint8Array(value)) {
    circumstances.room -= value.byteLength;
    if (circumstances.room < 0) return undefined;
    return { [TAG]: 'buffer', value: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (ancestors.includes(value) || ancestors.length >= DEEPEST) return undefined;
  ancestors.push(value);
  const plain = Array.isArray(value)
    ? value.map((one) => written(() => one, circumstances) ?? null)
    : writeProperties(value, circumstances);
  ancestors.pop();
  return plain;
}

function writeProperties(value: object, circumstances: Circumstances): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return write(toJSON.call(value), circumstances);
  const plain: Record<string, unknown> = {};
  for (const name of namesOf(value)) {
    circumstances.room -= name.length;
    const one = written(() => (value as Record<string, unknown>)[name], circumstances);
    if (one !== undefined) put(plain, name, one);
  }
  // Whoever has a property of that name is not to be taken for a tag.
  return TAG in plain ? { [TAG]: 'object', value: plain } : plain;
}

/**
 * One of a class of its own is read as a plain object; that of a function node has another `Object`. Of a list its
 * elements are kept: not what else it has, such as a match, nor that some are missing.
 */
function isReadAsItWas(value: object): boolean {
  if (Array.isArray(value)) return Object.keys(value).length === value.length;
  if (Buffer.isBuffer(value) || types.isDate(value)) return true;
  if ('toJSON' in value) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What makes an error is not enumerable. */
function namesOf(value: object): string[] {
  const names = Object.keys(value);
  return types.isNativeError(value) ? [...new Set(['name', 'message', ...names])] : names;
}

function read(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(read);
  const tagged = value as { [TAG]?: string; value?: unknown };
  switch (tagged[TAG]) {
    case 'date':
      return new Date(tagged.value === null ? Number.NaN : Number(tagged.value));
    case 'buffer':
      return Buffer.from(String(tagged.value), 'base64');
    case 'number':
      return Number(tagged.value);
    case 'bigint':
      return BigInt(String(tagged.value));
    case 'object':
      return readProperties(tagged.value as object);
    default:
      return readProperties(value);
  }
}

function readProperties(value: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) put(plain, name, read(one));
  return plain;
}

/** `__proto__` is a name like any other, and sets nothing. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

/** Characters, about, that one property of a message may take; a larger one is left out, whole. */
const LARGEST = 256 * 1024;
/** What a value costs beside its characters. */
const OVERHEAD = 4;
const DEEPEST = 100;
