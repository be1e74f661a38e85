/** The last four digits of the recipient: each story as CALLR tells it. */
import assert from 'node:assert/strict';
import { client } from './callr-support.ts';
import { next, sandboxes } from './support.ts';

const number = (digits: string): string => `+3361234${digits}`;

describe('sandbox: CALLR stories', () => {
  const { start } = sandboxes('callr');

  const endings: [string, string, string, string][] = [
    ['0000', 'RECEIVED', 'delivered', ''],
    ['4321', 'RECEIVED', 'delivered', ''],
    ['0002', 'ERROR', 'failed', 'Unknown subscriber'],
    ['0003', 'EXPIRED', 'expired', ''],
    ['0012', 'RECEIVED', 'delivered', ''],
  ];
  for (const [digits, word, status, reason] of endings) {
    it(`${digits} ends as ${word}`, async () => {
      const sandbox = await start();
      const { send, ask } = client(sandbox);
      const end = next(sandbox, 'status', (message) => !['queued', 'sent'].includes(message.status));
      const id = await send(number(digits));
      const message = await end;
      assert.deepEqual([message.providerStatus, message.status], [word, status]);
      const sms = await ask<{ status: string; status_error: string }>('sms.get', id);
      assert.deepEqual([sms.status, sms.status_error], [word, reason]);
    });
  }

  it('0002 ends as FAILED when told so', async () => {
    const sandbox = await start({ assumptions: { failedStatus: 'FAILED' } });
    const end = next(sandbox, 'status', ({ status }) => status === 'failed');
    await client(sandbox).send(number('0002'));
    assert.equal((await end).providerStatus, 'FAILED');
  });

  for (const [digits, text] of [
    ['0001', 'OK'],
    ['0010', 'STOP'],
  ] as const) {
    it(`${digits} is delivered, then replies "${text}" to the shared short code`, async () => {
      const sandbox = await start();
      const order: string[] = [];
      sandbox.on('status', ({ providerStatus }) => order.push(providerStatus));
      sandbox.on('inbound', (inbound) => order.push(inbound.text));
      const reply = next(sandbox, 'inbound');
      const id = await client(sandbox).send(number(digits), { from: '' });
      const { from, to, inReplyTo, owners } = await reply;
      assert.deepEqual(order, ['PENDING', 'SENT', 'REMOTE_QUEUED', 'RECEIVED', text]);
      assert.deepEqual([from, to, inReplyTo, owners], [number(digits), '38011', id, ['sandbox']]);
    });
  }

  it('0001 answers a dedicated short code, but no name', async () => {
    const sandbox = await start();
    const reply = next(sandbox, 'inbound');
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    await client(sandbox).send(number('0001'), { from: 'ACME' });
    await client(sandbox).send(number('0001'), { from: '36077' });
    assert.equal((await reply).to, '36077');
    process.off('warning', warned);
    assert.equal(sandbox.inbox().length, 1);
    assert.deepEqual(warnings, []);
  });

  it('0004 stays at REMOTE_QUEUED', async () => {
    const sandbox = await start();
    const { send } = client(sandbox);
    await send(number('0004'));
    const other = next(sandbox, 'status', ({ status }) => status === 'delivered');
    await send(number('0000'));
    await other;
    assert.equal(sandbox.messages()[0]?.providerStatus, 'REMOTE_QUEUED');
  });

  it('0005 is refused by value, or by routing when told so, every time', async () => {
    const sandbox = await start();
    const { fault } = client(sandbox);
    const refuse = (): Promise<unknown> => fault('sms.send', 'SMS', number('0005'), 'x', null);
    for (const _ of [1, 2, 3]) assert.deepEqual(await refuse(), [151, 'PROPERTY_VALUE_ERROR [to]']);
    assert.equal(sandbox.messages().length, 0);
    const routing = client(await start({ assumptions: { rejection: 'routing' } }));
    assert.equal((await routing.fault('sms.send', 'SMS', number('0005'), 'x', null))[0], 1000);
  });

  it('0006 gets 503 twice and is then accepted', async () => {
    const sandbox = await start();
    const statuses: number[] = [];
    for (const _ of [1, 2, 3, 4]) {
      statuses.push((await client(sandbox).rpc('sms.send', 'SMS', number('0006'), 'x', null)).status);
    }
    assert.deepEqual(statuses, [503, 503, 200, 503]);
    assert.equal(sandbox.messages().length, 1);
  });

  it('0007 gets 429 with Retry-After once', async () => {
    const { rpc, send } = client(await start({ retryAfter: 2 }));
    const { status, headers } = await rpc('sms.send', 'SMS', number('0007'), 'x', null);
    assert.deepEqual([status, headers.get('retry-after')], [429, '2']);
    await send(number('0007'));
  });

  it('0008 is accepted and lives on, but the answer never comes', async () => {
    const sandbox = await start();
    const delivered = next(sandbox, 'status', ({ status }) => status === 'delivered');
    const options = { user_data: 'mine' };
    await assert.rejects(client(sandbox).send(number('0008'), { options }));
    await delivered;
    const found = await client(sandbox).ask<{ total: number }>('sms.search', options, {});
    assert.equal(found.total, 1, 'found by its user_data');
  });

  it('0009 is not accepted, and the answer never comes', async () => {
    const sandbox = await start();
    await assert.rejects(client(sandbox).send(number('0009')));
    assert.equal(sandbox.messages().length, 0);
  });

  it('0011 is accepted, but the answer is malformed JSON', async () => {
    const sandbox = await start();
    const { status, headers, text, body } = await client(sandbox).rpc('sms.send', 'SMS', number('0011'), 'x', null);
    assert.deepEqual([status, body], [200, undefined]);
    assert.match(headers.get('content-type') ?? '', /json/);
    assert.ok(text.includes('"result"') && !text.includes(sandbox.messages()[0]?.id ?? ''));
  });

  it('0012 meets a session that has just ended; with a new one it is accepted', async () => {
    const sandbox = await start();
    const bySession = async () => {
      const { token } = await client(sandbox).ask<{ token: string }>('session.create');
      return client(sandbox, { authorization: `Session ${token}` });
    };
    const first = await bySession();
    assert.equal((await first.rpc('sms.send', 'SMS', number('0012'), 'x', null)).status, 401);
    assert.equal((await first.rpc('session.all')).status, 401, 'it is over for every call');
    await (await bySession()).send(number('0012'));
    assert.equal(sandbox.messages().length, 1);
  });
});
