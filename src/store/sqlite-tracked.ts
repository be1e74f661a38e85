/** Tracked messages in SQLite; the final ones stay for `keepDays` for those who ask. */
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';
import { bodyOf, messageOf, type Row } from './sqlite-tracked-rows';
import type { TrackedDraft, TrackedMessage, TrackedStore } from './store';

/** So many that are due are sorted; of more, those that were saved the longest ago are looked for in their order. */
const FEW = 2000;
/** Turns that one millisecond has room for: times this, the clock is still a whole number that is exact. */
const TURNS = 1000;

const SQL = {
  add: `INSERT INTO tracked (reference, recipient, accepted_at, ask_at, asked, final_by, final, due, turn, keep_from,
      body, account, id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`,
  save: `UPDATE tracked SET ask_at = ?, asked = ?, final_by = ?, final = ?, due = ?, turn = ?, keep_from = ?, body = ?,
      version = version + 1 WHERE account = ? AND id = ? AND version = ?`,
  // Apart: an index costs as much as it has columns that are set, the same value or not.
  rename: `UPDATE tracked SET reference = ?, recipient = ?, accepted_at = ?
    WHERE account = ? AND id = ? AND (reference, recipient, accepted_at) <> (?, ?, ?)`,
  find: 'SELECT * FROM tracked WHERE account = ? AND id = ?',
  byReference: 'SELECT * FROM tracked WHERE account = ? AND reference = ? ORDER BY turn DESC LIMIT 1',
  sentTo: 'SELECT * FROM tracked WHERE account = ? AND recipient = ? AND accepted_at >= ? ORDER BY turn',
  recent: 'SELECT * FROM tracked INDEXED BY tracked_accepted WHERE account = ? ORDER BY accepted_at DESC LIMIT ?',
  dueCount: `SELECT count(*) AS n FROM (SELECT 1 FROM tracked INDEXED BY tracked_due
    WHERE account = ? AND final = 0 AND due <= ? LIMIT ?)`,
  due: `SELECT * FROM tracked INDEXED BY tracked_due WHERE account = ? AND final = 0 AND due <= ? ORDER BY turn LIMIT ?`,
  nextDue: 'SELECT min(due) AS at FROM tracked WHERE account = ? AND final = 0',
  nextAsked: 'SELECT min(asked) AS asked FROM tracked WHERE account = ? AND final = 0 AND asked > ?',
  openAsked: `SELECT * FROM tracked INDEXED BY tracked_open
    WHERE account = ? AND final = 0 AND asked = ? AND due <= ? ORDER BY turn LIMIT ?`,
};

/** A message as its row will be. */
interface Draft extends TrackedDraft {
  to: string;
  acceptedAt: number;
  askAt: number;
  asked: number;
  finalBy: number;
  final: boolean;
  due: number;
  keepFrom: number;
  body: string;
}

export class SqliteTracked implements TrackedStore {
  #file: SqliteFile;
  #commits: Commits;
  #turn = 0;

  constructor(file: SqliteFile, commits: Commits) {
    this.#file = file;
    this.#commits = commits;
  }

  draft(message: TrackedMessage): Draft {
    const { account, id, reference, to, acceptedAt, askAt, asked, finalBy, final, version } = message;
    const body = bodyOf(message);
    const due = Math.min(askAt, finalBy);
    // One that nobody asks about any more, its account being gone, ends with its time.
    const keepFrom = final ? Date.now() : Math.max(Date.now(), finalBy);
    return { account, id, reference, version, to, acceptedAt, askAt, asked, finalBy, final, due, keepFrom, body };
  }

  async save(message: TrackedMessage | Draft): Promise<boolean> {
    const draft = 'body' in message ? message : this.draft(message);
    const { version } = message;
    const isSaved = await this.#commits.write('tracked', () => this.#write(draft, version));
    if (isSaved) message.version = version + 1;
    return isSaved;
  }

  find(account: string, id: string): Promise<TrackedMessage | null> {
    return this.#commits.read('tracked', () => firstOf(this.#file.all(SQL.find, account, id)));
  }

  findReference(account: string, reference: string): Promise<TrackedMessage | null> {
    return this.#commits.read('tracked', () => firstOf(this.#file.all(SQL.byReference, account, reference)));
  }

  sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]> {
    return this.#commits.read('tracked', () => this.#file.all<Row>(SQL.sentTo, account, to, since).map(messageOf));
  }

  recent(account: string, limit: number): Promise<TrackedMessage[]> {
    return this.#commits.read('tracked', () => this.#file.all<Row>(SQL.recent, account, limit).map(messageOf));
  }

  due(account: string, now: number, limit: number): Promise<TrackedMessage[]> {
    return this.#commits.read('tracked', () => {
      const count = this.#file.one<{ n: number }>(SQL.dueCount, account, now, FEW)?.n ?? 0;
      if (count < FEW) return this.#file.all<Row>(SQL.due, account, now, limit).map(messageOf);
      return this.#oldest(account, limit, Number.POSITIVE_INFINITY, now).map(messageOf);
    });
  }

  open(account: string, limit: number, asked: number): Promise<TrackedMessage[]> {
    return this.#commits.read('tracked', () =>
      this.#oldest(account, limit, asked, Number.POSITIVE_INFINITY).map(messageOf),
    );
  }

  nextDue(account: string): Promise<number | null> {
    return this.#commits.read('tracked', () => this.#file.one<{ at: number | null }>(SQL.nextDue, account)?.at ?? null);
  }

  #write(draft: Draft, version: number): boolean {
    const { account, id, reference, to, acceptedAt, askAt, asked, finalBy, final, due, keepFrom, body } = draft;
    const names = [reference, to, acceptedAt];
    const values = [askAt, asked, finalBy, final ? 1 : 0, due, this.#next(), keepFrom, body, account, id];
    if (version === 0) return this.#file.run(SQL.add, ...names, ...values).changes > 0;
    if (this.#file.run(SQL.save, ...values, version).changes === 0) return false;
    this.#file.run(SQL.rename, ...names, account, id, ...names);
    return true;
  }

  /** The least recently saved open ones: the first of each count of questions, of which there are few. */
  #oldest(account: string, limit: number, asked: number, due: number): Row[] {
    const rows: Row[] = [];
    for (let count = this.#nextAsked(account, -1); count < asked; count = this.#nextAsked(account, count)) {
      rows.push(...this.#file.all<Row>(SQL.openAsked, account, count, due, limit));
    }
    return rows.sort((a, b) => a.turn - b.turn).slice(0, limit);
  }

  #nextAsked(account: string, after: number): number {
    return this.#file.one<{ asked: number | null }>(SQL.nextAsked, account, after)?.asked ?? Number.POSITIVE_INFINITY;
  }

  /** By the clock, so that nothing has to be looked for at the start; never twice the same. */
  #next(): number {
    this.#turn = Math.max(this.#turn + 1, Date.now() * TURNS);
    return this.#turn;
  }
}

function firstOf([row]: Row[]): TrackedMessage | null {
  return row ? messageOf(row) : null;
}
