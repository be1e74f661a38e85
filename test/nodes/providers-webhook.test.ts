/** webhook-in at each of the four providers: their pushes, signed or not, in the form that each has. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { InboundMessage, StatusReport } from '../../dist/src/sms/types.js';
import { ears, heard, phone, quickened, until, vendors } from './providers-support.ts';
import { admin, codeOf, type Entry, flows, type Message, nodeOf, payloadOf, url, wait } from './support.ts';

const SECRET = 'secret of the webhook';
const PATH = '/push';
const { load } = flows();
const start = vendors();
const reportOf = (message: Message | undefined) => payloadOf<StatusReport>(message);
const inboundOf = (message: Message | undefined) => payloadOf<InboundMessage>(message);

function listen(account: Entry) {
  const sender = { id: 'send', type: 'sms-send', provider: account.id, wires: [['sent'], ['followed']] };
  return load(
    { type: 'webhook-in', provider: account.id, path: PATH },
    [account],
    [sender, ...ears('sent', 'followed')],
  );
}

const give = (...digits: string[]) => {
  for (const four of digits) nodeOf('send').receive({ to: phone(four), payload: 'Hello' } as never);
};

async function call(path: string, init: RequestInit = {}): Promise<number> {
  const answer = await fetch(url() + path, init);
  await answer.text();
  return answer.status;
}

describe('webhook-in with the pushes of a vendor that is told one address', () => {
  const credentials = { webhookSecret: SECRET };
  const secretPath = `${PATH}/${encodeURIComponent(SECRET)}`;

  it('digitaleo: a ping says only which SMS, whose status is fetched; a reply too', async () => {
    const { sandbox, account } = await start('digitaleo', { credentials });
    const flow = await listen(account);
    const statusUrl = `${url()}${secretPath}`;
    sandbox.configure({ statusUrl });
    give('0001');
    await flow.until(() => flow.out[0].some((message) => reportOf(message).reply !== undefined));
    const reports = flow.out[0].map(reportOf);
    assert(reports.every(({ id }) => id === sandbox.messages()[0]?.id));
    assert.deepEqual(
      [reports.at(-1)?.to, reports.at(-1)?.status, reports.at(-1)?.reply?.text],
      [phone('0001'), 'delivered', 'OK'],
    );
    assert(sandbox.callbacks().every(({ status }) => status === 200));
    assert(sandbox.requests('digitaleo.status.read').count > 0);
    assert.equal(await call(`${PATH}/wrong?sms_id=${reports[0]?.id}`), 401);
    assert.equal(await call(`${PATH}?sms_id=${reports[0]?.id}`), 401);
    assert.equal(await call(`${secretPath}?other=1`), 400);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_BAD_RESPONSE']);
  });

  for (const webhookPlacement of ['query', 'form', 'json']) {
    it(`zoomconnect: reads reports and replies whose fields come as ${webhookPlacement}`, async () => {
      const { sandbox, account } = await start('zoomconnect', { credentials }, { assumptions: { webhookPlacement } });
      const flow = await listen(account);
      const address = `${url()}${secretPath}`;
      sandbox.configure({ statusUrl: address, inboundUrl: address });
      give('0001', '0002');
      await flow.until(() => flow.out[1].length === 1 && flow.out[0].length === 3);
      const reports = flow.out[0].map(reportOf);
      assert.deepEqual(reports.map(({ status }) => status).sort(), ['delivered', 'delivered', 'failed']);
      const { from, text, inReplyTo } = inboundOf(flow.out[1][0]);
      const asked = sandbox.messages().find(({ to }) => to === phone('0001'));
      assert.deepEqual([from, text, inReplyTo], [phone('0001'), 'OK', asked?.id]);
      assert(sandbox.callbacks().every(({ status }) => status === 200));
      assert.deepEqual(flow.errors, []);
    });
  }
});

describe('webhook-in with a parameter that comes twice', () => {
  it('takes the last one, and loses nothing', async () => {
    const { account } = await start('zoomconnect', { credentials: { webhookSecret: SECRET } });
    const flow = await listen(account);
    const path = `${PATH}/${encodeURIComponent(SECRET)}`;
    const push = '?messageId=5eea0cc1e4b0a1b2c3d4e5f6&status=SENT&campaign=a&campaign=b&status=DELIVERED';
    assert.equal(await call(path + push, { method: 'POST' }), 200);
    await flow.until(() => flow.out.flat().length === 1);
    assert.deepEqual(
      flow.out[0].map(reportOf).map(({ status }) => status),
      ['delivered'],
    );
  });
});

describe('webhook-in with the pushes of CALLR', () => {
  const sandboxOf = quickened();
  let count = 0;

  const account = (more: Partial<Entry> = {}): Entry => {
    count += 1;
    const credentials = { webhookSecret: SECRET };
    return {
      id: `callr-own-${count}`,
      type: 'sms-provider',
      name: 'CALLR',
      provider: 'callr',
      sandbox: true,
      credentials,
      ...more,
    };
  };

  it('takes what is signed with the secret, which is no part of the address, and tells sms-send as well', async () => {
    const own = account();
    const flow = await listen(own);
    const followed = heard('followed');
    give('0000');
    await flow.until(() => flow.out[0].some((message) => reportOf(message).final));
    await until(() => followed.some((message) => reportOf(message).final), 'sms-send is told');
    const pushes = sandboxOf('callr').callbacks();
    assert(pushes.length > 0 && pushes.every(({ status }) => status === 200));
    for (const { url: address } of pushes)
      assert(!address.includes('secret') && address.startsWith(`${url()}${PATH}?`));
    assert.deepEqual(flow.out[0].map(reportOf).at(-1)?.status, 'delivered');
    const { body } = await admin().get('/webhook-in/node/url').expect(200);
    assert.equal(body.url, `${url()}${PATH}`);
  });

  it('answers 401 to a wrong or missing signature, and to one over other bytes; tells nothing of them', async () => {
    const flow = await listen(account());
    const data = { hash: 'abc', type: 'OUT', to: phone('0000'), status: 'RECEIVED' };
    // Blanks and escapes as no serializer of ours would write them.
    const body = `{ "type":"sms.mt.status_update",  "event_id": "1", "data": ${JSON.stringify(data)}, "x": "\\u00e9" }`;
    const sign = (bytes: string, secret = SECRET) => createHmac('sha256', secret).update(bytes).digest('base64');
    const post = (signature?: string) => {
      const headers = {
        'content-type': 'application/json',
        ...(signature ? { 'x-callr-hmacsignature': signature } : {}),
      };
      return call(PATH, { method: 'POST', headers, body });
    };
    assert.equal(await post(), 401);
    assert.equal(await post(sign(body, 'another secret')), 401);
    assert.equal(await post(sign(JSON.stringify(JSON.parse(body)))), 401);
    assert.equal(await call(`${PATH}/${encodeURIComponent(SECRET)}`, { method: 'POST', body }), 401);
    assert.equal(flow.out[0].length, 0);
    assert.equal(await post(sign(body)), 200);
    assert.equal(await post(sign(body)), 200);
    await wait(20);
    assert.deepEqual(
      flow.out[0].map(reportOf).map(({ id, status }) => [id, status]),
      [['abc', 'delivered']],
    );
  });

  it('with the algorithm of the account', async () => {
    const flow = await listen(account({ hmacAlgorithm: 'SHA512' }));
    give('0000');
    await flow.until(() => flow.out[0].some((message) => reportOf(message).final));
    assert(
      sandboxOf('callr')
        .callbacks()
        .every(({ status }) => status === 200),
    );
  });
});
