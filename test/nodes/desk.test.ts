/** The operator's view of an account, in a flow by sms-request and in the admin API. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Decided, HeldMessage, OutboxSummary } from '../../dist/src/delivery/held.js';
import type { OptOut } from '../../dist/src/delivery/opt-outs.js';
import type { ProviderNode } from '../../dist/src/runtime/nodes.js';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import type { Receipt } from '../../dist/src/sms/types.js';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import {
  account,
  admin,
  codeOf,
  type Entry,
  flows,
  type Message,
  nodeOf,
  payloadOf,
  sentenceOf,
  wait,
} from './support.ts';

const { sandbox: start, load } = flows();
/** The sandbox never answers, and takes nothing. */
const LOST = '+32470120009';
/** Each test has an account of its own: what an account holds outlives a deploy. */
let own = '';
let count = 0;
const heldPath = () => `/sms/accounts/${own}/held`;
const optOutsPath = () => `/sms/accounts/${own}/opt-outs`;
const ownAccount = (sandbox: Sandbox, more: Partial<Entry> = {}) => account(sandbox, { id: own, ...more });
const renew = () => {
  count += 1;
  own = `account-${count}`;
};
const receiver = { id: 'answers', type: 'helper', wires: [] };

/** A flow that sent what nobody answered: an error to Catch, and a message that is held. */
async function holding(credentials?: Record<string, string>) {
  const sandbox = await start();
  const request = { id: 'ask', type: 'sms-request', provider: own, params: 'payload', paramsType: 'msg' };
  const ask = (operation: string) => ({ ...request, id: operation, operation, wires: [['answers']] });
  const asks = ['held', 'outbox', 'sendAgain', 'drop', 'markSent'].map((name) => ask(`account.${name}`));
  const flow = await load(
    { type: 'sms-send', provider: own },
    [ownAccount(sandbox, { credentials })],
    [...asks, receiver],
  );
  flow.give({ to: LOST, payload: 'Pump 3 stands still.', topic: 'kept' });
  await flow.until(() => flow.errors.length === 1);
  assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_UNCERTAIN');
  return { sandbox, flow, ask: asking() };
}

/** Gives a message to one of the request nodes, and waits for what comes out. */
function asking() {
  const told: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  nodeOf('answers').on('input', (message: unknown) => {
    told.push(message as Message);
    waiting.shift()?.(message as Message);
  });
  return <T>(operation: string, payload: unknown = {}): Promise<T> =>
    new Promise((resolve) => {
      waiting.push((message) => resolve(payloadOf<T>(message)));
      nodeOf(operation).receive({ payload } as never);
    });
}

async function heldOne(): Promise<HeldMessage> {
  const { body } = await admin().get(heldPath()).expect(200);
  assert.equal(body.held.length, 1);
  return body.held[0];
}

describe("the operator's view in a flow", () => {
  beforeEach(renew);

  it('tells what is held, and sends it again', async () => {
    const { sandbox, flow, ask } = await holding();
    const [held] = await ask<HeldMessage[]>('account.held');
    assert.deepEqual([held?.to, held?.text, held?.attempts, held?.lookups], [LOST, 'Pump 3 stands still.', 1, 2]);
    const { oldest, ...counts } = await ask<OutboxSummary>('account.outbox');
    assert.equal(counts.held, 1);
    assert.equal(oldest, held?.createdAt);
    const reference = held?.reference ?? '';
    assert.deepEqual(await ask<Decided>('account.sendAgain', { reference }), { done: [reference], notHeld: [] });
    // The number does not answer this time either.
    await flow.until(() => flow.errors.length === 2);
    assert.equal(sandbox.requests('enco.outbound.send').count, 2);
    assert.equal((await ask<HeldMessage[]>('account.held'))[0]?.attempts, 2);
    assert.deepEqual((await ask<Decided>('account.drop', { reference: [reference, 'x'] })).notHeld, ['x']);
    assert.deepEqual(await ask('account.held', { to: LOST }), []);
  });

  it('gives the receipt of a message that was marked as sent out of the node that sent it', async () => {
    const { flow, ask } = await holding();
    const { reference } = await heldOne();
    await ask('account.markSent', { reference });
    await flow.until(() => flow.out[0].length === 1);
    const receipt = payloadOf<Receipt>(flow.out[0][0]);
    assert.deepEqual([receipt.id, receipt.status, receipt.to], [reference, 'sent', LOST]);
    assert.equal(flow.out[0][0]?.topic, 'kept');
  });

  it('gives what is not held to Catch', async () => {
    const { flow } = await holding();
    nodeOf('account.drop').receive({ payload: { reference: 'nobody' } } as never);
    nodeOf('account.drop').receive({ payload: {} } as never);
    await flow.until(() => flow.errors.length === 3);
    assert.deepEqual(flow.errors.slice(1).map(codeOf), ['SMS_INVALID_OPTION', 'SMS_INVALID_OPTION']);
    const sentences = flow.errors.map(sentenceOf).join('\n');
    assert.match(sentences, /No message of Trial is held under the reference 'nobody'/);
  });

  it('needs no credentials', async () => {
    const node = { type: 'sms-request', provider: own, operation: 'account.outbox', params: '{}' };
    const sandbox = await start();
    const bare = { ...ownAccount(sandbox), credentials: {} };
    const flow = await load({ ...node, paramsType: 'json' }, [bare]);
    flow.give({});
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<OutboxSummary>(flow.out[0][0]).waiting, 0);
  });

  it('pages through all that want no messages, one message a page', async () => {
    const node = { type: 'sms-request', provider: own, operation: 'account.optOuts', all: true };
    const flow = await load({ ...node, params: '{"limit": 2}', paramsType: 'json' }, [ownAccount(await start())]);
    for (const digit of [1, 2, 3, 4]) await admin().post(`${optOutsPath()}/+3247011200${digit}`).expect(200);
    flow.give({ topic: 'kept' });
    await flow.until(() => flow.out[0].length === 2);
    await flow.until(() => flow.completed.length === 1);
    const parts = flow.out[0].map((page) => page.parts as { index: number; count?: number });
    assert.deepEqual(
      parts.map(({ index, count }) => [index, count]),
      [
        [0, undefined],
        [1, 2],
      ],
    );
    assert.deepEqual(
      flow.out[0].map((page) => payloadOf<OptOut[]>(page).map(({ to }) => to.slice(-1))),
      [
        ['1', '2'],
        ['3', '4'],
      ],
    );
    assert.equal(flow.out[0][1]?.topic, 'kept');
  });
});

describe("the operator's view in the admin API", () => {
  beforeEach(renew);

  it('lists the accounts with what is in their outbox, and those that could not be set up', async () => {
    const sandbox = await start();
    const broken = account(sandbox, { id: 'broken', name: 'Broken', lookups: 'soon' });
    const flow = await load({ type: 'sms-send', provider: own }, [ownAccount(sandbox), broken]);
    flow.give({ to: LOST, payload: 'Hello' });
    await flow.until(() => flow.errors.length === 1);
    const { body } = await admin().get('/sms/accounts').expect(200);
    const [first, second, ...others] = body.accounts;
    assert.deepEqual(others, []);
    const { oldest, age, ...rest } = first;
    assert(Date.now() - Date.parse(oldest) < 10_000 && age < 10);
    assert.deepEqual(rest, {
      id: own,
      name: 'Trial',
      provider: 'enco',
      sandboxed: false,
      counts: { waiting: 0, sending: 0, unknown: 0, held: 1, expired: 0 },
      trouble: null,
    });
    const { message, ...trouble } = second.trouble;
    assert.match(message, /look-ups/);
    assert.deepEqual(
      { ...second, trouble },
      {
        ...{ id: 'broken', name: 'Broken', provider: null, sandboxed: null },
        ...{ counts: null, oldest: null, age: null, trouble: { code: 'SMS_CONFIG' } },
      },
    );
  });

  it('sends again, drops, and finds nothing more to decide about', async () => {
    const { sandbox, flow } = await holding();
    const { reference } = await heldOne();
    const again = await admin().post(`${heldPath()}/${reference}/send-again`).expect(200);
    assert.deepEqual(again.body, { done: [reference], notHeld: [] });
    await flow.until(() => flow.errors.length === 2);
    assert.equal(sandbox.requests('enco.outbound.send').count, 2);
    await admin().post(`${heldPath()}/${reference}/drop`).expect(200);
    for (const verdict of ['drop', 'send-again', 'mark-sent']) {
      const { body } = await admin().post(`${heldPath()}/${reference}/${verdict}`).expect(404);
      assert.equal(body.code, 'SMS_INVALID_OPTION');
      assert.match(body.message, /No message of Trial is held/);
    }
    assert.deepEqual((await admin().get(heldPath()).expect(200)).body, { held: [] });
  });

  it('marks as sent: the receipt comes out of the node', async () => {
    const { flow } = await holding();
    const { reference } = await heldOne();
    await admin().post(`${heldPath()}/${reference}/mark-sent`).expect(200);
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<Receipt>(flow.out[0][0]).reference, reference);
  });

  it('shows some of what is held, as asked', async () => {
    await holding();
    assert.equal((await admin().get(`${heldPath()}?to=${encodeURIComponent(LOST)}&limit=1`)).body.held.length, 1);
    assert.equal((await admin().get(`${heldPath()}?to=%2B32470000001`)).body.held.length, 0);
    for (const query of ['limit=many', 'limit=0', 'state=held', 'to=nobody']) {
      assert.match((await admin().get(`${heldPath()}?${query}`).expect(400)).body.code, /^SMS_INVALID_/);
    }
  });

  it('enters opt-outs, lists them in pages, and lifts them', async () => {
    await load({ type: 'sms-length' }, [ownAccount(await start())]);
    const { body } = await admin().post(`${optOutsPath()}/0470112001`).expect(200);
    assert.deepEqual([body.to, body.source], ['+32470112001', 'operator']);
    await admin().post(`${optOutsPath()}/%2B32470112002`).expect(200);
    const first = (await admin().get(`${optOutsPath()}?limit=1`).expect(200)).body;
    assert.deepEqual([first.optOuts.length, first.next], [1, '+32470112001']);
    const second = (await admin().get(`${optOutsPath()}?after=%2B32470112001`).expect(200)).body;
    assert.deepEqual([second.optOuts[0].to, second.next], ['+32470112002', null]);
    assert.deepEqual((await admin().delete(`${optOutsPath()}/0470112001`).expect(200)).body, { to: '+32470112001' });
    await admin().delete(`${optOutsPath()}/0470112001`).expect(404);
    assert.equal((await admin().post(`${optOutsPath()}/An`).expect(400)).body.code, 'SMS_INVALID_NUMBER');
    assert.equal((await admin().get(`${optOutsPath()}?format=xml`).expect(400)).body.code, 'SMS_INVALID_OPTION');
  });

  it('exports the opt-outs as a file that no spreadsheet runs, however many pages it takes', async () => {
    const { optOuts } = await listing(['+32470112001', '+32470112002', '+32470112003']);
    const receivedAt = '2026-01-31T08:30:00.000Z';
    await optOuts.heard({ from: '+33612340010', text: 'STOP', receivedAt });
    const { text, headers } = await admin().get(`${optOutsPath()}?format=csv&limit=2`).expect(200);
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(headers['content-disposition'], 'attachment; filename="opt-outs.csv"');
    const rows = text.split('\r\n').map((row) => row.replace(/,20\d\d-[^,]*Z,/, ',time,'));
    assert.deepEqual(rows, [
      'to,since,source,text',
      '+32470112001,time,operator,',
      '+32470112002,time,operator,',
      '+32470112003,time,operator,',
      '+33612340010,time,reply,STOP',
      '',
    ]);
    assert(text.includes(`+33612340010,${receivedAt},`));
    const empty = await admin().get(`${optOutsPath()}?format=csv&after=%2B9`).expect(200);
    assert.equal(empty.text, 'to,since,source,text\r\n');
  });

  it('breaks a file off where the store fails, which nobody can take for the whole', async () => {
    const { optOuts } = await listing(['+32470112001', '+32470112002']);
    const full = new SmsError('SMS_STORE', 'The disk is full.');
    const list = sinon.stub(optOuts, 'list').callThrough();
    list.onSecondCall().rejects(full);
    const unhandled = sinon.spy();
    process.on('unhandledRejection', unhandled);
    await assert.rejects(admin().get(`${optOutsPath()}?format=csv&limit=1`), /aborted|hang up/);
    await wait(20);
    process.off('unhandledRejection', unhandled);
    assert(unhandled.notCalled, 'which would end Node-RED');
    list.onThirdCall().rejects(full);
    await admin().get(`${optOutsPath()}?format=csv`).expect(503);
  });

  it('answers 404 for an account that is not there, and says why one was not set up', async () => {
    const broken = ownAccount(await start(), { lookups: 'soon' });
    await load({ type: 'sms-length' }, [broken]);
    const { body } = await admin().get('/sms/accounts/nobody/held').expect(404);
    assert.deepEqual([body.code, /deployed/.test(body.message)], ['SMS_CONFIG', true]);
    await admin().post('/sms/accounts/nobody/held/x/drop').expect(404);
    assert.match((await admin().get(heldPath()).expect(400)).body.message, /look-ups/);
  });

  it('answers 503 with the code while the store fails, and lists the other accounts all the same', async () => {
    const sandbox = await start();
    await load({ type: 'sms-length' }, [ownAccount(sandbox), account(sandbox, { id: 'other', name: 'Other' })]);
    const { outbox } = accountOf(own).settings.store;
    const full = new SmsError('SMS_STORE', 'The disk is full.');
    sinon.stub(outbox, 'list').rejects(full);
    const counts = sinon.stub(outbox, 'counts').callThrough();
    counts.withArgs(own).rejects(full);
    const { body } = await admin().get(heldPath()).expect(503);
    assert.deepEqual(body, { code: 'SMS_STORE', message: 'The disk is full.' });
    const [first, second] = (await admin().get('/sms/accounts').expect(200)).body.accounts;
    assert.deepEqual([first.counts, first.trouble.code, second.trouble], [null, 'SMS_STORE', null]);
    assert.equal(second.counts.held, 0);
    sinon.restore();
  });

  it('is in the catalog of the editor, with its schemas', async () => {
    await load({ type: 'sms-length' }, []);
    const { body } = await admin().get('/sms-provider/catalog').expect(200);
    const found = body.operations.map(({ id, writes, pages }: Record<string, unknown>) => [id, writes, pages]);
    assert.deepEqual(found, [
      ['account.outbox', false, false],
      ['account.held', false, false],
      ['account.sendAgain', true, false],
      ['account.drop', true, false],
      ['account.markSent', true, false],
      ['account.optOuts', false, true],
      ['account.optOut', true, false],
      ['account.optIn', true, false],
    ]);
    assert.deepEqual(body.operations[2].params.required, ['reference']);
  });
});

describe("who may see and change an account's messages", function () {
  this.timeout(30_000);
  const OWN = '/sms/accounts/account';
  const [HELD, OPT_OUTS] = [`${OWN}/held`, `${OWN}/opt-outs`];
  // The password of each is its name.
  const users = [
    { username: 'all', password: '$2b$04$Njdo/cy8YqRFK9TGkONf9uIqgr0NCxFw.0.5naNi20hrunXpXfVdq', permissions: '*' },
    { username: 'read', password: '$2b$04$0aExsRYzS6DInGNhR/JRSe6OKGhJaPGaTiHk3qIdlXpdwSx6Yjr5q', permissions: 'read' },
    {
      username: 'flows',
      password: '$2b$04$3kVfSki08rjREI63lghsyOq4zN7/T50LSTrhyfrRjDc/Apnr4aWj2',
      permissions: ['flows.read', 'flows.write', 'sms-provider.read'],
    },
  ];
  let nodeRed: NodeRed;
  before(async () => {
    const node = { id: 'account', type: 'sms-provider', name: 'Trial', provider: 'enco', sandbox: true, region: 'BE' };
    nodeRed = await startNodeRed({ flows: [node], settings: { adminAuth: { type: 'credentials', users } } });
  });
  after(() => nodeRed?.stop());

  async function as(username: string) {
    const login = { client_id: 'node-red-editor', grant_type: 'password', scope: '', username, password: username };
    const { access_token: token } = (await nodeRed.admin('POST', '/auth/token', login)).body as Record<string, string>;
    return async (method: string, path: string) =>
      (await nodeRed.admin(method, path, undefined, token ? { authorization: `Bearer ${token}` } : {})).status;
  }

  const seen = ['/sms/accounts', HELD, OPT_OUTS, `${OPT_OUTS}?format=csv`, `${OWN}/monitor`, `${OWN}/phone`];
  const reading = seen.map((path) => ['GET', path] as const);
  const writing = [
    ['POST', `${HELD}/x/send-again`],
    ['POST', `${HELD}/x/drop`],
    ['POST', `${HELD}/x/mark-sent`],
    ['POST', `${OPT_OUTS}/0470112001`],
    ['DELETE', `${OPT_OUTS}/0470112001`],
    ['POST', `${OWN}/phone`],
  ] as const;
  type Call = (method: string, path: string) => Promise<number>;
  const statuses = async (call: Call, calls: readonly (readonly [method: string, path: string])[]) => {
    const found: number[] = [];
    for (const [method, path] of calls) found.push(await call(method, path));
    return found;
  };

  it('is whoever has sms.read and sms.write; nobody else, and nobody without a name', async () => {
    const [all, read, others] = [await as('all'), await as('read'), await as('flows')];
    const nobody = async (method: string, path: string) => (await nodeRed.admin(method, path)).status;
    for (const call of [others, nobody]) {
      assert.deepEqual(new Set(await statuses(call, [...reading, ...writing])), new Set([401]));
    }
    assert.deepEqual(new Set(await statuses(read, reading)), new Set([200]));
    assert.deepEqual(new Set(await statuses(read, writing)), new Set([401]));
    assert.deepEqual(new Set(await statuses(all, reading)), new Set([200]));
    assert.deepEqual(await statuses(all, writing), [404, 404, 404, 200, 200, 400]);
  });
});

/** An account to which these numbers want no messages. */
async function listing(numbers: readonly string[]) {
  await load({ type: 'sms-length' }, [ownAccount(await start())]);
  const found = accountOf(own);
  for (const number of numbers) await found.optOuts.add(number);
  return found;
}

function accountOf(id: string) {
  const { account: found } = nodeOf(id) as unknown as ProviderNode;
  assert(found);
  return found;
}
