/** sms-length, sms-status, sms-request, sms-inbound-poll and sms-status-queue in a flow. */
import assert from 'node:assert/strict';
import type { Account } from '../../dist/src/delivery/account.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import type { InboundMessage, Measurement, StatusReport } from '../../dist/src/sms/types.js';
import { account, codeOf, flows, type Message, nodeOf, payloadOf, unload, wait } from './support.ts';

const { sandbox: start, load } = flows();
const TO = '+32470112001';

describe('sms-length', () => {
  it('measures by itself without an account, an empty text too', async () => {
    const flow = await load({ type: 'sms-length' }, []);
    flow.give({ payload: 'Été ☀', topic: 'kept' });
    flow.give({ payload: '' });
    await flow.until(() => flow.out[0].length === 2);
    const [measured, empty] = flow.out[0].map((message) => payloadOf<Measurement>(message));
    assert.equal(measured?.alphabet, 'UCS-2');
    assert(measured?.unicode.some(({ codePoint }) => codePoint === 'U+2600'));
    assert.equal(empty?.parts, 0);
    assert.equal(flow.out[0][0]?.topic, 'kept');
    await flow.until(() => flow.completed.length === 2);
  });

  it('asks the provider when told to, for the account that the message names', async () => {
    const [first, second] = [await start(), await start()];
    const accounts = [account(first), account(second, { id: 'other', name: 'Other' })];
    const flow = await load({ type: 'sms-length', provider: 'account', ask: 'provider' }, accounts);
    flow.give({ payload: 'x'.repeat(161) });
    flow.give({ payload: 'Hello', account: 'Other' });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(flow.out[0].map((message) => payloadOf<Measurement>(message).parts).sort(), [1, 2]);
    for (const sandbox of [first, second]) assert.equal(sandbox.requests('enco.outbound.length').count, 1);
  });

  it('names what it replaced whoever counts', async () => {
    const sandbox = await start();
    for (const ask of ['local', 'provider']) {
      const node = { type: 'sms-length', provider: 'account', alphabet: 'gsm', ask };
      const flow = await load(node, [account(sandbox)]);
      flow.give({ payload: 'It\u2019s' });
      await flow.until(() => flow.out[0].length === 1);
      const { text, alphabet, unicode } = payloadOf<Measurement>(flow.out[0][0]);
      const replaced = { character: '\u2019', codePoint: 'U+2019', index: 2, replacement: "'" };
      assert.deepEqual([text, alphabet, unicode], ["It's", 'GSM-7', [replaced]], ask);
      await unload();
    }
  });

  it('refuses an account that it does not know, for an empty text too', async () => {
    const sandbox = await start();
    for (const ask of ['local', 'provider']) {
      const flow = await load({ type: 'sms-length', provider: 'account', ask }, [account(sandbox)]);
      flow.give({ payload: '', account: 'nobody' });
      await flow.until(() => flow.errors.length + flow.out[0].length === 1);
      assert.deepEqual(flow.errors.map(codeOf), ['SMS_CONFIG'], ask);
      await unload();
    }
  });
});

/** Sends by sms-request, and answers the ids. */
async function sent(sandbox: Awaited<ReturnType<typeof start>>, ...numbers: string[]): Promise<string[]> {
  const node = { type: 'sms-request', provider: 'account', operation: 'enco.outbound.send' };
  const flow = await load({ ...node, params: 'payload', paramsType: 'msg' }, [account(sandbox)]);
  for (const to of numbers) flow.give({ payload: { message: 'Hello', destinations: [to] } });
  await flow.until(() => flow.out[0].length === numbers.length);
  await unload();
  return numbers.map((number) => sandbox.messages().find(({ to }) => to === number)?.id ?? '');
}

describe('sms-status', () => {
  it('tells of one by its id, a number or a receipt, and of several in an array', async () => {
    const sandbox = await start();
    const [a = '', b = ''] = await sent(sandbox, TO, '+32470000002');
    while (sandbox.messages().some(({ status }) => status === 'queued' || status === 'sent')) await wait(5);
    const flow = await load({ type: 'sms-status', provider: 'account' }, [account(sandbox)]);
    flow.give({ payload: a, topic: 'kept' });
    await flow.until(() => flow.out[0].length === 1);
    flow.give({ payload: { id: a } });
    await flow.until(() => flow.out[0].length === 2);
    flow.give({ payload: [a, { id: b }] });
    await flow.until(() => flow.out[0].length === 3);
    const [one, receipt, both] = flow.out[0].map(({ payload }) => payload as StatusReport | StatusReport[]);
    assert(one && receipt && !Array.isArray(one) && !Array.isArray(receipt) && Array.isArray(both));
    assert.equal(one.status, 'delivered');
    assert.equal(one.to, TO);
    assert.equal(one.accountName, 'Trial');
    assert.equal(receipt.id, a);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['delivered', 'failed'],
    );
    assert.equal(flow.out[0][0]?.topic, 'kept');
  });

  it('tells of those it knows, and gives an unknown id among them to Catch', async () => {
    const sandbox = await start();
    const [id = ''] = await sent(sandbox, TO);
    const flow = await load({ type: 'sms-status', provider: 'account' }, [account(sandbox)]);
    flow.give({ payload: [id, 'nobody'], topic: 'kept' });
    await flow.until(() => flow.out[0].length === 1 && flow.errors.length === 1);
    assert.equal(payloadOf<unknown[]>(flow.out[0][0]).length, 1);
    assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_REJECTED');
    assert.equal(flow.errors[0]?.topic, 'kept');
  });

  it('waits until the message is final, or until the time is over', async () => {
    const sandbox = await start({ pace: { outcome: 300 } });
    const [id = '', never = ''] = await sent(sandbox, TO, '+32470000004');
    const flow = await load({ type: 'sms-status', provider: 'account', wait: true, waitSeconds: 1.2 }, [
      account(sandbox),
    ]);
    flow.give({ payload: id });
    flow.give({ payload: [id, never] });
    await flow.until(() => flow.out[0].length === 2);
    assert.equal(payloadOf<StatusReport>(flow.out[0][0]).status, 'delivered');
    const [done, open] = payloadOf<StatusReport[]>(flow.out[0][1]);
    assert.deepEqual([done?.timedOut, open?.timedOut, open?.status, open?.final], [undefined, true, 'sent', false]);
  });

  it('does not keep a deploy waiting', async () => {
    const sandbox = await start();
    const [never = ''] = await sent(sandbox, '+32470000004');
    const flow = await load({ type: 'sms-status', provider: 'account', wait: true, waitSeconds: 60 }, [
      account(sandbox),
    ]);
    flow.give({ payload: never });
    await wait(80);
    const begun = Date.now();
    await unload();
    assert(Date.now() - begun < 1000);
  });
});

describe('sms-request', () => {
  it('gives the answer of the vendor, with typed parameters', async () => {
    const sandbox = await start();
    const node = { type: 'sms-request', provider: 'account', operation: 'enco.outbound.length' };
    const flow = await load({ ...node, params: '{"message": payload}', paramsType: 'jsonata' }, [account(sandbox)]);
    flow.give({ payload: 'Hello', topic: 'kept' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<{ numberOfParts: number }>(flow.out[0][0]).numberOfParts, 1);
    assert.equal(flow.out[0][0]?.topic, 'kept');
  });

  it('pages through everything, one message a page, which a Join node puts together', async () => {
    const sandbox = await start();
    await sent(sandbox, TO, '+32470112002', '+32470112003');
    const now = new Date();
    const params = {
      type: 'sms-outbound',
      year: now.getUTCFullYear(),
      month: now.getUTCMonth() + 1,
      startTime: new Date(now.getTime() - 60_000).toISOString(),
      endTime: new Date(now.getTime() + 60_000).toISOString(),
      limit: 2,
    };
    const node = { type: 'sms-request', provider: 'account', operation: 'enco.logs.interval', all: true };
    const flow = await load({ ...node, params: JSON.stringify(params), paramsType: 'json' }, [account(sandbox)]);
    flow.give({ topic: 'kept' });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(
      flow.out[0].map((page) => payloadOf<unknown[]>(page).length),
      [2, 1],
    );
    const parts = flow.out[0].map((page) => page.parts as { id: string; index: number; count?: number });
    assert.deepEqual(
      parts.map(({ index, count }) => [index, count]),
      [
        [0, undefined],
        [1, 2],
      ],
    );
    assert.equal(parts[0]?.id, parts[1]?.id);
    await flow.until(() => flow.completed.length === 1);
  });
});

describe('sms-inbound-poll', () => {
  const node = { type: 'sms-inbound-poll', provider: 'account', address: '666', addressType: 'str' };
  const texts = (list: Message[]) => list.map(({ payload }) => (payload as InboundMessage).text);

  it('polls by itself and gives each SMS once, across a deploy too', async () => {
    const sandbox = await start();
    const accounts = [account(sandbox)];
    sandbox.receive({ from: TO, to: '666', text: 'one' });
    const flow = await load({ ...node, interval: '0.05' }, accounts);
    await flow.until(() => flow.out[0].length === 1);
    sandbox.receive({ from: TO, to: '666', text: 'two' });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(texts(flow.out[0]), ['one', 'two']);
    assert.equal(flow.out[0][0]?.topic, TO);
    assert.equal(payloadOf<InboundMessage>(flow.out[0][0]).to, '666');
    await unload();
    sandbox.receive({ from: TO, to: '666', text: 'three' });
    const after = await load({ ...node, interval: '0.05' }, accounts);
    await after.until(() => after.out[0].length === 1);
    await wait(120);
    assert.deepEqual(texts(after.out[0]), ['three']);
  });

  it('polls when a message comes in, keeps what it came with, and stops at the limit', async () => {
    const sandbox = await start();
    for (const text of ['1', '2', '3']) sandbox.receive({ from: TO, to: '666', text });
    const flow = await load({ ...node, interval: 0, limit: '2' }, [
      account(sandbox, { id: 'account', name: 'Limited' }),
    ]);
    await wait(50);
    assert.equal(flow.out[0].length, 0, 'not by itself');
    flow.give({ kept: 42 });
    flow.give({ kept: 43 });
    await flow.until(() => flow.out[0].length === 3);
    assert.deepEqual(texts(flow.out[0]), ['1', '2', '3']);
    assert.deepEqual(
      flow.out[0].map(({ kept }) => kept),
      [42, 42, 43],
    );
  });

  it('tells at the start what came in and was not given to the flow before', async () => {
    const sandbox = await start();
    const accounts = [account(sandbox)];
    await load({ ...node, interval: 0 }, accounts);
    const { account: own } = nodeOf('account') as unknown as { account: Account };
    const row = { from: TO, to: null, text: 'one', parts: 1, receivedAt: new Date().toISOString(), raw: null };
    // As a flow that breaks, or a process that ends, at this moment.
    const given = own.inbox.offer('node', { id: '1', ...row }, () => {
      throw new Error('broken');
    });
    await assert.rejects(given, /broken/);
    await unload();
    const flow = await load({ ...node, interval: 0 }, accounts);
    await flow.until(() => flow.out[0].length === 1);
    assert.deepEqual(texts(flow.out[0]), ['one']);
    assert.equal(flow.out[0][0]?.topic, TO);
    flow.give({});
    await flow.until(() => flow.completed.length === 1);
    assert.equal(flow.out[0].length, 1);
  });

  it('goes on after an outage, which it tells', async () => {
    const sandbox = await start();
    const node2 = { ...node, interval: '0.05' };
    const flow = await load(node2, [account(sandbox, { baseUrl: 'http://127.0.0.1:1/' })]);
    await flow.until(() => flow.errors.length >= 2);
    assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_UNREACHABLE');
    assert.equal(flow.statuses.at(-1)?.fill, 'red');
  });
});

describe('sms-status-queue', () => {
  let end = async () => {};
  afterEach(() => end());

  it("tells at the start what it had taken out of the vendor's queue and not told before", async () => {
    const sandbox = await startSandbox('digitaleo', { pace: 0.01 });
    end = () => sandbox.close();
    const accounts = [account(sandbox, { provider: 'digitaleo' })];
    const node = { type: 'sms-status-queue', provider: 'account', interval: 0 };
    await load({ type: 'sms-send', provider: 'account', follow: false }, accounts);
    nodeOf('node').receive({ to: '+33696300056', payload: 'Hello' } as never);
    while (sandbox.messages()[0]?.status !== 'delivered') await wait(5);
    const { account: own } = nodeOf('account') as unknown as { account: Account };
    const read = own.news({ reader: 'node', limit: 100, every: null }, () => {
      throw new Error('broken');
    });
    await assert.rejects(read, /broken/);
    await unload();
    const flow = await load(node, accounts);
    await flow.until(() => flow.out[0].length === 3);
    const reports = flow.out[0].map((message) => payloadOf<StatusReport>(message));
    assert.equal(reports.at(-1)?.status, 'delivered');
    flow.give({});
    await flow.until(() => flow.completed.length === 1);
    assert.equal(flow.out[0].length, 3);
  });

  it('tells what a push told first, and what the account asked itself, when a message asks', async () => {
    const sandbox = await start();
    const sender = { id: 'send', type: 'sms-send', provider: 'queue', follow: false, wires: [[], []] };
    const node = { type: 'sms-status-queue', provider: 'queue' };
    const flow = await load(node, [account(sandbox, { id: 'queue' })], [sender]);
    for (const to of [TO, '+32470000002']) nodeOf('send').receive({ to, payload: 'Hello' } as never);
    const { account: own } = nodeOf('queue') as unknown as { account: Account };
    const isOver = () =>
      sandbox.messages().filter(({ status }) => ['delivered', 'failed'].includes(status)).length === 2;
    while (!isOver()) await wait(5);
    while ((await own.settings.store.tracked.open('queue', 10, 1e6)).length > 0) await own.tracker.sweep(10, 'open');
    flow.give({ kept: 42 });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(
      flow.out[0].map(({ kept, payload }) => [kept, (payload as StatusReport).status]),
      [
        [42, 'delivered'],
        [42, 'failed'],
      ],
    );
  });

  it('tells what became of what was sent, each once, by itself or when a message asks', async () => {
    const sandbox = await start();
    const sender = { id: 'send', type: 'sms-send', provider: 'queue', wires: [['sent'], ['told']] };
    const more = [sender, { id: 'sent', type: 'helper', wires: [] }, { id: 'told', type: 'helper', wires: [] }];
    const flow = await load(
      { type: 'sms-status-queue', provider: 'queue', interval: '60' },
      [account(sandbox, { id: 'queue' })],
      more,
    );
    const told: unknown[] = [];
    nodeOf('told').on('input', (message: unknown) => told.push(message));
    for (const to of [TO, '+32470000002']) nodeOf('send').receive({ to, payload: 'Hello' } as never);
    await wait(250);
    flow.give({ kept: 42 });
    await flow.until(() => flow.out[0].length === 2);
    const reports = flow.out[0].map((message) => payloadOf<StatusReport>(message));
    assert.deepEqual(reports.map(({ status }) => status).sort(), ['delivered', 'failed']);
    assert(flow.out[0].every(({ kept }) => kept === 42));
    assert.equal(told.length, 2, 'sms-send is told as well');
    flow.give({});
    await wait(50);
    assert.equal(flow.out[0].length, 2);
    assert.equal(sandbox.requests('enco.outbound.deliveryInfo').count, 2, 'nobody asks about a final one');
  });
});
