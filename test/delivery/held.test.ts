/** What ends the uncertainty about a message: a person who decides, or the vendor that tells of it after all. */
import assert from 'node:assert/strict';
import type { AccountSettings } from '../../dist/src/delivery/account-settings.js';
import { type Behaviour, rigs, STORES, send, until, wait } from './support.ts';

const TO = '+32470112001';
const heard = (id: string, status: 'queued' | 'delivered' | 'failed', final = status !== 'queued') => {
  const updatedAt = new Date().toISOString();
  return { id, to: TO, status, final, providerStatus: `word for ${status}`, description: '', updatedAt, raw: null };
};

for (const [kind, make] of STORES) {
  describe(`a held message in a store that is ${kind}`, () => {
    const rig = rigs(make);

    /** An account whose first attempt is of unknown outcome, and held. */
    async function holding(behaviour: Behaviour = ({ nth }) => (nth === 1 ? 500 : 'accept'), more: object = {}) {
      const own = rig();
      const vendor = await own.vendor(behaviour);
      const account = own.account(vendor, { lookups: [0.01] });
      const { reference } = await send(account, TO, 'Hello', more);
      await own.owner.until(() => own.owner.outcomes.length === 1);
      assert.equal(own.owner.outcomes[0]?.error?.code, 'SMS_UNCERTAIN');
      const counts = () => own.store.outbox.counts('account');
      return { ...own, vendor, account, reference, counts };
    }

    it('is sent again, told again, and followed', async () => {
      const { account, owner, reference, vendor, counts } = await holding();
      assert.equal(await account.outbox.sendAgain(reference), true);
      await owner.until(() => owner.outcomes.length === 2);
      const { receipt, entry } = owner.outcomes[1] ?? {};
      assert.deepEqual([receipt?.id, receipt?.reference, entry?.context], ['id-1', reference, { about: 'Hello' }]);
      assert.equal(vendor.calls.length, 2);
      assert.equal((await counts()).oldest, null);
      assert.equal(await account.outbox.sendAgain(reference), false);
    });

    it('is sent again also when its time is over, and has that time once more', async () => {
      const { account, owner, reference, vendor } = await holding(({ nth }) => (nth === 1 ? 500 : 503), {
        expires: 0.2,
      });
      await wait(200);
      assert.equal(await account.outbox.sendAgain(reference), true);
      const begun = Date.now();
      await owner.until(() => owner.outcomes.length === 2);
      assert.equal(owner.outcomes[1]?.error?.code, 'SMS_EXPIRED');
      assert(vendor.calls.length >= 2);
      assert(Date.now() - begun >= 180);
    });

    it('is dropped: nothing more is told', async () => {
      const { account, owner, reference, vendor, counts } = await holding();
      assert.equal(await account.outbox.drop(reference), true);
      await wait(30);
      assert.equal((await counts()).oldest, null);
      assert.deepEqual([owner.outcomes.length, vendor.calls.length], [1, 1]);
      assert.equal(await account.outbox.drop(reference), false);
    });

    it('is marked as sent: a receipt with our reference for an id, and nobody asks about it', async () => {
      const { account, owner, reference, vendor, counts } = await holding();
      assert.equal(await account.outbox.markSent(reference), true);
      await owner.until(() => owner.outcomes.length === 2);
      const { receipt, entry } = owner.outcomes[1] ?? {};
      assert.deepEqual(
        [receipt?.id, receipt?.reference, receipt?.status, receipt?.providerStatus, entry?.follow],
        [reference, reference, 'sent', null, false],
      );
      assert.equal((await counts()).oldest, null);
      assert.deepEqual(await account.tracker.sweep(10, 'open'), []);
      assert.equal(await account.settings.store.tracked.nextDue('account'), null);
      assert.equal(vendor.calls.length, 1);
    });

    it('is decided about by one of many', async () => {
      const { account, owner, reference, vendor } = await holding();
      const decisions = Array.from({ length: 12 }, (_, i) => {
        const verdict = (['sendAgain', 'markSent', 'drop'] as const)[i % 3] ?? 'drop';
        return account.outbox[verdict](reference);
      });
      assert.equal((await Promise.all(decisions)).filter(Boolean).length, 1);
      await wait(30);
      assert(owner.outcomes.length <= 2);
      assert(vendor.calls.length <= 2);
    });

    it('is only that: no other message is touched', async () => {
      const { account, owner, store } = await holding();
      const tomorrow = await send(account, TO, 'tomorrow', { at: Date.now() + 24 * 3600_000 });
      for (const verdict of ['sendAgain', 'markSent', 'drop'] as const) {
        assert.equal(await account.outbox[verdict](tomorrow.reference), false);
        assert.equal(await account.outbox[verdict]('nobody'), false);
      }
      assert.equal((await store.outbox.find(tomorrow.reference))?.state, 'waiting');
      assert.equal(owner.outcomes.length, 1);
    });

    it('of which the vendor tells after all is accepted at once, then moved, once however often it tells', async () => {
      const { account, owner, reference, vendor, counts } = await holding();
      const report = heard('id-of-the-vendor', 'delivered');
      await account.tracker.report(report, reference);
      await Promise.all([1, 2, 3].map(() => account.outbox.heard(reference, report)));
      await owner.until(() => owner.reports.length === 1);
      assert.equal(owner.outcomes.length, 2);
      assert.equal(owner.outcomes[1]?.receipt?.id, 'id-of-the-vendor');
      assert.equal(owner.reports[0]?.status, 'delivered');
      assert.deepEqual([vendor.calls.length, (await counts()).oldest], [1, null]);
    });

    it('of which the vendor tells in the moment in which it becomes one is accepted, too', async () => {
      const own = rig();
      const vendor = await own.vendor(({ nth }) => (nth === 1 ? 500 : 'accept'));
      const { outbox } = own.store;
      const save: typeof outbox.save = async (entry) => {
        if (entry.state === 'held') await account.outbox.heard(entry.reference, heard('id-told', 'delivered'));
        await outbox.save(entry);
      };
      const late = new Proxy(outbox, {
        get: (target, name) => (name === 'save' ? save : Reflect.get(target, name).bind(target)),
      });
      const account = own.account(vendor, { lookups: [0.01], store: { ...own.store, outbox: late } });
      await send(account, TO);
      await own.owner.until(() => own.owner.outcomes.length === 2);
      assert.equal(own.owner.outcomes[1]?.receipt?.id, 'id-told');
      assert.equal((await outbox.counts('account')).oldest, null);
    });

    it('is accepted under our reference when the vendor tells of it without an id', async () => {
      const { account, owner, reference } = await holding();
      await account.tracker.report(heard('', 'failed'), reference);
      await account.outbox.heard(reference, heard('', 'failed'));
      await owner.until(() => owner.reports.length === 1);
      assert.equal(owner.outcomes[1]?.receipt?.id, reference);
      assert.deepEqual([owner.reports[0]?.id, owner.reports[0]?.status], [reference, 'failed']);
    });
  });

  describe(`an attempt of unknown outcome in a store that is ${kind}`, () => {
    const rig = rigs(make);

    async function lost(settings: Partial<AccountSettings>, behaviour: Behaviour = () => 500) {
      const own = rig();
      const vendor = await own.vendor(behaviour);
      const account = own.account(vendor, settings);
      const { reference } = await send(account, TO);
      const state = async () => (await own.store.outbox.find(reference))?.state;
      return { ...own, vendor, account, reference, state };
    }

    it('that the vendor tells of is settled without asking the vendor', async () => {
      const { account, owner, reference, state, vendor } = await lost({ lookups: [0.12] });
      await until(async () => (await state()) === 'unknown');
      await account.outbox.heard(reference, heard('id-told', 'queued'));
      await owner.until(() => owner.outcomes.length === 1);
      const { receipt } = owner.outcomes[0] ?? {};
      assert.deepEqual([receipt?.id, receipt?.status], ['id-told', 'queued']);
      assert.equal(vendor.asked.get('/logs'), undefined);
    });

    it('that the vendor tells of before it is known to be lost is settled, too', async () => {
      const { account, owner, reference, vendor } = await lost({ lookups: [0.1] }, async () => {
        await wait(60);
        return 500;
      });
      await until(() => vendor.calls.length > 0);
      await account.outbox.heard(reference, heard('id-told', 'delivered'));
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.receipt?.id, 'id-told');
    });

    it('that waits to be sent again is not, when the vendor tells of it', async () => {
      const settings = { lookups: [0.01], uncertain: 'resend' as const };
      const { account, owner, reference, state, vendor } = await lost(settings);
      await until(async () => vendor.calls.length > 0 && (await state()) === 'waiting');
      await account.outbox.heard(reference, heard('id-told', 'delivered'));
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.receipt?.id, 'id-told');
      assert.equal(vendor.calls.length, 1);
    });
  });
}
