/** A process that works with a store in which much waits, and prints what that took. */
import { embeddedStore } from '../../dist/src/store/index.js';
import { ACCOUNT, entry, tracked } from './sqlite-entries.ts';

const ROUNDS = 400;
const [file = ''] = process.argv.slice(2);
const store = embeddedStore({ file });
const times: number[] = [];

async function round(i: number): Promise<void> {
  await store.outbox.add([entry(`+33${i}`, { reference: `added ${i}` })]);
  const start = performance.now();
  const claimed = await store.outbox.claim(ACCOUNT, Date.now(), 10);
  times.push(performance.now() - start);
  const settled = claimed.flatMap(({ reference }) => [
    store.tracked.save(tracked(reference, { reference })),
    store.marks.add('taken', reference, 1e9),
    store.outbox.remove(reference),
  ]);
  await Promise.all(settled);
  await store.outbox.counts(ACCOUNT);
  await store.outbox.nextDue(ACCOUNT);
}

for (let i = 0; i < ROUNDS; i += 1) await round(i);
const listed = await store.outbox.list(ACCOUNT, 'waiting', { limit: 100 });
const expired = await store.outbox.takeExpired(ACCOUNT, Number.MAX_SAFE_INTEGER);
const counts = await store.outbox.counts(ACCOUNT);
times.sort((a, b) => a - b);
const told = {
  counts,
  listed: listed.length,
  expired: expired.length,
  claim: times[ROUNDS / 2],
  megabytes: process.memoryUsage().rss / 2 ** 20,
};
process.stdout.write(JSON.stringify(told));
await store.close();
