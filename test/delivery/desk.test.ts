/** The operator's desk of an account: counts, held messages and what is decided about them, opt-outs. */
import assert from 'node:assert/strict';
import type { Account } from '../../dist/src/delivery/account.js';
import { Desk } from '../../dist/src/delivery/desk.js';
import { deskOperations } from '../../dist/src/delivery/desk-operations.js';
import type { Decided, HeldMessage, OutboxSummary } from '../../dist/src/delivery/held.js';
import type { OptOut } from '../../dist/src/delivery/opt-outs.js';
import { checkResult } from '../../dist/src/providers/schema.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { type Behaviour, failing, rigs, STORES, send, wait } from './support.ts';

const TO = '+32470000001';

const heldAt = (desk: Desk) => desk.call<HeldMessage[]>('account.held');
const refused =
  (code: string, sentence = /./) =>
  (error: unknown) => {
    assert(error instanceof SmsError);
    assert.equal(error.code, code);
    assert.match(error.message, sentence);
    return true;
  };

for (const [kind, make] of STORES) {
  describe(`the desk of an account, ${kind}`, () => {
    const rig = rigs(make);

    /** Accounts at a vendor of whose first answer nobody can know what it means; the next is a yes. */
    async function losing({ uncertain = 'hold' as const, behaviour = undefined as Behaviour | undefined } = {}) {
      const { owner, store, vendor: start, account } = rig();
      const vendor = await start(behaviour ?? (({ nth }) => (nth === 1 ? 500 : 'accept')));
      const open = (id = 'account') => account(vendor, { id, name: 'Pumps', uncertain, lookups: [0.02], region: 'BE' });
      return { owner, store, vendor, open };
    }

    /** An account with one message that is held. */
    async function holding(behaviour?: Behaviour) {
      const { owner, store, vendor, open } = await losing({ behaviour });
      const account = open();
      const { reference } = await send(account, TO, 'Pump 3 stands still.', { sender: '666' });
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.error?.code, 'SMS_UNCERTAIN');
      return { owner, store, vendor, open, account, desk: new Desk(account), reference };
    }

    describe('the counts of an outbox', () => {
      it('tell how many are in each state, and how long the oldest has been there', async () => {
        const { account, desk } = await holding();
        await send(account, '+32470000002', 'Later', { at: Date.now() + 3600_000 });
        const begun = Date.now();
        const { oldest, age, ...counts } = await desk.call<OutboxSummary>('account.outbox');
        assert.deepEqual(counts, { waiting: 1, sending: 0, unknown: 0, held: 1, expired: 0 });
        assert(oldest && Math.abs(begun - Date.parse(oldest)) < 2000);
        assert.equal(age, Math.floor((begun - Date.parse(oldest)) / 1000));
      });

      it('are nought for an empty one, which has no oldest', async () => {
        const { open } = await losing();
        const empty = { waiting: 0, sending: 0, unknown: 0, held: 0, expired: 0, oldest: null, age: null };
        assert.deepEqual(await new Desk(open()).call('account.outbox'), empty);
      });
    });

    describe('a held message', () => {
      it('is shown with what a person has to know to decide', async () => {
        const { desk, reference } = await holding(() => 500);
        const [held, ...others] = await heldAt(desk);
        assert(held);
        const { createdAt, since, ...rest } = held;
        assert.deepEqual(others, []);
        assert(createdAt <= since && Date.now() - Date.parse(since) < 5000);
        assert.deepEqual(rest, {
          reference,
          to: TO,
          sender: '666',
          text: 'Pump 3 stands still.',
          parts: 1,
          attempts: 1,
          lookups: 1,
          providerCode: '500',
          providerMessage: 'No',
          correlationId: null,
          httpStatus: 500,
        });
      });

      it('is found by its number, written as people write it', async () => {
        const { desk } = await holding();
        assert.equal((await desk.call<HeldMessage[]>('account.held', { to: '0470 00 00 01' })).length, 1);
        assert.equal((await desk.call<HeldMessage[]>('account.held', { to: '+32470000002' })).length, 0);
        await assert.rejects(desk.call('account.held', { to: 'somebody' }), refused('SMS_INVALID_NUMBER'));
      });

      it('is sent again when a person says so, and its node is told once more', async () => {
        const { owner, vendor, desk, reference } = await holding();
        assert.deepEqual(await desk.call('account.sendAgain', { reference }), { done: [reference], notHeld: [] });
        await owner.until(() => owner.outcomes.length === 2);
        assert.equal(owner.outcomes[1]?.receipt?.reference, reference);
        assert.equal(vendor.calls.length, 2);
        assert.deepEqual(await heldAt(desk), []);
      });

      it('that was dropped is gone, and nobody is told anything more', async () => {
        const { owner, vendor, desk, reference } = await holding();
        assert.deepEqual(await desk.call('account.drop', { reference }), { done: [reference], notHeld: [] });
        await wait(60);
        assert.equal((await desk.call<OutboxSummary>('account.outbox')).oldest, null);
        assert.deepEqual([owner.outcomes.length, vendor.calls.length], [1, 1]);
      });

      it('that was marked as sent gives its node a receipt by its reference', async () => {
        const { owner, vendor, desk, reference } = await holding();
        await desk.call('account.markSent', { reference });
        await owner.until(() => owner.outcomes.length === 2);
        const { receipt } = owner.outcomes[1] ?? {};
        assert.deepEqual(
          [receipt?.id, receipt?.reference, receipt?.status, receipt?.providerStatus, receipt?.to],
          [reference, reference, 'sent', null, TO],
        );
        assert.equal(vendor.calls.length, 1);
        assert.deepEqual(await heldAt(desk), []);
      });

      it('is decided about once, by whoever comes first', async () => {
        const { owner, vendor, desk, reference } = await holding();
        const verdicts = ['sendAgain', 'markSent', 'drop', 'sendAgain', 'drop'];
        const decided = await Promise.all(
          verdicts.map((verdict) => desk.call<Decided>(`account.${verdict}`, { reference: [reference] })),
        );
        assert.equal(decided.filter(({ done }) => done.length === 1).length, 1);
        assert.equal(decided.filter(({ notHeld }) => notHeld.length === 1).length, 4);
        await owner.until(() => owner.outcomes.length === 2);
        await wait(60);
        assert.deepEqual([owner.outcomes.length, vendor.calls.length], [2, 2]);
      });

      it('of another account is out of reach', async () => {
        const { open, desk, reference } = await holding();
        const other = new Desk(open('other'));
        for (const verdict of ['sendAgain', 'markSent', 'drop']) {
          await assert.rejects(other.call(`account.${verdict}`, { reference }), refused('SMS_INVALID_OPTION', /Pumps/));
        }
        assert.equal((await heldAt(desk)).length, 1);
      });

      it('is one of several that can be decided about together; those that are not held are named', async () => {
        const { owner, open } = await losing({
          behaviour: ({ to, nth }) => (nth <= 2 && to !== TO ? 'reset' : 'accept'),
        });
        const account = open();
        const desk = new Desk(account);
        const entries = [await send(account, '+32470000002'), await send(account, '+32470000003')];
        await owner.until(() => owner.outcomes.length === 2);
        const references = entries.map(({ reference }) => reference);
        const decided = await desk.call<Decided>('account.sendAgain', {
          reference: [...references, 'nobody', 'nobody'],
        });
        assert.deepEqual(decided, { done: references, notHeld: ['nobody'] });
        await owner.until(() => owner.outcomes.length === 4);
        assert.deepEqual(
          owner.outcomes.slice(2).map(({ receipt }) => receipt?.reference),
          references,
        );
      });
    });

    describe('the opt-outs of an account', () => {
      const numbers = (count: number) => Array.from({ length: count }, (_, i) => `+3247${String(i).padStart(7, '0')}`);
      async function ledger(count = 0) {
        const { open } = await losing();
        const account = open();
        const desk = new Desk(account);
        for (const to of numbers(count)) await account.optOuts.add(to);
        return { account, desk };
      }

      it('are entered and lifted, several at once, in any form of the numbers', async () => {
        const { account, desk } = await ledger();
        const entered = await desk.call<OptOut[]>('account.optOut', { to: ['0470 00 00 01', TO, '+32470000002'] });
        assert.deepEqual(
          entered.map(({ to, source }) => [to, source]),
          [
            [TO, 'operator'],
            ['+32470000002', 'operator'],
          ],
        );
        await assert.rejects(send(account, TO), refused('SMS_OPTED_OUT'));
        assert.deepEqual(await desk.call('account.optIn', { to: ['0470000001', '+32470000009'] }), [TO]);
        assert.deepEqual(
          (await desk.call<OptOut[]>('account.optOuts')).map(({ to }) => to),
          ['+32470000002'],
        );
      });

      it('are not touched when one of the numbers is none', async () => {
        const { desk } = await ledger();
        await assert.rejects(desk.call('account.optOut', { to: [TO, 'An'] }), refused('SMS_INVALID_NUMBER'));
        assert.deepEqual(await desk.call('account.optOuts'), []);
      });

      for (const [count, sizes] of [
        [0, [0]],
        [250, [100, 100, 50]],
        [200, [100, 100]],
      ] as const) {
        it(`come in pages: ${count} in ${sizes.length}`, async () => {
          const { desk } = await ledger(count);
          const pages: OptOut[][] = [];
          for await (const page of desk.pages<OptOut[]>('account.optOuts')) pages.push(page);
          assert.deepEqual(
            pages.map(({ length }) => length),
            sizes,
          );
          assert.deepEqual(
            pages.flat().map(({ to }) => to),
            numbers(count),
          );
        });
      }
    });

    describe("the desk's operations", () => {
      it('need neither credentials nor the vendor, and answer what they describe', async () => {
        const { store, reference, desk: before } = await holding();
        const [entry] = await store.outbox.list('account', 'held');
        const { account: open } = rig();
        const account = open({ baseUrl: 'http://127.0.0.1:1', credentials: {} }, { store });
        const desk = new Desk(account);
        assert.equal(entry?.reference, reference);
        const params: Record<string, object> = {
          'account.sendAgain': { reference: ['nobody'] },
          'account.drop': { reference: ['nobody'] },
          'account.markSent': { reference },
          'account.optOut': { to: TO },
          'account.optIn': { to: TO },
        };
        await before.call('account.optOut', { to: '+32470000002' });
        for (const operation of deskOperations) {
          await checkResult(operation, await desk.call(operation.id, { ...params[operation.id] }));
        }
        assert.deepEqual(await heldAt(desk), []);
      });

      it('refuse parameters that they do not have, and name those that they have', async () => {
        const desk = new Desk((await losing()).open());
        const wrong: [id: string, params: object, sentence: RegExp][] = [
          ['account.outbox', { state: 'held' }, /'state' is not known here/],
          ['account.held', { limit: 0 }, /limit/],
          ['account.held', { limit: 1001 }, /limit/],
          ['account.optOuts', { limit: 'many' }, /limit/],
          ['account.drop', {}, /reference/],
          ['account.drop', { reference: [] }, /reference/],
          ['account.optOut', { to: 32470000001, since: 'now' }, /since/],
        ];
        for (const [id, params, sentence] of wrong) {
          await assert.rejects(desk.call(id, { ...params }), refused('SMS_INVALID_OPTION', sentence), id);
        }
        await assert.rejects(desk.call('account.everything'), refused('SMS_UNSUPPORTED', /account\.held/));
      });

      it('say when the store fails', async () => {
        const { vendor, store } = await losing();
        const { account: open } = rig();
        const outbox = failing(failing(store.outbox, 'list', 1), 'counts', 1);
        const account: Account = open(vendor, { store: { ...store, outbox } });
        const desk = new Desk(account);
        for (const id of ['account.held', 'account.outbox']) {
          await assert.rejects(desk.call(id), /disk full/);
          await desk.call(id);
        }
      });
    });
  });
}
