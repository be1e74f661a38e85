/** The file of the embedded store: opened for one process alone, watched, and opened again after trouble. */
import fs from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementResultingChanges, StatementSync } from 'node:sqlite';
import { SmsError } from '../sms/errors';
import { storeError, troubleOf } from './sqlite-errors';
import { createPrivate, type Identity, identityOf, putInPlace } from './sqlite-identity';
import { inspect, migrate } from './sqlite-schema';

type Value = string | number | null;

/** Who has to know what became of the file. */
export interface FileObserver {
  /** In a transaction: there is a file to begin with, at the start, and when it was replaced. */
  adopt(): void;
  /** What was done in the last transaction is on the disk. */
  committed(): void;
  /** What was done in the last transaction never was. */
  undone(): void;
}

/** Milliseconds for which an opening that failed answers for those who ask again. */
const REOPEN_AFTER = 500;

/**
 * EXCLUSIVE: the lock is the operating system's, and dies with the process, however it ends; and no memory is shared.
 * FULL: a commit is on the disk when it returns. The cache bounds the memory, whatever the size of the file.
 */
const SETTINGS = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -8192;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA wal_autocheckpoint = 4000;
`;

export class SqliteFile {
  readonly file: string;
  #db: DatabaseSync | null = null;
  #statements = new Map<string, StatementSync>();
  /** Which files they are that we write to, whatever their names stand for by now. */
  #identity: Identity | null = null;
  /** The file whose content is known, by its inode. */
  #known: string | null = null;
  #observer: FileObserver;
  /** The last opening failed; performance time. */
  #failed: { error: unknown; at: number } | null = null;
  /** The file was deleted; it still exists for us, who have it open. */
  #lost = false;
  #closed = false;

  /** Opened when it is first needed. */
  constructor(file: string, observer: FileObserver) {
    this.#observer = observer;
    this.file = path.resolve(file);
  }

  get isOpen(): boolean {
    return this.#db !== null;
  }

  /** @throws SmsError SMS_STORE */
  open(): void {
    this.#guarded(() => this.#connected());
  }

  /** A prepared statement, prepared once; like the next three, for use inside of {@link read} or {@link transaction}. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#connected().prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, ...values: Value[]): StatementResultingChanges {
    return this.statement(sql).run(...values);
  }

  one<T>(sql: string, ...values: Value[]): T | undefined {
    return this.statement(sql).get(...values) as T | undefined;
  }

  all<T>(sql: string, ...values: Value[]): T[] {
    return this.statement(sql).all(...values) as T[];
  }

  /** @throws SmsError SMS_STORE, or what the work throws */
  read<T>(work: () => T): T {
    return this.#guarded(work);
  }

  /** All of the work or nothing, on the disk when it returns. @throws SmsError SMS_STORE, or what the work throws */
  transaction<T>(work: () => T): T {
    return this.#guarded(() => {
      this.#watch();
      return this.#whole(work);
    });
  }

  close(): void {
    this.#closed = true;
    this.#disconnect();
  }

  #connected(): DatabaseSync {
    if (this.#closed) throw new SmsError('SMS_STORE', `The store ${this.file} is closed.`);
    return this.#db ?? this.#reconnect();
  }

  /** Whoever asks at short intervals is not to find a disk in trouble asked as often. */
  #reconnect(): DatabaseSync {
    if (this.#failed && performance.now() - this.#failed.at < REOPEN_AFTER) throw this.#failed.error;
    try {
      const db = this.#connect();
      this.#failed = null;
      return db;
    } catch (error) {
      this.#failed = { error, at: performance.now() };
      throw error;
    }
  }

  #connect(): DatabaseSync {
    const { DatabaseSync } = sqlite();
    createPrivate(this.file);
    const db = new DatabaseSync(this.file);
    try {
      db.exec(SETTINGS);
      inspect(db, this.file);
      const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
      if (mode !== 'wal') throw new SmsError('SMS_STORE', `${this.file} must be on a local disk, not on a share.`);
      migrate(db);
      this.#db = db;
      // The lock, and that the file can be written to, are found out now and not at the first message.
      this.#whole(() => this.#begin());
    } catch (error) {
      this.#db = db;
      this.#disconnect();
      throw error;
    }
    this.#identity = identityOf(this.file);
    return db;
  }

  #begin(): void {
    const { main } = identityOf(this.file);
    if (main !== this.#known) this.#observer.adopt();
    this.#known = main;
  }

  #whole<T>(work: () => T): T {
    this.statement('BEGIN IMMEDIATE').run();
    try {
      const result = work();
      this.statement('COMMIT').run();
      this.#observer.committed();
      return result;
    } catch (error) {
      // After some errors SQLite has rolled back by itself.
      quietly(() => this.#db?.exec('ROLLBACK'));
      this.#observer.undone();
      throw error;
    }
  }

  #disconnect(): void {
    const db = this.#db;
    this.#db = null;
    this.#identity = null;
    this.#statements.clear();
    // The last connection to close writes everything into the file itself and deletes the journal.
    if (db) quietly(() => db.close());
  }

  /**
   * Someone may delete the file under us, or put another in its place: what is written then would be gone with the
   * process. A deleted one is written anew from what we still have open, at the call after the one that found it out.
   */
  #watch(): void {
    this.#connected();
    const [was, is] = [this.#identity, identityOf(this.file)];
    const isReplaced = was !== null && is.main !== null && is.main !== was.main;
    const isDeleted = was !== null && (is.main === null || (was.journal !== null && was.journal !== is.journal));
    if (isReplaced) this.#leave(was, is);
    else if (isDeleted && this.#lost) this.#restore(is);
    else if (isDeleted) throw this.#deleted();
    else if (was !== null) was.journal = is.journal;
    this.#lost = false;
    // A replacement is a copy that a person put back: that one counts.
    this.#connected();
  }

  /** SQLite leaves its journal behind when the file is another one: what is in it must not get into that. */
  #leave(was: Identity, is: Identity): void {
    this.#disconnect();
    if (is.journal === was.journal) fs.rmSync(`${this.file}-wal`, { force: true });
  }

  #deleted(): SmsError {
    this.#lost = true;
    const message =
      `The store ${this.file} was deleted while it was in use; it is written anew with the next call. ` +
      'To empty a store, stop Node-RED first.';
    return new SmsError('SMS_STORE', message, { retryable: true });
  }

  #restore({ main }: Identity): void {
    // With the journal gone alone, to close the connection brings what was in it home.
    if (main !== null) {
      this.#disconnect();
      return;
    }
    const copy = `${this.file}.restored`;
    fs.rmSync(copy, { force: true });
    createPrivate(copy);
    this.#db?.prepare('VACUUM INTO ?').run(copy);
    // The journal goes with the old connection: it must not meet the new file.
    this.#disconnect();
    putInPlace(copy, this.file);
    this.#known = identityOf(this.file).main;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble?.reconnect) this.#disconnect();
      if (trouble?.damaged) this.#known = null;
      throw trouble ? storeError(error, this.file) : error;
    }
  }
}

/** Node's own since 22.5, without an option since 22.13. */
function sqlite(): typeof import('node:sqlite') {
  const module = process.getBuiltinModule('node:sqlite');
  if (module) return module;
  throw new SmsError(
    'SMS_STORE',
    `Node ${process.version} has no node:sqlite; update Node to 22.13 or newer, or choose another kind of store.`,
  );
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // What matters was said already, or is said by the next call.
  }
}
