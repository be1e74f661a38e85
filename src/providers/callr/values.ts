/** CALLR's words and forms, in ours. */
import type { StatusMeaning } from '../provider';

/** An SMS as `sms.get`, the lists and the pushes show it; the document only names the object. */
export interface Sms {
  hash?: unknown;
  type?: unknown;
  from?: unknown;
  to?: unknown;
  text?: unknown;
  status?: unknown;
  status_error?: unknown;
  status_history?: unknown;
  user_data?: unknown;
  parts?: unknown;
  date_creation?: unknown;
  date_update?: unknown;
  date_received?: unknown;
}

/** The words of the vendor's SDKs, and three of its newer API that may come through. */
const MEANINGS: Record<string, StatusMeaning> = {
  CREATED: { status: 'queued', final: false, description: 'Created at the vendor' },
  PENDING: { status: 'queued', final: false, description: 'Being sent' },
  SENT: { status: 'sent', final: false, description: 'Sent, not yet received' },
  REMOTE_QUEUED: { status: 'sent', final: false, description: 'Being delivered by the carrier' },
  RECEIVED: { status: 'delivered', final: true, description: 'Received by the phone' },
  DELIVERED: { status: 'delivered', final: true, description: 'Received by the phone' },
  ERROR: { status: 'failed', final: true, description: 'Not accepted' },
  FAILED: { status: 'failed', final: true, description: 'Failed' },
  EXPIRED: { status: 'expired', final: true, description: 'Could not be delivered in time' },
};

const FROM_A_PHONE: StatusMeaning = { status: 'received', final: true, description: 'Received from a phone' };

/** @param type `IN` or `OUT`: an inbound SMS is RECEIVED too */
export function meaningOf(word: string | null, type?: unknown): StatusMeaning {
  const name = (word ?? '').toUpperCase().replace(/-/g, '_');
  if (name === 'RECEIVED' && type === 'IN') return FROM_A_PHONE;
  const known = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined;
  return known ?? { status: 'unknown', final: false, description: word || 'The vendor gave no status' };
}

/** Text that is there; the vendor writes '' for what is not. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** E.164 with its plus; short codes and names as they are. */
export function number(address: unknown): string {
  const given = typeof address === 'number' ? String(address) : (text(address) ?? '').trim();
  return /^[1-9]\d{7,14}$/.test(given) ? `+${given}` : given;
}

/**
 * Epoch milliseconds of the vendor's `YYYY-MM-DD HH:MM:SS`, always UTC, with or without milliseconds; of ISO 8601 too,
 * which its pushes have. Null for what is no time, such as `0000-00-00 00:00:00`.
 */
export function instant(time: unknown): number | null {
  const [, day, clock, zone = 'Z'] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(
    text(time) ?? '',
  ) ?? ['', ''];
  const at = Date.parse(`${day}T${clock}${zone}`);
  return Number.isNaN(at) ? null : at;
}

/** The first of the times that is one, ISO 8601; now, where there is none. */
export function utc(...times: readonly unknown[]): string {
  const [first = Date.now()] = times.map(instant).filter((at) => at !== null);
  return new Date(first).toISOString();
}

/** The vendor's form of a time; a part of a second is cut off. */
export function datetime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** A time of ISO 8601 as the vendor writes it; what is none stays for the vendor to refuse. */
export function inUtc(time: unknown): unknown {
  const at = instant(time);
  return at === null ? time : datetime(at);
}

/** The rows of Search.Results, whose form is undocumented: a list by one of the names that it may have, or the list itself. */
export function rowsOf(answer: unknown): Sms[] | undefined {
  const { hits, results, list } = (answer ?? {}) as Record<string, unknown>;
  const rows = [answer, hits, results, list].find(Array.isArray);
  return rows?.filter((row) => typeof row === 'object' && row !== null);
}
