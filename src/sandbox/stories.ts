/** The last four digits of a recipient choose what becomes of a message; the same table serves every vendor. */
import type { Delays } from './types';

export interface Story {
  digits: string;
  /** As the help prints it. */
  title: string;
  /** What stands before acceptance, and how many calls in a row it stops. */
  hurdle?: Hurdle;
  times?: number;
  /** What happens to the answer of an accepted call; default nothing. */
  answer?: 'lost' | 'malformed';
  /** The last status, and the delay that leads to it; absent: never final. */
  end?: Ending;
  /** What the phone writes back after delivery. */
  reply?: string;
}

/** `unanswered`: the call hangs and nothing is accepted. */
export type Hurdle = 'rejected' | 'unavailable' | 'throttled' | 'unanswered' | 'tokenExpired';

export interface Ending {
  status: 'delivered' | 'failed' | 'expired' | 'unknown';
  after: keyof Delays;
}

const DELIVERED: Ending = { status: 'delivered', after: 'outcome' };

const PLAIN: Story = { digits: '0000', title: 'delivered', end: DELIVERED };

export const STORIES: readonly Story[] = [
  PLAIN,
  { digits: '0001', title: 'delivered, then replies "OK"', end: DELIVERED, reply: 'OK' },
  { digits: '0002', title: 'failed', end: { status: 'failed', after: 'outcome' } },
  { digits: '0003', title: 'expired', end: { status: 'expired', after: 'expiry' } },
  { digits: '0004', title: 'never final' },
  { digits: '0005', title: 'rejected as invalid', hurdle: 'rejected', times: Number.POSITIVE_INFINITY },
  { digits: '0006', title: '503 twice, then accepted', hurdle: 'unavailable', times: 2, end: DELIVERED },
  { digits: '0007', title: '429 with Retry-After once', hurdle: 'throttled', times: 1, end: DELIVERED },
  { digits: '0008', title: 'accepted, but the answer is lost (timeout)', answer: 'lost', end: DELIVERED },
  { digits: '0009', title: 'answer lost, not accepted', hurdle: 'unanswered', times: Number.POSITIVE_INFINITY },
  { digits: '0010', title: 'delivered, then replies "STOP"', end: DELIVERED, reply: 'STOP' },
  { digits: '0011', title: 'accepted, but the answer is malformed JSON', answer: 'malformed', end: DELIVERED },
  { digits: '0012', title: 'token expires before the call', hurdle: 'tokenExpired', times: 1, end: DELIVERED },
];

const BY_DIGITS = new Map(STORIES.map((story) => [story.digits, story]));

/** Any number without a story of its own is delivered. */
export function storyOf(recipient: string): Story {
  return BY_DIGITS.get(recipient.replace(/\D/g, '').slice(-4)) ?? PLAIN;
}

/**
 * Counts, per recipient, the calls that a hurdle has stopped. Once a call gets through the story starts anew, so that
 * the next message to that number meets it again.
 * @returns the hurdle that stops this call, if any
 */
export function createHurdles(): (recipient: string) => Hurdle | undefined {
  const stopped = new Map<string, number>();
  return (recipient) => {
    const { hurdle, times = 0 } = storyOf(recipient);
    const count = stopped.get(recipient) ?? 0;
    if (!hurdle || count >= times) {
      stopped.delete(recipient);
      return undefined;
    }
    if (Number.isFinite(times)) stopped.set(recipient, count + 1);
    return hurdle;
  };
}
