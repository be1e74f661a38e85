/** The outbox in SQLite: an entry is a row, and waits in the lane of its recipient. */
import { SqliteCensus } from './sqlite-census';
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';
import { SqliteLanes } from './sqlite-lanes';
import { asleepOf, bodyOf, entryOf, type Row } from './sqlite-rows';
import { isApart, isDue } from './states';
import type { HandOut, OutboxCounts, OutboxEntry, OutboxState, OutboxStore } from './store';

/** Expired entries are taken in portions: there may be a million of them after an outage. */
const PORTION = 1000;

const SQL = {
  add: `INSERT INTO outbox (seq, reference, account, recipient, lane, asleep, state, attempts, not_before, expires_at,
    started_at, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  send: `UPDATE outbox SET state = 'sending', attempts = ?, started_at = ? WHERE seq = ?`,
  find: 'SELECT * FROM outbox WHERE reference = ?',
  save: `UPDATE outbox SET seq = ?, lane = ?, asleep = ?, state = ?, attempts = ?, not_before = ?, expires_at = ?,
    started_at = ?, body = ? WHERE seq = ?`,
  remove: 'DELETE FROM outbox WHERE reference = ? RETURNING seq, account, recipient, state, lane',
  expired: `SELECT * FROM outbox INDEXED BY outbox_end
    WHERE account = ? AND state = 'waiting' AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
  expire: `UPDATE outbox SET state = 'expired', lane = NULL, asleep = 0 WHERE seq = ?`,
  nextEnd: `SELECT min(expires_at) AS at FROM outbox INDEXED BY outbox_end WHERE account = ? AND state = 'waiting'`,
  last: 'SELECT max(seq) AS seq FROM outbox',
  interrupted: `UPDATE outbox INDEXED BY outbox_state SET state = 'unknown', body = json_set(body, '$.lookups', 0)
    WHERE state = 'sending' AND state <> 'waiting'`,
};

export class SqliteOutbox implements OutboxStore {
  #file: SqliteFile;
  #commits: Commits;
  #lanes: SqliteLanes;
  #census: SqliteCensus;
  #seq = 0;

  constructor(file: SqliteFile, commits: Commits) {
    this.#file = file;
    this.#commits = commits;
    this.#lanes = new SqliteLanes(file);
    this.#census = new SqliteCensus(file);
  }

  /** Begins with a file, in a transaction: nobody has a claim, and what was being sent may have left. */
  adopt(): void {
    this.#census.tallies.forget();
    this.#seq = this.#file.one<{ seq: number | null }>(SQL.last)?.seq ?? 0;
    this.#file.run(SQL.interrupted);
    this.#lanes.freeAll();
  }

  committed(): void {
    this.#census.tallies.committed();
    this.#lanes.committed();
  }

  undone(): void {
    this.#census.tallies.undone();
    this.#lanes.undone();
  }

  async add(entries: readonly OutboxEntry[], handOut?: HandOut): Promise<OutboxEntry[]> {
    const bodies = entries.map((entry) => ({ entry: { ...entry }, body: bodyOf(entry) }));
    return this.#commits.write('outbox', () => {
      const claimed: OutboxEntry[] = [];
      for (const { entry, body } of bodies) {
        const own = handOut ? this.#putAlone(entry, body, handOut) : null;
        if (own) claimed.push(own);
        else this.#put(entry, body);
      }
      return claimed;
    });
  }

  claim(account: string, now: number, limit: number): Promise<OutboxEntry[]> {
    const lanes = (portion: number) => this.#lanes.due(account, now, portion);
    const claim = () => {
      // What has expired is taken out first, in as many portions as it needs.
      if (this.#file.one(SQL.expired, account, now, 1)) return [];
      const claimed: OutboxEntry[] = [];
      for (let due = lanes(limit); due.length > 0; due = lanes(limit - claimed.length)) {
        const before = claimed.length;
        for (const id of due) {
          const row = this.#lanes.claim(id, now);
          if (row) claimed.push(this.#handOut(row, now));
        }
        // Lanes that are due and have nothing to give would be found due for ever.
        if (claimed.length === before || claimed.length >= limit) break;
      }
      return claimed;
    };
    return this.#unless(() => limit <= 0 || lanes(1).length === 0, claim);
  }

  async save(entry: OutboxEntry): Promise<void> {
    const [kept, body] = [{ ...entry }, bodyOf(entry)];
    return this.#commits.write('outbox', () => {
      const row = this.#file.one<Row>(SQL.find, kept.reference);
      if (!row) return;
      const { state, attempts, notBefore, expiresAt, startedAt } = kept;
      const apart = isApart(state);
      // One that comes back from standing apart has lost its place.
      const seq = isApart(row.state) && !apart ? this.#next() : row.seq;
      this.#endAlone(row);
      const lane = apart ? null : (row.lane ?? this.#lanes.of(row.account, row.recipient, notBefore, seq).id);
      const asleep = apart ? 0 : asleepOf(kept);
      if (asleep) this.#lanes.sleeps();
      this.#file.run(SQL.save, seq, lane, asleep, state, attempts, notBefore, expiresAt, startedAt, body, row.seq);
      this.#recount(row, state);
      this.#lanes.release(row.lane ?? lane, row.seq);
    });
  }

  /** Nobody else has the store. */
  async fenced(_reference: string, _mark: object, work: () => Promise<unknown>): Promise<boolean> {
    await work();
    return true;
  }

  async isLost(): Promise<boolean> {
    return false;
  }

  /** Nobody else has the store. */
  async letGo(): Promise<void> {}

  async remove(reference: string): Promise<void> {
    return this.#commits.write('outbox', () => this.#remove(reference));
  }

  async move(entry: OutboxEntry, account: string): Promise<void> {
    const moved = { ...entry, account };
    const body = bodyOf(moved);
    await this.#commits.write('outbox', () => {
      this.#remove(moved.reference);
      this.#put(moved, body);
    });
    entry.account = account;
  }

  takeExpired(account: string, now: number): Promise<OutboxEntry[]> {
    const expired = (portion: number) => this.#file.all<Row>(SQL.expired, account, now, portion);
    const take = () =>
      expired(PORTION).map((row) => {
        this.#file.run(SQL.expire, row.seq);
        this.#recount(row, 'expired');
        this.#lanes.release(row.lane, row.seq);
        return entryOf({ ...row, state: 'expired' });
      });
    return this.#unless(() => expired(1).length === 0, take);
  }

  nextDue(account: string): Promise<number | null> {
    return this.#commits.read('outbox', () => {
      const end = this.#file.one<{ at: number | null }>(SQL.nextEnd, account)?.at ?? null;
      const times = [this.#lanes.nextDue(account), end].filter((time) => time !== null);
      return times.length === 0 ? null : Math.min(...times);
    });
  }

  find(reference: string): Promise<OutboxEntry | null> {
    return this.#commits.read('outbox', () => {
      const row = this.#file.one<Row>(SQL.find, reference);
      return row ? entryOf(row) : null;
    });
  }

  list(account: string, state: OutboxState, options?: { to?: string; limit?: number }): Promise<OutboxEntry[]> {
    return this.#commits.read('outbox', () => this.#census.list(account, state, options).map(entryOf));
  }

  counts(account: string): Promise<OutboxCounts> {
    return this.#commits.read('outbox', () => this.#census.counts(account));
  }

  #put(entry: OutboxEntry, body: string): void {
    const { account, to, state, notBefore } = entry;
    const seq = this.#next();
    const lane = isApart(state) ? null : this.#lanes.of(account, to, notBefore, seq);
    this.#insert(seq, entry, body, lane?.id ?? null);
    if (lane) this.#lanes.joined(lane, notBefore);
  }

  /** Claimed as it comes in, without a lane; null, and not put, where it would have one. */
  #putAlone(entry: OutboxEntry, body: string, { now, may }: HandOut): OutboxEntry | null {
    const { account, to } = entry;
    if (!isDue(entry, now) || !this.#lanes.isFree(account, to, now) || !may()) return null;
    const sent: OutboxEntry = { ...entry, state: 'sending', attempts: entry.attempts + 1, startedAt: now };
    const seq = this.#next();
    this.#insert(seq, sent, body, null);
    this.#lanes.alone.put(account, to, seq);
    return sent;
  }

  #insert(seq: number, entry: OutboxEntry, body: string, lane: number | null): void {
    const { reference, account, to, state, attempts, notBefore, expiresAt, startedAt, createdAt } = entry;
    const asleep = lane === null ? 0 : asleepOf(entry);
    if (asleep) this.#lanes.sleeps();
    const times = [notBefore, expiresAt, startedAt, createdAt];
    this.#file.run(SQL.add, seq, reference, account, to, lane, asleep, state, attempts, ...times, body);
    this.#census.tallies.change(account, state, 1);
  }

  /** One that waited is stored as being sent; one that is unknown stays so. */
  #handOut(row: Row, now: number): OutboxEntry {
    if (row.state !== 'waiting') return entryOf(row);
    const attempts = row.attempts + 1;
    this.#file.run(SQL.send, attempts, now, row.seq);
    this.#recount(row, 'sending');
    return entryOf({ ...row, state: 'sending', attempts, started_at: now });
  }

  #remove(reference: string): void {
    const row = this.#file.one<Row>(SQL.remove, reference);
    if (!row) return;
    this.#census.tallies.change(row.account, row.state, -1);
    this.#endAlone(row);
    this.#lanes.release(row.lane, row.seq);
  }

  #endAlone({ account, recipient, lane, seq }: Row): void {
    if (lane === null) this.#lanes.alone.drop(account, recipient, seq);
  }

  #recount({ account, state }: Row, after: OutboxState): void {
    this.#census.tallies.change(account, state, -1);
    this.#census.tallies.change(account, after, 1);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }

  /** Writes unless there is nothing to write: what is only looked at needs no commit. */
  async #unless<T>(nothing: () => boolean, work: () => T[]): Promise<T[]> {
    const isNothing = !this.#commits.isToCome('outbox') && (await this.#commits.read('outbox', nothing));
    return isNothing ? [] : this.#commits.write('outbox', work);
  }
}
