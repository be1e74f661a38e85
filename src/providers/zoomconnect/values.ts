/** ZoomConnect's words and forms, in ours. */
import type { StatusMeaning } from '../provider';
import { utc } from './dates';

/** One row of messages/all, as far as it is used here; any member may be missing or null. */
export interface MessageRow {
  messageId: string | number;
  messageType?: string | null;
  messageStatus?: string | null;
  message?: string | null;
  fromNumber?: string | null;
  toNumber?: string | null;
  userDataField?: string | null;
  numberOfMessages?: number | null;
  dateTimeScheduled?: unknown;
  dateTimeSent?: unknown;
  dateTimeReceived?: unknown;
  deleted?: boolean | null;
  repliedToMessage?: { messageId?: string | number | null } | null;
}

/** The words of the vendor's Swagger; there is none for a message that waits at the vendor, nor for one that expired. */
const MEANINGS: Readonly<Record<string, StatusMeaning>> = {
  SCHEDULED: { status: 'scheduled', final: false, description: 'Waiting for its time at the vendor' },
  SENT: { status: 'sent', final: false, description: 'Sent to the mobile network' },
  DELIVERED: { status: 'delivered', final: true, description: 'Delivered to the phone' },
  FAILED: { status: 'failed', final: true, description: 'Could not be delivered' },
  FAILED_REFUNDED: { status: 'failed', final: true, description: 'Could not be delivered; the credits came back' },
  FAILED_OPTOUT: { status: 'failed', final: true, description: 'The recipient wants no more messages (opted out)' },
  UNKNOWN: { status: 'unknown', final: false, description: 'The vendor does not know' },
};

const RECEIVED: StatusMeaning = { status: 'received', final: true, description: 'Received from a phone' };

/** Whatever case the word is in. */
export function meaningOf(word: string | null): StatusMeaning {
  const name = (word ?? '').trim().toUpperCase();
  const known = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined;
  return known ?? { status: 'unknown', final: false, description: word ?? 'The vendor gave no status' };
}

/** Of a row that may be of either direction: what was received has no status of its own. */
export function meaningOfRow({ messageType, messageStatus }: MessageRow): StatusMeaning {
  return messageType?.toUpperCase() === 'INBOUND' ? RECEIVED : meaningOf(messageStatus || null);
}

/**
 * E.164 where it is a number: the vendor writes `+27…`, `27…` and, a South African company, local `0…`; a `+` that
 * travelled unencoded arrives as a blank. Anything else (`INF-…`, a short code) stays as it is.
 */
export function number(written: unknown): string {
  const bare = String(written ?? '').trim();
  if (/^0\d{9}$/.test(bare)) return `+27${bare.slice(1)}`;
  return /^[1-9]\d{7,14}$/.test(bare) ? `+${bare}` : bare;
}

/** An id as opaque text: older versions of the API have numbers. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** When the vendor made a message: its ids begin with the seconds since 1970 in hex. */
export function madeAt(id: string): string | undefined {
  return /^[\da-f]{24}$/i.test(id) ? utc(Number.parseInt(id.slice(0, 8), 16) * 1000) : undefined;
}

/** The order in which ids were given out: both forms of them grow. */
export function compareIds(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}
