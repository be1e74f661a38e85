/** Accounts that were deleted while the process was down: what waits in their name is told so. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { endGone } from '../../dist/src/delivery/gone.js';
import { enrol } from '../../dist/src/delivery/roster.js';
import { type Rig, rigs, STORES, send, until, wait } from './support.ts';

for (const [kind, make] of STORES) {
  describe(`an account that is gone when the process starts, in a store that is ${kind}`, () => {
    const rig = rigs(make);

    /** Three messages that wait for a vendor who is away, and their account closed, as at the end of a process. */
    async function left({ accounts, store, vendor, account: open }: Rig, id: string) {
      const account = open(await vendor(() => 503), { id, name: 'Gone' });
      await enrol(account);
      for (let i = 0; i < 3; i += 1) await send(account, `+3247011200${i}`);
      await wait(50);
      await account.close();
      accounts.remove(account);
      assert.equal((await store.outbox.counts(id)).waiting, 3);
    }

    it('tells the nodes of all that waits, once, and keeps none of it', async () => {
      const given = rig();
      const { accounts, store, owner } = given;
      await left(given, 'gone');
      await Promise.all([endGone(store, accounts), endGone(store, accounts)]);
      await until(() => owner.outcomes.length === 3);
      await wait(20);
      assert.deepEqual(
        owner.outcomes.map(({ error, account }) => [error?.code, account]),
        [1, 2, 3].map(() => ['SMS_CONFIG', 'gone']),
      );
      assert.equal((await store.outbox.counts('gone')).waiting, 0);
      assert.deepEqual(await store.marks.list('accounts'), [], 'it is known no longer');
    });

    it('tells the last word about what was accepted, and each time that messages are held', async () => {
      const given = rig();
      const { accounts, store, owner } = given;
      const sandbox = await given.sandbox();
      const account = given.account(sandbox, { id: 'gone', name: 'Gone', lookups: [] });
      await enrol(account);
      await send(account, '+32470000004', 'never final');
      await send(account, '+32470000009', 'in doubt');
      await owner.until(() => owner.outcomes.length === 2);
      await account.close();
      accounts.remove(account);
      const said: string[] = [];
      for (const time of [1, 2]) {
        const next = { ...store, marks: new Proxy(store.marks, { get: bound }) };
        await endGone(next, accounts, ({ message }) => said.push(message));
        await until(() => said.length === time);
      }
      assert.match(said[0] ?? '', /^A message is held for the account 'Gone', which was deleted or disabled/);
      const last = owner.reports.at(-1);
      assert.deepEqual([last?.status, last?.final, last?.timedOut], ['unknown', true, true]);
      assert.match(last?.description ?? '', /deleted or disabled/);
      assert.equal(owner.reports.filter(({ timedOut }) => timedOut).length, 1, 'once');
      assert.equal((await store.outbox.counts('gone')).held, 1);
    });

    it('keeps what is held for thirty days, and says so at the end', async () => {
      const given = rig();
      const { accounts, store, owner } = given;
      const account = given.account(await given.sandbox(), { id: 'gone', name: 'Gone', lookups: [] });
      await enrol(account);
      await send(account, '+32470000009', 'in doubt');
      await owner.until(() => owner.outcomes.length === 1);
      await account.close();
      accounts.remove(account);
      const said: string[] = [];
      const start = (days: number) => {
        const clock = sinon.useFakeTimers({ now: Date.now() + days * 24 * 3600_000, toFake: ['Date'] });
        const next = { ...store, marks: new Proxy(store.marks, { get: bound }) };
        return endGone(next, accounts, ({ code }) => said.push(code)).finally(() => clock.restore());
      };
      await start(29);
      assert.deepEqual([said, (await store.outbox.counts('gone')).held], [['SMS_CONFIG'], 1]);
      await start(31);
      assert.deepEqual([said, (await store.outbox.counts('gone')).held], [['SMS_CONFIG', 'SMS_UNCERTAIN'], 0]);
      assert.deepEqual(await store.marks.list('accounts'), [], 'it is known no longer');
    });

    it('touches nothing of accounts that are there, whether they can be used or not', async () => {
      const given = rig();
      const { accounts, store, owner, vendor, account: open } = given;
      await left(given, 'refused');
      accounts.refuse('refused', 'Refused', new Error('no such store') as never);
      await left(given, 'there');
      open(await vendor(() => 503), { id: 'there' });
      await endGone(store, accounts);
      assert.equal(owner.outcomes.length, 0);
      for (const id of ['refused', 'there']) assert.equal((await store.outbox.counts(id)).waiting, 3);
    });

    it('is told when a store that failed works again', async () => {
      const given = rig();
      const { accounts, store, owner } = given;
      await left(given, 'gone');
      const { list } = store.marks;
      store.marks.list = () => Promise.reject(new Error('disk full'));
      await assert.rejects(endGone(store, accounts));
      store.marks.list = list;
      await endGone(store, accounts);
      assert.equal(owner.outcomes.length, 3);
    });
  });
}

/** A part of a store, as the next process has it. */
function bound<T extends object>(target: T, name: string | symbol): unknown {
  const real = Reflect.get(target, name);
  return typeof real === 'function' ? real.bind(target) : real;
}

describe('an account that is deleted while the process runs', () => {
  const rig = rigs();

  it('is not looked for at the next start', async () => {
    const { store, vendor, account: open } = rig();
    const account = open(await vendor(() => 503));
    await enrol(account);
    await account.close(true);
    assert.deepEqual(await store.marks.list('accounts'), []);
  });
});
