/** An entry of the outbox as a row of its table. */
import type { OutboxEntry, OutboxState } from './store';

export interface Row {
  /** The order in which they were taken in, or came back from standing apart. */
  seq: number;
  reference: string;
  account: string;
  recipient: string;
  /** Null for one that stands apart, and for one that is alone (see sqlite-alone.ts). */
  lane: number | null;
  state: OutboxState;
  attempts: number;
  not_before: number;
  expires_at: number;
  started_at: number;
  created_at: number;
  body: string;
}

/** 1 for one that was never tried and has a time to come: others pass. */
export function asleepOf({ state, attempts, notBefore }: OutboxEntry): 0 | 1 {
  return state === 'waiting' && attempts === 0 && notBefore > Date.now() ? 1 : 0;
}

/** All that has no column of its own: what a later version adds is kept, too. */
export function bodyOf(entry: OutboxEntry): string {
  const { reference, account, to, state, attempts, notBefore, expiresAt, startedAt, createdAt, ...rest } = entry;
  return JSON.stringify(rest);
}

export function entryOf(row: Row): OutboxEntry {
  const { reference, account, state, attempts } = row;
  return {
    ...(JSON.parse(row.body) as Omit<OutboxEntry, 'reference'>),
    reference,
    account,
    to: row.recipient,
    state,
    attempts,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    startedAt: row.started_at,
    createdAt: row.created_at,
  };
}
