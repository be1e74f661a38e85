/** What a vendor pushes and nobody can file away: told once, as far as it can be known. */
import assert from 'node:assert/strict';
import { takePush } from '../../dist/src/delivery/push.js';
import { embeddedStore } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { crashed } from './crash.ts';
import { failing, rigs, send, wait } from './support.ts';

describe('another event of the vendor', () => {
  const rig = rigs();
  const events = (eventId?: string) => ({
    reports: [],
    inbound: [],
    other: [{ job: 1 }],
    ...(eventId ? { eventId } : {}),
  });

  it('is told once to each flow, although it is pushed again', async () => {
    const account = rig().account({ baseUrl: 'http://127.0.0.1:1', credentials: {} });
    const told = async (reader: string, eventId?: string) => (await takePush(account, reader, events(eventId))).length;
    assert.deepEqual([await told('a', 'e1'), await told('a', 'e1'), await told('b', 'e1')], [1, 0, 1]);
    assert.deepEqual([await told('a', 'e2'), await told('a'), await told('a')], [1, 1, 1]);
  });
});

describe('a push', () => {
  const rig = rigs();
  const DEAD = { baseUrl: 'http://127.0.0.1:1', credentials: {} };
  const report = (id: string) => ({
    id,
    to: '+32470112001',
    status: 'delivered' as const,
    final: true,
    providerStatus: 'DeliveredToTerminal',
    description: '',
    updatedAt: new Date().toISOString(),
    raw: null,
  });
  const events = (id: string) => ({ reports: [{ report: report(id), hint: false }], inbound: [], other: [] });

  it('that was stored is told after a crash, and taken once when it comes again', async () => {
    const file = newFile();
    const before = rig().account(DEAD, { store: embeddedStore({ file }) });
    assert.equal((await takePush(before, 'hook', events('one'))).length, 1);
    const left = crashed(file);
    await before.settings.store.close();
    const { accounts, account } = rig();
    const after = account(DEAD, { store: embeddedStore({ file: left }) });
    assert.deepEqual(await takePush(after, 'hook', events('one')), []);
    const told: unknown[] = [];
    accounts.attend('hook', ({ kind, body }) => told.push([kind, (body as { id: string }).id]));
    while (told.length === 0) await wait(2);
    assert.deepEqual(told, [['report', 'one']]);
    await after.post.flush();
    assert.deepEqual(await after.settings.store.marks.list('post:hook'), []);
  });

  for (const method of ['set', 'add'] as const) {
    it(`that a store could not keep is refused, and taken once when it comes again (${method})`, async () => {
      const { store, account } = rig();
      // The first that is set is the report that waits for its receipt.
      const marks = failing(store.marks, method, method === 'set' ? 2 : 1);
      const own = account(DEAD, { store: { ...store, marks } });
      const taken = async () => (await takePush(own, 'hook', events('one'))).length;
      await assert.rejects(taken(), /disk full/);
      if (method === 'set') await assert.rejects(taken(), /disk full/);
      assert.deepEqual([await taken(), await taken()], [1, 0]);
    });
  }

  it('that a store may have kept half of is taken once, although it comes again several times at once', async () => {
    const { store, account } = rig();
    const own = account(DEAD, { store: { ...store, marks: failing(store.marks, 'add', 1) } });
    const take = () => takePush(own, 'hook', events('one'));
    await assert.rejects(take(), /disk full/);
    const letters = await Promise.all([take(), take(), take()]);
    assert.equal(letters.flat().length, 1);
    await own.post.flush();
    assert.equal((await store.marks.list('post:hook')).length, 1, 'it is there until it was told');
  });

  it('is taken by one of two processes that are given it at the same moment', async () => {
    const { store, account } = rig();
    const one = account(DEAD, { store: { ...store, marks: failing(store.marks, 'get', 0) } });
    const other = account(DEAD, { store: { ...store, marks: failing(store.marks, 'get', 0) } });
    assert.notEqual(one.post, other.post);
    const letters = await Promise.all([one, other].map((own) => takePush(own, 'hook', events('one'))));
    assert.equal(letters.flat().length, 1);
  });

  it('with our reference settles an attempt of which nobody knows how it ended', async () => {
    const { owner, vendor: start, account } = rig();
    const vendor = await start(() => 'reset');
    const own = account(vendor, { lookups: [0.02] });
    const { reference } = await send(own, '+32470112001');
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_UNCERTAIN');
    await takePush(own, 'hook', events('id-1'), reference);
    await owner.until(() => owner.outcomes.length === 2 && owner.reports.length === 1);
    assert.equal(owner.outcomes[1]?.receipt?.id, 'id-1');
    assert.equal(owner.reports[0]?.status, 'delivered');
    assert.deepEqual(await own.settings.store.outbox.list('account', 'held'), []);
  });
});
