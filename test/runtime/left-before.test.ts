/** What waits for the nodes since before a deploy: how much of it is whose, and that it is read once for all of them. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Account } from '../../dist/src/delivery/account.js';
import { LIFE } from '../../dist/src/delivery/life.js';
import { LeftBefore } from '../../dist/src/runtime/left-before.js';
import { memoryStore, type OutboxEntry, type Store } from '../../dist/src/store/index.js';
import { failing } from '../delivery/support.ts';
import { entry } from '../store/sqlite-entries.ts';

/** When the nodes were made: after all that is in the store. */
const BEGUN = 1_000_000;

describe('what is left from before', () => {
  const accountOn = (id: string, store: Store) => ({ id, settings: { store } }) as unknown as Account;
  const left = (...accounts: Account[]) => new LeftBefore(() => accounts);
  const some = (count: number, more: Partial<OutboxEntry>) =>
    Array.from({ length: count }, (_, n) => entry(`+3247000${1000 + n}`, more));

  it('is told to each node: what it has given itself, to whatever account', async () => {
    const store = memoryStore();
    await store.outbox.add([
      ...some(3, { account: 'a', owner: 'one' }),
      ...some(2, { account: 'b', owner: 'one', state: 'unknown', startedAt: 1 }),
      ...some(4, { account: 'b', owner: 'two' }),
      ...some(1, { account: 'b', owner: 'two', createdAt: BEGUN }),
      ...some(5, { account: 'b', owner: 'two', state: 'held' }),
    ]);
    const of = bound(left(accountOn('a', store), accountOn('b', store)));
    assert.deepEqual(await Promise.all(['one', 'two', 'three'].map(of)), [5, 4, 0]);
  });

  it('is read once for all nodes of a deploy, and again for the next one', async () => {
    const store = memoryStore();
    await store.outbox.add(some(3, { account: 'a', owner: 'one' }));
    const counted = sinon.spy(store.outbox, 'counts');
    const listed = sinon.spy(store.outbox, 'list');
    const accounts = Array.from({ length: 40 }, (_, n) => accountOn(n === 0 ? 'a' : `empty ${n}`, store));
    const of = bound(left(...accounts));
    await Promise.all(Array.from({ length: 200 }, () => of('one')));
    assert.deepEqual([counted.callCount, listed.callCount], [40, 1]);
    await store.outbox.add(some(2, { account: 'a', owner: 'one' }));
    assert.equal(await of('one'), 5);
  });

  it('is all that waits where a single node has more than is looked at', async () => {
    const store = memoryStore();
    await store.outbox.add(some(1700, { account: 'a', owner: 'one' }));
    assert.equal(await bound(left(accountOn('a', store)))('one'), 1700);
  });

  it('is that of this process where several share the store', async () => {
    const store = memoryStore();
    await store.outbox.add(some(2, { account: 'a', owner: 'one', life: LIFE }));
    await store.outbox.add(some(3, { account: 'a', owner: 'one', life: 'another' }));
    const shared = { ...store, rates: {} } as unknown as Store;
    assert.equal(await bound(left(accountOn('a', shared)))('one'), 2);
  });

  it('is what the other accounts have where the store of one does not work', async () => {
    const store = memoryStore();
    await store.outbox.add(some(2, { account: 'a', owner: 'one' }));
    const broken = { ...store, outbox: failing(store.outbox, 'counts', 1) };
    assert.equal(await bound(left(accountOn('b', broken), accountOn('a', store)))('one'), 2);
  });
});

/** Asks for a node that was made after all that is in the store. */
const bound = (left: LeftBefore) => (owner: string) => left.of(owner, BEGUN);
