/** Reads what a call must bring: the query's typed values, and a JSON body. */
import type { WireRequest } from '../server';
import { badRequest, Fault } from './answers';

/** A boolean of the query, `true` or `false`. @throws Fault for anything else */
export function queryBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw badRequest(`${name} must be true or false`);
}

const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** A required moment of the query, in epoch ms. @throws Fault when it is missing or not ISO 8601 with its zone */
export function queryTime(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? '';
  const time = DATETIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw badRequest(`${name} is required, as 2016-12-27T23:00:00.000Z`);
  return time;
}

/** A whole number of the query, from `min` to `max`. @throws Fault for anything else */
export function queryInteger(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw badRequest(`${name} must be a whole number from ${min} to ${max}`);
}

/** One of a few words of the query. @throws Fault for another one */
export function queryWord<const T extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw badRequest(`${name} must be one of ${words.join(', ')}`);
  return word;
}

/** @throws Fault when the parameter was not there */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw badRequest(`${name} is required`);
  return value;
}

/** The object in the body of a POST. @throws Fault 415 for another media type, 400 for what is no JSON object */
export function jsonBody({ headers, body }: WireRequest): Record<string, unknown> {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Fault(415, 'Unsupported Media Type', 'Content-Type must be application/json');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw badRequest('The body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('The body must be a JSON object');
  return value as Record<string, unknown>;
}
