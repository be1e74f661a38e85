/** Marks in SQLite; one whose time is over is as good as none, and is pruned later. */
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';
import type { MarkStore } from './store';

const SQL = {
  add: `INSERT INTO mark (scope, key, value, until) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, until = excluded.until WHERE mark.until <= ?`,
  get: 'SELECT value FROM mark WHERE scope = ? AND key = ? AND until > ?',
  set: 'INSERT OR REPLACE INTO mark (scope, key, value, until) VALUES (?, ?, ?, ?)',
  all: 'SELECT key, value FROM mark WHERE scope = ? AND until > ? ORDER BY key LIMIT ?',
  after: 'SELECT key, value FROM mark WHERE scope = ? AND until > ? AND key > ? ORDER BY key LIMIT ?',
  remove: 'DELETE FROM mark WHERE scope = ? AND key = ?',
  removeOne: 'DELETE FROM mark WHERE scope = ? AND key = ? AND substr(value, 1, ?) = ?',
  any: 'SELECT 1 FROM mark WHERE scope = ? LIMIT 1',
};

const NO_LIMIT = -1;
/** Scopes. */
const MOST_EMPTY = 1000;

export class SqliteMarks implements MarkStore {
  #file: SqliteFile;
  #commits: Commits;
  /** Scopes that have no mark, as far as is known, and are asked for with each message: of phones that want none, say. */
  #empty = new Set<string>();

  constructor(file: SqliteFile, commits: Commits) {
    this.#file = file;
    this.#commits = commits;
  }

  /** There is another file, or what was done in the last transaction never was. */
  forget(): void {
    this.#empty.clear();
  }

  add(scope: string, key: string, ttl: number, value = ''): Promise<boolean> {
    const now = Date.now();
    return this.#commits.write(`mark:${scope}`, () => {
      this.#empty.delete(scope);
      return this.#file.run(SQL.add, scope, key, value, now + ttl, now).changes > 0;
    });
  }

  get(scope: string, key: string): Promise<string | null> {
    return this.#commits.read(`mark:${scope}`, () => {
      if (this.#file.isOpen && this.#empty.has(scope)) return null;
      const found = this.#file.one<{ value: string }>(SQL.get, scope, key, Date.now())?.value ?? null;
      const isEmpty = found === null && this.#empty.size < MOST_EMPTY && !this.#file.one(SQL.any, scope);
      if (isEmpty) this.#empty.add(scope);
      return found;
    });
  }

  async set(scope: string, key: string, value: string, ttl: number): Promise<void> {
    const until = Date.now() + ttl;
    await this.#commits.write(`mark:${scope}`, () => {
      this.#empty.delete(scope);
      this.#file.run(SQL.set, scope, key, value, until);
    });
  }

  async remove(scope: string, key: string, beginning = ''): Promise<void> {
    await this.#commits.write(`mark:${scope}`, () =>
      beginning === ''
        ? this.#file.run(SQL.remove, scope, key)
        : this.#file.run(SQL.removeOne, scope, key, beginning.length, beginning),
    );
  }

  list(scope: string, options: { after?: string; limit?: number } = {}): Promise<{ key: string; value: string }[]> {
    const { after, limit = NO_LIMIT } = options;
    const now = Date.now();
    const rows = () =>
      after === undefined
        ? this.#file.all<{ key: string; value: string }>(SQL.all, scope, now, limit)
        : this.#file.all<{ key: string; value: string }>(SQL.after, scope, now, after, limit);
    // SQLite's rows have no prototype.
    return this.#commits.read(`mark:${scope}`, () => rows().map(({ key, value }) => ({ key, value })));
  }
}
