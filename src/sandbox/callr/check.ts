/** Reads what a call brings, strictly where the document gives a type or a format. */
import { parseDatetime } from './datetime';
import { missing, toBeforeFrom, wrongType, wrongValue } from './rpc';

/** A string that must be there. @throws RpcError for anything else, null too */
export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrongType(name);
  return value;
}

/** "phone_number (International E.164 format "+CCNSN")"; the lengths are an assumption. */
export function phoneNumber(value: unknown, name: string): string {
  const number = text(value, name);
  if (!/^\+[1-9]\d{5,14}$/.test(number)) throw wrongValue(name);
  return number;
}

/** One of a few words. */
export function word<const T extends string>(value: unknown, name: string, words: readonly T[]): T {
  const given = text(value, name);
  const found = words.find((candidate) => candidate === given);
  if (found === undefined) throw wrongValue(name);
  return found;
}

/** A whole number. */
export function integer(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number') throw wrongType(name);
  if (!Number.isInteger(value) || value < min || value > max) throw wrongValue(name);
  return value;
}

/** "YYYY-MM-DD HH:MM:SS in UTC timezone", in epoch ms. */
export function datetime(value: unknown, name: string): number {
  const time = parseDatetime(text(value, name));
  if (time === undefined) throw wrongValue(name);
  return time;
}

/** Two ends of a span, the second of each included whole. @throws RpcError when it ends before it begins */
export function span(from: number, to: number): { from: number; to: number } {
  if (to < from) throw toBeforeFrom();
  return { from, to: to + 999 };
}

/** An absolute URL that can be pushed to. */
export function endpoint(value: unknown, name: string): string {
  if (value === undefined) throw missing(name);
  const url = text(value, name);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw wrongValue(name);
  return url;
}

/**
 * An object, of which members that are null count as absent. PHP writes an empty object as `[]`.
 * @param known the members that mean something, when any other is refused
 */
export function object(value: unknown, name: string, known?: readonly string[]): Record<string, unknown> {
  if (Array.isArray(value) && value.length === 0) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(name);
  const members = Object.entries(value).filter(([, member]) => member !== null);
  for (const [member] of members) if (known && !known.includes(member)) throw wrongValue(`${name}.${member}`);
  return Object.fromEntries(members);
}

/** What `read` makes of a member, when it is there. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}
