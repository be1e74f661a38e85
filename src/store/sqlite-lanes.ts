/** The lanes of the outbox in SQLite, one a recipient: what a claim costs does not grow with what waits. */
import type { StatementResultingChanges } from 'node:sqlite';
import { Alone } from './sqlite-alone';
import type { SqliteFile } from './sqlite-file';
import type { Row } from './sqlite-rows';

interface Lane {
  id: number;
  /** The seq of the entry under way. */
  claimed: number | null;
  /** When it is next to be looked at; null while one is under way. */
  due: number | null;
}

const SQL = {
  of: 'SELECT id, claimed, due FROM lane WHERE account = ? AND recipient = ?',
  add: 'INSERT INTO lane (account, recipient, claimed, due, head) VALUES (?, ?, ?, ?, ?)',
  join: 'UPDATE outbox SET lane = ? WHERE seq = ?',
  byId: 'SELECT id, claimed, due FROM lane WHERE id = ?',
  plan: 'UPDATE lane SET claimed = NULL, due = ?, head = ? WHERE id = ?',
  claim: 'UPDATE lane SET claimed = ?, due = NULL, head = NULL WHERE id = ?',
  drop: 'DELETE FROM lane WHERE id = ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.lane = lane.id)',
  due: 'SELECT id FROM lane WHERE account = ? AND due IS NOT NULL AND due <= ? ORDER BY due, head LIMIT ?',
  next: 'SELECT min(due) AS at FROM lane WHERE account = ? AND due IS NOT NULL',
  asleep: 'SELECT 1 FROM outbox INDEXED BY outbox_asleep WHERE asleep = 1 AND lane > 0 LIMIT 1',
  wake: 'UPDATE outbox SET asleep = 0 WHERE lane = ? AND asleep = 1 AND not_before <= ?',
  // Of those awake the first that is due, or that lets none pass.
  turn: 'SELECT * FROM outbox WHERE lane = ? AND asleep = 0 AND (not_before <= ? OR attempts > 0) ORDER BY seq LIMIT 1',
  first: 'SELECT seq, not_before, attempts FROM outbox WHERE lane = ? AND asleep = 0 ORDER BY seq LIMIT 1',
  alarm: 'SELECT seq, not_before FROM outbox WHERE lane = ? AND asleep = 1 AND seq < ? ORDER BY not_before LIMIT 1',
  unknown: `SELECT DISTINCT lane AS id FROM outbox INDEXED BY outbox_state
    WHERE state = 'unknown' AND state <> 'waiting'`,
  alone: `SELECT seq, account, recipient, not_before FROM outbox INDEXED BY outbox_state
    WHERE state = 'unknown' AND state <> 'waiting' AND lane IS NULL`,
};

/** To be used inside of a read or of a transaction of the file. */
export class SqliteLanes {
  #file: SqliteFile;
  readonly alone = new Alone();
  /** By account, when a lane is next to be looked at; asked for with each message, and most change nothing about it. */
  #next = new Map<string, number | null>();
  /** Whether there may be entries that sleep; most never do. */
  #areAsleep = true;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /** The process is new: nobody has a claim. */
  freeAll(): void {
    this.#areAsleep = this.#file.one(SQL.asleep) !== undefined;
    this.alone.forget();
    this.#next.clear();
    for (const { seq, account, recipient, not_before } of this.#file.all<Row>(SQL.alone)) {
      this.#file.run(SQL.join, this.of(account, recipient, not_before, seq).id, seq);
    }
    for (const { id } of this.#file.all<{ id: number }>(SQL.unknown)) this.#plan(id);
  }

  committed(): void {
    this.alone.committed();
  }

  undone(): void {
    this.alone.undone();
    this.#next.clear();
  }

  /** The lane of a recipient, made and planned for an entry if there is none. */
  of(account: string, recipient: string, due: number, seq: number): Lane {
    const alone = this.alone.of(account, recipient);
    if (alone !== undefined) return this.#joinedBy(account, recipient, alone);
    return this.#find(account, recipient) ?? this.#add(account, recipient, { claimed: null, due }, seq);
  }

  /** Whether nothing waits for a recipient, and nothing is under way; and nobody of the account waits for his turn. */
  isFree(account: string, recipient: string, now: number): boolean {
    const next = this.nextDue(account);
    if ((next !== null && next <= now) || this.alone.of(account, recipient) !== undefined) return false;
    return this.#find(account, recipient) === undefined;
  }

  /** An entry is stored as one that sleeps. */
  sleeps(): void {
    this.#areAsleep = true;
  }

  /** An entry was added behind the others, which changes the plan only of a lane that waits for a time still later. */
  joined({ id, claimed, due }: Lane, notBefore: number): void {
    if (claimed === null && (due ?? 0) > notBefore) this.#plan(id);
  }

  /** The ids of those that are to be looked at, the one that waits the longest first. */
  due(account: string, now: number, limit: number): number[] {
    return this.#file.all<{ id: number }>(SQL.due, account, now, limit).map(({ id }) => id);
  }

  nextDue(account: string): number | null {
    const known = this.#next.get(account);
    if (known !== undefined) return known;
    const next = this.#file.one<{ at: number | null }>(SQL.next, account)?.at ?? null;
    this.#next.set(account, next);
    return next;
  }

  /** Claims the entry whose turn it is; undefined, and planned anew, when that is still to come. */
  claim(lane: number, now: number): Row | undefined {
    if (this.#areAsleep) this.#file.run(SQL.wake, lane, now);
    const row = this.#file.one<Row>(SQL.turn, lane, now);
    if (row && row.not_before <= now) {
      this.#write(SQL.claim, row.seq, lane);
      return row;
    }
    this.#plan(lane);
    return undefined;
  }

  /** An entry of a lane has changed or gone: ends its claim, if it had it, and plans what comes next. */
  release(lane: number | null, seq: number): void {
    if (lane === null || this.#write(SQL.drop, lane).changes > 0) return;
    const claimed = this.#file.one<Lane>(SQL.byId, lane)?.claimed ?? null;
    if (claimed === null || claimed === seq) this.#plan(lane);
  }

  /** One that was alone is no more: the recipient has a lane from now on, which that one has claimed. */
  #joinedBy(account: string, recipient: string, alone: number): Lane {
    const lane = this.#add(account, recipient, { claimed: alone, due: null }, null);
    this.#file.run(SQL.join, lane.id, alone);
    this.alone.drop(account, recipient, alone);
    return lane;
  }

  #write(sql: string, ...values: (string | number | null)[]): StatementResultingChanges {
    this.#next.clear();
    return this.#file.run(sql, ...values);
  }

  #find(account: string, recipient: string): Lane | undefined {
    return this.#file.one<Lane>(SQL.of, account, recipient);
  }

  #add(account: string, recipient: string, { claimed, due }: Omit<Lane, 'id'>, head: number | null): Lane {
    const { lastInsertRowid } = this.#write(SQL.add, account, recipient, claimed, due, head);
    return { id: Number(lastInsertRowid), claimed, due };
  }

  /**
   * When a lane without a claim next has something to do: one that sleeps lets later ones pass, one that was tried
   * lets none.
   */
  #plan(lane: number): void {
    const first = this.#file.one<Pick<Row, 'seq' | 'not_before' | 'attempts'>>(SQL.first, lane);
    const before = first === undefined ? Number.MAX_SAFE_INTEGER : first.seq;
    const sleeper =
      first?.attempts === 0 ? undefined : this.#file.one<Pick<Row, 'seq' | 'not_before'>>(SQL.alarm, lane, before);
    const head = sleeper && (!first || sleeper.not_before < first.not_before) ? sleeper : first;
    if (head) this.#write(SQL.plan, head.not_before, head.seq, lane);
    else this.#write(SQL.drop, lane);
  }
}
