/** A message whose answer was lost, and look-ups that go wrong one after the other: it is never sent a second time. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { providers } from '../../dist/src/providers/index.js';
import { rigs, send, wait } from '../delivery/support.ts';
import { type Answer, type Step, written } from './gate.ts';
import { addressBy, TO, wires } from './wires.ts';

const page = (type: string, body: string): Step[] => [
  written({ status: 200, headers: { 'content-type': type }, body }),
];

/** What comes after the answer that was lost: everything that might be taken for an empty list. */
const LOOK_UPS: readonly ((real: Answer) => Step[])[] = [
  () => ['reset'],
  () => page('text/html', '<!DOCTYPE html><html>Please log in</html>'),
  () => page('application/json', '{}'),
  (real) => [written(real).slice(0, -2), 'end'],
  (real) => [written({ ...real, status: 502 })],
];

describe('a message whose answer was lost', () => {
  const { all } = wires();
  const rig = rigs();
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
  });
  afterEach(() => clock.restore());

  for (const { id } of providers) {
    it(`${id}: is not sent again while it cannot be looked up, even where the account would`, async () => {
      const wire = all.find(({ provider }) => provider.id === id);
      assert.ok(wire);
      const { provider, sandbox, gates } = wire;
      const gate = gates.message;
      let met = -1;
      const answer = (real: Answer) => {
        met += 1;
        if (met === 0) return ['reset' as const];
        return LOOK_UPS[met - 1]?.(real) ?? [written(real)];
      };
      gate.trouble = { break: { answer }, seen: true, kind: 'call', from: 1 };
      const baseUrl = addressBy(sandbox.baseUrl, { host: '127.0.0.1', port: gate.port, secure: false });
      const { owner, account: open } = rig();
      const settings = { provider, uncertain: 'resend', lookups: [0.03, 0.06], timeout: 8000 } as const;
      const account = open({ baseUrl, tokenUrl: sandbox.tokenUrl, credentials: sandbox.credentials }, settings);
      await send(account, TO, `never twice, ${id}`, { expires: 3600 });
      while (owner.outcomes.length === 0) {
        // The pauses between the look-ups are long, and there is an end to them.
        clock.setSystemTime(Date.now() + 100);
        account.outbox.wake();
        await wait(2);
      }
      assert.ok(met > LOOK_UPS.length, `all of them were met, ${met}`);
      const sent = sandbox.messages().filter(({ text }) => text === `never twice, ${id}`);
      assert.equal(sent.length, 1, 'it was sent once');
      assert.equal(owner.outcomes[0]?.receipt?.id, sent[0]?.id, owner.outcomes[0]?.error?.message);
    });
  }
});
