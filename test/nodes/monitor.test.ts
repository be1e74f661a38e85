/** What the monitor of the editor asks of the runtime: figures, life lines, a balance, and the phones of the sandbox. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { NewMessage } from '../../dist/src/delivery/timeline.js';
import type { ProviderNode } from '../../dist/src/runtime/nodes.js';
import type { Bubble } from '../../dist/src/runtime/phone.js';
import type { InboundMessage } from '../../dist/src/sms/types.js';
import { account, admin, type Entry, flows, nodeOf, payloadOf, wait } from './support.ts';

const { sandbox: start, load } = flows();
const TO = '+32470120000';
const INVALID = '+32470120005';
const LOST = '+32470120009';
let own = '';
let count = 0;
const path = (rest: string) => `/sms/accounts/${own}/${rest}`;
const accountNode = () => (nodeOf(own) as unknown as ProviderNode).account;
/** An account on its own sandbox, as the editor makes it. */
const sandboxed = (more: Partial<Entry> = {}): Entry => {
  return { id: own, type: 'sms-provider', name: 'Trial', provider: 'enco', sandbox: true, region: 'BE', ...more };
};
const monitor = async (query = '') =>
  (
    await admin()
      .get(path(`monitor${query}`))
      .expect(200)
  ).body;
const phone = async (): Promise<Bubble[]> => (await admin().get(path('phone')).expect(200)).body.messages;

beforeEach(() => {
  count += 1;
  own = `monitored-${count}`;
});

describe('the monitor of an account', () => {
  it('has nothing before something was sent', async () => {
    await load({ type: 'sms-length' }, [sandboxed()]);
    const { counts, history, messages, held, balance } = await monitor();
    assert.deepEqual([counts.waiting, counts.held, messages, held], [0, 0, [], []]);
    assert.deepEqual([history.span, history.slots.length], ['hour', 12]);
    assert.match(balance.able, /balance/i);
    assert.deepEqual(await phone(), []);
  });

  it('has the figures, the life line of each message, and what is held', async () => {
    const sandbox = await start();
    const flow = await load({ type: 'sms-send', provider: own }, [account(sandbox, { id: own })]);
    flow.give({ to: [TO, INVALID, LOST], payload: 'Pump 3 stands still.' });
    await flow.until(() => flow.errors.length === 2);
    const sent = () => flow.out[1].some((message) => payloadOf<{ final: boolean }>(message).final);
    await flow.until(sent);
    const { history, messages, held, counts } = await monitor();
    assert.deepEqual(history.total, { sent: 1, delivered: 1, failed: 1 });
    assert.deepEqual([counts.held, held[0]?.to, history.slots.at(-1).held], [1, LOST, 1]);
    const of = (to: string) => messages.find((message: NewMessage) => message.to === to) as NewMessage;
    const stages = ({ steps }: NewMessage) => steps.map(({ stage }) => stage);
    assert.deepEqual([stages(of(TO))[0], stages(of(TO)).at(-1), of(TO).final], ['taken', 'delivered', true]);
    assert.deepEqual([stages(of(INVALID)), of(INVALID).text], [['taken', 'refused'], 'Pump 3 stands still.']);
    assert.match(of(INVALID).said ?? '', /\S/);
    assert.equal(messages.length, 2, 'what is held is told apart');
  });

  it('has what waits in front, with the time at which it leaves', async () => {
    const flow = await load({ type: 'sms-send', provider: own, at: 'at', atType: 'msg' }, [sandboxed()]);
    const at = Date.now() + 3600_000;
    flow.give({ to: TO, payload: 'Later', at });
    const start = Date.now();
    while ((await monitor()).messages.length === 0 && Date.now() < start + 3000) await wait(20);
    const [message] = (await monitor()).messages as NewMessage[];
    assert.deepEqual([message?.stage, message?.due && Date.parse(message.due)], ['waiting', at]);
    assert.equal((await monitor('?span=week')).history.slots.at(-1).waiting, 1);
  });

  it('shows what was sent although many wait', async () => {
    const flow = await load({ type: 'sms-send', provider: own, at: 'at', atType: 'msg' }, [sandboxed()]);
    flow.give({ to: TO, payload: 'Now' });
    await flow.until(() => flow.out[0].length === 1);
    const many = Array.from({ length: 30 }, (_, i) => `+324701300${10 + i}`);
    flow.give({ to: many, payload: 'Later', at: Date.now() + 3600_000 });
    const start = Date.now();
    while ((await monitor()).counts.waiting < 30 && Date.now() < start + 5000) await wait(20);
    const { messages, counts } = await monitor();
    assert.deepEqual([counts.waiting, messages.length, messages.at(-1).to], [30, 6, TO]);
  });

  it('refuses a span that is none, and an account that is not there', async () => {
    await load({ type: 'sms-length' }, [sandboxed()]);
    for (const span of ['year', 'toString', '']) {
      assert.equal(
        (
          await admin()
            .get(path(`monitor?span=${span}`))
            .expect(400)
        ).body.code,
        'SMS_INVALID_OPTION',
      );
    }
    for (const what of ['monitor', 'phone']) await admin().get(`/sms/accounts/nobody/${what}`).expect(404);
  });

  it('asks the vendor for the balance once a minute, however often it is asked', async () => {
    await load({ type: 'sms-length' }, [sandboxed({ provider: 'zoomconnect' })]);
    assert.equal((await monitor()).balance.known, null);
    const asked = sinon.spy((accountNode() as NonNullable<ProviderNode['account']>).vendor, 'balance');
    const answers = await Promise.all([1, 2, 3].map(() => admin().post(path('balance')).expect(200)));
    const { body } = await admin().post(path('balance')).expect(200);
    assert.equal(asked.callCount, 1);
    assert.equal(typeof body.amount, 'number');
    for (const answer of answers) assert.deepEqual(answer.body, body);
    assert.deepEqual((await monitor()).balance, { able: true, known: body });
  });

  it('says why there is no balance', async () => {
    await load({ type: 'sms-length' }, [sandboxed()]);
    const { body } = await admin().post(path('balance')).expect(400);
    assert.deepEqual([body.code, body.message], ['SMS_UNSUPPORTED', (await monitor()).balance.able]);
  });
});

describe('the phones of the sandbox', () => {
  for (const provider of ['enco', 'digitaleo', 'callr', 'zoomconnect']) {
    it(`show what was sent, and answer into the flow: ${provider}`, async () => {
      const poll = { id: 'poll', type: 'sms-inbound-poll', provider: own, interval: 0, wires: [['answers']] };
      const answers = { id: 'answers', type: 'helper', wires: [] };
      const flow = await load({ type: 'sms-send', provider: own }, [sandboxed({ provider })], [poll, answers]);
      const told: InboundMessage[] = [];
      nodeOf('answers').on('input', (message: { payload?: unknown }) => told.push(message.payload as InboundMessage));
      flow.give({ to: TO, payload: 'Who comes?' });
      await flow.until(() => flow.out[0].length === 1);
      const [first] = await phone();
      assert.deepEqual([first?.phone, first?.text, first?.written], [TO, 'Who comes?', false]);
      const { body } = await admin().post(path('phone')).send({ from: TO, text: 'I do.' }).expect(200);
      assert.deepEqual([body.phone, body.written, body.routed], [TO, true, true]);
      assert.deepEqual(
        (await phone()).map(({ text }) => text),
        ['Who comes?', 'I do.'],
      );
      for (let i = 0; i < 50 && told.length === 0; i += 1) {
        nodeOf('poll').receive({} as never);
        await wait(100);
      }
      assert.deepEqual(
        told.map(({ from, text }) => [from, text]),
        [[TO, 'I do.']],
      );
    });
  }

  it('write only what is a text, from what is a number', async () => {
    await load({ type: 'sms-length' }, [sandboxed()]);
    for (const body of [
      {},
      { from: TO },
      { from: TO, text: ' ' },
      { from: TO, text: 'x'.repeat(1601) },
      { from: TO, text: 1 },
    ]) {
      assert.equal((await admin().post(path('phone')).send(body).expect(400)).body.code, 'SMS_INVALID_TEXT');
    }
    const { body } = await admin().post(path('phone')).send({ from: 'somebody', text: 'Hi' }).expect(400);
    assert.equal(body.code, 'SMS_INVALID_NUMBER');
  });

  it('are there for a sandboxed account only', async () => {
    await load({ type: 'sms-length' }, [account(await start(), { id: own })]);
    for (const answer of [
      await admin().get(path('phone')),
      await admin().post(path('phone')).send({ from: TO, text: 'x' }),
    ]) {
      assert.deepEqual([answer.status, /real phones/.test(answer.body.message)], [404, true]);
    }
  });
});
