/** The last four digits of the recipient: each story as Enco tells it. */
import assert from 'node:assert/strict';
import type { FaultBody } from './support.ts';
import { idOf, login, next, sandboxes } from './support.ts';

const number = (digits: string): string => `+3247000${digits}`;

describe('sandbox: Enco stories', () => {
  const { start } = sandboxes();

  const endings: [string, string, string][] = [
    ['0000', 'DeliveredToTerminal', 'delivered'],
    ['4321', 'DeliveredToTerminal', 'delivered'],
    ['0002', 'AddressInvalid', 'failed'],
    ['0003', 'DeliveryImpossible', 'expired'],
  ];
  for (const [digits, word, status] of endings) {
    it(`${digits} ends as ${word}`, async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      const end = next(sandbox, 'status');
      assert.equal((await client.send(number(digits))).body.deliveryInfo[0]?.deliveryStatus, 'DeliveredToNetwork');
      const message = await end;
      assert.deepEqual([message.providerStatus, message.status], [word, status]);
    });
  }

  it('0002 ends as DeliveryImpossible when told so', async () => {
    const sandbox = await start({ assumptions: { failedStatus: 'DeliveryImpossible' } });
    const end = next(sandbox, 'status');
    await (await login(sandbox)).send(number('0002'));
    assert.equal((await end).providerStatus, 'DeliveryImpossible');
  });

  for (const [digits, text] of [
    ['0001', 'OK'],
    ['0010', 'STOP'],
  ] as const) {
    it(`${digits} is delivered, then replies "${text}"`, async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      const order: string[] = [];
      sandbox.on('status', ({ providerStatus }) => order.push(providerStatus));
      sandbox.on('inbound', ({ text }) => order.push(text));
      const reply = next(sandbox, 'inbound');
      const id = idOf(await client.send(number(digits)));
      const { from, to, inReplyTo, owners } = await reply;
      assert.deepEqual(order, ['DeliveredToTerminal', text]);
      assert.deepEqual([from, to, inReplyTo, owners], [number(digits), '8937', id, ['sandbox']]);
    });
  }

  it('0001 replies to the dedicated address that wrote to it', async () => {
    const sandbox = await start();
    const reply = next(sandbox, 'inbound');
    await (await login(sandbox)).post('/sms/outboundmessages/666', { message: 'x', destinations: [number('0001')] });
    assert.equal((await reply).to, '666');
  });

  it('0004 stays at DeliveredToNetwork', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    await client.send(number('0004'));
    const other = next(sandbox, 'status');
    await client.send(number('0000'));
    await other;
    assert.deepEqual(
      sandbox.messages().map(({ providerStatus }) => providerStatus),
      ['DeliveredToNetwork', 'DeliveredToTerminal'],
    );
  });

  it('0004 turns to DeliveryUncertain when told so', async () => {
    const sandbox = await start({ assumptions: { neverFinalIsUncertain: true } });
    const end = next(sandbox, 'status');
    await (await login(sandbox)).send(number('0004'));
    assert.equal((await end).providerStatus, 'DeliveryUncertain');
  });

  it('0005 is refused with a 400 fault, every time', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    for (const _ of [1, 2, 3]) assert.equal((await client.send(number('0005'))).status, 400);
    assert.equal(sandbox.messages().length, 0);
  });

  it('0006 gets 503 twice and is then accepted, for each number and each message', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const statuses: number[] = [];
    for (let call = 0; call < 6; call++) statuses.push((await client.send(number('0006'))).status);
    assert.deepEqual(statuses, [503, 503, 201, 503, 503, 201]);
    assert.equal((await client.send('+32471990006')).status, 503);
    assert.equal(sandbox.messages().length, 2);
  });

  it('0007 gets 429 with Retry-After once', async () => {
    const client = await login(await start({ retryAfter: 2 }));
    const { status, headers, body } = (await client.send(number('0007'))) as unknown as {
      status: number;
      headers: Headers;
      body: FaultBody;
    };
    assert.deepEqual([status, headers.get('retry-after'), body.fault.code], [429, '2', 900800]);
    assert.equal((await client.send(number('0007'))).status, 201);
  });

  it('0008 is accepted and lives on, but the answer never comes', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const delivered = next(sandbox, 'status');
    await assert.rejects(client.send(number('0008')));
    assert.equal((await delivered).to, number('0008'));
    const [entry] = sandbox.requests('enco.outbound.send').log;
    assert.equal(entry?.status, null);
  });

  it('0009 is not accepted, and the answer never comes', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    await assert.rejects(client.send(number('0009')));
    assert.equal(sandbox.messages().length, 0);
  });

  it('a lost answer hangs until the client gives up, when the client is faster', async () => {
    const sandbox = await start({ hang: 60_000 });
    const { token } = await login(sandbox);
    const gone = fetch(`${sandbox.baseUrl}/sms/outboundmessages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'x', destinations: [number('0008')] }),
      signal: AbortSignal.timeout(50),
    });
    await assert.rejects(gone, { name: 'TimeoutError' });
    assert.equal(sandbox.messages().length, 1);
  });

  it('0011 is accepted, but the answer is malformed JSON', async () => {
    const sandbox = await start();
    const { status, headers, text, body } = await (await login(sandbox)).send(number('0011'));
    assert.equal(status, 201);
    assert.match(headers.get('content-type') ?? '', /json/);
    assert.ok(text.length > 0 && body === undefined);
    assert.equal(text.includes(sandbox.messages()[0]?.id ?? ''), false);
  });

  it('0012 meets a token that has just expired; with a new one it is accepted', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const { status, body } = (await client.send(number('0012'))) as unknown as { status: number; body: FaultBody };
    assert.deepEqual([status, body.fault.code], [401, 900901]);
    assert.equal((await client.get('/sms/dedicatedaddresses')).status, 401, 'the token is dead for every call');
    assert.equal((await (await login(sandbox)).send(number('0012'))).status, 201);
  });
});
