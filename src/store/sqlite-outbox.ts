/** The outbox in SQLite, in lanes, one a recipient: what a claim costs does not grow with what waits. */
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';
import { Tallies, type Tally } from './sqlite-tally';
import type { OutboxCounts, OutboxEntry, OutboxState, OutboxStore } from './store';

interface Row {
  seq: number;
  reference: string;
  account: string;
  recipient: string;
  lane: number | null;
  state: OutboxState;
  attempts: number;
  not_before: number;
  expires_at: number;
  started_at: number;
  created_at: number;
  body: string;
}

interface LaneRow {
  id: number;
  claimed: number | null;
  due: number | null;
}

/** Expired entries are taken out in portions: there may be a million of them after an outage. */
const PORTION = 1000;
const NO_LIMIT = -1;

const SQL = {
  lane: 'SELECT id, claimed, due FROM lane WHERE account = ? AND recipient = ?',
  laneAdd: 'INSERT INTO lane (account, recipient, due, head) VALUES (?, ?, ?, ?)',
  laneById: 'SELECT id, claimed, due FROM lane WHERE id = ?',
  lanePlan: 'UPDATE lane SET claimed = NULL, due = ?, head = ? WHERE id = ?',
  laneClaim: 'UPDATE lane SET claimed = ?, due = NULL, head = NULL WHERE id = ?',
  laneDrop: 'DELETE FROM lane WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ?1)',
  lanesDue: 'SELECT id FROM lane WHERE account = ? AND due IS NOT NULL AND due <= ? ORDER BY due, head LIMIT ?',
  add: `INSERT INTO outbox (seq, reference, account, recipient, lane, asleep, state, attempts, not_before, expires_at,
    started_at, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  wake: 'UPDATE outbox SET asleep = 0 WHERE lane = ? AND asleep = 1 AND not_before <= ?',
  // Of those awake the first that is due, or that lets none pass.
  next: `SELECT * FROM outbox WHERE lane = ? AND asleep = 0 AND (not_before <= ? OR attempts > 0) ORDER BY seq LIMIT 1`,
  claim: `UPDATE outbox SET state = 'sending', attempts = ?, started_at = ? WHERE seq = ?`,
  first: 'SELECT seq, not_before, attempts FROM outbox WHERE lane = ? AND asleep = 0 ORDER BY seq LIMIT 1',
  alarm: `SELECT seq, not_before FROM outbox WHERE lane = ? AND asleep = 1 AND seq < ? ORDER BY not_before LIMIT 1`,
  find: 'SELECT * FROM outbox WHERE reference = ?',
  save: `UPDATE outbox SET seq = ?, lane = ?, asleep = ?, state = ?, attempts = ?, not_before = ?, expires_at = ?,
    started_at = ?, body = ? WHERE reference = ?`,
  remove: 'DELETE FROM outbox WHERE reference = ? RETURNING seq, account, state, lane',
  expire: `UPDATE outbox SET state = 'expired', lane = NULL, asleep = 0 WHERE seq = ?`,
  expired: `SELECT * FROM outbox WHERE state = 'waiting' AND account = ? AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
  nextLane: 'SELECT min(due) AS at FROM lane WHERE account = ? AND due IS NOT NULL',
  nextEnd: `SELECT min(expires_at) AS at FROM outbox WHERE account = ? AND state = 'waiting'`,
  waiting: `SELECT * FROM outbox INDEXED BY outbox_age WHERE account = ? AND state = 'waiting'
    ORDER BY created_at, seq LIMIT ?`,
  others: `SELECT * FROM outbox WHERE account = ? AND state = ? AND state <> 'waiting' ORDER BY created_at, seq LIMIT ?`,
  inLane: `SELECT outbox.* FROM lane JOIN outbox ON lane = lane.id
    WHERE lane.account = ? AND lane.recipient = ? AND state = ? ORDER BY created_at, seq LIMIT ?`,
  apart: `SELECT * FROM outbox WHERE account = ? AND recipient = ? AND state = ? AND state <> 'waiting'
    ORDER BY created_at, seq LIMIT ?`,
  countWaiting: `SELECT count(*) AS n FROM outbox WHERE account = ? AND state = 'waiting'`,
  countOthers: `SELECT state, count(*) AS n FROM outbox WHERE account = ? AND state <> 'waiting' GROUP BY state`,
  oldest: 'SELECT min(created_at) AS at FROM outbox WHERE account = ?',
  last: 'SELECT max(seq) AS seq FROM outbox',
  interrupted: `UPDATE outbox SET state = 'unknown', body = json_set(body, '$.lookups', 0) WHERE state = 'sending'`,
  claimedLanes: `SELECT id FROM lane WHERE due IS NULL
    AND id IN (SELECT lane FROM outbox WHERE state IN ('sending', 'unknown'))`,
};

export class SqliteOutbox implements OutboxStore {
  #file: SqliteFile;
  #commits: Commits;
  #seq = 0;
  #tallies = new Tallies();

  constructor(file: SqliteFile, commits: Commits) {
    this.#file = file;
    this.#commits = commits;
  }

  /** Begins with a file, in a transaction: nobody has a claim, and what was being sent may have left. */
  adopt(): void {
    this.#seq = Number(this.#one<{ seq: number | null }>(SQL.last)?.seq ?? 0);
    this.#tallies.forget();
    this.#run(SQL.interrupted);
    for (const { id } of this.#all<{ id: number }>(SQL.claimedLanes)) this.#plan(id);
  }

  committed(): void {
    this.#tallies.committed();
  }

  undone(): void {
    this.#tallies.undone();
  }

  async add(entries: readonly OutboxEntry[]): Promise<void> {
    const bodies = entries.map((entry) => ({ entry: { ...entry }, body: bodyOf(entry) }));
    return this.#commits.write(() => {
      for (const { entry, body } of bodies) this.#put(entry, body);
    });
  }

  claim(account: string, now: number, limit: number): Promise<OutboxEntry[]> {
    const lanes = (portion: number) => this.#all<{ id: number }>(SQL.lanesDue, account, now, portion);
    const claim = () => {
      // What has expired is taken out first, in as many portions as it needs.
      if (this.#one(SQL.expired, account, now, 1)) return [];
      const claimed: OutboxEntry[] = [];
      for (let due = lanes(limit); due.length > 0 && claimed.length < limit; due = lanes(limit - claimed.length)) {
        for (const { id } of due) {
          const entry = this.#claimFrom(id, now);
          if (entry) claimed.push(entry);
        }
      }
      return claimed;
    };
    return this.#unless(() => limit <= 0 || lanes(1).length === 0, claim);
  }

  async save(entry: OutboxEntry): Promise<void> {
    const [kept, body] = [{ ...entry }, bodyOf(entry)];
    return this.#commits.write(() => {
      const row = this.#one<Row>(SQL.find, kept.reference);
      if (!row) return;
      const apart = isApart(kept);
      // One that comes back from standing apart has lost its place.
      const seq = row.lane === null && !apart ? this.#next() : row.seq;
      const lane = apart ? null : (row.lane ?? this.#laneOf(row.account, row.recipient, kept.notBefore, seq).id);
      const { state, attempts, notBefore, expiresAt, startedAt, reference } = kept;
      const asleep = apart ? 0 : asleepOf(kept);
      this.#run(SQL.save, seq, lane, asleep, state, attempts, notBefore, expiresAt, startedAt, body, reference);
      this.#recount(row.account, row.state, state);
      this.#release(row.lane ?? lane, row.seq);
    });
  }

  async remove(reference: string): Promise<void> {
    return this.#commits.write(() => this.#remove(reference));
  }

  async move(entry: OutboxEntry, account: string): Promise<void> {
    const moved = { ...entry, account };
    const body = bodyOf(moved);
    await this.#commits.write(() => {
      this.#remove(moved.reference);
      this.#put(moved, body);
    });
    entry.account = account;
  }

  takeExpired(account: string, now: number): Promise<OutboxEntry[]> {
    const expired = (portion: number) => this.#all<Row>(SQL.expired, account, now, portion);
    const take = () => {
      const rows = expired(PORTION);
      for (const row of rows) this.#expire(row);
      return rows.map((row) => ({ ...entryOf(row), state: 'expired' as const }));
    };
    return this.#unless(() => expired(1).length === 0, take);
  }

  nextDue(account: string): Promise<number | null> {
    return this.#commits.read(() => {
      const at = (sql: string, ...values: (string | number)[]) => this.#one<{ at: number | null }>(sql, ...values)?.at;
      const times = [at(SQL.nextLane, account), at(SQL.nextEnd, account)];
      const known = times.filter((time) => time !== undefined && time !== null);
      return known.length === 0 ? null : Math.min(...known);
    });
  }

  find(reference: string): Promise<OutboxEntry | null> {
    return this.#commits.read(() => {
      const row = this.#one<Row>(SQL.find, reference);
      return row ? entryOf(row) : null;
    });
  }

  list(account: string, state: OutboxState, options: { to?: string; limit?: number } = {}): Promise<OutboxEntry[]> {
    const { to, limit = NO_LIMIT } = options;
    const rows = () => {
      if (to !== undefined)
        return this.#all<Row>(isApart({ state }) ? SQL.apart : SQL.inLane, account, to, state, limit);
      if (state === 'waiting') return this.#all<Row>(SQL.waiting, account, limit);
      return this.#all<Row>(SQL.others, account, state, limit);
    };
    return this.#commits.read(() => rows().map(entryOf));
  }

  counts(account: string): Promise<OutboxCounts> {
    return this.#commits.read(() => {
      const tally = this.#tallies.of(account) ?? this.#count(account);
      return { ...tally, oldest: this.#one<{ at: number | null }>(SQL.oldest, account)?.at ?? null };
    });
  }

  #put(entry: OutboxEntry, body: string): void {
    const { reference, account, to, state, attempts, notBefore, expiresAt, startedAt, createdAt } = entry;
    const seq = this.#next();
    const apart = isApart(entry);
    const lane = apart ? null : this.#laneOf(account, to, notBefore, seq);
    const asleep = apart ? 0 : asleepOf(entry);
    const id = lane?.id ?? null;
    this.#run(
      SQL.add,
      ...[seq, reference, account, to, id, asleep, state, attempts, notBefore, expiresAt, startedAt, createdAt, body],
    );
    this.#tallies.change(account, state, 1);
    // The last in the lane changes its plan only when the lane waits for a time still later.
    if (lane && lane.claimed === null && (lane.due ?? 0) > notBefore) this.#plan(lane.id);
  }

  /** The lane of a recipient, made and planned for the entry if there is none. */
  #laneOf(account: string, recipient: string, due: number, seq: number): LaneRow {
    const lane = this.#one<LaneRow>(SQL.lane, account, recipient);
    if (lane) return lane;
    const { lastInsertRowid } = this.#run(SQL.laneAdd, account, recipient, due, seq);
    return { id: Number(lastInsertRowid), claimed: null, due };
  }

  #claimFrom(lane: number, now: number): OutboxEntry | null {
    this.#run(SQL.wake, lane, now);
    const row = this.#one<Row>(SQL.next, lane, now);
    if (!row || row.not_before > now) {
      this.#plan(lane);
      return null;
    }
    this.#run(SQL.laneClaim, row.seq, lane);
    const entry = entryOf(row);
    if (entry.state === 'waiting') {
      Object.assign(entry, { state: 'sending', attempts: entry.attempts + 1, startedAt: now });
      this.#run(SQL.claim, entry.attempts, now, row.seq);
      this.#recount(row.account, row.state, entry.state);
    }
    return entry;
  }

  #remove(reference: string): void {
    const row = this.#one<Row>(SQL.remove, reference);
    if (!row) return;
    this.#tallies.change(row.account, row.state, -1);
    this.#release(row.lane, row.seq);
  }

  #expire({ seq, account, state, lane }: Row): void {
    this.#run(SQL.expire, seq);
    this.#recount(account, state, 'expired');
    this.#release(lane, seq);
  }

  #recount(account: string, before: OutboxState, after: OutboxState): void {
    this.#tallies.change(account, before, -1);
    this.#tallies.change(account, after, 1);
  }

  /** Entry by entry, the only time that it costs so much. */
  #count(account: string): Tally {
    const tally: Tally = { waiting: 0, sending: 0, unknown: 0, held: 0, expired: 0 };
    tally.waiting = this.#one<{ n: number }>(SQL.countWaiting, account)?.n ?? 0;
    for (const { state, n } of this.#all<{ state: OutboxState; n: number }>(SQL.countOthers, account)) tally[state] = n;
    this.#tallies.set(account, tally);
    return tally;
  }

  /** An entry of a lane has changed or gone: ends its claim, if it had it, and plans what comes next. */
  #release(lane: number | null, seq: number): void {
    if (lane === null || this.#run(SQL.laneDrop, lane).changes > 0) return;
    const claimed = this.#one<LaneRow>(SQL.laneById, lane)?.claimed ?? null;
    if (claimed === null || claimed === seq) this.#plan(lane);
  }

  /**
   * When a lane without a claim next has something to do: one that sleeps lets later ones pass, one that was tried
   * lets none.
   */
  #plan(lane: number): void {
    const first = this.#one<{ seq: number; not_before: number; attempts: number }>(SQL.first, lane);
    const before = first === undefined ? Number.MAX_SAFE_INTEGER : first.seq;
    const sleeper =
      first?.attempts === 0 ? undefined : this.#one<{ seq: number; not_before: number }>(SQL.alarm, lane, before);
    const head = sleeper && (!first || sleeper.not_before < first.not_before) ? sleeper : first;
    if (head) this.#run(SQL.lanePlan, head.not_before, head.seq, lane);
    else this.#run(SQL.laneDrop, lane);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }

  /** Writes unless there is nothing to write: what is only looked at needs no commit. */
  async #unless<T>(nothing: () => boolean, work: () => T[]): Promise<T[]> {
    return (await this.#commits.read(nothing)) ? [] : this.#commits.write(work);
  }

  #run(sql: string, ...values: (string | number | null)[]) {
    return this.#file.statement(sql).run(...values);
  }

  #one<T>(sql: string, ...values: (string | number)[]): T | undefined {
    return this.#file.statement(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#file.statement(sql).all(...values) as T[];
  }
}

/** Those are in nobody's way. */
function isApart({ state }: { state: OutboxState }): boolean {
  return state === 'held' || state === 'expired';
}

function asleepOf({ state, attempts, notBefore }: OutboxEntry): 0 | 1 {
  return state === 'waiting' && attempts === 0 && notBefore > Date.now() ? 1 : 0;
}

/** All that has no column of its own: what a later version adds is kept, too. */
function bodyOf(entry: OutboxEntry): string {
  const { reference, account, to, state, attempts, notBefore, expiresAt, startedAt, createdAt, ...rest } = entry;
  return JSON.stringify(rest);
}

function entryOf(row: Row): OutboxEntry {
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
