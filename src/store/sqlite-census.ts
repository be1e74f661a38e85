/** What an operator sees of the outbox in SQLite: which entries there are, and how many. */
import type { SqliteFile } from './sqlite-file';
import { isApart, type Row } from './sqlite-rows';
import { Tallies, type Tally } from './sqlite-tally';
import type { OutboxCounts, OutboxState } from './store';

const NO_LIMIT = -1;

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
  oldest: 'SELECT min(created_at) AS at FROM outbox WHERE account = ?',
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
    if (to !== undefined) return this.#file.all(isApart(state) ? SQL.apart : SQL.inLane, account, to, state, limit);
    if (state === 'waiting') return this.#file.all(SQL.waiting, account, limit);
    return this.#file.all(SQL.others, account, state, limit);
  }

  counts(account: string): OutboxCounts {
    const tally = this.tallies.of(account) ?? this.#count(account);
    return { ...tally, oldest: this.#file.one<{ at: number | null }>(SQL.oldest, account)?.at ?? null };
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
