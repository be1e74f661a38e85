/** Messages that can leave at once are claimed in the piece in which they are taken in, and all others wait as ever. */
import assert from 'node:assert/strict';
import type { AccountSettings } from '../../dist/src/delivery/account-settings.js';
import { providerOf } from '../../dist/src/providers/index.js';
import type { OutboxEntry, Store } from '../../dist/src/store/index.js';
import { rigs, STORES, send, type Vendor } from './support.ts';

/** What came out of each `add`, and how many were claimed later. */
function watched({ outbox }: Store) {
  const seen = { handed: [] as OutboxEntry[], claimed: 0 };
  const [add, claim] = [outbox.add.bind(outbox), outbox.claim.bind(outbox)];
  outbox.add = async (...given) => {
    const handed = await add(...given);
    seen.handed.push(...structuredClone(handed));
    return handed;
  };
  outbox.claim = async (...given) => {
    const claimed = await claim(...given);
    seen.claimed += claimed.length;
    return claimed;
  };
  return seen;
}

for (const [name, make] of STORES) {
  describe(`a message that can leave at once, in the store ${name}`, () => {
    const rig = rigs(make);

    it('is stored as sending from the start, and claimed no more', async () => {
      const { owner, store, vendor: start, account: open } = rig();
      const seen = watched(store);
      const account = open(await start(() => 'accept'));
      for (const to of ['+32470000101', '+32470000102']) await send(account, to);
      await owner.until(() => owner.outcomes.length === 2);
      assert.deepEqual(
        seen.handed.map(({ state, attempts }) => [state, attempts]),
        [
          ['sending', 1],
          ['sending', 1],
        ],
      );
      assert.equal(seen.claimed, 0);
      const { sending, waiting, oldest } = await store.outbox.counts('account');
      assert.deepEqual([sending, waiting, oldest], [0, 0, null]);
    });

    it('lets the next one to its recipient go when it is settled, and not before', async () => {
      const { owner, vendor: start, account: open } = rig();
      let answer = () => {};
      const vendor: Vendor = await start(({ nth }) =>
        nth > 1 ? 'accept' : new Promise((resolve) => (answer = () => resolve('accept'))),
      );
      const account = open(vendor, { timeout: 5000 });
      for (const text of ['first', 'second', 'third']) await send(account, '+32470000101', text);
      await send(account, '+32470000102', 'another');
      await owner.until(() => owner.outcomes.length === 1);
      assert.deepEqual(
        vendor.calls.map(({ text }) => text),
        ['first', 'another'],
      );
      answer();
      await owner.until(() => owner.outcomes.length === 4);
      assert.deepEqual(
        owner.of('+32470000101').map(({ entry }) => entry.text),
        ['first', 'second', 'third'],
      );
    });

    it('is tried again like any other', async () => {
      const { owner, vendor: start, account: open } = rig();
      const account = open(await start(({ nth }) => (nth === 1 ? 503 : 'accept')));
      await send(account, '+32470000101');
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.entry.attempts, 2);
    });

    it('waits for the next account of that name when this one is closed in that moment', async () => {
      const { owner, store, vendor: start, account: open } = rig();
      let closed: Promise<void> | undefined;
      const add = store.outbox.add.bind(store.outbox);
      store.outbox.add = (...given) => {
        closed = account.close();
        return add(...given);
      };
      const account = open(await start(() => 'accept'));
      await send(account, '+32470000101');
      await closed;
      const { waiting, sending } = await store.outbox.counts('account');
      assert.deepEqual([waiting, sending, owner.outcomes.length], [1, 0, 0]);
    });

    const digitaleo = providerOf('digitaleo');
    const waits: [why: string, settings: Partial<AccountSettings>][] = [
      ['the account has a speed limit', { rate: 100 }],
      [
        'several go in one call',
        {
          provider: {
            ...providerOf('enco'),
            verbs: { ...providerOf('enco').verbs, sendMany: digitaleo.verbs.sendMany },
          },
        },
      ],
      [
        'nobody could look it up',
        { provider: { ...providerOf('enco'), verbs: { ...providerOf('enco').verbs, lookup: undefined } } },
      ],
    ];
    for (const [why, settings] of waits) {
      it(`is none where ${why}`, async () => {
        const { owner, store, vendor: start, account: open } = rig();
        const seen = watched(store);
        const account = open(await start(() => 'accept'), settings as Partial<AccountSettings>);
        await send(account, '+32470000101');
        await owner.until(() => owner.outcomes.length === 1);
        assert.deepEqual([seen.handed.length, seen.claimed], [0, 1]);
      });
    }
  });
}
