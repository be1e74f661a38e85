/** Every story of the sandbox through the outbox: what the flow is told, and what really left. */
import assert from 'node:assert/strict';
import { rigs, STORES, send } from './support.ts';

const number = (digits: string) => `+3247000${digits}`;

/** What the flow is told, and how many messages the vendor took. */
const TOLD: Record<string, { code?: string; taken: number; attempts?: number }> = {
  '0000': { taken: 1 },
  '0001': { taken: 1 },
  '0002': { taken: 1 },
  '0003': { taken: 1 },
  '0004': { taken: 1 },
  '0005': { code: 'SMS_REJECTED', taken: 0, attempts: 1 },
  '0006': { taken: 1, attempts: 3 },
  '0007': { taken: 1, attempts: 2 },
  '0008': { taken: 1, attempts: 1 },
  '0009': { code: 'SMS_UNCERTAIN', taken: 0, attempts: 1 },
  '0010': { taken: 1 },
  '0011': { taken: 1, attempts: 1 },
  '0012': { taken: 1, attempts: 1 },
  '4711': { taken: 1 },
};

for (const [kind, make] of STORES) {
  describe(`the stories through an outbox in a store that is ${kind}`, () => {
    const rig = rigs(make);

    it('settle each message once, and nothing is sent twice', async () => {
      const { owner, sandbox: start, account: open } = rig();
      const sandbox = await start();
      const account = open(sandbox);
      const stories = Object.keys(TOLD);
      for (const digits of stories) await send(account, number(digits), `Story ${digits}`);
      await owner.until(() => owner.outcomes.length >= stories.length);
      for (const digits of stories) {
        const { code, taken, attempts = 1 } = TOLD[digits] ?? { taken: 0 };
        const [outcome, ...more] = owner.of(number(digits));
        assert.deepEqual(more, [], `${digits} is settled once`);
        assert.equal(outcome?.error?.code, code, digits);
        assert.equal(outcome?.entry.attempts, attempts, `attempts of ${digits}`);
        const there = sandbox.messages().filter(({ to }) => to === number(digits));
        assert.equal(there.length, taken, `${digits} at the vendor`);
        if (code) continue;
        assert.equal(outcome?.receipt?.id, there[0]?.id, `the id of ${digits}`);
        assert.equal(outcome?.receipt?.to, number(digits));
        assert.equal(outcome?.receipt?.reference, outcome?.entry.reference);
      }
    });

    it('end in the status that the phone gave, each status told once', async () => {
      const { owner, sandbox: start, account: open } = rig();
      const account = open(await start());
      const ends = { '0000': 'delivered', '0002': 'failed', '0003': 'expired', '0008': 'delivered' };
      for (const digits of Object.keys(ends)) await send(account, number(digits));
      await owner.until(() => owner.reports.filter(({ final }) => final).length === 4);
      for (const [digits, status] of Object.entries(ends)) {
        const reports = owner.reports.filter(({ to }) => to === number(digits));
        assert.deepEqual(
          reports.filter(({ final }) => final).map((report) => report.status),
          [status],
        );
        const words = reports.map(({ providerStatus }) => providerStatus);
        assert.equal(new Set(words).size, words.length, `no status of ${digits} twice`);
        assert.equal(reports[0]?.id, owner.of(number(digits))[0]?.receipt?.id);
        assert.equal(reports[0]?.accountName, 'Account');
      }
    });

    it('are not followed when nobody wants it, and the status can be asked for', async () => {
      const { owner, sandbox: start, account: open } = rig();
      const account = open(await start());
      await send(account, number('0000'), 'Hello', { follow: false });
      await owner.until(() => owner.outcomes.length === 1);
      const id = owner.outcomes[0]?.receipt?.id ?? '';
      const [report] = await account.waitUntilFinal([id], 5000, new AbortController().signal);
      assert(report && 'status' in report);
      assert.equal(report.status, 'delivered');
      assert.deepEqual(owner.reports, []);
    });
  });
}
