/** What was acknowledged survives: the process killed, the power cut at any moment of a commit. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { embeddedStore, type OutboxState, type Store } from '../../dist/src/store/index.js';
import { ACCOUNT, entry, references } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

const STATES: OutboxState[] = ['waiting', 'sending', 'unknown', 'held'];

async function all(store: Store): Promise<Set<string>> {
  const lists = await Promise.all(STATES.map((state) => store.outbox.list(ACCOUNT, state)));
  return new Set(references(lists.flat()));
}

describe('the embedded store after a crash', () => {
  it('has all that was acknowledged to a process that is killed again and again', async () => {
    const file = newFile();
    const facts = { added: new Set<string>(), removing: new Set<string>(), removed: new Set<string>() };
    for (const run of ['a', 'b', 'c', 'd', 'e']) {
      for (const line of await killed(file, run)) {
        const [fact = '', reference = ''] = line.split(' ');
        if (fact in facts) facts[fact as keyof typeof facts].add(reference);
      }
      const store = embeddedStore({ file, keepDays: 30 });
      const there = await all(store);
      assert.deepEqual(await store.outbox.list(ACCOUNT, 'sending'), [], 'what was being sent is unknown');
      await store.close();
      const lost = [...facts.added].filter((reference) => !there.has(reference) && !facts.removing.has(reference));
      const back = [...facts.removed].filter((reference) => there.has(reference));
      assert.deepEqual([lost, back], [[], []]);
    }
    assert(facts.added.size > 500 && facts.removed.size > 20, 'it was killed at work');
  }).timeout(20_000);

  it('takes what was being sent for unknown, and hands out again what was being looked up', async () => {
    const file = newFile();
    const before = embeddedStore({ file, keepDays: 30 });
    const added = [entry('+3201', { lookups: 3 }), entry('+3201'), entry('+3202'), entry('+3203')];
    await before.outbox.add(added);
    const [sending, unknown, held] = await before.outbox.claim(ACCOUNT, 1234, 3);
    assert(sending && unknown && held);
    await before.outbox.save(Object.assign(unknown, { state: 'unknown', notBefore: 2000, lookups: 1 }));
    assert.equal((await before.outbox.claim(ACCOUNT, 2000, 10)).length, 1, 'claimed for its look-up');
    await before.outbox.save(Object.assign(held, { state: 'held' }));
    await before.close();
    const after = embeddedStore({ file, keepDays: 30 });
    assert.deepEqual(await after.outbox.claim(ACCOUNT, 3000, 10), [
      { ...sending, state: 'unknown', startedAt: 1234, attempts: 1, lookups: 0 },
      { ...unknown, state: 'unknown', startedAt: 1234, attempts: 1, lookups: 1 },
    ]);
    assert.deepEqual(references(await after.outbox.list(ACCOUNT, 'held')), [held.reference]);
    await after.outbox.remove(sending.reference);
    const next = await after.outbox.claim(ACCOUNT, 3000, 10);
    assert.deepEqual(references(next), [added[1]?.reference]);
    await after.close();
  });

  it('has all that was acknowledged before the transaction in which the power was cut', async () => {
    const file = newFile();
    const store = embeddedStore({ file, keepDays: 30 });
    await store.open();
    const acknowledged: string[] = [];
    for (let step = 0; step < 12; step += 1) {
      const before = copyOf(file);
      const added = [entry(`+32${step % 3}`), entry(`+32${step}`)];
      await store.outbox.add(added);
      const after = copyOf(file);
      for (const torn of tornBetween(before, after, step)) await assertHas(torn, acknowledged);
      acknowledged.push(...references(added));
      await assertHas(after, acknowledged);
    }
    await store.close();
  }).timeout(20_000);

  it('has it also when the journal is begun anew over what was in it', async () => {
    const file = newFile();
    const store = embeddedStore({ file, keepDays: 30 });
    await store.open();
    const acknowledged: string[] = [];
    // Over 1000 pages SQLite brings the journal home, and the next commit begins at its start.
    const large = () => Array.from({ length: 60 }, (_, i) => entry(`+32${i}`, { text: 'x'.repeat(5000) }));
    let begunAnew = 0;
    for (let step = 0; step < 30 && begunAnew < 2; step += 1) {
      const before = copyOf(file);
      const added = large();
      await store.outbox.add(added);
      const after = copyOf(file);
      const isAnew = before.journal.length > 0 && !after.journal.subarray(0, 32).equals(before.journal.subarray(0, 32));
      if (isAnew) {
        begunAnew += 1;
        for (const torn of tornBetween(before, after, step, 12)) await assertHas(torn, acknowledged);
      }
      acknowledged.push(...references(added));
    }
    assert.equal(begunAnew, 2);
    await store.close();
  }).timeout(20_000);
});

/** Lets a process write into the store and kills it; returns what it told. */
async function killed(file: string, run: string): Promise<string[]> {
  const args = [path.join(import.meta.dirname, 'sqlite-child.ts'), file, run];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), 100 + Math.random() * 150);
  await once(child, 'close');
  // A line that the kill cut short says nothing.
  return told.split('\n').slice(0, -1);
}

/** What is on the disk at one moment. */
interface Disk {
  main: Buffer;
  journal: Buffer;
}

function copyOf(file: string): Disk {
  return { main: fs.readFileSync(file), journal: fs.readFileSync(`${file}-wal`) };
}

/** The disk when the power goes while a commit is written: up to some byte, or with the rest gone wrong. */
function* tornBetween(before: Disk, after: Disk, seed: number, count = 24): Generator<Disk> {
  const first = firstDifference(before.journal, after.journal);
  const frames = [0, 1, 23, 24, 25, 24 + 4096, 24 + 4097].map((offset) => first + offset);
  const size = after.journal.length - first;
  const spread = Array.from({ length: count }, (_, i) => first + Math.floor((size * (i + seed / 12)) / count));
  const ends = [after.journal.length - 1, after.journal.length - 4096];
  for (const end of [...frames, ...spread, ...ends]) {
    if (end < first || end >= after.journal.length) continue;
    const rest = before.journal.subarray(Math.min(end, before.journal.length));
    const written = after.journal.subarray(0, end);
    // Only the file's growth was not written; or the file has its length already, and zeros or rubbish in it.
    for (const main of [before.main, after.main]) {
      yield { main, journal: Buffer.concat([written, rest]) };
      if (main.equals(before.main)) yield { main, journal: Buffer.concat([written, Buffer.alloc(500, 0xa5), rest]) };
      if (before.main.equals(after.main)) break;
    }
  }
}

function firstDifference(a: Buffer, b: Buffer): number {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return i;
  return a.length;
}

async function assertHas({ main, journal }: Disk, acknowledged: readonly string[]): Promise<void> {
  const copy = newFile();
  fs.mkdirSync(path.dirname(copy));
  fs.writeFileSync(copy, main);
  fs.writeFileSync(`${copy}-wal`, journal);
  const store = embeddedStore({ file: copy, keepDays: 30 });
  const there = await all(store);
  await store.close();
  fs.rmSync(path.dirname(copy), { recursive: true });
  assert.deepEqual(
    acknowledged.filter((reference) => !there.has(reference)),
    [],
  );
}
