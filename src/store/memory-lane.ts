/** A lane of the outbox in memory: the messages to one recipient through one account, in their order. */
import type { OutboxEntry } from './store';

export interface Lane {
  to: string;
  entries: OutboxEntry[];
  /** The reference of the entry that is claimed. */
  claimed: string | null;
}

/** The entry whose turn it is: a scheduled one lets later ones pass, one that is being retried or looked up does not. */
export function nextOf(lane: Lane, now: number): OutboxEntry | undefined {
  for (const entry of lane.entries) {
    if (entry.notBefore <= now) return entry;
    if (entry.attempts > 0) return undefined;
  }
  return undefined;
}

export function dueOf(lane: Lane): number {
  const now = Date.now();
  let due = Number.POSITIVE_INFINITY;
  for (const entry of lane.entries) {
    due = Math.min(due, entry.notBefore);
    // Whatever follows cannot be due earlier, or may not pass.
    if (due <= now || entry.attempts > 0) return due;
  }
  return due;
}

export function release(lane: Lane, reference: string): void {
  if (lane.claimed === reference) lane.claimed = null;
}

export function leave(lane: Lane, entry: OutboxEntry): void {
  // Nearly always the first one: a search from the front.
  const at = lane.entries.indexOf(entry);
  if (at === 0) lane.entries.shift();
  else if (at > 0) lane.entries.splice(at, 1);
}
