/** What the state and the times of an entry of the outbox mean for its turn, in whatever store it is. */
import type { OutboxEntry, OutboxState } from './store';

/** Held and expired ones are in nobody's way. */
export function isApart(state: OutboxState): boolean {
  return state === 'held' || state === 'expired';
}

/** Whether it may be claimed as it comes in. */
export function isDue({ state, notBefore, expiresAt }: OutboxEntry, now: number): boolean {
  return state === 'waiting' && notBefore <= now && expiresAt > now;
}
