/** Enco's pushes to callbackURL, over real HTTP. */
import assert from 'node:assert/strict';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import type { Push } from './support.ts';
import { idOf, login, next, receiver, sandboxes } from './support.ts';

const TO = '+32470000100';

describe('sandbox: Enco callbacks', () => {
  const { start } = sandboxes();

  /** Sends one SMS and gives what was pushed until it was delivered. */
  async function pushed(assumptions = {}): Promise<{ pushes: Push[]; id: string; sandbox: Sandbox }> {
    const target = await receiver();
    const sandbox = await start({ assumptions });
    const client = await login(sandbox);
    const told = next(sandbox, 'callback', ({ body }) => body.includes('DeliveredToTerminal'));
    const id = idOf(await client.send(TO, 'x', { callbackURL: target.url }));
    await told;
    target.close();
    return { pushes: target.pushes, id, sandbox };
  }

  it('posts the delivery info to the URL of the message', async () => {
    const { pushes, id, sandbox } = await pushed();
    assert.deepEqual(pushes, [
      {
        method: 'POST',
        type: 'application/json',
        path: '/dlr?id=7',
        body: {
          resourceURL: `${sandbox.baseUrl}/sms/outboundmessages/deliveryinfos/${id}`,
          deliveryInfo: [{ address: `tel:${TO}`, deliveryStatus: 'DeliveredToTerminal' }],
        },
      },
    ]);
    const [record] = sandbox.callbacks();
    assert.deepEqual([record?.about, record?.status, record?.error], [id, 204, undefined]);
  });

  it('posts each later status, in order', async () => {
    const { pushes } = await pushed({ startsWaiting: true });
    const words = pushes.map(
      ({ body }) => (body as { deliveryInfo: { deliveryStatus: string }[] }).deliveryInfo[0]?.deliveryStatus,
    );
    assert.deepEqual(words, ['DeliveredToNetwork', 'DeliveredToTerminal']);
  });

  it('wraps the push as OneAPI does, and leaves out what it is told to', async () => {
    const { pushes } = await pushed({
      callbackWrapped: true,
      callbackWithTelPrefix: false,
      callbackWithResourceUrl: false,
    });
    const expected = {
      deliveryInfoNotification: { deliveryInfo: { address: TO, deliveryStatus: 'DeliveredToTerminal' } },
    };
    assert.deepEqual(pushes[0]?.body, expected);
  });

  it('notes a push that nobody takes, and goes on', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const told = next(sandbox, 'callback');
    const gone = await receiver();
    gone.close();
    await client.send(TO, 'x', { callbackURL: gone.url });
    const { status, error } = await told;
    assert.equal(status, null);
    assert.match(error ?? '', /ECONNREFUSED/);
    assert.equal((await client.send(TO)).status, 201);
  });

  it('does not try again after an error answer', async () => {
    const target = await receiver(500);
    const sandbox = await start();
    const told = next(sandbox, 'callback');
    await (await login(sandbox)).send(TO, 'x', { callbackURL: target.url });
    assert.equal((await told).status, 500);
    await sandbox.close();
    target.close();
    assert.equal(target.pushes.length, 1);
  });
});
