/** sms-store in a flow: which store an account has, and that it never has another one silently. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  account,
  codeOf,
  type Entry,
  flows,
  folder,
  NODE,
  nodeOf,
  payloadOf,
  sentenceOf,
  unload,
  wait,
} from './support.ts';

const { sandbox: start, load } = flows();
const TO = '+32470112001';
const SENDING = { type: 'sms-send', provider: 'account', follow: false };
/** Nobody listens there. */
const NOWHERE = { baseUrl: 'http://127.0.0.1:9/sms/1.0.0', tokenUrl: 'http://127.0.0.1:9/token' };
const files = () => (existsSync(join(folder(), 'sms')) ? readdirSync(join(folder(), 'sms')).sort() : []);
const storeOf = (kind: string, more: Partial<Entry> = {}): Entry => ({ id: 'store', type: 'sms-store', kind, ...more });

describe('the store of an account', () => {
  const sends = async (entries: Entry[], more: object = {}) => {
    const flow = await load({ ...SENDING, ...more }, entries);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    assert.deepEqual(flow.errors, []);
  };

  it('is a file in the user folder of Node-RED, for its eyes only, that several accounts share', async () => {
    const sandbox = await start();
    await sends([account(sandbox), account(sandbox, { id: 'other' })]);
    assert.deepEqual(
      files().filter((name) => !/-(wal|shm)$/.test(name)),
      ['messages.sqlite'],
    );
    assert.equal(statSync(join(folder(), 'sms')).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder(), 'sms', 'messages.sqlite')).mode & 0o777, 0o600);
  });

  it('is a file of its own where an sms-store says embedded, whatever its id is', async () => {
    const id = '../x/y';
    // In whichever order they stand in the flow file.
    await sends([account(await start(), { store: id }), storeOf('embedded', { id })]);
    assert.deepEqual(
      files().filter((name) => !/-(wal|shm)$/.test(name)),
      [`store-${encodeURIComponent(id)}.sqlite`],
    );
  });

  it('is no file where an sms-store says memory, and outlives a deploy all the same', async () => {
    const sandbox = await start();
    const memory = storeOf('memory');
    const before = await load(SENDING, [memory, account(sandbox, { store: 'store', ...NOWHERE })]);
    before.give({ to: TO, payload: 'waits' });
    await before.until(() => before.statuses.length > 0);
    await wait(30);
    await unload();
    const flow = await load(SENDING, [memory, account(sandbox, { store: 'store' })]);
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<{ text: string }>(flow.out[0][0]).text, 'waits');
    assert.deepEqual(files(), []);
  });

  it('goes on after a deploy that changes for how long it keeps messages', async () => {
    const sandbox = await start();
    const with30 = await load(SENDING, [storeOf('embedded'), account(sandbox, { store: 'store', ...NOWHERE })]);
    with30.give({ to: TO, payload: 'waits' });
    await with30.until(() => with30.statuses.length > 0);
    await wait(30);
    await unload();
    const flow = await load(SENDING, [storeOf('embedded', { keepDays: '7' }), account(sandbox, { store: 'store' })]);
    await flow.until(() => flow.out[0].length === 1);
  });

  const REFUSED: [string, Entry[], RegExp][] = [
    ['is not there', [], /store of this account is missing or disabled/],
    ['is disabled', [storeOf('embedded', { d: true })], /store of this account is missing or disabled/],
    ['is of no kind that there is', [storeOf('paper')], /no kind of store 'paper'/],
    ['is Redis without an address', [storeOf('redis')], /give the URL of the Redis server/],
    [
      'takes its address from a variable that is not set',
      [storeOf('redis', { credentials: { url: '$'.concat('{SMS_TEST_UNSET}') } })],
      /The store takes url from the environment variable SMS_TEST_UNSET/,
    ],
  ];
  for (const [what, stores, says] of REFUSED) {
    it(`that ${what} is SMS_CONFIG, and no other one is taken instead`, async () => {
      const flow = await load(SENDING, [...stores, account(await start(), { store: 'store' })]);
      flow.give({ to: TO, payload: 'Hello' });
      await flow.until(() => flow.errors.length > 0);
      assert.equal(codeOf(flow.errors.at(-1) as never), 'SMS_CONFIG');
      assert.match(sentenceOf(flow.errors.at(-1)), says);
      assert.deepEqual(files(), []);
      assert.equal(flow.out[0].length, 0);
    });
  }

  it('that is Redis, and not in reach, is SMS_STORE in red, without its password', async () => {
    const url = 'redis://someone:secret-of-redis@127.0.0.1:9';
    const flow = await load(SENDING, [
      storeOf('redis', { credentials: { url } }),
      account(await start(), { store: 'store' }),
    ]);
    await flow.until(() => flow.statuses.some(({ fill }) => fill === 'red'), 9000);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.errors.length > 0, 9000);
    assert.equal(codeOf(flow.errors.at(-1) as never), 'SMS_STORE');
    const said = JSON.stringify([flow.errors.map(sentenceOf), (nodeOf(NODE).error as unknown as { args: [] }).args]);
    assert.doesNotMatch(said, /secret-of-redis/);
    assert.deepEqual(files(), []);
  });
});

describe('a fallback account', () => {
  const warned = () => (nodeOf(NODE).warn as unknown as { args: [string][] }).args.map(([text]) => text);
  const refused = { credentials: { clientSecret: 'wrong' } };

  it('with another store is never tried, and that is said at once', async () => {
    const [first, second] = [await start(), await start()];
    const other = account(second, { id: 'other', name: 'Other', store: 'store' });
    const flow = await load({ ...SENDING, fallback: ['other'] }, [storeOf('memory'), account(first, refused), other]);
    assert.match(warned().join(), /fallback account 'Other' has another store/);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.errors.length === 1);
    assert.equal(codeOf(flow.errors[0] as never), 'SMS_AUTH');
    assert.equal(second.messages().length, 0);
  });

  it('with the same store is', async () => {
    const [first, second] = [await start(), await start()];
    const entries = [account(first, { ...refused, store: 'store' }), account(second, { id: 'other', store: 'store' })];
    const flow = await load({ ...SENDING, fallback: ['other'] }, [storeOf('embedded'), ...entries]);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    assert.deepEqual(warned(), []);
  });
});

describe('a message to someone who opted out', () => {
  const OPT_OUT = { id: 'ask', type: 'sms-request', provider: 'account', wires: [['asked']] };
  const asked = { id: 'asked', type: 'helper', wires: [] };

  const optedOut = async (node: object) => {
    const sandbox = await start();
    const ask = { ...OPT_OUT, operation: 'account.optOut', params: JSON.stringify({ to: TO }), paramsType: 'json' };
    const flow = await load({ ...SENDING, ...node }, [account(sandbox)], [ask, asked]);
    const answered = new Promise((resolve) => nodeOf('asked').once('input', resolve));
    nodeOf('ask').receive({} as never);
    await answered;
    return { flow, sandbox };
  };

  it('is refused, and goes out when it says that it is transactional', async () => {
    const { flow, sandbox } = await optedOut({});
    flow.give({ to: TO, payload: 'offer' });
    flow.give({ to: TO, payload: 'offer', transactional: 'true' });
    await flow.until(() => flow.errors.length === 2);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_OPTED_OUT', 'SMS_OPTED_OUT']);
    flow.give({ to: TO, payload: 'code', transactional: true });
    await flow.until(() => flow.out[0].length === 1);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['code'],
    );
  });

  it('goes out from a node that is ticked so', async () => {
    const { flow } = await optedOut({ transactional: true });
    flow.give({ to: [TO, '+32470112002'], payload: 'alarm' });
    await flow.until(() => flow.out[0].length === 2);
  });
});
