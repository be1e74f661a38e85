/** CALLR's rows of the coverage list about what it pushes, and how that is signed. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { callr } from '../../dist/src/providers/callr/index.js';
import type { WebhookEvents, WebhookRequest } from '../../dist/src/providers/provider.js';
import type { SessionOptions } from '../../dist/src/providers/session.js';
import { callrWorkshop, LOGIN, one } from './callr-support.ts';
import { assertNothingSecret, facts, failure, http, outgoing, phone, until } from './support.ts';

const SECRET = 'hook-secret-5150';

describe('CALLR, what it pushes', () => {
  const { connect, replying, edge } = callrWorkshop();

  /** Collects what is pushed, as webhook-in is given it. */
  async function receiver(): Promise<{ url: string; pushes: WebhookRequest[] }> {
    const pushes: WebhookRequest[] = [];
    const { origin } = await edge((socket, request) => {
      const [head = '', body = ''] = request.split('\r\n\r\n');
      const lines = head.split('\r\n').slice(1);
      const headers = Object.fromEntries(
        lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*: ?/, '')]),
      );
      pushes.push({ method: 'POST', headers, query: {}, body: Buffer.from(body) });
      socket.end(http(200));
    });
    return { url: `${origin}/sms/node`, pushes };
  }

  const read = (request: WebhookRequest | undefined): WebhookEvents => {
    assert.ok(callr.webhook && request);
    return callr.webhook.read(request);
  };
  const pushed = (body: unknown, headers: Record<string, string> = {}): WebhookRequest => ({
    method: 'POST',
    headers,
    query: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const verified = (request: WebhookRequest | undefined, secret: string, hmacAlgorithm?: string): boolean => {
    assert.ok(callr.webhook?.verify && request);
    return callr.webhook.verify(request, secret, { hmacAlgorithm });
  };
  const withSecret = (settings = {}): Partial<SessionOptions> => ({ credentials: { webhookSecret: SECRET }, settings });

  describe('status', () => {
    it('callr.webhook.smsMtStatus: the address travels with the message, and every status of it is pushed there', async () => {
      const { vendor, line } = await connect();
      const { url, pushes } = await receiver();
      const { id } = await callr.verbs.send(line, outgoing(phone('0000'), { callbackUrl: `${url}?ref=1` }));
      const [, , , options] = one(vendor, 'callr.sms.send').call.params as [string, string, string, object];
      assert.deepEqual(options, { user_data: 'ref-1', webhook: { endpoint: `${url}?ref=1` } });
      const told = () => pushes.flatMap((push) => read(push).reports.map(({ report }) => report));
      await until(() => told().some(({ final }) => final), 'the last push');
      assert.deepEqual(
        told().map(({ status }) => status),
        ['queued', 'sent', 'sent', 'delivered'],
      );
      for (const { id: about, to } of told()) assert.deepEqual([about, to], [id, phone('0000')]);
      assert.ok(pushes.every((push) => read(push).reports.every(({ hint }) => !hint)));
    });

    it('callr.webhook.smsMtStatus: reads the times, the word and the error of the SMS in it', () => {
      const data = {
        type: 'OUT',
        hash: '8242D945',
        to: '33612345678',
        status: 'ERROR',
        status_error: 'No route',
        date_update: '2016-05-04 12:29:36',
      };
      const { reports, inbound, other } = read(pushed({ event_id: 'e1', type: 'sms.mt.status_update', data }));
      assert.deepEqual([inbound, other], [[], []]);
      const { raw, ...report } = reports[0]?.report ?? {};
      assert.deepEqual(report, {
        id: '8242D945',
        to: '+33612345678',
        status: 'failed',
        final: true,
        providerStatus: 'ERROR',
        description: 'Not accepted: No route',
        updatedAt: '2016-05-04T12:29:36.000Z',
      });
      assert.equal((raw as { event_id?: string }).event_id, 'e1');
    });

    it('callr.webhook.smsMtStatus: an address that the flow gives goes before ours', async () => {
      const { vendor, line } = await connect();
      const webhook = { endpoint: 'http://127.0.0.1:1/of-the-flow' };
      await callr.verbs.send(
        line,
        outgoing(phone('0004'), { callbackUrl: 'http://127.0.0.1:1/', options: { webhook } }),
      );
      const options = one(vendor, 'callr.sms.send').call.params[3] as { webhook: object };
      assert.deepEqual(options.webhook, webhook);
    });
  });

  it('callr.webhook.smsMo: what a phone writes is pushed to who subscribed, once, with its sender and time', async () => {
    const { vendor, line } = await connect();
    const { url, pushes } = await receiver();
    await line.call('callr.webhooks.subscribe', { type: 'sms.mo', endpoint: url });
    await callr.verbs.send(line, outgoing(phone('4321')));
    const { id, to, receivedAt } = vendor.receive({ from: phone('4321'), text: 'YES €' });
    await until(() => pushes.length > 0, 'the push');
    const { reports, inbound, other } = read(pushes[0]);
    assert.deepEqual([reports, other], [[], []]);
    const [message, ...more] = inbound;
    assert.deepEqual(more, []);
    assert.deepEqual([message?.id, message?.from, message?.to, message?.text], [id, phone('4321'), to, 'YES €']);
    assert.equal(message?.receivedAt.slice(0, 19), receivedAt.slice(0, 19));
    assert.equal(message?.parts, 1);
  });

  it('callr.webhook.jobStatus: an export tells how far it is, which is passed on as it is', async () => {
    const { line } = await connect();
    const { url, pushes } = await receiver();
    const id = await line.call('callr.sms.exportAsync', { webhook: { endpoint: url } });
    const jobs = () =>
      pushes.flatMap((push) => read(push).other) as { type: string; data: { id: string; status: string } }[];
    await until(() => jobs().some(({ data }) => data.status === 'DONE'), 'the export');
    for (const { type, data } of jobs()) assert.deepEqual([type, data.id], ['job.status_update', id]);
    assert.ok(pushes.every((push) => read(push).reports.length + read(push).inbound.length === 0));
  });

  it('callr.webhook.jobStatus: an event that is pushed again has the id that it had', () => {
    const event = { event_id: 'e1', try: 0, type: 'job.status_update', data: { id: 'j1', status: 'DONE' } };
    const [first, again] = [event, { ...event, try: 1 }].map((push) => read(pushed(push)));
    assert.deepEqual([first?.eventId, again?.eventId], ['e1', 'e1']);
    assert.deepEqual(first?.other, [event]);
  });

  it('callr.webhook.jobStatus: any other event, and one of an SMS that is none, is passed on as it is', () => {
    for (const odd of [
      { type: 'call.inbound_start', data: { hash: 'X' } },
      { type: 'sms.mt.status_update', data: null },
      { type: 'sms.mt.status_update', data: {} },
      { type: 'sms.mo', data: { hash: 5 } },
      { type: 7 },
      {},
    ]) {
      assert.deepEqual(read(pushed(odd)), { reports: [], inbound: [], other: [odd] });
    }
    for (const none of ['', 'null', '[]', '"x"', '<xml/>', '{']) {
      assert.throws(() => read(pushed(none)), { code: 'SMS_BAD_RESPONSE' }, none);
    }
  });

  describe('signature', () => {
    for (const algorithm of ['SHA256', 'SHA512', 'SHA1', 'MD5']) {
      it(`callr.webhook.hmac: the account's secret signs with ${algorithm}, and nobody who sends sees it`, async () => {
        const { vendor, line } = await connect({}, withSecret({ hmacAlgorithm: algorithm }));
        const { url, pushes } = await receiver();
        await callr.verbs.send(line, outgoing(phone('0000'), { callbackUrl: url }));
        const [, , , options] = one(vendor, 'callr.sms.send').call.params as [
          string,
          string,
          string,
          { webhook: object },
        ];
        assert.deepEqual(options.webhook, { endpoint: url, options: { hmac_secret: SECRET, hmac_algo: algorithm } });
        await until(() => pushes.length > 0, 'the push');
        assert.equal(verified(pushes[0], SECRET, algorithm), true);
        assert.equal(verified(pushes[0], `${SECRET}x`, algorithm), false);
        assert.equal(verified(pushes[0], SECRET, algorithm === 'SHA1' ? 'MD5' : 'SHA1'), false);
        assertNothingSecret(line, [SECRET]);
      });
    }

    const body = '{"event_id":"e1","type":"sms.mo","data":{"text":"Ç\\u20ac"}}';
    const sign = (text: string, algorithm = 'sha256', secret = SECRET) =>
      createHmac(algorithm, secret).update(text).digest('base64');

    it('callr.webhook.hmac: is over the raw bytes, SHA256 where nothing is said', () => {
      const right = pushed(body, { 'x-callr-hmacsignature': sign(body), 'x-callr-eventid': 'another-id' });
      for (const name of [undefined, '', 'SHA256', 'sha-256']) assert.equal(verified(right, SECRET, name), true);
      const spaced = pushed(body.replace(',', ', '), right.headers);
      assert.equal(verified(spaced, SECRET), false);
    });

    it('callr.webhook.hmac: without a signature, without a secret, or with something else there, it is not signed', () => {
      assert.equal(verified(pushed(body), SECRET), false);
      for (const given of ['', '=', 'nonsense', sign(body).slice(4), sign(body, 'sha512'), sign(body, 'sha256', 'x')]) {
        assert.equal(verified(pushed(body, { 'x-callr-hmacsignature': given }), SECRET), false, given);
      }
      assert.equal(verified(pushed(body, { 'x-callr-hmacsignature': sign(body, 'sha256', '') }), ''), false);
    });

    it('callr.webhook.hmac: another algorithm than the vendor has is told when something is to be signed', async () => {
      const { vendor, line } = await connect({}, withSecret({ hmacAlgorithm: 'CRC32' }));
      const error = await failure(
        callr.verbs.send(line, outgoing(phone('0000'), { callbackUrl: 'http://127.0.0.1:1/' })),
      );
      assert.equal(facts(error), 'SMS_CONFIG not-sent');
      assert.match(error.message, /SHA256, SHA512, SHA1, MD5.*CRC32/);
      assert.equal(vendor.requests().count, 0);
      assert.equal(verified(pushed(body, { 'x-callr-hmacsignature': sign(body) }), SECRET, 'CRC32'), false);
    });

    it('callr.webhook.hmac: what a flow says of signing stands, and null means unsigned', async () => {
      for (const options of [null, { hmac_secret: 'of-the-flow' }, {}]) {
        const { vendor, line } = await connect({}, withSecret());
        const webhook = { endpoint: 'http://127.0.0.1:1/', options };
        await callr.verbs.send(line, outgoing(phone('0004'), { options: { webhook } }));
        assert.deepEqual((one(vendor, 'callr.sms.send').call.params[3] as { webhook: object }).webhook, webhook);
      }
    });

    it('callr.webhook.hmac: a secret that the vendor shows in an answer or a push comes out as ***', async () => {
      const sms = {
        hash: '8242D945',
        status: 'SENT',
        to: phone('0000'),
        options: { webhook: { options: { hmac_secret: SECRET } } },
      };
      const { line } = await replying({ result: sms }, { credentials: { ...LOGIN, webhookSecret: SECRET } });
      const answer = await line.call<typeof sms>('callr.sms.get', { id: '8242D945' });
      assert.equal(answer.options.webhook.options.hmac_secret, '***');
      assertNothingSecret(read(pushed({ type: 'sms.mt.status_update', data: sms })), [SECRET]);
      assertNothingSecret(read(pushed({ type: 'other', data: [sms] })), [SECRET]);
    });
  });

  describe('subscriptions', () => {
    it('callr.webhooks.subscribe: sends type, address and options; the answer shows no secret', async () => {
      const { vendor, line } = await connect({}, withSecret());
      const endpoint = 'http://127.0.0.1:1/hook';
      const hook = await line.call<{ hash: string }>('callr.webhooks.subscribe', { type: 'sms.mo', endpoint });
      const { method, params } = one(vendor, 'callr.webhooks.subscribe').call;
      assert.equal(method, 'webhooks.subscribe');
      assert.deepEqual(params, ['sms.mo', endpoint, { hmac_secret: SECRET, hmac_algo: 'SHA256' }]);
      assert.match(hook.hash, /\S/);
      assertNothingSecret(hook, [SECRET]);
    });

    it('callr.webhooks.subscribe: an account without a secret, or options null, subscribes unsigned', async () => {
      const endpoint = 'http://127.0.0.1:1/hook';
      const bare = await connect();
      await bare.line.call('callr.webhooks.subscribe', { type: 'sms.mo', endpoint });
      assert.deepEqual(one(bare.vendor, 'callr.webhooks.subscribe').call.params, ['sms.mo', endpoint, null]);
      const unsigned = await connect({}, withSecret());
      await unsigned.line.call('callr.webhooks.subscribe', { type: 'sms.mo', endpoint, options: null });
      assert.deepEqual(one(unsigned.vendor, 'callr.webhooks.subscribe').call.params, ['sms.mo', endpoint, null]);
    });

    it('callr.webhooks.subscribe: an address that is none is refused before anything travels', async () => {
      const { vendor, line } = await connect();
      const error = await failure(line.call('callr.webhooks.subscribe', { type: 'sms.mo', endpoint: 'ftp://x' }));
      assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      assert.equal(vendor.requests().count, 0);
    });

    it('callr.webhooks.unsubscribe: ends the subscription of that hash, which is unknown afterwards', async () => {
      const { vendor, line } = await connect();
      const { url, pushes } = await receiver();
      const { hash } = await line.call<{ hash: string }>('callr.webhooks.subscribe', { type: 'sms.mo', endpoint: url });
      assert.equal(await line.call('callr.webhooks.unsubscribe', { hash }), true);
      assert.deepEqual(one(vendor, 'callr.webhooks.unsubscribe').call.params, [hash]);
      const again = await failure(line.call('callr.webhooks.unsubscribe', { hash }));
      assert.equal(again.code, 'SMS_REJECTED');
      await callr.verbs.send(line, outgoing(phone('4321')));
      vendor.receive({ from: phone('4321'), text: 'anyone?' });
      assert.deepEqual([vendor.callbacks(), pushes], [[], []]);
    });

    it('callr.webhooks.getEventTypes: lists the types, without parameters', async () => {
      const { vendor, line } = await connect();
      const types = await line.call<string[]>('callr.webhooks.getEventTypes');
      for (const type of ['sms.mo', 'sms.mt.status_update', 'job.status_update']) assert.ok(types.includes(type));
      assert.deepEqual(one(vendor, 'callr.webhooks.getEventTypes').call.params, []);
    });
  });
});
