/** The embedded store when much waits: it costs neither time nor memory. A million messages with CI=true. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import sqlite from 'node:sqlite';
import { promisify } from 'node:util';
import { embeddedStore, type OutboxCounts } from '../../dist/src/store/index.js';
import { ACCOUNT } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

const [FEW, MANY] = [5000, process.env.CI === 'true' ? 1_000_000 : 100_000];
/** Of 400 rounds that take ten each and add one. */
const SETTLED = 400 * 9;

interface Told {
  counts: OutboxCounts;
  listed: number;
  expired: number;
  /** Milliseconds, the median. */
  claim: number;
  megabytes: number;
}

describe('the embedded store in which much waits', () => {
  it(`claims ${MANY} messages as it claims ${FEW}, and takes no more memory`, async () => {
    const [few, many] = [await worked(FEW), await worked(MANY)];
    for (const [told, rows] of [[few, FEW] as const, [many, MANY] as const]) {
      const { waiting, sending, expired } = told.counts;
      assert.deepEqual([waiting + expired, sending, expired], [rows - SETTLED, 0, told.expired]);
      assert(told.counts.oldest !== null);
      assert.deepEqual([told.listed, told.expired], [100, 1000]);
    }
    const [memory, time] = [many.megabytes - few.megabytes, many.claim / few.claim];
    assert(memory < 40, `${memory} MB more`);
    // What goes through a table takes at least as many times longer as there are more rows.
    assert(time < 4, `${time} times as long`);
  }).timeout(120_000);
});

/** What a process tells that worked with so many. */
async function worked(rows: number): Promise<Told> {
  const file = newFile();
  const store = embeddedStore({ file });
  await store.open();
  await store.close();
  fill(file, rows);
  const child = path.join(import.meta.dirname, 'sqlite-many-child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [child, file]);
  return JSON.parse(stdout) as Told;
}

/** As the store would, in one statement a table. */
function fill(file: string, rows: number): void {
  const db = new sqlite.DatabaseSync(file);
  const all = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
    INSERT INTO lane (id, account, recipient, due, head) ${all} SELECT i, '${ACCOUNT}', '+32' || i, 1000 + i, i FROM n;
    INSERT INTO outbox (seq, reference, account, recipient, lane, asleep, state, attempts, not_before, expires_at,
        started_at, created_at, body)
      ${all} SELECT i, 'reference-' || i, '${ACCOUNT}', '+32' || i, i, 0, 'waiting', 0, 1000 + i, 9e15, 0, 1000 + i,
        json_object('text', 'Text', 'fallback', json_array()) FROM n;
    COMMIT`);
  db.close();
}
