/** sms-send in a flow: what comes out, for one recipient and for several, with and without the queue. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { CONNECTIONS } from '../../dist/src/providers/http.js';
import type { Receipt, StatusReport } from '../../dist/src/sms/types.js';
import { account, codeOf, flows, type Message, nodeOf, payloadOf, unload, wait } from './support.ts';

const { sandbox: start, load } = flows();
const [TO, OTHER] = ['+32470112001', '+32470112002'];
const receiptOf = (message: Message | undefined) => payloadOf<Receipt>(message);
const reportOf = (message: Message | undefined) => payloadOf<StatusReport>(message);
const NODE = { type: 'sms-send', provider: 'account' };

describe('sms-send', () => {
  for (const queue of [true, false]) {
    describe(queue ? 'with the queue' : 'without the queue', () => {
      it('gives a receipt with all that the message came with, then each status until the last', async () => {
        const sandbox = await start();
        const flow = await load({ ...NODE, queue }, [account(sandbox)]);
        flow.give({ to: '0470 11 20 01', payload: 'Pump 3 stands still', topic: 'alarm', data: { pump: 3 } });
        await flow.until(() => flow.out[0].length === 1);
        const [message] = flow.out[0];
        const { raw, reference, acceptedAt, id, ...receipt } = receiptOf(message);
        assert.deepEqual(receipt, {
          provider: 'enco',
          account: 'account',
          accountName: 'Trial',
          to: TO,
          sender: null,
          text: 'Pump 3 stands still',
          parts: 1,
          alphabet: 'GSM-7',
          status: 'sent',
          providerStatus: 'DeliveredToNetwork',
        });
        assert.equal(id, sandbox.messages()[0]?.id);
        assert.match(acceptedAt, /^\d{4}-.*Z$/);
        assert(raw && reference);
        assert.equal(message?.topic, 'alarm');
        assert.deepEqual(message?.data, { pump: 3 });
        assert.equal(message?.parts, undefined);
        await flow.until(() => flow.out[1].some((report) => reportOf(report).final));
        const [report] = flow.out[1];
        assert.equal(reportOf(report).status, 'delivered');
        assert.equal(reportOf(report).id, id);
        assert.equal(report?.topic, 'alarm');
        assert.deepEqual(report?.data, { pump: 3 });
        assert.equal(report?._msgid, message?._msgid);
        assert.equal(flow.out[1].length, 1);
        await flow.until(() => flow.completed.length === 1);
        assert(flow.statuses.some(({ fill }) => fill === 'green'));
        assert.deepEqual(flow.errors, []);
      });

      it('gives with each status what the message came with, which no store can keep as it is, too', async () => {
        const sandbox = await start();
        const flow = await load({ ...NODE, queue }, [account(sandbox)]);
        const kept = { at: new Date(5), bytes: Buffer.from([1, 2]), size: 12n };
        flow.give({ to: TO, payload: 'Door 3 is open', ...kept });
        flow.give({ to: OTHER, payload: 'Door 4 is open', call: () => 'calling', reply: new Map([['yes', 1]]) });
        await flow.until(() => flow.out[1].filter((report) => reportOf(report).final).length === 2);
        const final = (to: string) => flow.out[1].find((one) => reportOf(one).final && reportOf(one).to === to);
        const { at, bytes, size } = final(TO) as unknown as typeof kept;
        assert.deepEqual({ at, bytes, size }, kept);
        const { call, reply } = final(OTHER) as unknown as { call: () => string; reply: Map<string, number> };
        assert.equal(call(), 'calling');
        assert.equal(reply.get('yes'), 1);
      });

      it('sends to each of several, filled in for each; one that is bad stops none, and all can be joined', async () => {
        const sandbox = await start();
        const flow = await load({ ...NODE, queue }, [account(sandbox)]);
        const to = [
          { to: TO, name: 'An & <Jan>' },
          { to: 'nobody', name: 'X' },
          { to: '+32470112003' },
          { to: '+32470000005', name: 'Y' },
          { to: '+32470112002', name: 'Piet' },
        ];
        flow.give({ _msgid: 'group', to, payload: 'Hello {{name}}', topic: 'kept' });
        await flow.until(() => flow.out[0].length === 2 && flow.errors.length === 3);
        await flow.until(() => flow.completed.length === 1);
        assert.deepEqual(
          sandbox
            .messages()
            .map(({ text }) => text)
            .sort(),
          ['Hello An & <Jan>', 'Hello Piet'],
        );
        const codes = flow.errors.map((error) => `${(error.parts as { index: number }).index} ${codeOf(error)}`);
        assert.deepEqual(codes.sort(), ['1 SMS_INVALID_NUMBER', '2 SMS_INVALID_TEXT', '3 SMS_REJECTED']);
        const all = [...flow.out[0], ...flow.errors];
        for (const { parts } of all)
          assert.deepEqual({ ...(parts as object), index: 0 }, { id: 'group', count: 5, index: 0, type: 'array' });
        assert.deepEqual(all.map(({ parts }) => (parts as { index: number }).index).sort(), [0, 1, 2, 3, 4]);
        assert(all.every(({ topic }) => topic === 'kept'));
        assert.equal(
          flow.errors.some(({ sms }) => (sms as { to?: string }).to === 'nobody'),
          true,
        );
        await wait(20);
        assert.equal(flow.completed.length, 1, 'done once');
      });

      it('takes every typed property', async () => {
        const sandbox = await start();
        process.env.SMS_TEST_SENDER = '666';
        const node = { text: "'Hello ' & who", textType: 'jsonata', to: 'phone', toType: 'flow' };
        const sender = { sender: 'SMS_TEST_SENDER', senderType: 'env' };
        const options = { options: '{"forceCharacterLimit":true}', optionsType: 'json' };
        const flow = await load({ ...NODE, queue, ...node, ...sender, ...options }, [account(sandbox)]);
        nodeOf('out0').context().flow.set('phone', TO);
        flow.give({ who: 'An' });
        await flow.until(() => flow.out[0].length === 1);
        const [message] = sandbox.messages();
        assert.deepEqual([message?.text, message?.to, message?.from], ['Hello An', TO, '666']);
        assert.match(sandbox.requests('enco.outbound.sendFrom').log[0]?.url ?? '', /forceCharacterLimit=true/);
        delete process.env.SMS_TEST_SENDER;
      });

      it('takes the account that the message names, by name and by id', async () => {
        const [first, second] = [await start(), await start()];
        const other = account(second, { id: 'other', name: 'Other' });
        const flow = await load({ ...NODE, queue }, [account(first), other]);
        flow.give({ to: TO, payload: 'one', account: 'Other' });
        flow.give({ to: TO, payload: 'two', account: 'other' });
        flow.give({ to: TO, payload: 'three' });
        await flow.until(() => flow.out[0].length === 3);
        assert.deepEqual([first.messages().length, second.messages().length], [1, 2]);
        assert.equal(receiptOf(flow.out[0].find(({ account: name }) => name === 'Other')).accountName, 'Other');
      });

      it('waits for what is under way when it is deployed again, and nothing is sent twice', async () => {
        const sandbox = await start({ latency: 150 });
        const accounts = [account(sandbox)];
        const flow = await load({ ...NODE, queue }, accounts);
        flow.give({ to: TO, payload: 'Hello' });
        await wait(200);
        await unload();
        assert.equal(sandbox.messages().length, 1);
        const after = await load({ ...NODE, queue }, accounts);
        if (queue) await after.until(() => after.out[0].length === 1 || flow.out[0].length === 1);
        await wait(200);
        assert.equal(flow.out[0].length + after.out[0].length, 1, 'the flow is told once');
        assert.equal(flow.errors.length + after.errors.length, 0);
        assert.equal(sandbox.requests('enco.outbound.send').count, 1);
      });
    });
  }

  it('follows nothing when nobody wants it', async () => {
    const sandbox = await start();
    const flow = await load({ ...NODE, follow: false }, [account(sandbox)]);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    await wait(2200);
    assert.deepEqual(flow.out[1], []);
  });

  it('reads msg.to and msg.payload when it is not told otherwise', async () => {
    const sandbox = await start();
    const flow = await load(NODE, [account(sandbox)]);
    flow.give({ to: TO, payload: 42 });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(sandbox.messages()[0]?.text, '42');
  });

  it('folds a text into the GSM alphabet when asked to', async () => {
    const sandbox = await start();
    const flow = await load({ ...NODE, alphabet: 'gsm' }, [account(sandbox)]);
    flow.give({ to: TO, payload: 'Ça va à l’hôtel…' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(receiptOf(flow.out[0][0]).alphabet, 'GSM-7');
    assert.doesNotMatch(sandbox.messages()[0]?.text ?? '', /[’ô…]/);
  });

  it('holds a message until its time, and refuses to without the queue', async () => {
    const sandbox = await start();
    const flow = await load({ ...NODE, at: 'at', atType: 'msg' }, [account(sandbox)]);
    const at = Date.now() + 300;
    flow.give({ to: TO, payload: 'later', at: new Date(at) });
    flow.give({ to: TO, payload: 'now', at: new Date(0).toISOString() });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['now', 'later'],
    );
    assert(Date.now() >= at);
    await unload();
    const direct = await load({ ...NODE, queue: false, at: 'at', atType: 'msg' }, [account(sandbox)]);
    direct.give({ to: TO, payload: 'later', at: Date.now() + 60_000 });
    await direct.until(() => direct.errors.length === 1);
    assert.equal(direct.errors[0] && codeOf(direct.errors[0]), 'SMS_UNSUPPORTED');
  });

  it('does not send the same key again within its time', async () => {
    const sandbox = await start();
    const flow = await load({ ...NODE, dedupe: 'topic', dedupeType: 'msg', dedupeSeconds: '60' }, [account(sandbox)]);
    for (let i = 0; i < 3; i += 1) flow.give({ to: TO, payload: `${i}`, topic: 'pump 3' });
    flow.give({ to: TO, payload: 'another', topic: 'pump 4' });
    await flow.until(() => flow.out[0].length === 2 && flow.errors.length === 2);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_DUPLICATE', 'SMS_DUPLICATE']);
    assert.equal(sandbox.messages().length, 2);
  });

  it('says SMS_UNCERTAIN when nobody knows, in a yellow or red status, and goes on', async () => {
    const sandbox = await start();
    const flow = await load(NODE, [account(sandbox)]);
    flow.give({ to: '+32470000009', payload: 'lost' });
    await flow.until(() => flow.errors.length === 1);
    assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_UNCERTAIN');
    flow.give({ to: TO, payload: 'next' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(sandbox.messages().length, 1);
  });

  it('goes on with another account when the first is refused', async () => {
    const [first, second] = [await start(), await start()];
    const refused = account(first, { credentials: { clientSecret: 'wrong' } });
    const flow = await load({ ...NODE, fallback: ['other'] }, [
      refused,
      account(second, { id: 'other', name: 'Other' }),
    ]);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(receiptOf(flow.out[0][0]).accountName, 'Other');
  });

  it('keeps secrets out of errors, statuses and messages', async () => {
    const secret = 'a-secret-of-the-test';
    const sandbox = await start();
    const flow = await load(NODE, [account(sandbox, { credentials: { clientSecret: secret } })]);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.errors.length === 1);
    assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_AUTH');
    assert.doesNotMatch(inspect([flow.errors, flow.statuses], { depth: 12 }), new RegExp(secret));
  });

  it('takes a password from the environment', async () => {
    const sandbox = await start();
    process.env.SMS_TEST_SECRET = sandbox.credentials.clientSecret;
    const variable = '$'.concat('{SMS_TEST_SECRET}');
    const flow = await load(NODE, [account(sandbox, { credentials: { clientSecret: variable } })]);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    delete process.env.SMS_TEST_SECRET;
  });

  it('sends a hundred at once with one token over no more connections than the pool has', async () => {
    const sandbox = await start();
    const flow = await load({ ...NODE, follow: false }, [account(sandbox)]);
    for (let i = 0; i < 100; i += 1) flow.give({ to: `+3247011${2000 + i}`, payload: `${i}` });
    await flow.until(() => flow.out[0].length === 100);
    assert.equal(sandbox.requests('enco.auth.token').count, 1);
    assert(sandbox.connections().peak <= CONNECTIONS + 1, `${sandbox.connections().peak} connections`);
    await flow.until(() => flow.completed.length === 100);
  });
});
