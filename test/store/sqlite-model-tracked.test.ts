/** Tracked messages and marks in SQLite against those in memory: the same random steps, the same answers. */
import assert from 'node:assert/strict';
import { embeddedStore, memoryStore, type Store, type TrackedMessage } from '../../dist/src/store/index.js';
import { numbers } from './numbers.ts';
import { ACCOUNT, tracked } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

describe('tracked messages and marks in SQLite and those in memory', () => {
  for (const seed of [1, 2]) {
    it(`answer alike in 400 random steps (seed ${seed})`, async () => {
      const stores = [memoryStore(), embeddedStore({ file: newFile() })];
      const draw = numbers(seed);
      for (let step = 0; step < 400; step += 1) {
        await Promise.all([saved(stores, draw), marked(stores, draw)]);
        if (step % 10 === 0) await asked(stores, draw);
      }
      await Promise.all(stores.map((store) => store.close()));
    });
  }
});

type Draw = (below: number) => number;

async function alike<T>(stores: Store[], ask: (store: Store) => Promise<T>): Promise<T> {
  const answers = await Promise.all(stores.map(ask));
  assert.deepEqual(answers[1], answers[0]);
  return answers[0] as T;
}

/** A new message or a change of one, at times from a version that is not the last. */
async function saved(stores: Store[], draw: Draw): Promise<void> {
  const id = `${draw(30)}`;
  const isNew = draw(3) === 0;
  const change: Partial<TrackedMessage> = {
    account: draw(5) === 0 ? 'other' : ACCOUNT,
    to: `+32${draw(3)}`,
    askAt: draw(4) === 0 ? Number.POSITIVE_INFINITY : draw(5000),
    finalBy: draw(9000),
    acceptedAt: draw(5000),
    asked: draw(4),
    final: draw(6) === 0,
  };
  const back = draw(5) === 0 ? 1 : 0;
  await alike(stores, async ({ tracked: messages }) => {
    const found = isNew ? null : await messages.find(change.account ?? ACCOUNT, id);
    const message = found ?? tracked(id, { account: change.account });
    const version = Math.max(0, message.version - back);
    const next = { ...message, ...change, version };
    return [await messages.save(next), next];
  });
}

async function marked(stores: Store[], draw: Draw): Promise<void> {
  const [scope, key, kind] = [`scope ${draw(2)}`, `${draw(40)}`, draw(4)];
  const ttl = [-1, 1e6, Number.POSITIVE_INFINITY][draw(3)] ?? 0;
  await alike(stores, async ({ marks }) => {
    if (kind === 0) return marks.add(scope, key, ttl, `value ${ttl}`);
    if (kind === 1) return marks.set(scope, key, `value ${ttl}`, ttl);
    if (kind === 2) return marks.remove(scope, key);
    return marks.get(scope, key);
  });
}

async function asked(stores: Store[], draw: Draw): Promise<void> {
  const [now, limit, count, since] = [draw(9000), 1 + draw(20), draw(5), draw(5000)];
  const sorted = (messages: TrackedMessage[]) => messages.sort((a, b) => Number(a.id) - Number(b.id));
  for (const account of [ACCOUNT, 'other']) {
    await alike(stores, ({ tracked: messages }) => messages.due(account, now, limit));
    await alike(stores, ({ tracked: messages }) => messages.open(account, limit, count));
    await alike(stores, ({ tracked: messages }) => messages.nextDue(account));
    await alike(stores, async ({ tracked: messages }) => sorted(await messages.sentTo(account, '+321', since)));
    const reference = `reference of ${draw(30)}`;
    await alike(stores, ({ tracked: messages }) => messages.findReference(account, reference));
  }
  const options = { after: `${draw(40)}`, limit };
  await alike(stores, ({ marks }) => marks.list('scope 0'));
  await alike(stores, ({ marks }) => marks.list('scope 1', options));
}
