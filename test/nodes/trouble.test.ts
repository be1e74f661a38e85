/** Bad input to every node: a coded error through Catch, a red status in words, the next message unaffected. */
import assert from 'node:assert/strict';
import {
  account,
  codeOf,
  type Entry,
  type Flow,
  flows,
  type Message,
  payloadOf,
  sentenceOf,
  unload,
} from './support.ts';

const { sandbox: start, load } = flows();
const TO = '+32470112001';
const UNSET = '$'.concat('{SMS_TEST_UNSET}');

/** What makes each node do its work. */
const WORK: Record<string, { node: object; message: object }> = {
  'sms-send': { node: {}, message: { to: TO, payload: 'Hello' } },
  'sms-length': { node: { ask: 'provider' }, message: { payload: 'Hello' } },
  'sms-status': { node: {}, message: { payload: 'ID' } },
  'sms-inbound-poll': { node: { address: '666', addressType: 'str', interval: 0 }, message: {} },
  'sms-status-queue': { node: { interval: 0 }, message: {} },
  'sms-request': { node: { operation: 'enco.dedicatedAddresses', params: '{}', paramsType: 'json' }, message: {} },
};

const TROUBLES: [string, (good: Entry) => { provider?: string; accounts: Entry[] }][] = [
  ['no account chosen', () => ({ accounts: [] })],
  ['an account that is missing', () => ({ provider: 'gone', accounts: [] })],
  ['an account that is disabled', (good) => ({ provider: 'bad', accounts: [{ ...good, id: 'bad', d: true }] })],
  [
    'an account without credentials',
    (good) => ({ provider: 'bad', accounts: [{ ...good, id: 'bad', name: 'Bad', credentials: {} }] }),
  ],
  [
    'an account of a provider that is none',
    (good) => ({ provider: 'bad', accounts: [{ ...good, id: 'bad', provider: 'carrier' }] }),
  ],
  [
    'an account with look-ups that are none',
    (good) => ({ provider: 'bad', accounts: [{ ...good, id: 'bad', lookups: 'soon' }] }),
  ],
  [
    'an account that takes its password from a variable that is not set',
    (good) => ({
      provider: 'bad',
      accounts: [{ ...good, id: 'bad', name: 'Bad', credentials: { clientId: 'x', clientSecret: UNSET } }],
    }),
  ],
];

/** Red, in words. */
function showsRed(flow: Flow, code: string): void {
  const red = flow.statuses.filter(({ fill }) => fill === 'red');
  assert(red.length > 0, 'a red status');
  assert(red.at(-1)?.text?.includes(code), 'whose words are those of the code');
}

for (const [type, { node, message }] of Object.entries(WORK)) {
  describe(`${type} with`, () => {
    for (const [what, make] of TROUBLES) {
      it(`${what} says SMS_CONFIG, and works for a message that names another account`, async () => {
        const sandbox = await start();
        sandbox.receive({ from: TO, to: '666', text: 'Hi' });
        const good = account(sandbox, { id: 'good', name: 'Good' });
        const { provider = '', accounts } = make(good);
        const flow = await load({ type, provider, ...node }, [good, ...accounts]);
        const own = flow.errors.length;
        flow.give({ ...message, kept: 42 });
        // Without credentials, nothing that is on its way is also an answer: there is nobody to ask about.
        if (type === 'sms-status-queue' && /credentials|variable/.test(what)) return;
        await flow.until(() => flow.errors.length > own && flow.statuses.some(({ fill }) => fill === 'red'));
        const error = flow.errors.at(-1) as Message;
        assert.equal(codeOf(error), 'SMS_CONFIG');
        const { code, attempts } = error.sms as { code: string; attempts: number | null };
        assert.equal(code, 'SMS_CONFIG');
        assert.equal(typeof attempts, type === 'sms-send' ? 'number' : 'object');
        assert.equal(error.kept, 42);
        showsRed(flow, 'SMS_CONFIG');
        assert.equal(flow.out.flat().length, 0);
        if (type === 'sms-status-queue') return;
        if (type === 'sms-status') return;
        flow.give({ ...message, account: 'Good' });
        await flow.until(() => flow.out.flat().length > 0);
      });
    }

    it('an account in the message that there is not says SMS_CONFIG, and the next one works', async () => {
      const sandbox = await start();
      sandbox.receive({ from: TO, to: '666', text: 'Hi' });
      const flow = await load({ type, provider: 'account', ...node }, [account(sandbox)]);
      for (const wrong of ['Nobody', 7, { id: 'account' }]) flow.give({ ...message, account: wrong });
      await flow.until(() => flow.errors.length === 3);
      for (const error of flow.errors) assert.equal(codeOf(error), 'SMS_CONFIG');
      if (type === 'sms-status' || type === 'sms-status-queue') return;
      flow.give(message);
      await flow.until(() => flow.out.flat().length === 1);
    });
  });
}

describe('sms-send with', () => {
  const cases: [string, object, object, string][] = [
    ['no number', {}, { payload: 'Hello' }, 'SMS_INVALID_NUMBER'],
    ['letters for a number', {}, { to: 'call me', payload: 'Hello' }, 'SMS_INVALID_NUMBER'],
    ['an empty list of recipients', {}, { to: [], payload: 'Hello' }, 'SMS_INVALID_NUMBER'],
    ['an empty text', {}, { to: TO, payload: '' }, 'SMS_EMPTY_TEXT'],
    ['no text at all', {}, { to: TO }, 'SMS_EMPTY_TEXT'],
    ['an object for a text', {}, { to: TO, payload: { a: 1 } }, 'SMS_INVALID_TEXT'],
    [
      'an unknown option',
      { options: '{"colour":"red"}', optionsType: 'json' },
      { to: TO, payload: 'x' },
      'SMS_INVALID_OPTION',
    ],
    ['options that are no JSON', { options: '{', optionsType: 'json' }, { to: TO, payload: 'x' }, 'SMS_INVALID_OPTION'],
    ['an expression that breaks', { text: '$error("no")', textType: 'jsonata' }, { to: TO }, 'SMS_INVALID_OPTION'],
    ['an expression that cannot be read', { text: '((', textType: 'jsonata' }, { to: TO }, 'SMS_INVALID_OPTION'],
    ['characters that gsm does not have', { alphabet: 'gsm' }, { to: TO, payload: 'Привет' }, 'SMS_INVALID_TEXT'],
    ['more parts than allowed', { maxParts: '1' }, { to: TO, payload: 'x'.repeat(161) }, 'SMS_TOO_LONG'],
    [
      'a sender that is none',
      { sender: 'No such!', senderType: 'str' },
      { to: TO, payload: 'x' },
      'SMS_INVALID_SENDER',
    ],
    ['a time that is none', { at: 'soon', atType: 'str' }, { to: TO, payload: 'x' }, 'SMS_INVALID_OPTION'],
    ['a recipient whom the vendor refuses', {}, { to: '+32470000005', payload: 'x' }, 'SMS_REJECTED'],
  ];
  for (const queue of [true, false]) {
    for (const [what, node, message, code] of cases) {
      it(`${what} says ${code}${queue ? '' : ' without the queue too'}, and sends the next message`, async () => {
        const sandbox = await start();
        const flow = await load({ type: 'sms-send', provider: 'account', queue, ...node }, [account(sandbox)]);
        flow.give({ ...message, kept: 42 });
        await flow.until(() => flow.errors.length === 1 && flow.statuses.some(({ fill }) => fill === 'red'));
        const [error] = flow.errors;
        assert(error);
        assert.equal(codeOf(error), code);
        assert.equal(error.kept, 42);
        const sms = error.sms as Record<string, unknown>;
        assert.equal(sms.code, code);
        assert.equal(sms.accountName, 'Trial');
        if (code === 'SMS_REJECTED') {
          assert.equal(sms.to, '+32470000005');
          assert.equal(sms.attempts, 1);
          assert.equal(sms.providerCode, '400');
          assert(sms.providerMessage && sms.correlationId);
        }
        showsRed(flow, code);
        assert.equal(sandbox.messages().length, 0);
        assert.equal(flow.completed.length, 0, 'who fails is not complete');
        if (Object.keys(node).length > 0) return;
        flow.give({ to: TO, payload: 'next' });
        await flow.until(() => flow.out[0].length === 1);
        assert.equal(flow.errors.length, 1, 'said once');
      });
    }
  }

  it('a character that gsm does not have names it', async () => {
    const flow = await load({ type: 'sms-send', provider: 'account', alphabet: 'gsm' }, [account(await start())]);
    flow.give({ to: TO, payload: 'Water 😀' });
    await flow.until(() => flow.errors.length === 1);
    assert.match(sentenceOf(flow.errors[0]), /😀.*U\+1F600/);
  });
});

describe('the other nodes with', () => {
  it('two destinations for Enco, or an unknown parameter, say SMS_INVALID_OPTION, and the next call works', async () => {
    const sandbox = await start();
    const node = { type: 'sms-request', provider: 'account', operation: 'enco.outbound.send' };
    const flow = await load({ ...node, params: 'payload', paramsType: 'msg' }, [account(sandbox)]);
    flow.give({ payload: { message: 'Hello', destinations: [TO, '+32470112002'] } });
    flow.give({ payload: { message: 'Hello', destinations: [TO], colour: 'red' } });
    flow.give({ payload: [TO] });
    await flow.until(() => flow.errors.length === 3);
    assert.deepEqual(flow.errors.map(codeOf), Array(3).fill('SMS_INVALID_OPTION'));
    assert.match(flow.errors.map(sentenceOf).join('\n'), /destinations/);
    showsRed(flow, 'SMS_INVALID_OPTION');
    assert.equal(sandbox.requests().count, 0);
    flow.give({ payload: { message: 'Hello', destinations: [TO] } });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(sandbox.messages().length, 1);
  });

  it('no operation, or one that there is not, say what is wrong', async () => {
    const sandbox = await start();
    for (const [operation, code] of [
      ['', 'SMS_CONFIG'],
      ['enco.fax', 'SMS_UNSUPPORTED'],
    ]) {
      const flow = await load({ type: 'sms-request', provider: 'account', operation }, [account(sandbox)]);
      flow.give({});
      await flow.until(() => flow.errors.length === 1);
      assert.equal(flow.errors[0] && codeOf(flow.errors[0]), code);
      await unload();
    }
  });

  it('no id, an empty list, or an id that the vendor does not know say so', async () => {
    const flow = await load({ type: 'sms-status', provider: 'account' }, [account(await start())]);
    const cases: [unknown, string][] = [
      [undefined, 'SMS_INVALID_OPTION'],
      [[], 'SMS_INVALID_OPTION'],
      [{}, 'SMS_INVALID_OPTION'],
      [[null], 'SMS_INVALID_OPTION'],
      ['nobody', 'SMS_REJECTED'],
    ];
    for (const [i, [payload, code]] of cases.entries()) {
      flow.give({ payload });
      await flow.until(() => flow.errors.length === i + 1);
      assert.equal(codeOf(flow.errors[i] as Message), code, JSON.stringify(payload));
    }
    assert.equal(flow.out[0].length, 0);
  });

  it('an address that is not ours, or a time that is none, say so and the next poll works', async () => {
    const sandbox = await start();
    const node = { type: 'sms-inbound-poll', provider: 'account', address: 'address', addressType: 'msg' };
    const flow = await load({ ...node, since: 'since', sinceType: 'msg' }, [account(sandbox)]);
    flow.give({ address: '999' });
    flow.give({ address: '666', since: 'once' });
    await flow.until(() => flow.errors.length === 2);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_AUTH', 'SMS_INVALID_OPTION']);
    sandbox.receive({ from: TO, to: '666', text: 'Hi' });
    flow.give({ address: '666' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<{ text: string }>(flow.out[0][0]).text, 'Hi');
  });
});
