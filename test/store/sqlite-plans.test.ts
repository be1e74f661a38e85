/** How SQLite goes about each statement of the embedded store: by an index, whatever the number of rows. */
import assert from 'node:assert/strict';
import sqlite from 'node:sqlite';
import sinon from 'sinon';
import { embeddedStore, type OutboxState } from '../../dist/src/store/index.js';
import { Commits } from '../../dist/src/store/sqlite-commits.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { Pruning } from '../../dist/src/store/sqlite-prune.js';
import { ACCOUNT, entry, handOut, T, tracked } from './sqlite-entries.ts';
import { newFile, UNOBSERVED } from './sqlite-files.ts';

const STATES: OutboxState[] = ['waiting', 'sending', 'unknown', 'held', 'expired'];

/** What these sort is no more than is asked for, what goes to one recipient, or few by nature. */
const SORT_FEW = [
  /lane\.recipient = \?/,
  /AND reference = \?/,
  /AND recipient = \? AND accepted_at >= \?/,
  /INDEXED BY tracked_due .* ORDER BY turn LIMIT/s,
  /^SELECT DISTINCT lane/,
];
/** What a subquery found is gone through, not a table. */
const OF_A_SUBQUERY = /^SCAN \(subquery/;

describe('the statements of the embedded store', () => {
  it('go through no table, and sort no more than a few rows', async () => {
    const file = newFile();
    const asked = sinon.spy(SqliteFile.prototype, 'statement');
    await everything(file);
    asked.restore();
    const all = new Set(asked.args.map(([sql]) => sql));
    const statements = [...all].filter((sql) => /^(SELECT|UPDATE|DELETE|INSERT)/.test(sql));
    assert(statements.length >= 44, 'all of them were asked for');
    const db = new sqlite.DatabaseSync(file);
    for (const sql of statements) {
      assert.doesNotMatch(sql, /\?\d/, 'Node 22.13 takes a number for a name');
      const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      const plan = rows.map(({ detail }) => String(detail));
      const scans = plan.filter((step) => step.startsWith('SCAN') && !OF_A_SUBQUERY.test(step));
      const sorts = plan.filter((step) => step.includes('TEMP B-TREE') && !SORT_FEW.some((few) => few.test(sql)));
      assert.deepEqual([...scans, ...sorts], [], sql);
      // A few that are not waiting are found without going through a million that are.
      if (/AND state = \?/.test(sql)) assert.match(plan.join(), /outbox_state|outbox_lane/, sql);
    }
    db.close();
  });
});

describe('the rows of the embedded store', () => {
  it('share their pages with others, as long as a letter is of the usual length', async () => {
    const file = newFile();
    const store = embeddedStore({ file });
    const letters = Array.from({ length: 100 }, (_, i) => store.marks.set('scope', `${i}`, 'x'.repeat(3000), 60_000));
    await Promise.all(letters);
    await store.close();
    const db = new sqlite.DatabaseSync(file);
    const alone = db.prepare(`SELECT count(*) AS n FROM dbstat WHERE pagetype = 'overflow'`).get();
    db.close();
    assert.equal(alone?.n, 0);
  });
});

/** Every call there is, each with something to do. */
async function everything(file: string): Promise<void> {
  const store = embeddedStore({ file });
  const { outbox, marks, tracked: messages } = store;
  const entries = [1, 2, 3, 4].map((i) => entry('+3201', { expiresAt: T + i, notBefore: i === 4 ? T : 0 }));
  await outbox.add([...entries, entry('+3202'), entry('+3203')]);
  await outbox.add([entry('+3205')], handOut(T, 1));
  await outbox.add([entry('+3205')]);
  const claimed = await outbox.claim(ACCOUNT, T, 10);
  for (const [i, state] of (['waiting', 'held', 'unknown'] as const).entries()) {
    await outbox.save({ ...claimed[i], state, notBefore: T } as (typeof claimed)[0]);
  }
  for (const state of STATES) {
    await outbox.list(ACCOUNT, state, { limit: 5 });
    await outbox.list(ACCOUNT, state, { to: '+3201', limit: 5 });
  }
  await outbox.takeExpired(ACCOUNT, T + 2);
  await outbox.counts(ACCOUNT);
  await outbox.nextDue(ACCOUNT);
  await outbox.move(claimed[0] ?? entry('+3204'), 'other');
  await outbox.remove(String(entries[3]?.reference));
  const message = tracked('a');
  await messages.save(message);
  await messages.save(message);
  await messages.find(ACCOUNT, 'a');
  await messages.findReference(ACCOUNT, 'a');
  await messages.sentTo(ACCOUNT, '+3201', 0);
  await messages.recent(ACCOUNT, 5);
  await Promise.all(Array.from({ length: 2100 }, (_, i) => messages.save(tracked(`${i}`))));
  await messages.due(ACCOUNT, 1, 5);
  await messages.due(ACCOUNT, T, 5);
  await messages.open(ACCOUNT, 5, 5);
  await messages.nextDue(ACCOUNT);
  await marks.add('scope', 'key', 1000);
  await marks.set('scope', 'key', '', 1000);
  await marks.get('scope', 'key');
  await marks.list('scope');
  await marks.list('scope', { after: 'a', limit: 5 });
  await marks.remove('scope', 'key');
  await store.close();
  const inner = new SqliteFile(file, UNOBSERVED);
  const pruning = new Pruning(inner, new Commits(inner), 30);
  await pruning.step(T);
  pruning.close();
  inner.close();
}
