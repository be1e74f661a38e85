/** Tracked messages in SQLite; the final ones stay for `keepDays` for those who ask. */
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';
import type { TrackedMessage, TrackedStore } from './store';

interface Row {
  account: string;
  id: string;
  reference: string;
  recipient: string;
  accepted_at: number;
  ask_at: number;
  asked: number;
  final_by: number;
  final: number;
  turn: number;
  version: number;
  body: string;
}

/** So many that are due are sorted; of more, those that were saved the longest ago are looked for in their order. */
const FEW = 2000;

const SQL = {
  add: `INSERT INTO tracked (reference, recipient, accepted_at, ask_at, asked, final_by, final, due, turn, keep_from,
      body, account, id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`,
  save: `UPDATE tracked SET reference = ?, recipient = ?, accepted_at = ?, ask_at = ?, asked = ?, final_by = ?,
      final = ?, due = ?, turn = ?, keep_from = ?, body = ?, version = version + 1
    WHERE account = ? AND id = ? AND version = ?`,
  find: 'SELECT * FROM tracked WHERE account = ? AND id = ?',
  byReference: 'SELECT * FROM tracked WHERE account = ? AND reference = ? ORDER BY turn DESC LIMIT 1',
  sentTo: 'SELECT * FROM tracked WHERE account = ? AND recipient = ? AND accepted_at >= ? ORDER BY turn',
  dueCount: `SELECT count(*) AS n FROM (SELECT 1 FROM tracked INDEXED BY tracked_due
    WHERE account = ? AND final = 0 AND due <= ? LIMIT ?)`,
  due: `SELECT * FROM tracked INDEXED BY tracked_due WHERE account = ? AND final = 0 AND due <= ? ORDER BY turn LIMIT ?`,
  nextDue: 'SELECT min(due) AS at FROM tracked WHERE account = ? AND final = 0',
  nextAsked: 'SELECT min(asked) AS asked FROM tracked WHERE account = ? AND final = 0 AND asked > ?',
  openAsked: `SELECT * FROM tracked INDEXED BY tracked_open
    WHERE account = ? AND final = 0 AND asked = ? AND due <= ? ORDER BY turn LIMIT ?`,
  lastTurn: 'SELECT max(turn) AS turn FROM tracked',
};

export class SqliteTracked implements TrackedStore {
  #file: SqliteFile;
  #commits: Commits;
  #turn = 0;

  constructor(file: SqliteFile, commits: Commits) {
    this.#file = file;
    this.#commits = commits;
  }

  /** Begins with a file. */
  adopt(): void {
    this.#turn = (this.#file.statement(SQL.lastTurn).get()?.turn as number | null) ?? 0;
  }

  async save(message: TrackedMessage): Promise<boolean> {
    const { account, id, reference, to, acceptedAt, askAt, asked, finalBy, final, version } = message;
    const body = bodyOf(message);
    const due = Math.min(askAt, finalBy);
    // One that nobody asks about any more, its account being gone, ends with its time.
    const keepFrom = final ? Date.now() : Math.max(Date.now(), finalBy);
    const isSaved = await this.#commits.write(() => {
      this.#turn += 1;
      const times = [acceptedAt, askAt, asked, finalBy, final ? 1 : 0, due, this.#turn, keepFrom];
      const values = [reference, to, ...times, body, account, id];
      const { changes } =
        version === 0
          ? this.#file.statement(SQL.add).run(...values)
          : this.#file.statement(SQL.save).run(...values, version);
      return changes > 0;
    });
    if (isSaved) message.version = version + 1;
    return isSaved;
  }

  find(account: string, id: string): Promise<TrackedMessage | null> {
    return this.#commits.read(() => this.#rows(SQL.find, account, id).map(messageOf)[0] ?? null);
  }

  findReference(account: string, reference: string): Promise<TrackedMessage | null> {
    return this.#commits.read(() => this.#rows(SQL.byReference, account, reference).map(messageOf)[0] ?? null);
  }

  sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]> {
    return this.#commits.read(() => this.#rows(SQL.sentTo, account, to, since).map(messageOf));
  }

  due(account: string, now: number, limit: number): Promise<TrackedMessage[]> {
    return this.#commits.read(() => {
      const count = this.#file.statement(SQL.dueCount).get(account, now, FEW)?.n as number;
      if (count < FEW) return this.#rows(SQL.due, account, now, limit).map(messageOf);
      return this.#oldest(account, limit, Number.POSITIVE_INFINITY, now).map(messageOf);
    });
  }

  open(account: string, limit: number, asked: number): Promise<TrackedMessage[]> {
    return this.#commits.read(() => this.#oldest(account, limit, asked, Number.POSITIVE_INFINITY).map(messageOf));
  }

  nextDue(account: string): Promise<number | null> {
    return this.#commits.read(() => this.#file.statement(SQL.nextDue).get(account)?.at as number | null);
  }

  /** The least recently saved open ones: the first of each count of questions, of which there are few. */
  #oldest(account: string, limit: number, asked: number, due: number): Row[] {
    const rows: Row[] = [];
    for (let count = this.#nextAsked(account, -1); count < asked; count = this.#nextAsked(account, count)) {
      rows.push(...this.#rows(SQL.openAsked, account, count, due, limit));
    }
    return rows.sort((a, b) => a.turn - b.turn).slice(0, limit);
  }

  #nextAsked(account: string, after: number): number {
    const asked = this.#file.statement(SQL.nextAsked).get(account, after)?.asked as number | null;
    return asked ?? Number.POSITIVE_INFINITY;
  }

  #rows(sql: string, ...values: (string | number)[]): Row[] {
    return this.#file.statement(sql).all(...values) as unknown as Row[];
  }
}

/** All that has no column of its own: what a later version adds is kept, too. */
function bodyOf(message: TrackedMessage): string {
  const { account, id, reference, to, acceptedAt, askAt, asked, finalBy, final, version, ...rest } = message;
  return JSON.stringify(rest);
}

function messageOf(row: Row): TrackedMessage {
  const { account, id, reference, asked, version } = row;
  return {
    ...(JSON.parse(row.body) as Omit<TrackedMessage, 'id'>),
    account,
    id,
    reference,
    to: row.recipient,
    acceptedAt: row.accepted_at,
    askAt: row.ask_at,
    asked,
    version,
    finalBy: row.final_by,
    final: row.final === 1,
  };
}
