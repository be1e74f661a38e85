/** What was acknowledged survives the process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { embeddedStore, type OutboxState, type Store } from '../../dist/src/store/index.js';
import { ACCOUNT, entry, handOut, references, tracked } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

const STATES: OutboxState[] = ['waiting', 'sending', 'unknown', 'held', 'expired'];

async function all(store: Store): Promise<Set<string>> {
  const lists = await Promise.all(STATES.map((state) => store.outbox.list(ACCOUNT, state)));
  return new Set(references(lists.flat()));
}

describe('the embedded store after the end of a process', () => {
  it('has all that was acknowledged to a process that is killed again and again', async () => {
    const file = newFile();
    const facts = { added: new Set<string>(), removing: new Set<string>(), removed: new Set<string>() };
    for (const run of ['a', 'b', 'c', 'd', 'e']) {
      for (const line of await killed(file, run)) {
        const [fact = '', reference = ''] = line.split(' ');
        if (fact in facts) facts[fact as keyof typeof facts].add(reference);
      }
      const store = embeddedStore({ file });
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
    const before = embeddedStore({ file });
    const added = [entry('+3201', { lookups: 3 }), entry('+3201'), entry('+3202'), entry('+3203')];
    await before.outbox.add(added);
    const [sending, unknown, held] = await before.outbox.claim(ACCOUNT, 1234, 3);
    assert(sending && unknown && held);
    await before.outbox.save(Object.assign(unknown, { state: 'unknown', notBefore: 2000, lookups: 1 }));
    assert.equal((await before.outbox.claim(ACCOUNT, 2000, 10)).length, 1, 'claimed for its look-up');
    await before.outbox.save(Object.assign(held, { state: 'held' }));
    await before.close();
    const after = embeddedStore({ file });
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

  it('takes what was handed out as it came in for unknown, and lets nothing pass it', async () => {
    const file = newFile();
    const before = embeddedStore({ file });
    const [first, second, other] = [entry('+3201'), entry('+3201'), entry('+3202')];
    const sent = await before.outbox.add([first, other], handOut(1234, 2));
    await before.outbox.add([second]);
    await before.close();
    const after = embeddedStore({ file });
    await after.outbox.add([entry('+3202')], handOut(2000, 1));
    const unknown = sent.map((one) => ({ ...one, state: 'unknown', lookups: 0 }));
    assert.deepEqual(await after.outbox.claim(ACCOUNT, 3000, 10), unknown);
    await after.outbox.remove(first.reference);
    assert.deepEqual(references(await after.outbox.claim(ACCOUNT, 3000, 10)), [second.reference]);
    await after.close();
  });

  it('knows what had expired and was not told of, and how many there are of all', async () => {
    const file = newFile();
    const before = embeddedStore({ file });
    await before.outbox.add([entry('+3201', { expiresAt: 1000 }), entry('+3202'), entry('+3203'), entry('+3204')]);
    const expired = await before.outbox.takeExpired(ACCOUNT, 1000);
    const [, held] = await before.outbox.claim(ACCOUNT, 2000, 2);
    assert(held);
    await before.outbox.save(Object.assign(held, { state: 'held' }));
    assert.deepEqual(await before.outbox.list(ACCOUNT, 'expired'), expired);
    await before.close();
    const after = embeddedStore({ file });
    assert.deepEqual(await after.outbox.list(ACCOUNT, 'expired'), expired);
    assert.deepEqual(await after.outbox.counts(ACCOUNT), {
      ...{ waiting: 1, sending: 0, unknown: 1, held: 1, expired: 1 },
      oldest: expired[0]?.createdAt,
    });
    await after.outbox.remove(String(expired[0]?.reference));
    assert.equal((await after.outbox.counts(ACCOUNT)).expired, 0);
    await after.close();
  });

  it('goes on with what was tracked, with its version, and with marks that have no end', async () => {
    const file = newFile();
    const before = embeddedStore({ file });
    const message = tracked('a', { askAt: Number.POSITIVE_INFINITY, context: { payload: ['é'] } });
    await before.tracked.save(message);
    await before.tracked.save(message);
    await before.marks.set('scope', 'key', 'value', Number.POSITIVE_INFINITY);
    await before.close();
    const after = embeddedStore({ file });
    assert.deepEqual(await after.tracked.find(ACCOUNT, 'a'), message);
    assert.equal(await after.tracked.save({ ...message, version: 1 }), false);
    assert.equal(await after.tracked.save({ ...message, final: true }), true);
    assert.deepEqual(await after.marks.list('scope'), [{ key: 'key', value: 'value' }]);
    await after.close();
  });
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
