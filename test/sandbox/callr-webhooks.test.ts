/** CALLR's webhooks: subscriptions, signed pushes, tries, and what phones write. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Hit } from './callr-support.ts';
import { client, hooks } from './callr-support.ts';
import { next, sandboxes } from './support.ts';

const TO = '+33612340100';
const LIFE = ['PENDING', 'SENT', 'REMOTE_QUEUED', 'RECEIVED'];
const words = (hits: Hit[]): string[] => hits.map(({ event }) => event.data.status);

describe('sandbox: CALLR webhooks', () => {
  const { start } = sandboxes('callr');
  const { open } = hooks();

  it('callr.webhooks.getEventTypes: lists what can be subscribed to', async () => {
    const types = await client(await start()).ask<string[]>('webhooks.get_event_types');
    for (const type of ['sms.mo', 'sms.mt.status_update', 'job.status_update', 'billing.credit']) {
      assert.ok(types.includes(type), type);
    }
  });

  it('callr.webhooks.subscribe, callr.webhook.smsMtStatus: pushes each status of each message', async () => {
    const sandbox = await start();
    const { ask, send } = client(sandbox);
    const hook = await open();
    const webhook = await ask<{ hash: string }>('webhooks.subscribe', 'sms.mt.status_update', hook.url, null);
    assert.match(webhook.hash, /^[A-Z0-9]{8}$/);
    assert.deepEqual(webhook, {
      hash: webhook.hash,
      type: 'sms.mt.status_update',
      endpoint: hook.url,
      options: { hmac_secret: null, hmac_algo: 'SHA256', format: 'JSON' },
    });
    const id = await send(TO);
    const hits = await hook.until(4);
    assert.deepEqual(words(hits), LIFE);
    const { headers, event } = hits[3] as Hit;
    assert.deepEqual(Object.keys(event), ['event_at', 'event_id', 'hook_hash', 'try', 'type', 'data']);
    assert.deepEqual([event.hook_hash, event.try, event.data.hash], [webhook.hash, 0, id]);
    assert.match(event.event_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(event.data, await ask('sms.get', id));
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['user-agent'], 'CALLR/API 0.9942');
    assert.equal(headers['x-callr-hmacsignature'], undefined);
    assert.ok(headers['x-callr-eventid'] && headers['x-callr-eventid'] !== event.event_id);
    assert.equal(new Set(hits.map((hit) => hit.event.event_id)).size, 4);
  });

  it('says the same event id in the header when told so', async () => {
    const { send } = client(await start({ assumptions: { eventIdHeaderDiffers: false } }));
    const hook = await open();
    await send(TO, { options: { webhook: { endpoint: hook.url } } });
    const [hit] = await hook.until(1);
    assert.equal(hit?.headers['x-callr-eventid'], hit?.event.event_id);
  });

  for (const algorithm of [undefined, 'SHA256', 'SHA512', 'SHA1', 'MD5']) {
    it(`callr.webhook.hmac: signs the raw body, ${algorithm ?? 'SHA256 by default'}`, async () => {
      const { ask, send } = client(await start());
      const hook = await open();
      const options = { hmac_secret: 'sécret', ...(algorithm ? { hmac_algo: algorithm, format: 'JSON' } : {}) };
      await ask('webhooks.subscribe', 'sms.mt.status_update', hook.url, options);
      await send(TO, { body: 'été 漢' });
      const [hit] = await hook.until(1);
      const expected = createHmac(algorithm ?? 'sha256', 'sécret')
        .update(hit?.raw ?? '')
        .digest('base64');
      assert.equal(hit?.headers['x-callr-hmacsignature'], expected);
    });
  }

  it('callr.options: a message may bring its own webhook, beside the subscribed one or in its place', async () => {
    for (const dynamicWebhookReplaces of [false, true]) {
      const sandbox = await start({ assumptions: { dynamicWebhookReplaces } });
      const { ask, send } = client(sandbox);
      const [own, subscribed] = [await open(), await open()];
      await ask('webhooks.subscribe', 'sms.mt.status_update', subscribed.url, null);
      const webhook = { endpoint: own.url, options: { hmac_secret: 's' } };
      const id = await send(TO, { options: { webhook } });
      const hits = await own.until(4);
      assert.deepEqual(words(hits), LIFE);
      assert.equal(hits[0]?.event.hook_hash, null);
      assert.ok(hits[0]?.headers['x-callr-hmacsignature']);
      assert.ok(!hits[0]?.raw.includes(own.url), 'the secret place is not told');
      assert.deepEqual([sandbox.messages()[0]?.id, sandbox.messages()[0]?.callbackUrl], [id, own.url]);
      if (dynamicWebhookReplaces) await sandbox.close();
      else await subscribed.until(4);
      assert.equal(subscribed.hits.length, dynamicWebhookReplaces ? 0 : 4);
    }
  });

  it('callr.webhook.smsMo: tries again until 200, with the same event, a growing count and a new signature', async () => {
    const sandbox = await start({ pace: { retry: 1 } });
    const hook = await open(500, 204, 200);
    await client(sandbox).ask('webhooks.subscribe', 'sms.mo', hook.url, { hmac_secret: 's' });
    sandbox.receive({ from: TO, to: '36077', text: 'first' });
    await hook.until(3);
    const told = next(sandbox, 'callback', ({ body }) => body.includes('second'));
    sandbox.receive({ from: TO, to: '36077', text: 'second' });
    await told;
    assert.deepEqual(
      hook.hits.map(({ event }) => `${event.try} ${event.data.text}`),
      ['0 first', '1 first', '2 first', '0 second'],
    );
    assert.equal(new Set(hook.hits.map(({ event }) => event.event_id)).size, 2);
    assert.equal(new Set(hook.hits.map(({ headers }) => headers['x-callr-eventid'])).size, 2);
    for (const { raw, headers } of hook.hits) {
      assert.equal(headers['x-callr-hmacsignature'], createHmac('sha256', 's').update(raw).digest('base64'));
    }
  });

  it('callr.webhook.smsMo: gives up after the tries it has, each wait twice as long', async () => {
    const sandbox = await start({ pace: { retry: 5 }, assumptions: { webhookRetries: 2 } });
    const hook = await open(500);
    await client(sandbox).ask('webhooks.subscribe', 'sms.mo', hook.url, null);
    const third = next(sandbox, 'callback', () => sandbox.callbacks().length === 3);
    sandbox.receive({ from: TO, to: '36077', text: 'x' });
    await third;
    const [one = 0, two = 0, three = 0] = sandbox.callbacks().map(({ at }) => Date.parse(at));
    assert.ok(two - one >= 4 && three - two >= 9, [one, two, three].join(' '));
    const sixth = next(sandbox, 'callback', () => sandbox.callbacks().length === 6);
    sandbox.receive({ from: TO, to: '36077', text: 'y' });
    await sixth;
    const tries = sandbox.callbacks().map(({ body }) => JSON.parse(body).try);
    assert.deepEqual(tries, [0, 1, 2, 0, 1, 2]);
  });

  it('takes any 2xx when told so', async () => {
    const sandbox = await start({ pace: { retry: 0 }, assumptions: { webhookTakenBy: '2xx' } });
    const { ask } = client(sandbox);
    const hook = await open(204);
    await ask('webhooks.subscribe', 'sms.mo', hook.url, null);
    for (const text of ['one', 'two']) {
      const told = next(sandbox, 'callback');
      sandbox.receive({ from: TO, to: '36077', text });
      await told;
    }
    await sandbox.close();
    assert.deepEqual(
      hook.hits.map(({ event }) => `${event.try} ${event.data.text}`),
      ['0 one', '0 two'],
    );
  });

  it('notes a push that nobody takes, and goes on', async () => {
    const sandbox = await start({ assumptions: { webhookRetries: 0 } });
    const { send } = client(sandbox);
    const told = next(sandbox, 'callback');
    await send(TO, { options: { webhook: { endpoint: 'http://127.0.0.1:1/' } } });
    const { status, error } = await told;
    assert.equal(status, null);
    assert.match(error ?? '', /ECONNREFUSED/);
    await send(TO);
  });

  it('callr.webhooks.unsubscribe: ends the pushes, once, and only for its owner', async () => {
    const clients = ['one', 'two'].map((name) => ({ username: name, password: name, dedicatedAddresses: [name] }));
    const sandbox = await start({ clients });
    const self = client(sandbox);
    const other = client(sandbox, { authorization: `Basic ${btoa('two:two')}` });
    const hook = await open();
    const { hash } = await self.ask<{ hash: string }>('webhooks.subscribe', 'sms.mo', hook.url, null);
    const refusal = [151, 'PROPERTY_VALUE_ERROR [hash]'];
    assert.deepEqual(await other.fault('webhooks.unsubscribe', hash), refusal);
    sandbox.receive({ from: TO, to: 'one', text: 'first' });
    await hook.until(1);
    assert.equal(await self.ask('webhooks.unsubscribe', hash), true);
    assert.deepEqual(await self.fault('webhooks.unsubscribe', hash), refusal);
    sandbox.receive({ from: TO, to: 'one', text: 'second' });
    await sandbox.close();
    assert.equal(hook.hits.length, 1);
  });

  it('callr.webhooks.subscribe: refuses what is no type, address or option', async () => {
    const { fault } = client(await start());
    const cases: [unknown[], [number, string]][] = [
      [
        ['sms.in', 'http://x', null],
        [151, 'PROPERTY_VALUE_ERROR [type]'],
      ],
      [
        ['sms.mo', 'x', null],
        [151, 'PROPERTY_VALUE_ERROR [endpoint]'],
      ],
      [
        ['sms.mo', null, null],
        [151, 'PROPERTY_TYPE_ERROR [endpoint]'],
      ],
      [
        ['sms.mo', 'http://x', 'SHA256'],
        [151, 'PROPERTY_TYPE_ERROR [options]'],
      ],
      [
        ['sms.mo', 'http://x', { hmac_secret: 1 }],
        [151, 'PROPERTY_TYPE_ERROR [hmac_secret]'],
      ],
      [
        ['sms.mo', 'http://x', { format: 'XML' }],
        [151, 'PROPERTY_VALUE_ERROR [format]'],
      ],
    ];
    for (const [params, expected] of cases) assert.deepEqual(await fault('webhooks.subscribe', ...params), expected);
  });

  it('callr.webhook.smsMo: pushes what a phone writes, to the account that wrote to it last', async () => {
    const clients = ['one', 'two'].map((name) => ({ username: name, password: name }));
    const sandbox = await start({ clients });
    const [self, other] = [client(sandbox), client(sandbox, { authorization: `Basic ${btoa('two:two')}` })];
    const [mine, theirs] = [await open(), await open()];
    const { hash } = await self.ask<{ hash: string }>('webhooks.subscribe', 'sms.mo', mine.url, null);
    await other.ask('webhooks.subscribe', 'sms.mo', theirs.url, null);
    assert.deepEqual(sandbox.receive({ from: TO, text: 'to nobody' }).owners, []);
    await self.send(TO, { from: '' });
    await other.send(TO, { from: 'SMS' });
    const { id } = sandbox.receive({ from: TO, text: 'to the first' });
    const [hit] = await mine.until(1);
    const { type, hash: sms, from, to, text, status } = hit?.event.data ?? ({} as Hit['event']['data']);
    assert.deepEqual([hit?.event.type, hit?.event.hook_hash], ['sms.mo', hash]);
    assert.deepEqual([type, sms, from, to, text, status], ['IN', id, TO, '38011', 'to the first', 'RECEIVED']);
    await other.send(TO, { from: '' });
    sandbox.receive({ from: TO, text: 'to the second' });
    assert.equal((await theirs.until(1))[0]?.event.data.text, 'to the second');
    assert.equal(mine.hits.length, 1);
    assert.throws(() => sandbox.receive({ from: TO, to: '999', text: 'x' }), RangeError);
  });
});
