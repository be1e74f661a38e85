/** Disks as a power cut leaves them, for the tests of the embedded store. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import sqlite from 'node:sqlite';
import { embeddedStore, type OutboxState, type Store } from '../../dist/src/store/index.js';
import { ACCOUNT, references } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

/** The smallest page there is, so that every byte of a turn can be tried in seconds. */
const PAGE = 512;
/** What a page takes in the journal. */
export const FRAME = 24 + PAGE;
const FACTS = `SELECT json_object(
  'outbox', (SELECT json_group_array(reference ORDER BY seq) FROM outbox),
  'tracked', (SELECT json_group_array(id) FROM tracked),
  'marks', (SELECT json_group_array(key) FROM mark)) AS facts`;
const STATES: OutboxState[] = ['sending', 'unknown', 'waiting', 'held', 'expired'];

/** The file and its journal at one moment. */
export interface Content {
  main: Buffer;
  journal: Buffer;
}

/** What a test asks for: references in the outbox, ids of tracked messages, keys of marks. */
export interface Facts {
  outbox: string[];
  tracked: string[];
  marks: string[];
}

/** An empty store with small pages. */
export function smallPages(): { file: string; store: Store } {
  const file = newFile();
  fs.mkdirSync(path.dirname(file));
  const db = new sqlite.DatabaseSync(file);
  db.exec(`PRAGMA page_size = ${PAGE}; CREATE TABLE none (a); DROP TABLE none; VACUUM`);
  db.close();
  return { file, store: embeddedStore({ file }) };
}

export function contentOf(file: string): Content {
  return { main: fs.readFileSync(file), journal: fs.readFileSync(`${file}-wal`) };
}

export function firstDifference(a: Buffer, b: Buffer): number {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return i;
  return a.length;
}

/** A place where disks are put down and read, again and again; in memory where there is such a place. */
export class Disk {
  #file = newFile(fs.existsSync('/dev/shm') ? '/dev/shm' : undefined);

  constructor() {
    fs.mkdirSync(path.dirname(this.#file));
  }

  /** What SQLite finds on such a disk. */
  read(main: Buffer, journal: readonly Buffer[]): Facts {
    this.#write(main, journal);
    const db = new sqlite.DatabaseSync(this.#file);
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF');
    const facts = JSON.parse(String(db.prepare(FACTS).get()?.facts)) as Facts;
    db.close();
    return facts;
  }

  /** What a store that is opened on such a disk has. */
  async open(main: Buffer, journal: readonly Buffer[], scope: string, id: string): Promise<Facts> {
    this.#write(main, journal);
    const store = embeddedStore({ file: this.#file });
    const lists = await Promise.all(STATES.map((state) => store.outbox.list(ACCOUNT, state)));
    const message = await store.tracked.find(ACCOUNT, id);
    const marks = (await store.marks.list(scope)).map(({ key }) => key);
    await store.close();
    return { outbox: references(lists.flat()), tracked: message ? [message.id] : [], marks };
  }

  #write(main: Buffer, journal: readonly Buffer[]): void {
    fs.writeFileSync(this.#file, main);
    fs.writeFileSync(`${this.#file}-wal`, Buffer.concat(journal));
  }
}

/** All that was there and is to be there, in any order. */
export function assertHas({ outbox }: Facts, expected: readonly string[], message: string): void {
  assert.deepEqual([...outbox].sort(), [...expected].sort(), message);
}
