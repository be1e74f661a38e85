/** Deploying again, deleting an account and nodes without one: nothing is lost without a word, and Node-RED lives on. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CONNECTIONS } from '../../dist/src/providers/http.js';
import { account, codeOf, flows, NODE, nodeOf, payloadOf, sentenceOf, unload, url, wait } from './support.ts';

const { sandbox: start, load } = flows();
const TO = '+32470112001';
const SENDING = { type: 'sms-send', provider: 'account' };
/** Nobody listens there. */
const NOWHERE = { baseUrl: 'http://127.0.0.1:9/sms/1.0.0', tokenUrl: 'http://127.0.0.1:9/token' };

describe('deploying again', () => {
  for (const type of ['sms-inbound-poll', 'sms-status-queue']) {
    it(`${type} with an interval and no account says so again and again, and Node-RED lives on`, async () => {
      const flow = await load({ type, interval: '0.02' }, []);
      await flow.until(() => flow.errors.length >= 2);
      assert.deepEqual([...new Set(flow.errors.map(codeOf))], ['SMS_CONFIG']);
    });
  }

  it('tells what becomes of a message that was taken in before, with what it came with', async () => {
    const sandbox = await start();
    const closed = { ...account(sandbox), ...NOWHERE };
    const before = await load(SENDING, [closed]);
    before.give({ to: TO, payload: 'waits', kept: { deep: 1 } });
    await before.until(() => before.statuses.length > 0);
    await wait(50);
    await unload();
    const flow = await load(SENDING, [account(sandbox)]);
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<{ text: string }>(flow.out[0][0]).text, 'waits');
    assert.deepEqual(flow.out[0][0]?.kept, { deep: 1 });
    assert.equal(sandbox.messages().length, 1);
  });

  describe('a part of the flow, in the moment in which a receipt comes out of it,', () => {
    const { events, hooks } = createRequire(import.meta.url)('@node-red/util');
    const sandboxed = { id: 'account', type: 'sms-provider', provider: 'enco', sandbox: true };

    /** A deploy begins when the receipt was sent, and not delivered yet; it ends at once. */
    const during = async (replaced: (behind: string) => object) => {
      const flow = await load({ ...SENDING, follow: false }, [sandboxed]);
      const [[behind = '']] = (nodeOf(NODE) as unknown as { wires: [[string]] }).wires;
      hooks.add('onSend.test', (sent: { source: { id: string } }[]) => {
        if (sent[0]?.source.id !== NODE) return;
        hooks.remove('*.test');
        events.emit('flows:stopping', { type: 'nodes', diff: replaced(behind) });
        setTimeout(() => events.emit('flows:started', {}), 20);
      });
      flow.give({ to: TO, payload: 'Hello' });
      await flow.until(() => flow.out[0].length > 0);
      await wait(200);
      return flow.out[0].length;
    };
    afterEach(() => hooks.remove('*.test'));

    it('is told once more when the node behind it is replaced', async () => {
      assert.equal(await during((behind) => ({ changed: [behind] })), 2);
    });

    it('is told once when others are', async () => {
      assert.equal(await during(() => ({ changed: ['other'], removed: ['another'], linked: [NODE] })), 1);
    });
  });

  it('gives a message that was taken in before and fails after to Catch', async () => {
    const closed = { ...account(await start()), ...NOWHERE };
    const sending = { ...SENDING, expires: '0.4' };
    const before = await load(sending, [closed]);
    before.give({ to: [TO, '+32470112002'], payload: 'expires', kept: 7 });
    await before.until(() => before.statuses.length > 0);
    await unload();
    const flow = await load(sending, [closed]);
    await flow.until(() => flow.errors.length === 2, 9000);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_EXPIRED', 'SMS_EXPIRED']);
    assert.deepEqual(
      flow.errors.map(({ kept }) => kept),
      [7, 7],
    );
  });

  it('keeps the messages of a sandbox, so that their reports still come', async () => {
    const sandboxed = { id: 'account', type: 'sms-provider', provider: 'enco', sandbox: true };
    const before = await load(SENDING, [sandboxed]);
    before.give({ to: '+32470110000', payload: 'before' });
    await before.until(() => before.out[0].length === 1);
    await unload();
    const flow = await load(SENDING, [sandboxed]);
    await flow.until(() => flow.out[1].length === 1, 6000);
    assert.equal(payloadOf<{ status: string }>(flow.out[1][0]).status, 'delivered');
  });
});

describe('taking in messages', () => {
  it('keeps their order, though the first takes longer to check than the next', async () => {
    const sandbox = await start();
    const flow = await load({ ...SENDING, options: 'options', optionsType: 'msg' }, [account(sandbox)]);
    flow.give({ to: TO, payload: 'first', options: { forceCharacterLimit: false } });
    flow.give({ to: TO, payload: 'second' });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['first', 'second'],
    );
  });

  it('takes numbers where the editor stores text, in an account that was written by hand', async () => {
    const sandbox = await start();
    const flow = await load(SENDING, [account(sandbox, { sender: 8888, lookups: 5, timeout: 0 })]);
    flow.give({ to: TO, payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(payloadOf<{ sender: string }>(flow.out[0][0]).sender, '8888');
  });

  it('tells the trouble of an account that a message asks for by its name', async () => {
    const bad = { id: 'bad', type: 'sms-provider', name: 'Broken', provider: 'carrier', sandbox: true };
    const flow = await load(SENDING, [account(await start()), bad]);
    flow.give({ to: TO, payload: 'Hello', account: 'Broken' });
    await flow.until(() => flow.errors.length === 1);
    assert.match(sentenceOf(flow.errors[0]), /carrier/);
  });
});

describe('addresses of pushes', () => {
  it('says so when two nodes have the same path', async () => {
    const sandboxed = { id: 'account', type: 'sms-provider', provider: 'enco', sandbox: true };
    const hook = { type: 'webhook-in', provider: 'account', path: '/same' };
    await load(hook, [sandboxed], [{ id: 'second', ...hook, wires: [[], [], []] }]);
    // The helper's spy is one for all nodes.
    const said = (nodeOf(NODE).error as unknown as { args: [Error][] }).args;
    assert.deepEqual(
      said.map(([{ message }]) => /Another webhook-in node has the path \/same/.test(message)),
      [true],
    );
  });

  it('leaves odd requests of others alone', async () => {
    const sandboxed = { id: 'account', type: 'sms-provider', provider: 'enco', sandbox: true };
    await load({ type: 'webhook-in', provider: 'account', path: '/hook' }, [sandboxed]);
    for (const path of ['//', '//[:a', '/%zz', '/hook/%zz/x?%%']) {
      const answer = await fetch(`${url()}${path}`, { method: 'POST', body: 'x' });
      assert.notEqual(answer.status, 500, path);
    }
  });
});

describe('a vendor that takes its time', () => {
  it('is waited for though more calls wait than there are sockets', async () => {
    // The last one waits for five answers, which is longer than the limit for one.
    const [answersIn, timeout, size] = [320, 1500, 6 * CONNECTIONS];
    const accepted: string[] = [];
    let latest = 0;
    const vendor = createServer((request, response) => {
      latest = performance.now();
      if (request.url === '/token') return response.end('{"access_token": "t", "expires_in": 60}');
      setTimeout(() => {
        const id = `id-${accepted.push(request.url ?? '')}`;
        const info = [{ address: TO, deliveryStatus: 'DeliveredToNetwork' }];
        response.writeHead(201).end(JSON.stringify({ resourceURL: `http://x/${id}`, deliveryInfo: info }));
      }, answersIn);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => vendor.once('listening', resolve));
    const origin = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
    const credentials = { clientId: 'a', clientSecret: 'b' };
    const slow = {
      id: 'account',
      type: 'sms-provider',
      provider: 'enco',
      baseUrl: origin,
      tokenUrl: `${origin}/token`,
    };
    const flow = await load({ ...SENDING, queue: false, follow: false }, [{ ...slow, credentials, timeout }]);
    const many = Array.from({ length: size }, (_, i) => `+32470${String(100_000 + i)}`);
    const given = performance.now();
    flow.give({ to: many, payload: 'Hello' });
    await flow.until(() => flow.out[0].length + flow.errors.length === many.length);
    assert(latest - given > timeout, `the last one was there after ${latest - given} ms`);
    assert.deepEqual([flow.out[0].length, accepted.length, flow.errors.length], [many.length, many.length, 0]);
    vendor.closeAllConnections();
    vendor.close();
  });
});
