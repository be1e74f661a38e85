/** What the state and the times of an entry of the outbox mean for its turn, and how long what was sent is kept, in whatever store it is. */
import type { OutboxEntry, OutboxState } from './store';

/** Held and expired ones are in nobody's way. */
export function isApart(state: OutboxState): boolean {
  return state === 'held' || state === 'expired';
}

/** Whether it may be claimed as it comes in. */
export function isDue({ state, notBefore, expiresAt }: OutboxEntry, now: number): boolean {
  return state === 'waiting' && notBefore <= now && expiresAt > now;
}

const DAY = 24 * 3600_000;

/**
 * Milliseconds for which a message is remembered after its final status: a day at least, as a look-up has to tell its
 * record at the vendor from that of the one that is looked up.
 */
export function keptFor(keepDays: number): number {
  return Math.max(keepDays, 1) * DAY;
}
