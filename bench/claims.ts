/** One process for the backlog: opens the store in the file that is named, claims, and says what it took. */
import { embeddedStore } from '../dist/src/store/index.js';
import { ACCOUNT } from '../test/store/sqlite-entries.ts';
import type { Claims } from './backlog.ts';
import { median } from './measure.ts';

const CLAIMS = 300;

const store = embeddedStore({ file: process.argv[2] as string });
const claim = async () => {
  const begin = performance.now();
  const [entry] = await store.outbox.claim(ACCOUNT, Date.now(), 1);
  if (!entry) throw new Error('nothing was handed out');
  return performance.now() - begin;
};
const begin = performance.now();
await store.open();
await claim();
const first = performance.now() - begin;
const times: number[] = [];
for (let i = 0; i < CLAIMS; i += 1) times.push(await claim());
globalThis.gc?.();
process.send?.({ first, claim: median(times), memory: process.memoryUsage.rss() / 1e6 } satisfies Claims);
await store.close();
