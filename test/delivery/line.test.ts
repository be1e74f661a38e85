/** An account that is given another provider, or put on the sandbox or taken off it, while messages wait. */
import assert from 'node:assert/strict';
import type { Account } from '../../dist/src/delivery/account.js';
import { providerOf } from '../../dist/src/providers/index.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { rigs, STORES, send, until } from './support.ts';

const TO = '+32470000001';

for (const [name, make] of STORES) {
  describe(`an account whose messages go elsewhere by now, in a store that is ${name},`, () => {
    const rig = rigs(make);
    const anotherVendor = () => startSandbox('callr', { pace: 0.01 });
    const CALLR = { provider: providerOf('callr') };
    const state = async ({ id, settings: { store } }: Account) => {
      const { oldest, ...counts } = await store.outbox.counts(id);
      return Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${state} ${count}`] : []));
    };
    const isNow = (account: Account, wanted: string) => until(async () => (await state(account)).join() === wanted);

    it('does not send again what the former vendor may have, as the new one cannot be asked, even where it would', async () => {
      for (const uncertain of ['resend', 'drop'] as const) {
        const { owner, vendor: start, account: open } = rig();
        const sandbox = await anotherVendor();
        try {
          const before = open(await start(() => 'lose'), { uncertain, lookups: [0.4] });
          await send(before, TO);
          await isNow(before, 'unknown 1');
          await before.close();
          const after = open(sandbox, { ...CALLR, uncertain, lookups: [0.01] });
          after.resume();
          await owner.until(() => owner.outcomes.length === 1);
          assert.equal(owner.outcomes[0]?.error?.code, 'SMS_UNCERTAIN');
          assert.match(owner.outcomes[0]?.error?.message ?? '', /another provider/);
          await isNow(after, uncertain === 'drop' ? '' : 'held 1');
          assert.equal(sandbox.messages().length, 0);
        } finally {
          await sandbox.close();
        }
      }
    });

    it('sends by the new vendor what the former one has not, and asks that from then on', async () => {
      const { owner, vendor: start, account: open } = rig();
      const sandbox = await anotherVendor();
      await sandbox.close();
      const before = open(sandbox, CALLR);
      await send(before, TO);
      await until(async () => (await before.settings.store.outbox.list('account', 'waiting'))[0]?.attempts === 1);
      await before.close();
      const vendor = await start(() => 'lose');
      open(vendor).resume();
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
      assert.deepEqual([vendor.calls.length, vendor.asked.get('/logs')], [1, 1]);
    });

    for (const [what, sandboxed] of [
      ['never sends for real what was given to a sandbox', true],
      ['never gives to a sandbox what was to be sent for real', false],
    ] as const) {
      it(`${what}: it is told so`, async () => {
        const { owner, vendor: start, account: open } = rig();
        const before = open(await start(() => 503), { sandboxed });
        await send(before, TO);
        await until(async () => (await before.settings.store.outbox.list('account', 'waiting'))[0]?.attempts === 1);
        await before.close();
        const vendor = await start(() => 'accept');
        const after = open(vendor, { sandboxed: !sandboxed });
        after.resume();
        await owner.until(() => owner.outcomes.length === 1);
        assert.equal(owner.outcomes[0]?.error?.code, 'SMS_CONFIG');
        assert.match(owner.outcomes[0]?.error?.message ?? '', /sandbox/);
        await isNow(after, '');
        await send(after, TO, 'new');
        await owner.until(() => owner.outcomes.length === 2);
        assert.deepEqual(
          vendor.calls.map(({ text }) => text),
          ['new'],
        );
      });
    }

    it('is none when it is another account, to which a message is handed over on purpose', async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(() => 'lose');
      const first = open(await start(() => 401), { sandboxed: true });
      open(vendor, { id: 'second' });
      await send(first, TO, 'Hello', { fallback: ['second'] });
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
    });
  });
}
