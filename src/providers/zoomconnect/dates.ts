/**
 * ZoomConnect's ways to write a date: `yyyyMMddHHmm` to schedule and in webhooks (`yyyyMMddHHmmss` for a nonce),
 * `yyyyMMdd` to filter, `dd-MM-yyyy` for statistics, epoch milliseconds in answers. All of them are South African time.
 */
import { SmsError } from '../../sms/errors';
import { excerpt } from '../../sms/excerpt';

/** The vendor's zone, UTC+2 without summer time: the dates of its webhooks agree so with the times in its ids. */
const OFFSET = 2 * 3600_000;
const MINUTE = 60_000;
const LAST_YEAR = 9999;

export type DateForm = 'yyyyMMddHHmm' | 'yyyyMMdd' | 'dd-MM-yyyy';

/** Which parameter is written how, wherever it occurs. */
const FORMS: Readonly<Record<string, DateForm>> = {
  dateToSend: 'yyyyMMddHHmm',
  defaultDateToSend: 'yyyyMMddHHmm',
  fromDateTimeSent: 'yyyyMMdd',
  toDateTimeSent: 'yyyyMMdd',
  fromDateTimeReceived: 'yyyyMMdd',
  toDateTimeReceived: 'yyyyMMdd',
  from: 'dd-MM-yyyy',
  to: 'dd-MM-yyyy',
};

const ISO = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:?\\d\\d)';
const OWN: Readonly<Record<DateForm, string>> = {
  yyyyMMddHHmm: '\\d{12}',
  yyyyMMdd: '\\d{8}',
  'dd-MM-yyyy': '\\d\\d-\\d\\d-\\d{4}',
};

/** What a parameter of this form may look like: as the vendor has it, or ISO 8601 with an offset. */
export function patternOf(form: DateForm): string {
  return `^(${OWN[form]}|${ISO})$`;
}

/**
 * The parameters with every ISO 8601 time in the vendor's form; also those of the messages of a bulk.
 * @throws SmsError SMS_INVALID_OPTION for a time that does not exist
 */
export function withVendorDates<T extends Record<string, unknown>>(params: T): T {
  const written = Object.entries(params).map(([name, value]) => {
    if (name === 'sendSmsRequests' && Array.isArray(value)) return [name, value.map(withVendorDates)];
    const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
    return [name, form && typeof value === 'string' && value.includes('T') ? vendorDate(value, form) : value];
  });
  return Object.fromEntries(written);
}

/**
 * A time in the vendor's form. To the minute it is rounded up: a message may leave late, never before its time.
 * @throws SmsError SMS_INVALID_OPTION
 */
export function vendorDate(time: Date | string, form: DateForm): string {
  const instant = new Date(time).getTime();
  const rounded = form === 'yyyyMMddHHmm' ? Math.ceil(instant / MINUTE) * MINUTE : instant;
  const local = new Date(rounded + OFFSET);
  if (Number.isNaN(local.getTime()) || local.getUTCFullYear() > LAST_YEAR) {
    throw new SmsError('SMS_INVALID_OPTION', `${excerpt(time)} is no time that ZoomConnect can be told.`);
  }
  const [date = '', clock = ''] = local.toISOString().split('T');
  const [year, month, day] = date.split('-');
  if (form === 'dd-MM-yyyy') return `${day}-${month}-${year}`;
  const compact = `${year}${month}${day}`;
  return form === 'yyyyMMdd' ? compact : compact + clock.slice(0, 5).replace(':', '');
}

/** yyyyMMdd, with or without HHmm and ss. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$/;
const EPOCH_MS = /^\d{13}$/;

/** Epoch milliseconds of a date in any form the vendor writes; undefined for what is none. */
export function instantOf(written: unknown): number | undefined {
  if (typeof written !== 'string' && typeof written !== 'number') return undefined;
  const text = String(written).trim();
  if (EPOCH_MS.test(text)) return Number(text);
  const parts = COMPACT.exec(text);
  if (parts) {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map((n) => Number(n ?? 0));
    return defined(Date.UTC(year, month - 1, day, hour, minute, second) - OFFSET);
  }
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const isLocal = !/(Z|[+-]\d\d:?\d\d)$/i.test(text.slice('yyyy-MM-dd'.length));
  return defined(
    isLocal ? Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`) - OFFSET : Date.parse(text),
  );
}

/** Epoch milliseconds of a `dateToSend`; undefined for one that does not exist, which is the vendor's to refuse. */
export function timeToSend(written: unknown): number | undefined {
  const at = instantOf(written);
  if (at === undefined) return undefined;
  return String(written).includes('T') || vendorDate(new Date(at), 'yyyyMMddHHmm') === written ? at : undefined;
}

/** ISO 8601 UTC, or undefined. */
export function utc(written: unknown): string | undefined {
  const instant = instantOf(written);
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function defined(instant: number): number | undefined {
  return Number.isFinite(instant) && Math.abs(instant) <= 8.64e15 ? instant : undefined;
}
