/** Digitaleo's refusals and the headers of its answers (§1.6). */
import type { Params } from './params';

/** A refusal, thrown by whoever finds the reason and turned into an answer in one place. */
export class Fault extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** 400 and 417 mean nearly the same (§1.6); assumption: 400 for what is malformed, 417 for what is not there. */
export const badRequest = (message: string): Fault => new Fault(400, message);
export const missing = (name: string): Fault => new Fault(417, `The parameter ${name} is required`);
/** The body of the example in §1.6. */
export const unauthorized = (): Fault => new Fault(401, 'Authenticate failed');
export const notModified = (): Fault => new Fault(304, 'Not Modified');

/** @throws Fault 417 when the parameter is not there */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw missing(name);
  return value;
}

/** @throws Fault 417 unless at least one of the parameters is there */
export function requireOne(params: Params, names: readonly string[]): void {
  const given = (name: string): boolean => isGiven(params[name]);
  if (!names.some(given)) throw missing(names.join(' or '));
}

/** What is blank is not there. */
function isGiven(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isGiven);
  return /[^\s,]/.test(String(value ?? ''));
}

/** The headers of the example in §1.6; Node adds `Date`, and whoever has a body its length. */
export const HEADERS: Readonly<Record<string, string>> = {
  Server: 'Apache/2.2.16 (Debian)',
  'X-Powered-By': 'PHP/5.3.3-7+squeeze15',
  Expires: 'Thu, 19 Nov 1981 08:52:00 GMT',
  'Cache-Control': 'no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
  Pragma: 'no-cache',
};
