/** webhook-in on a real socket: what a stranger tries, and what one tries who knows the address. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import sinon from 'sinon';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { account, type Flow, flows, url } from '../nodes/support.ts';
import { anyBody, PUSHES, type Push, signature } from './pushes.ts';

const crypto = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
const SECRET = 'the-secret-of-the-webhook';
const PATH = '/sms/push';
/** Of each provider. */
const BODIES = 750;

describe('webhook-in, attacked', function () {
  this.timeout(30_000);
  const { load } = flows();
  let ends: (() => Promise<void>)[] = [];
  let count = 0;
  afterEach(async () => {
    sinon.restore();
    await Promise.all(ends.map((end) => end()));
    ends = [];
  });

  async function listen(provider: string): Promise<Flow> {
    count += 1;
    const sandbox = await startSandbox(provider, { pace: 0.01, hang: 30 });
    ends.push(() => sandbox.close());
    const more = { provider, id: `attacked-${count}`, region: '', credentials: { webhookSecret: SECRET } };
    return load({ type: 'webhook-in', provider: more.id, path: PATH }, [account(sandbox, more)]);
  }

  const isSigned = ({ provider }: Push) => provider === 'callr';
  const pathOf = (push: Push, secret = SECRET) => (isSigned(push) ? PATH : `${PATH}/${encodeURIComponent(secret)}`);
  const headersOf = (push: Push, body: string | Buffer, secret = SECRET): Record<string, string> =>
    isSigned(push) ? { 'x-callr-hmacsignature': signature(body, secret) } : {};

  async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<number> {
    const answer = await fetch(url() + path, { method: 'POST', body: body as BodyInit, headers });
    await answer.arrayBuffer();
    return answer.status;
  }

  for (const push of PUSHES) {
    const { provider, body, type } = push;
    const kind = `${provider}, ${body.slice(0, 40)}…`;

    it(`compares what is given in constant time, whatever its length, and lets nobody in: ${kind}`, async () => {
      const flow = await listen(provider);
      const compare = sinon.spy(crypto, 'timingSafeEqual');
      const wrong = [
        'x',
        SECRET.slice(0, -1),
        `${SECRET}x`,
        `X${SECRET.slice(1)}`,
        SECRET.toUpperCase(),
        'é'.repeat(300),
      ];
      for (const secret of [SECRET, ...wrong]) {
        compare.resetHistory();
        const status = await post(pathOf(push, secret), body, {
          'content-type': type,
          ...headersOf(push, body, secret),
        });
        assert.equal(status, secret === SECRET ? 200 : 401, secret);
        assert.ok(compare.callCount >= 1, secret);
      }
      if (isSigned(push)) {
        for (const forged of ['A', 'AAAA', signature(body, SECRET).slice(0, 20), signature(body, SECRET, 'sha512')]) {
          compare.resetHistory();
          assert.equal(await post(PATH, body, { 'x-callr-hmacsignature': forged }), 401, forged);
          assert.equal(compare.callCount, forged === 'A' ? 0 : 1, forged);
        }
      }
      // A reply is told as such, and as news of the message that it answers.
      assert.ok(flow.out.every((told) => told.length <= 1) && flow.out.flat().length > 0);
      assert.deepEqual(flow.errors, []);
    });

    it(`tells what is played to it again once: ${kind}`, async () => {
      const flow = await listen(provider);
      for (let time = 0; time < 5; time += 1) {
        assert.equal(await post(pathOf(push), body, { 'content-type': type, ...headersOf(push, body) }), 200);
      }
      await flow.until(() => flow.out.flat().length > 0);
      // A ping says nothing but that there is news: of a message that the vendor does not know it is told as it comes.
      assert.ok(flow.out.slice(0, 2).every((told) => told.length <= 1));
      assert.equal(flow.out.slice(0, 2).flat().length > 0, provider !== 'digitaleo');
    });

    it(`takes it or refuses it with 400 under any content type: ${kind}`, async () => {
      await listen(provider);
      const types = [
        'text/plain',
        'application/xml',
        'multipart/form-data',
        'x',
        'application/json; charset=utf-16',
        '',
      ];
      for (const other of types) {
        const status = await post(pathOf(push), body, { 'content-type': other, ...headersOf(push, body) });
        assert.ok(status === 200 || status === 400, `${status} for ${other}`);
      }
      assert.ok(
        [200, 400, 415].includes(
          await post(pathOf(push), body, { 'content-encoding': 'gzip', ...headersOf(push, body) }),
        ),
      );
    });
  }

  it('tells an address that is not there from a wrong secret, and nothing more', async () => {
    await listen('enco');
    assert.equal(await post('/sms/nothing', '{}'), 404);
    for (const path of [PATH, `${PATH}/`, `${PATH}/%`, `${PATH}/%00`, `${PATH}?key[]=${SECRET}`]) {
      const answer = await fetch(url() + path, { method: 'POST', body: '{}' });
      assert.ok([401, 404].includes(answer.status), path);
      assert.doesNotMatch(await answer.text(), new RegExp(SECRET));
    }
  });

  it('takes no longer for sixteen thousand slashes', async () => {
    await listen('enco');
    const before = performance.now();
    for (let time = 0; time < 50; time += 1) await post(`${'/'.repeat(15_000)}x`, '');
    assert.ok(performance.now() - before < 2000, `${performance.now() - before} ms`);
  });

  it('cuts off a body that has no end, with 413, and keeps nothing of it', async () => {
    const flow = await listen('enco');
    const before = process.memoryUsage();
    const socket = await open(`POST ${PATH}/${SECRET} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = Buffer.alloc(256 * 1024, 'x');
    let sent = 0;
    while (!socket.closed && sent < 256 * 1024 * 1024) {
      socket.socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.socket.write(chunk);
      sent += chunk.length;
      const isFull = !socket.socket.write('\r\n');
      if (isFull) await Promise.race([new Promise((resolve) => socket.socket.once('drain', resolve)), socket.ended]);
    }
    await socket.ended;
    assert.match(socket.text(), /^HTTP\/1\.1 413 /);
    assert.ok(sent < 64 * 1024 * 1024, `${sent} bytes went through`);
    assert.ok(process.memoryUsage().rss - before.rss < 80 * 1024 * 1024);
    await flow.until(() => flow.errors.length === 1);
  });

  it('does not wait for ever for a body, and answers others meanwhile', async () => {
    const [push] = PUSHES;
    assert.ok(push);
    const flow = await listen('enco');
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldClearNativeTimers: true });
    const slow = await Promise.all(
      Array.from({ length: 50 }, () =>
        open(`POST ${PATH}/${SECRET} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{`),
      ),
    );
    const stranger = await open(`POST ${PATH}/wrong HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{`);
    await stranger.ended;
    assert.match(stranger.text(), /^HTTP\/1\.1 401 /, 'who has not the secret is not read');
    assert.equal(await post(pathOf(push), push.body), 200);
    clock.tick(31_000);
    await Promise.all(slow.map(({ ended }) => ended));
    assert.ok(slow.every((one) => /^HTTP\/1\.1 408 /.test(one.text())));
    assert.equal(flow.out.flat().length, 1);
  });

  it('takes no note of a request that breaks off', async () => {
    const flow = await listen('enco');
    for (let time = 0; time < 20; time += 1) {
      const broken = await open(`POST ${PATH}/${SECRET} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"a`);
      broken.socket.destroy();
      await broken.ended;
    }
    assert.equal(await post(`${PATH}/${SECRET}`, 'no JSON'), 400);
    assert.deepEqual(flow.out.flat(), []);
    assert.equal(flow.errors.length, 1);
  });

  for (const provider of new Set(PUSHES.map((push) => push.provider))) {
    it(`stays alive under ${BODIES} generated bodies, and nothing of them gets into a prototype: ${provider}`, async () => {
      const flow = await listen(provider);
      const push = PUSHES.find((one) => one.provider === provider) as Push;
      const path = `${pathOf(push)}?__proto__[polluted]=1&constructor[prototype][polluted]=1`;
      const bodies = fc.sample(anyBody, BODIES);
      const statuses = new Set<number>();
      for (let at = 0; at < bodies.length; at += 25) {
        const some = bodies.slice(at, at + 25).map((body) => post(path, body, headersOf(push, body)));
        for (const status of await Promise.all(some)) statuses.add(status);
      }
      assert.ok(statuses.has(200) && statuses.has(400));
      // A ping about which the vendor cannot be asked is to be pushed again.
      statuses.delete(500);
      assert.equal(statuses.size, 2);
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
      assert.ok(flow.out.flat().every((message) => Object.getPrototypeOf(message) === Object.prototype));
    });
  }

  interface Opened {
    socket: Socket;
    closed: boolean;
    ended: Promise<void>;
    text(): string;
  }

  /** A connection on which these bytes have been written. */
  async function open(bytes: string): Promise<Opened> {
    const { hostname, port } = new URL(url());
    const socket = connect(Number(port), hostname);
    let heard = '';
    const opened: Opened = { socket, closed: false, ended: Promise.resolve(), text: () => heard };
    opened.ended = new Promise((resolve) => {
      socket.on('close', () => {
        opened.closed = true;
        resolve();
      });
    });
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket, 'connect');
    return opened;
  }
});
