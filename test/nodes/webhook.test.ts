/** webhook-in in a flow: who is let in, what comes out of which output, and what the vendor is answered. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import sinon from 'sinon';
import type { Account } from '../../dist/src/delivery/account.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import type { StatusReport } from '../../dist/src/sms/types.js';
import {
  account,
  admin,
  codeOf,
  type Entry,
  type Flow,
  flows,
  nodeOf,
  payloadOf,
  sentenceOf,
  unload,
  url,
  wait,
} from './support.ts';

const { sandbox: start, load } = flows();
const SECRET = 'secret of the webhook';
const TO = '+32470112001';
const PATH = '/sms/push';
let count = 0;

async function listen(more: Partial<Entry> = {}, node: object = {}) {
  count += 1;
  const sandbox = await start();
  const own = account(sandbox, { id: `account-${count}`, credentials: { webhookSecret: SECRET }, ...more });
  const flow = await load({ type: 'webhook-in', provider: own.id, path: PATH, ...node }, [own]);
  return { sandbox, flow, own };
}

/** A push as Enco makes it. */
const push = (id: string, word = 'DeliveredToTerminal') => ({
  resourceURL: `http://vendor/deliveryinfos/${id}`,
  deliveryInfo: [{ address: `tel:${TO}`, deliveryStatus: word }],
});

async function post(path: string, body: unknown, method = 'POST'): Promise<number> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url() + path, { method, headers, ...(method === 'POST' ? { body: text } : {}) });
  await answer.text();
  return answer.status;
}

const accountOf = (id: string) => (nodeOf(id) as unknown as { account: Account }).account;

const secretPath = `${PATH}/${encodeURIComponent(SECRET)}`;

describe('webhook-in', () => {
  it('takes a push with the secret in the path or as ?key=, answers 200 and tells it', async () => {
    const { flow } = await listen();
    assert.equal(await post(secretPath, push('one')), 200);
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(await post(`${PATH}?key=${encodeURIComponent(SECRET)}`, push('two')), 200);
    await flow.until(() => flow.out[0].length === 2);
    const report = payloadOf<StatusReport>(flow.out[0][0]);
    assert.deepEqual([report.id, report.to, report.status, report.accountName], ['one', TO, 'delivered', 'Trial']);
    assert(flow.out[0][0]?._msgid);
  });

  it('answers 401 to a wrong or missing secret, and tells nothing', async () => {
    const { flow } = await listen();
    const wrong = [
      PATH,
      `${PATH}/`,
      `${PATH}/wrong`,
      `${PATH}?key=wrong`,
      `${PATH}?key=`,
      `${secretPath}x`,
      `${PATH}/wrong?key=${encodeURIComponent(SECRET)}`,
    ];
    for (const path of wrong) assert.equal(await post(path, push('one')), 401, path);
    assert.equal(await post(`${PATH}?key=${encodeURIComponent(SECRET)}&key=x`, push('one')), 401);
    assert.equal(await post(PATH, '', 'GET'), 401);
    assert.deepEqual(flow.out.flat(), []);
    assert.deepEqual(flow.errors, []);
  });

  it('tells a push that comes again once, whoever sends it how often', async () => {
    const { flow } = await listen();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(secretPath, push('one'))));
    assert.deepEqual(new Set(answers), new Set([200]));
    await post(secretPath, push('one', 'DeliveredToNetwork'));
    await wait(20);
    assert.equal(flow.out[0].filter(({ payload }) => (payload as StatusReport).status === 'delivered').length, 1);
  });

  it('answers 500 when the store cannot keep a push, and takes it once when it comes again', async () => {
    const { flow, own } = await listen();
    const { marks } = accountOf(own.id).settings.store;
    const add = sinon.stub(marks, 'add').rejects(new SmsError('SMS_STORE', 'The disk is full.'));
    try {
      assert.equal(await post(secretPath, push('one')), 500);
      await flow.until(() => flow.errors.length === 1);
      assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_STORE');
      assert.equal(flow.statuses.at(-1)?.fill, 'red');
      assert.equal(flow.out[0].length, 0);
    } finally {
      add.restore();
    }
    assert.deepEqual([await post(secretPath, push('one')), await post(secretPath, push('one'))], [200, 200]);
    await flow.until(() => flow.out[0].length === 1);
    await wait(20);
    assert.equal(flow.out[0].length, 1);
  });

  it('tells at the start what was stored and not told before, from the outputs that it belongs to', async () => {
    const { own } = await listen();
    const { post: office } = accountOf(own.id);
    const row = { from: TO, to: null, text: 'Hello', parts: 1, receivedAt: new Date().toISOString(), raw: null };
    const report = { id: 'one', status: 'delivered' };
    for (const [kind, body] of [
      ['report', report],
      ['event', { job: 7 }],
    ] as const)
      office.leave(await office.put('node', kind, body));
    office.leave(await office.put('node', 'inbound', { id: '1', ...row }));
    await unload();
    const after = await load({ type: 'webhook-in', provider: own.id, path: PATH }, [own]);
    await after.until(() => after.out.every((list) => list.length === 1));
    assert.deepEqual(payloadOf(after.out[0][0]), report);
    assert.equal(after.out[1][0]?.topic, TO);
    assert.deepEqual(payloadOf(after.out[2][0]), { job: 7 });
    await unload();
    const later = await load({ type: 'webhook-in', provider: own.id, path: PATH }, [own]);
    await wait(30);
    assert.deepEqual(later.out.flat(), []);
  });

  it('answers 400 to what is no push, says so to Catch in red, and takes the next one', async () => {
    const { flow } = await listen();
    for (const body of ['no JSON', '[]', '7', '']) assert.equal(await post(secretPath, body), 400);
    assert.equal(await post(secretPath, '', 'GET'), 400);
    await flow.until(() => flow.errors.length === 5);
    assert(flow.errors.every((error) => codeOf(error) === 'SMS_BAD_RESPONSE'));
    assert.equal(flow.statuses.at(-1)?.fill, 'red');
    assert.equal(await post(secretPath, push('one')), 200);
    await flow.until(() => flow.out[0].length === 1);
  });

  it('answers 413 to 2 MB, says so to Catch, and takes the next one', async () => {
    const { flow } = await listen();
    assert.equal(await postLarge(secretPath, 2 * 1024 * 1024), 413);
    await flow.until(() => flow.errors.length === 1);
    assert.equal(flow.errors[0] && codeOf(flow.errors[0]), 'SMS_BAD_RESPONSE');
    assert.match(sentenceOf(flow.errors[0]), /1 MB/);
    assert.equal(flow.statuses.at(-1)?.fill, 'red');
    assert.equal(await post(secretPath, push('one')), 200);
    await flow.until(() => flow.out[0].length === 1);
  });

  it('gives what is no status to the third output', async () => {
    const { flow } = await listen();
    await post(secretPath, { job: 7, state: 'ended' });
    await flow.until(() => flow.out[2].length === 1);
    assert.deepEqual(payloadOf(flow.out[2][0]), { job: 7, state: 'ended' });
  });

  it('leaves other addresses and methods alone', async () => {
    await listen();
    assert.equal(await post('/sms/other', push('one')), 404);
    const answer = await fetch(url() + secretPath, { method: 'DELETE' });
    assert.equal(answer.status, 404);
  });

  it('is served at /sms/<id> when no path is given, and no longer when it is gone', async () => {
    await listen({}, { path: '' });
    const path = `/sms/node/${encodeURIComponent(SECRET)}`;
    assert.equal(await post(path, push('one')), 200);
    const served = url();
    await unload();
    const after = await fetch(served + path, { method: 'POST', body: '{}' });
    assert.equal(after.status, 404);
  });

  it('refuses everything for an account without a secret, and says why', async () => {
    const { flow } = await listen({ credentials: { webhookSecret: '' } });
    for (const path of [PATH, `${PATH}/`, `${PATH}/x`, `${PATH}?key=`])
      assert.equal(await post(path, push('one')), 401);
    assert.deepEqual(flow.out.flat(), []);
    const { status, warn } = nodeOf('node') as unknown as Record<'status' | 'warn', { args: unknown[] }>;
    assert.match(JSON.stringify(status.args), /noSecret/);
    assert.match(JSON.stringify(warn.args), /no webhook secret/);
  });

  it('needs no secret on the sandbox', async () => {
    const { flow } = await listen({ sandbox: true, credentials: { webhookSecret: '' } });
    assert.equal(await post(PATH, push('one')), 200);
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(await post(`${PATH}/guess`, push('two')), 401);
  });

  it('is reached by the pushes of what is sent, each status told once by sms-send as well', async () => {
    count += 1;
    const sandbox = await start();
    const id = `account-${count}`;
    const own = account(sandbox, { id, credentials: { webhookSecret: SECRET } });
    const more = [
      { id: 'send', type: 'sms-send', provider: id, wires: [['sent'], ['told']] },
      { id: 'sent', type: 'helper', wires: [] },
      { id: 'told', type: 'helper', wires: [] },
    ];
    // The address of the server is known only when it runs: the public one stands for it.
    const flow = await load({ type: 'webhook-in', provider: id, path: PATH }, [{ ...own, publicUrl: '' }], more);
    (nodeOf(id) as unknown as { publicUrl: string }).publicUrl = url();
    const told: StatusReport[] = [];
    nodeOf('told').on('input', (message: unknown) => told.push((message as { payload: StatusReport }).payload));
    nodeOf('send').receive({ to: TO, payload: 'Hello', topic: 'kept' } as never);
    await flow.until(() => flow.out[0].length === 1, 1500);
    await wait(2300);
    assert.deepEqual(
      told.map(({ status }) => status),
      ['delivered'],
    );
    assert.equal(flow.out[0].length, 1);
    assert.equal(told[0]?.id, sandbox.messages()[0]?.id);
    assert.equal(sandbox.callbacks()[0]?.status, 200);
    assert.match(sandbox.callbacks()[0]?.url ?? '', /secret%20of%20the%20webhook\?ref=/);
  });

  it('believes the vendor rather than the push', async () => {
    const { flow, sandbox, own } = await listen();
    await unload();
    const sending = await load({ type: 'sms-send', provider: own.id, follow: false }, [own]);
    sending.give({ to: '+32470000004', payload: 'never final' });
    await sending.until(() => sending.out[0].length === 1);
    await unload();
    assert.equal(flow.out.flat().length, 0);
    const after = await load({ type: 'webhook-in', provider: own.id, path: PATH }, [own]);
    await post(secretPath, push(sandbox.messages()[0]?.id ?? '', 'DeliveredToTerminal'));
    await after.until(() => after.out[0].length === 1);
    assert.equal(payloadOf<StatusReport>(after.out[0][0]).status, 'sent');
  });
});

/** The server may answer before all is written; fetch would call that an error. */
function postLarge(path: string, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url());
    const headers = { 'content-type': 'application/json', 'content-length': bytes };
    const call = request({ hostname, port, path, method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    call.end(Buffer.alloc(bytes, 'x'));
  });
}

describe('the admin API', () => {
  const texts = async (flow: Promise<{ flow: Flow; own: Entry }>) => {
    const { own } = await flow;
    const get = async (path: string) => {
      const { status, body, text } = await admin().get(path);
      return { status, body, text };
    };
    return { own, get };
  };

  it('gives the catalog of the providers, without a secret', async () => {
    const { get } = await texts(listen());
    const { status, body, text } = await get('/sms-provider/catalog');
    assert.equal(status, 200);
    const enco = body.providers.find(({ id }: { id: string }) => id === 'enco');
    assert.equal(enco.capabilities.status, true);
    assert.match(enco.capabilities.schedule, /cannot schedule/);
    const send = enco.operations.find(({ id }: { id: string }) => id === 'enco.outbound.send');
    assert.equal(send.params.properties.destinations.maxItems, 1);
    assert.deepEqual([send.writes, send.pages, typeof send.source], [true, false, 'string']);
    assert.doesNotMatch(text, new RegExp(SECRET));
  });

  it('shows the address of a webhook with dots for the secret, and the whole one at /url only', async () => {
    const { get } = await texts(listen());
    const masked = await get('/webhook-in/node/address');
    assert.equal(masked.status, 200);
    assert.match(masked.body.masked, /\/sms\/push\/•+$/);
    assert.doesNotMatch(decodeURIComponent(masked.text), new RegExp(SECRET));
    const whole = await get('/webhook-in/node/url');
    assert.equal(whole.body.url, `${url()}${secretPath}`);
    for (const what of ['address', 'url']) assert.equal((await get(`/webhook-in/nobody/${what}`)).status, 404);
  });

  it('tests a webhook by calling it', async () => {
    const { flow } = await listen();
    const good = await admin().post('/webhook-in/node/test');
    assert.equal(good.body.ok, true, good.body.message);
    assert.doesNotMatch(decodeURIComponent(good.text), new RegExp(SECRET));
    (nodeOf(`account-${count}`) as unknown as { publicUrl: string }).publicUrl = 'http://127.0.0.1:1';
    const bad = await admin().post('/webhook-in/node/test');
    assert.equal(bad.body.ok, false);
    assert.match(bad.body.message, /cannot be reached/);
    assert.doesNotMatch(decodeURIComponent(bad.text), new RegExp(SECRET));
    assert.equal((await admin().post('/webhook-in/nobody/test')).status, 404);
    assert.deepEqual(flow.out.flat(), []);
  });

  it('tests a connection with what the open dialog says, a password that was not touched being the stored one', async () => {
    const { own, sandbox } = await listen();
    const { baseUrl, tokenUrl, credentials } = sandbox;
    const config = { name: 'Trial', provider: 'enco', sandbox: false, baseUrl, tokenUrl };
    const ask = async (body: object) => (await admin().post('/sms-provider/test').send(body)).body;
    const good = await ask({
      id: own.id,
      config,
      credentials: { clientId: credentials.clientId, clientSecret: '__PWRD__' },
    });
    assert.equal(good.ok, true, good.message);
    assert.match(good.detail, /666, 8888/);
    const wrong = await ask({ id: own.id, config, credentials: { clientSecret: 'wrong-secret-given' } });
    assert.equal(wrong.ok, false);
    assert.match(wrong.message, /401/);
    assert.doesNotMatch(JSON.stringify(wrong), /wrong-secret-given/);
    const fresh = await ask({ id: 'not deployed yet', config, credentials });
    assert.equal(fresh.ok, true, fresh.message);
    process.env.SMS_TEST_SECRET = credentials.clientSecret;
    const clientSecret = '$'.concat('{SMS_TEST_SECRET}');
    const variable = await ask({ id: 'new', config, credentials: { clientId: credentials.clientId, clientSecret } });
    assert.equal(variable.ok, true, variable.message);
    delete process.env.SMS_TEST_SECRET;
    assert.equal((await ask({ id: 'new', config: { ...config, sandbox: true }, credentials: {} })).ok, true);
    for (const body of [{}, { config: { provider: 'none' } }, { id: 'new', config, credentials: {} }, []])
      assert.equal((await ask(body)).ok, false);
  });
});
