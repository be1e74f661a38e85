/** The embedded store with a thousand messages that wait, and with a million: each time in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node:sqlite';
import { embeddedStore } from '../dist/src/store/index.js';
import { ACCOUNT, entry } from '../test/store/sqlite-entries.ts';
import { excess, type Findings, median, ratio, rounds } from './measure.ts';

const ROUNDS = 7;
const FEW = 1000;
const MANY = 1_000_000;

export interface Claims {
  /** Milliseconds from opening to the first claim that is handed out. */
  first: number;
  /** Milliseconds, p50. */
  claim: number;
  /** MB that the process takes then. */
  memory: number;
}

export async function measureGroup(): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), 'sms-backlog-'));
  const subjects = [FEW, MANY].map((count) => ({ name: String(count), file: join(folder, `${count}.sqlite`), count }));
  for (const { file, count } of subjects) await fill(file, count);
  const found = await rounds(ROUNDS, subjects, ({ file }) => claims(file));
  rmSync(folder, { recursive: true, force: true });
  const [few, many] = subjects.map(({ name }) => found[name]) as [Figures, Figures];
  return {
    values: {
      'backlog.claim': ratio(many.claim, few.claim),
      'backlog.memory': excess(many.memory, few.memory),
      'backlog.first': median(many.first),
    },
    table: {
      head: ['messages that wait', 'claim, p50, ms', 'opening to first claim, ms', 'MB'],
      rows: subjects.map(({ name, count }) => {
        const { claim, first, memory } = found[name] as Figures;
        return [count, median(claim), median(first), median(memory)];
      }),
    },
  };
}

type Figures = Record<keyof Claims, number[]>;

/** The file as it was, so that each round finds the same. */
async function claims(file: string): Promise<Claims> {
  const copy = `${file}.copy`;
  copyFileSync(file, copy, constants.COPYFILE_FICLONE);
  const child = fork(join(import.meta.dirname, 'claims.ts'), [copy], { execArgv: ['--expose-gc'] });
  const [told] = await once(child, 'message');
  await once(child, 'exit');
  for (const end of ['', '-wal', '-shm']) rmSync(copy + end, { force: true });
  return told;
}

async function fill(file: string, count: number): Promise<void> {
  const store = embeddedStore({ file });
  await store.outbox.add([entry('+33600000000', { createdAt: Date.now() })]);
  await store.close();
  const db = new sqlite.DatabaseSync(file);
  const numbered = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const recipient = `'+336' || (10000000 + i)`;
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
    UPDATE lane SET id = 0;
    UPDATE outbox SET seq = 0, lane = 0;
    ${numbered} INSERT INTO lane (id, account, recipient, due, head)
      SELECT i, '${ACCOUNT}', ${recipient}, not_before, i FROM n, outbox WHERE seq = 0;
    ${numbered} INSERT INTO outbox (seq, reference, account, recipient, lane, asleep, state, attempts, not_before,
        expires_at, started_at, created_at, body)
      SELECT i, 'reference-of-' || i, account, ${recipient}, i, 0, state, 0, not_before, expires_at, 0,
        created_at, body FROM n, outbox WHERE seq = 0;
    COMMIT`);
  db.close();
}
