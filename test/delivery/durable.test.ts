/** A process that dies at any step of a message: the next one goes on, nothing is lost, nothing is silently sent twice. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Owner } from '../../dist/src/delivery/accounts.js';
import { embeddedStore, type Store } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { type Mortal, mortal } from './mortal.ts';
import { type Rig, request, rigs, send, until, wait } from './support.ts';

const TO = '+32470112001';
const DELIVERED = {
  id: 'id-1',
  to: TO,
  status: 'delivered' as const,
  final: true,
  providerStatus: 'there',
  description: '',
  updatedAt: '2026-11-22T10:00:00.000Z',
  raw: null,
};

describe('a process that dies', () => {
  let dead: Mortal[] = [];
  afterEach(() => {
    for (const { bury } of dead) bury();
    dead = [];
  });
  const rig = rigs();

  /** A life on a store of its own; `next` ends it, and begins the next one on what it left. */
  function life() {
    const own = mortal();
    dead.push(own);
    return { ...rig(own.store), next: () => rig(own.die()) };
  }

  const inStore = async (store: Store) => {
    const { oldest, ...counts } = await store.outbox.counts('account');
    return Object.values(counts).reduce((sum, n) => sum + n, 0);
  };

  describe('with a message', () => {
    it('that was taken in: it is sent by the next life, with its context', async () => {
      const { vendor: start, account: open, next, owner } = life();
      const vendor = await start(() => 'accept');
      const account = open(vendor, { rate: 0.001 });
      await send(account, TO, 'first');
      await owner.until(() => owner.outcomes.length === 1);
      await send(account, TO, 'second');
      const again = next();
      await again.account(vendor).resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      assert.deepEqual(
        vendor.calls.map(({ text }) => text),
        ['first', 'second'],
      );
      assert.deepEqual(again.owner.outcomes[0]?.entry.context, { about: 'second' });
      assert.equal(await inStore(again.store), 0);
    });

    it('that is at the vendor: looked up, and told as accepted once, by whom it is found', async () => {
      const { vendor: start, account: open, next } = life();
      const vendor = await start(() => wait(60).then(() => 'accept'));
      await send(open(vendor), TO);
      await until(() => vendor.calls.length > 0);
      const again = next();
      await until(() => vendor.taken.length > 0);
      await again.account(vendor).resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      assert.equal(again.owner.outcomes[0]?.receipt?.id, 'id-1');
      assert.equal(vendor.calls.length, 1);
    });

    it('whose record had been found, and not yet written down: it is found again', async () => {
      const { vendor: start, account: open, next, store } = life();
      const vendor = await start(() => 'lose');
      const account = open(vendor);
      const { reference } = await send(account, TO);
      while ((await store.marks.get('taken:enco', 'id-1').catch(() => null)) === null) {
        if ((await store.outbox.list('account', 'unknown')).length > 0)
          await store.marks.add('taken:enco', 'id-1', 60_000, reference);
        await wait(1);
      }
      const again = next();
      await again.account(vendor).resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      assert.equal(again.owner.outcomes[0]?.receipt?.id, 'id-1');
    });

    it('that was settled, and not told: told by the next life, and not sent again', async () => {
      const { vendor: start, account: open, accounts, next } = life();
      const vendor = await start(() => 'accept');
      const again = await atTelling(accounts, next, () => send(open(vendor), TO, 'Hello', { owner: 'breaks' }));
      again.accounts.own('breaks', again.owner);
      const follower = again.account(vendor);
      await follower.resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      const { entry, receipt, account } = again.owner.outcomes[0] ?? {};
      assert.deepEqual([receipt?.id, account, entry?.attempts], ['id-1', 'account', 1]);
      assert.deepEqual(entry?.context, { about: 'Hello' });
      await follower.tracker.report(DELIVERED);
      assert.deepEqual(again.owner.contexts[0], { about: 'Hello' }, 'and it is followed');
      assert.equal(vendor.calls.length, 1);
      assert.equal(await inStore(again.store), 0);
    });

    it('that was told: nothing more', async () => {
      const { vendor: start, account: open, next, owner } = life();
      const vendor = await start(() => 'accept');
      const account = open(vendor, { finalWithin: 0.0001 });
      await send(account, TO, 'Hello', { follow: false });
      await owner.until(() => owner.outcomes.length === 1);
      await account.post.flush();
      const again = next();
      await again.account(vendor, { finalWithin: 0.0001 }).resume();
      await wait(60);
      assert.deepEqual(again.owner.outcomes, []);
      assert.equal(vendor.calls.length, 1);
    });

    it('that was refused, and not told: told by the next life with all that is known', async () => {
      const { vendor: start, account: open, accounts, next } = life();
      const vendor = await start(() => 400);
      const again = await atTelling(accounts, next, () => send(open(vendor), TO, 'Hello', { owner: 'breaks' }));
      again.accounts.own('breaks', again.owner);
      await again.account(vendor).resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      const { error } = again.owner.outcomes[0] ?? {};
      assert.deepEqual(
        [error?.code, error?.providerCode, error?.providerMessage, error?.httpStatus, error?.outcome],
        ['SMS_REJECTED', '400', 'No', 400, 'not-sent'],
      );
      assert.match(error?.message ?? '', /No/);
      assert.equal(vendor.calls.length, 1);
    });

    it('that is held: held and told, once', async () => {
      const { vendor: start, account: open, accounts, next } = life();
      const vendor = await start(() => 'reset');
      const settings = { lookups: [0.02] };
      const again = await atTelling(accounts, next, () =>
        send(open(vendor, settings), TO, 'Hello', { owner: 'breaks' }),
      );
      again.accounts.own('breaks', again.owner);
      await again.account(vendor, settings).resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      await wait(100);
      assert.deepEqual(
        again.owner.outcomes.map(({ error }) => error?.code),
        ['SMS_UNCERTAIN'],
      );
      assert.equal((await again.store.outbox.counts('account')).held, 1);
      assert.equal(vendor.calls.length, 1);
    });

    it('that has expired: told by the next life, whether the letter was written or not', async () => {
      for (const atEnd of [false, true]) {
        const first = life();
        const vendor = await first.vendor(() => 503);
        const moment = new Promise<void>((resolve) => {
          first.store.outbox.takeExpired = watched(first.store.outbox.takeExpired, ({ length }) => {
            if (length > 0 && !atEnd) resolve();
          });
          first.accounts.own('breaks', { settled: () => resolve(), moved: () => {} });
        });
        const account = first.account(vendor);
        await send(account, TO, 'Hello', { owner: 'breaks', expires: 0.1 });
        await moment;
        const again = first.next();
        again.accounts.own('breaks', again.owner);
        await again.account(vendor).resume();
        await again.owner.until(() => again.owner.outcomes.length === 1);
        assert.equal(again.owner.outcomes[0]?.error?.code, 'SMS_EXPIRED');
        assert.equal(await inStore(again.store), 0);
        await wait(30);
        assert.equal(again.owner.outcomes.length, 1);
      }
    });

    it('whose report was there before its receipt: both are told, in that order', async () => {
      const { vendor: start, account: open, accounts, next } = life();
      const vendor = await start(() => 'accept');
      const account = open(vendor);
      await account.tracker.report(DELIVERED);
      const again = await atTelling(accounts, next, () => send(account, TO, 'Hello', { owner: 'breaks' }));
      const told: string[] = [];
      again.accounts.own('breaks', {
        settled: (_message, { receipt }) => told.push(`receipt ${receipt?.id}`),
        moved: ({ id, status }) => told.push(`${status} ${id}`),
      });
      await again.account(vendor).resume();
      await until(() => told.length === 2);
      assert.deepEqual(told, ['receipt id-1', 'delivered id-1']);
    });

    it('of which half was written down by a store that keeps nothing together: settled from that half', async () => {
      const { vendor: start, account: open, next } = life();
      const vendor = await start(() => 'accept');
      const account = open(vendor);
      const entry = await account.prepare(request(TO, 'Hello'));
      await account.submit([entry]);
      const receipt = {
        ...{ id: 'known', ...account.reference, to: TO, sender: null, text: 'Hello', parts: 1 },
        ...{ alphabet: 'GSM-7' as const, status: 'queued' as const, providerStatus: null },
        ...{ acceptedAt: new Date().toISOString(), reference: entry.reference, raw: null },
      };
      await account.tracker.track(receipt, entry.owner, entry.context).store();
      const again = next();
      await again.store.outbox.remove(entry.reference);
      await again.store.outbox.add([{ ...entry, state: 'unknown', attempts: 1, startedAt: Date.now() }]);
      await again.account(vendor).resume();
      await again.owner.until(() => again.owner.outcomes.length === 1);
      assert.equal(again.owner.outcomes[0]?.receipt?.id, 'known');
      assert.equal(vendor.asked.get('/logs'), undefined, 'the vendor is not asked');
    });

    it('whose status moved, and was not told: told by the next life, once', async () => {
      const { vendor: start, account: open, accounts, next } = life();
      const vendor = await start(() => 'accept');
      const account = open(vendor);
      const moment = new Promise<Rig>((resolve) => {
        accounts.own('breaks', { settled: () => {}, moved: () => resolve(next()) });
      });
      await send(account, TO, 'Hello', { owner: 'breaks' });
      await until(async () => (await account.tracker.find('id-1')) !== null);
      await wait(20);
      await account.tracker.report(DELIVERED);
      const again = await moment;
      again.accounts.own('breaks', again.owner);
      const next1 = again.account(vendor);
      await next1.resume();
      await again.owner.until(() => again.owner.reports.length === 1);
      const [report] = again.owner.reports;
      assert.deepEqual(report, { ...DELIVERED, ...next1.reference });
      assert.deepEqual(again.owner.contexts, [{ about: 'Hello' }]);
      await next1.tracker.report(DELIVERED);
      await wait(20);
      assert.equal(again.owner.reports.length, 1, 'it is old news by now');
    });

    it('without the queue, while its node was away: told when it is there', async () => {
      const { vendor: start, account: open, next } = life();
      const vendor = await start(() => 'accept');
      const account = open(vendor);
      const entry = await account.prepare(request(TO, 'Hello', { owner: 'away', queue: false }));
      await account.sendNow(entry);
      const again = next();
      again.accounts.own('away', again.owner);
      again.account(vendor);
      await again.owner.until(() => again.owner.outcomes.length === 1);
      assert.equal(again.owner.outcomes[0]?.receipt?.id, 'id-1');
    });
  });

  describe('with a key', () => {
    /** Lets a process of its own do something with the key, and die. */
    async function dies(file: string, step: 'prepare' | 'submit' | 'now'): Promise<void> {
      const child = fork(new URL('./durable-child.ts', import.meta.url), [file, step], { stdio: 'ignore' });
      const [said] = await once(child, 'message');
      assert.equal(said, step);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    const repeated = async (step: 'prepare' | 'submit' | 'now', more: object = {}) => {
      const file = newFile();
      await dies(file, step);
      const { vendor: start, account: open } = rig(embeddedStore({ file }));
      const account = open(await start(() => 'accept'));
      return () => account.prepare(request(TO, 'Hello', { dedupe: 'key', ...more }));
    };

    it('claimed for a message that was never stored: the repeat is no duplicate, and one of many gets it', async () => {
      const again = await repeated('prepare');
      const all = await Promise.allSettled(Array.from({ length: 10 }, again));
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('of a message that was stored: the repeat is a duplicate', async () => {
      const again = await repeated('submit');
      await assert.rejects(again(), { code: 'SMS_DUPLICATE' });
    });

    it('of a message that was to leave without the queue: the repeat is a duplicate, as it may have left', async () => {
      const again = await repeated('now');
      await assert.rejects(again(), { code: 'SMS_DUPLICATE' });
    });
  });
});

/** What `watch` is told of each answer. */
function watched<A extends unknown[], R>(method: (...given: A) => Promise<R>, watch: (answer: R) => void) {
  return async (...given: A): Promise<R> => {
    const answer = await method(...given);
    watch(answer);
    return answer;
  };
}

/** Begins the next life in the very moment in which the node `breaks` is told. */
async function atTelling<T>(
  accounts: { own(id: string, owner: Owner): () => void },
  next: () => T,
  begin: () => Promise<unknown>,
): Promise<T> {
  const again = new Promise<T>((resolve) => {
    accounts.own('breaks', { settled: () => resolve(next()), moved: () => {} });
  });
  await begin();
  return again;
}
