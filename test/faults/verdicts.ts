/** What an attempt may end as: the words of an error that the rest of the house acts on, and what the flow gets for each. */

export const ACCEPTED = 'accepted';
export const UNKNOWN = 'SMS_UNCERTAIN unknown retryable';
export const NOT_REACHED = 'SMS_UNREACHABLE not-sent retryable';
export const THROTTLED = 'SMS_RATE_LIMITED not-sent retryable';
export const REFUSED = 'SMS_REJECTED not-sent';
export const NOT_LET_IN = 'SMS_AUTH not-sent';
export const MOVED = 'SMS_BAD_RESPONSE not-sent';

export type Verdict =
  | typeof ACCEPTED
  | typeof UNKNOWN
  | typeof NOT_REACHED
  | typeof THROTTLED
  | typeof REFUSED
  | typeof NOT_LET_IN
  | typeof MOVED;

/** The class, for a reader. */
export function classOf(verdict: Verdict): 'accepted' | 'unknown' | 'not sent' {
  if (verdict === ACCEPTED) return 'accepted';
  return verdict === UNKNOWN ? 'unknown' : 'not sent';
}

const TRIED_AGAIN =
  'is tried again until it is sent or expires; by another account when that lasts for `failoverAfter`';

/** What becomes of a message in the queue. */
export const GETS: Record<Verdict, string> = {
  [ACCEPTED]: 'a receipt',
  [UNKNOWN]: 'it is looked up: a receipt if it is found, else `SMS_UNCERTAIN`',
  [NOT_REACHED]: TRIED_AGAIN,
  [THROTTLED]: 'is tried again, after the wait that the vendor asks for',
  [REFUSED]: '`SMS_REJECTED`, with the words of the vendor',
  [NOT_LET_IN]: 'is sent by another account, or `SMS_AUTH`',
  [MOVED]: '`SMS_BAD_RESPONSE`, which says that the address redirects',
};
