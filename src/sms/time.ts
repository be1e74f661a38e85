/** The time at which an SMS should go out, as a flow may write it. */
import { SmsError } from './errors';
import { excerpt, isDate } from './excerpt';

/** Date, optional time, optional offset: 2026-11-22, 2026-11-22T10:30, 2026-11-22 10:30:00.5+01:00. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
/** A shorter number would rather be a year or a day. */
const EPOCH = /^\d{9,}$/;
/** As milliseconds these are 1970 to 1973, as seconds 2001 to 5138: seconds are meant. */
const SECONDS_FROM = 1e9;
const SECONDS_TO = 1e11;
const END_OF_9999 = 253_402_300_799_999;

let latest = Number.NaN;
let written = '';

/** Epoch milliseconds as ISO 8601 UTC; that of a time that many ask for, one after the other, is written once. */
export function isoOf(at: number): string {
  if (at !== latest) [latest, written] = [at, new Date(at).toISOString()];
  return written;
}

/**
 * The instant, or null when none is given (null, undefined, an empty text).
 *
 * ISO 8601 with an offset or `Z` is that instant; without one it is the local time of the machine Node-RED runs on, a date
 * alone its midnight there. A number, or a text of at least nine digits, is epoch milliseconds.
 *
 * @throws SMS_INVALID_OPTION anything else, a day that does not exist, and epoch seconds, which as milliseconds would
 *   lie in 1970 and send at once
 */
export function toInstant(at: unknown): Date | null {
  if (at === undefined || at === null) return null;
  if (isDate(at)) return checked(at.getTime(), at);
  if (typeof at === 'number') return fromEpoch(at, at);
  if (typeof at !== 'string') throw invalid(at);
  const text = at.trim();
  if (text === '') return null;
  return EPOCH.test(text) ? fromEpoch(Number(text), at) : fromIso(text, at);
}

function fromEpoch(milliseconds: number, at: unknown): Date {
  if (milliseconds >= SECONDS_FROM && milliseconds < SECONDS_TO) {
    throw new SmsError(
      'SMS_INVALID_OPTION',
      `The time is ${excerpt(at)}, which looks like epoch seconds: multiply it by 1000, epoch milliseconds are wanted.`,
    );
  }
  return checked(milliseconds, at);
}

function fromIso(text: string, at: string): Date {
  const found = ISO.exec(text);
  if (!found) throw invalid(at);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const millisecond = Math.trunc(Number(`0.${found[7] ?? '0'}`) * 1000);
  const offset = offsetMinutes(found[8]);
  if (!exists(year, month, day, hour, minute, second) || Number.isNaN(offset)) throw invalid(at);
  if (offset === null) return checked(new Date(year, month - 1, day, hour, minute, second, millisecond).getTime(), at);
  return checked(Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset * 60_000, at);
}

/** Minutes east of UTC; null for local time, NaN for an offset that no place has. */
function offsetMinutes(offset: string | undefined): number | null {
  if (offset === undefined) return null;
  if (/^z$/i.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  if (hours > 14 || minutes > 59) return Number.NaN;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function exists(year: number, month: number, day: number, hour: number, minute: number, second: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  const onCalendar = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const midnight = hour === 24 && minute === 0 && second === 0;
  return onCalendar && (hour <= 23 || midnight) && minute <= 59 && second <= 59;
}

function checked(milliseconds: number, at: unknown): Date {
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > END_OF_9999) throw invalid(at);
  return new Date(milliseconds);
}

function invalid(at: unknown): SmsError {
  return new SmsError(
    'SMS_INVALID_OPTION',
    `The time is ${excerpt(at)}: give ISO 8601 (2026-11-22T10:30:00+01:00, or without offset for local time), epoch milliseconds or a Date, or leave it empty for now.`,
  );
}
