/** What an operator sees of the outbox in SQLite: which entries there are, and how many. */
import type { SqliteFile } from './sqlite-file';
import type { Row } from './sqlite-rows';
import { Tallies, type Tally } from './sqlite-tally';
import { isApart } from './states';
import type { OutboxCounts, OutboxState } from './store';

const NO_LIMIT = -1;
const OTHERS = ['sending', 'unknown', 'held', 'expired'] as const;

const SQL = {
  waiting: `SELECT * FROM outbox INDEXED BY outbox_age WHERE account = ? AND state = 'waiting'
    ORDER BY created_at, seq LIMIT ?`,
  others: `SELECT * FROM outbox INDEXED BY outbox_state WHERE account = ? AND state = ? AND state <> 'waiting'
    ORDER BY created_at, seq LIMIT ?`,
  inLane: `SELECT outbox.* FROM lane JOIN outbox ON lane = lane.id
    WHERE lane.account = ? AND lane.recipient = ? AND state = ? ORDER BY created_at, seq LIMIT ?`,
  apart: `SELECT * FROM outbox INDEXED BY outbox_state WHERE account = ? AND recipient = ? AND state = ?
    AND state <> 'waiting' ORDER BY created_at, seq LIMIT ?`,
  countWaiting: `SELECT count(*) AS n FROM outbox INDEXED BY outbox_end WHERE account = ? AND state = 'waiting'`,
  countOthers: `SELECT count(*) AS n FROM outbox INDEXED BY outbox_state
    WHERE account = ? AND state = ? AND state <> 'waiting'`,
  oldestWaiting: `SELECT min(created_at) AS at FROM outbox INDEXED BY outbox_age WHERE account = ? AND state = 'waiting'`,
  oldestOther: `SELECT min(created_at) AS at FROM outbox INDEXED BY outbox_state
    WHERE state = ? AND account = ? AND state <> 'waiting'`,
};

/** To be used inside of a read or of a transaction of the file. */
export class SqliteCensus {
  readonly tallies = new Tallies();
  #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  list(account: string, state: OutboxState, options: { to?: string; limit?: number } = {}): Row[] {
    const { to, limit = NO_LIMIT } = options;
    // One that is being sent may have no lane; they are few.
    const hasLane = !isApart(state) && state !== 'sending';
    if (to !== undefined) return this.#file.all(hasLane ? SQL.inLane : SQL.apart, account, to, state, limit);
    if (state === 'waiting') return this.#file.all(SQL.waiting, account, limit);
    return this.#file.all(SQL.others, account, state, limit);
  }

  counts(account: string): OutboxCounts {
    const tally = this.tallies.of(account) ?? this.#count(account);
    const times = OTHERS.map((state) => (tally[state] > 0 ? this.#at(SQL.oldestOther, state, account) : null));
    const ages = [tally.waiting > 0 ? this.#at(SQL.oldestWaiting, account) : null, ...times];
    const known = ages.filter((at) => at !== null);
    return { ...tally, oldest: known.length === 0 ? null : Math.min(...known) };
  }

  #at(sql: string, ...values: string[]): number | null {
    return this.#file.one<{ at: number | null }>(sql, ...values)?.at ?? null;
  }

  /** Entry by entry, the only time that it costs so much. */
  #count(account: string): Tally {
    const count = (sql: string, ...states: OutboxState[]) =>
      this.#file.one<{ n: number }>(sql, account, ...states)?.n ?? 0;
    const tally: Tally = {
      waiting: count(SQL.countWaiting),
      sending: count(SQL.countOthers, 'sending'),
      unknown: count(SQL.countOthers, 'unknown'),
      held: count(SQL.countOthers, 'held'),
      expired: count(SQL.countOthers, 'expired'),
    };
    this.tallies.set(account, tally);
    return tally;
  }
}
