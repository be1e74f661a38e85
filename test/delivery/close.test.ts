/** Closing waits for the calls in flight and leaves nothing running; a store that fails is an error, and nothing is told twice. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { direct, failing, Recorder, request, rigs, STORES, send, until, wait } from './support.ts';

const rig = rigs();
const TO = '+32470112001';

/** What keeps the process alive. */
const held = (kind: string) => process.getActiveResourcesInfo().filter((name) => name.startsWith(kind)).length;

for (const [kind, make] of STORES) {
  describe(`closing an account whose store is ${kind}`, () => {
    const rig = rigs(make);

    it('waits for what is under way, of the outbox and of those who call directly', async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(() => wait(200).then(() => 'accept'));
      const account = open(vendor);
      for (let i = 0; i < 5; i += 1) await send(account, `+3247011200${i}`);
      const others = direct(account, owner, await account.prepare(request(TO, 'direct', { queue: false })));
      const status = account.status(['id-1']);
      await until(() => vendor.calls.length === 6);
      await account.close();
      assert.equal(owner.outcomes.filter(({ receipt }) => receipt).length, 6);
      assert((await others).id);
      assert.equal((await status).length, 1);
      assert.equal(vendor.taken.length, 6);
    });

    it('tells what waits when the account is no more, and keeps none of it', async () => {
      const { owner, store, vendor: start, account: open } = rig();
      const account = open(await start(() => wait(100).then(() => 503)));
      await send(account, TO, 'first');
      await send(account, TO, 'second');
      await wait(50);
      await account.close(true);
      assert.deepEqual(
        owner.outcomes.map(({ error }) => error?.code),
        ['SMS_CONFIG', 'SMS_CONFIG'],
      );
      assert.deepEqual(await store.outbox.list('account', 'waiting'), []);
    });

    it('tells a thousand that wait and more, some at a time, and holds what may have been sent', async () => {
      const { owner, store, vendor: start, account: open } = rig();
      const pages: number[] = [];
      const list: typeof store.outbox.list = async (...given) => {
        const entries = await store.outbox.list(...given);
        pages.push(entries.length);
        return entries;
      };
      const outbox = new Proxy(store.outbox, {
        get: (target, name) => (name === 'list' ? list : Reflect.get(target, name).bind(target)),
      });
      const vendor = await start(({ nth }) => (nth === 1 ? 500 : 503));
      const account = open(vendor, { store: { ...store, outbox }, lookups: [60] });
      const lost = await send(account, '+32470112000');
      await until(async () => (await store.outbox.counts('account')).unknown > 0);
      const entries = await Promise.all(
        Array.from({ length: 1234 }, (_, i) => account.prepare(request(`+3247012${1000 + i}`, 'Hello'))),
      );
      await account.submit(entries);
      await account.close(true);
      assert.equal(owner.outcomes.length, 1235);
      assert(Math.max(...pages) <= 500, `${Math.max(...pages)} in memory at once`);
      assert.equal(owner.of(lost.to)[0]?.error?.code, 'SMS_UNCERTAIN');
      const counts = await store.outbox.counts('account');
      assert.deepEqual([counts.held, counts.waiting, counts.unknown, counts.expired], [1, 0, 0, 0]);
    });

    it('takes nothing more, keeps what waits, and the next account of that id goes on with it', async () => {
      const { owner, store, vendor: start, account: open } = rig();
      const vendor = await start(() => wait(50).then(() => 'accept'));
      const account = open(vendor);
      for (let i = 0; i < 4; i += 1) await send(account, TO, `${i}`);
      await wait(20);
      await account.close();
      assert.equal(owner.outcomes.length, 1);
      assert.equal((await store.outbox.list('account', 'waiting')).length, 3);
      await assert.rejects(account.submit([await account.prepare(request(TO, 'more'))]), { code: 'SMS_CONFIG' });
      await assert.rejects(direct(account, owner, await account.prepare(request(TO, 'more'))), { code: 'SMS_CONFIG' });
      await wait(100);
      assert.equal(vendor.calls.length, 1, 'nothing leaves after the end');
      await open(vendor).resume();
      await owner.until(() => owner.outcomes.length === 5);
      assert.deepEqual(
        vendor.taken.map(({ text }) => text),
        ['0', '1', '2', '3'],
      );
    });

    it('at any moment loses nothing and sends nothing twice', async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(() => wait(3).then(() => 'accept'));
      let account = open(vendor);
      for (let round = 0; round < 15; round += 1) {
        for (let i = 0; i < 4; i += 1) await send(account, `+3247011200${i}`, `${round}`);
        for (let i = 0; i < round; i += 1) await undefined;
        const closing = account.close();
        account = open(vendor);
        await closing;
        await account.resume();
      }
      await owner.until(() => owner.outcomes.length === 60);
      assert(owner.outcomes.every(({ receipt }) => receipt));
      const sent = vendor.calls.map(({ to, text }) => `${to} ${text}`);
      assert.equal(new Set(sent).size, 60);
      assert.equal(sent.length, 60);
    });

    it('leaves neither timer nor socket', async () => {
      const { sandbox: start, account: open, owner } = rig();
      const sandbox = await start();
      const [timers, sockets] = [held('Timeout'), held('TCPSocketWrap')];
      const account = open(sandbox, { rate: 1 });
      await send(account, TO);
      await owner.until(() => owner.outcomes.length === 1);
      await send(account, TO, 'waits for its turn');
      await send(account, TO, 'tomorrow', { at: Date.now() + 24 * 3600_000 });
      const waiting = account.prepare(request(TO, 'x')).then((entry) => direct(account, owner, entry));
      const refused = assert.rejects(waiting, { code: 'SMS_CONFIG', outcome: 'not-sent' });
      await wait(10);
      const begun = Date.now();
      await account.close();
      await refused;
      assert(Date.now() - begun < 500, 'it does not wait for the rate');
      await wait(20);
      assert(held('Timeout') <= timers, `${held('Timeout')} timers, there were ${timers}`);
      assert(held('TCPSocketWrap') <= sockets, `${held('TCPSocketWrap')} sockets, there were ${sockets}`);
    });
  });
}

describe('a store that fails', () => {
  it('after the vendor said yes: told as accepted, once, and not sent again', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const troubles: string[] = [];
    const vendor = await start(() => 'accept');
    const account = open(vendor, {
      store: { ...store, outbox: failing(store.outbox, 'remove', 1) },
      troubled: (error) => troubles.push(error.code),
    });
    await send(account, TO);
    await owner.until(() => owner.outcomes.length === 1);
    await wait(100);
    assert(owner.outcomes[0]?.receipt);
    assert.equal(owner.outcomes.length, 1);
    assert.equal(vendor.calls.length, 1);
    assert.deepEqual(troubles, ['SMS_STORE']);
  });

  it('is told once however long it fails, and again when it is well', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const said: string[] = [];
    const marks = failing(store.marks, 'set', 2);
    const account = open(await start(() => 'accept'), {
      store: { ...store, outbox: failing(store.outbox, 'add', 1), marks },
      troubled: (error) => said.push(error.code),
      recovered: () => said.push('well'),
    });
    await assert.rejects(send(account, TO), { code: 'SMS_STORE' });
    await assert.doesNotReject(send(account, TO));
    await until(() => said.includes('well'));
    await owner.until(() => owner.outcomes.length === 1);
    assert.deepEqual(said, ['SMS_STORE', 'well']);
  });

  it('is told first by one of the accounts that share it, each time that it fails', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const vendor = await start(() => 'accept');
    let breaks = true;
    const fails = <T extends object>(part: T, method: string): T =>
      new Proxy(part, {
        get: (target, name) => {
          const real = (Reflect.get(target, name) as (...given: unknown[]) => unknown).bind(target);
          if (name !== method) return real;
          return (...given: unknown[]) => (breaks ? Promise.reject(new Error('disk full')) : real(...given));
        },
      });
    const broken = { ...store, outbox: fails(store.outbox, 'add'), marks: fails(store.marks, 'set') };
    const said: string[] = [];
    const names = ['one', 'two', 'three'];
    const accounts = names.map((id) =>
      open(vendor, {
        id,
        store: broken,
        troubled: ({ message }, isFirst) => said.push(`${message}${isFirst ? '' : ', again'}`),
        recovered: () => said.push('well'),
      }),
    );
    for (const [time, isWell] of [1, 2].map((nth) => [nth, nth * 6] as const)) {
      breaks = true;
      for (const account of accounts) await assert.rejects(send(account, TO), { code: 'SMS_STORE' });
      breaks = false;
      await until(() => said.length === isWell);
      const expected = ['disk full', 'disk full, again', 'disk full, again', 'well', 'well', 'well'];
      assert.deepEqual(said.slice(-6), expected, `the ${time}. time`);
    }
    assert.equal(owner.outcomes.length, 0);
  });

  it('until the account is closed: the next account of that id goes on with what could not be written down', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const vendor = await start(() => 'accept');
    const account = open(vendor, {
      store: { ...store, outbox: failing(store.outbox, 'remove', 1000) },
      failoverAfter: 30,
    });
    await send(account, TO);
    await until(() => vendor.taken.length > 0);
    await account.close();
    assert.equal(owner.outcomes.length, 0);
    await open(vendor).resume();
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
    assert.equal(vendor.calls.length, 1);
  });

  it('while it looks for work: it looks again', async () => {
    const { owner, store, sandbox: start, account: open } = rig();
    const troubles: string[] = [];
    const account = open(await start(), {
      store: { ...store, outbox: failing(store.outbox, 'claim', 1) },
      // What waits for its slot is claimed.
      rate: 100,
      troubled: (error) => troubles.push(error.code),
    });
    await send(account, TO);
    await owner.until(() => owner.outcomes.length === 1);
    assert.deepEqual(troubles, ['SMS_STORE']);
  });
});

describe('a node that is told', () => {
  it('and throws does no harm to its message', async () => {
    const { accounts, owner, sandbox: start, account: open } = rig();
    const troubles: string[] = [];
    const sandbox = await start();
    const account = open(sandbox, { troubled: (error) => troubles.push(error.message) });
    accounts.own('broken', {
      settled: () => {
        throw new Error('a flow that breaks');
      },
      moved: () => {},
    });
    await send(account, TO, 'one', { owner: 'broken' });
    await send(account, TO, 'two');
    await owner.until(() => owner.outcomes.length === 1);
    assert.deepEqual(troubles, ['a flow that breaks']);
    assert.equal(sandbox.messages().length, 2);
  });

  it('is told after a redeploy what happened during it', async () => {
    const { accounts, owner, sandbox: start, account: open } = rig();
    const account = open(await start());
    await send(account, TO, 'one', { owner: 'away' });
    await send(account, TO, 'two');
    await owner.until(() => owner.outcomes.length === 1);
    const told: string[] = [];
    accounts.own('away', {
      settled: ({ to }, { receipt }) => told.push(`${to} ${receipt ? receipt.text : 'failed'}`),
      moved: () => {},
    });
    await until(() => told.length > 0);
    assert.deepEqual(told, [`${TO} one`]);
  });

  it('is told nothing while a deploy is under way, also when it is there again, and all of it afterwards', async () => {
    const { accounts, store, owner, vendor: start, account: open } = rig();
    const [account, away] = [open(await start(() => 'accept')), new Recorder()];
    const reads = sinon.spy(store.marks, 'list');
    const end = accounts.own('away', away);
    accounts.pause();
    await send(account, TO, 'one', { owner: 'away' });
    await until(async () => (await store.marks.list('post:away')).length === 1);
    end();
    accounts.own('away', away);
    reads.resetHistory();
    await wait(50);
    assert.equal(reads.callCount, 0, 'nobody looks again and again');
    assert.deepEqual([away.outcomes, owner.outcomes], [[], []]);
    accounts.goOn();
    await until(() => away.outcomes.length === 1);
    await wait(20);
    assert.equal(away.outcomes.length, 1);
  });
});
