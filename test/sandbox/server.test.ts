/** What every vendor's sandbox shares: bounds, counts, events, a clean end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { login, next, receiver, sandboxes } from './support.ts';

const TO = '+32470000100';

describe('sandbox: server', () => {
  const { start } = sandboxes();

  it('listens on loopback only, at the port asked for', async () => {
    const first = await start();
    const port = Number(new URL(first.baseUrl).port);
    assert.equal(first.baseUrl, `http://127.0.0.1:${port}/sms/1.0.0`);
    assert.equal(first.tokenUrl, `http://127.0.0.1:${port}/token`);
    await assert.rejects(start({ port }), { code: 'EADDRINUSE' });
    await first.close();
    assert.equal((await start({ port })).baseUrl, first.baseUrl);
  });

  it('knows no other provider and no port that is none', async () => {
    await assert.rejects(startSandbox('nexmo'), /no sandbox for "nexmo".*enco/);
    await assert.rejects(startSandbox('toString'), RangeError);
    for (const port of [-1, 65_536, 1.5, Number.NaN]) await assert.rejects(start({ port }), RangeError);
  });

  it('takes a body up to 1 MiB and answers 413 above', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const padded = (size: number): string => {
      const body = JSON.stringify({ message: 'x', destinations: [TO], padding: '' });
      return body.replace('"padding":""', `"padding":"${'y'.repeat(size - body.length)}"`);
    };
    assert.equal((await client.post('/sms/outboundmessages', padded(1024 * 1024))).status, 201);
    assert.equal((await client.post('/sms/outboundmessages', padded(1024 * 1024 + 1))).status, 413);
    assert.equal((await client.post('/sms/outboundmessages', padded(3 * 1024 * 1024))).status, 413);
    assert.equal((await client.send(TO)).status, 201);
  });

  it('takes headers larger than Node does by itself', async () => {
    const { baseUrl } = await start();
    const headers = { authorization: `Bearer ${'t'.repeat(50_000)}` };
    assert.equal((await fetch(`${baseUrl}/sms/dedicatedaddresses`, { headers })).status, 401);
  });

  it('survives bytes that are not HTTP', async () => {
    const sandbox = await start();
    const port = Number(new URL(sandbox.baseUrl).port);
    await new Promise<void>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write('\0\0nonsense\r\n\r\n'));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.resume();
    });
    await login(sandbox);
  });

  it('counts connections, open and at most', async () => {
    const sandbox = await start({ latency: 20 });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });
    const get = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = http.get(`${sandbox.baseUrl}/logs`, { agent }, (answer) => answer.on('end', resolve).resume());
        request.on('error', reject);
      });
    await Promise.all([get(), get(), get(), get(), get(), get()]);
    assert.deepEqual(sandbox.connections(), { open: 3, peak: 3, total: 3 });
    agent.destroy();
  });

  it('logs every call with its operation, body and answer', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    await client.send(TO, 'logged');
    await client.get('/nothing');
    const { count, byOperation, log } = sandbox.requests();
    assert.equal(count, 3);
    assert.deepEqual(byOperation, { 'enco.auth.token': 1, 'enco.outbound.send': 1 });
    assert.deepEqual(
      log.map(({ operation, method, status }) => [operation, method, status]),
      [
        ['enco.auth.token', 'POST', 200],
        ['enco.outbound.send', 'POST', 201],
        [null, 'GET', 404],
      ],
    );
    const [entry] = sandbox.requests('enco.outbound.send').log;
    assert.match(entry?.body ?? '', /"message":"logged"/);
    assert.equal(entry?.headers.accept, 'application/json');
  });

  it('remembers no more than it is told to', async () => {
    const sandbox = await start({ keep: 20 });
    const client = await login(sandbox);
    for (let index = 0; index < 25; index++) await client.send(TO, `text ${index}`);
    const texts = sandbox.messages().map(({ text }) => text);
    assert.deepEqual([texts.length, texts[0], texts.at(-1)], [20, 'text 5', 'text 24']);
    const { count, log } = sandbox.requests();
    assert.deepEqual([count, log.length], [26, 2]);
  });

  it('gives the same ids for the same seed', async () => {
    const ids = async (seed: string): Promise<unknown[]> => {
      const sandbox = await start({ seed });
      const client = await login(sandbox);
      await client.send(TO);
      return [client.token, sandbox.messages()[0]?.id];
    };
    assert.deepEqual(await ids('one'), await ids('one'));
    assert.notDeepEqual(await ids('one'), await ids('two'));
  });

  it('hands out records that nobody can change, and outlives a listener that throws', async () => {
    const sandbox = await start({ pace: 100 });
    const client = await login(sandbox);
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const stop = sandbox.on('message', () => {
      throw new Error('a listener of the test');
    });
    const told = next(sandbox, 'message');
    assert.equal((await client.send(TO)).status, 201);
    (await told).life.length = 0;
    assert.match((await warned).message, /a listener of the test/);
    assert.equal(sandbox.messages()[0]?.life.length, 1);
    stop();
  });

  it('closes without waiting while answers hang, messages live and clients keep their connections', async () => {
    const target = await receiver();
    const sandbox = await start({ hang: 60_000, pace: 1 });
    const client = await login(sandbox);
    const accepted = next(sandbox, 'message');
    const hanging = assert.rejects(client.send('+32470000008', 'x', { callbackURL: target.url }));
    await accepted;
    await Promise.all([sandbox.close(), sandbox.close()]);
    await hanging;
    assert.equal(sandbox.connections().open, 0);
    await assert.rejects(client.send(TO));
    target.close();
    assert.equal(target.pushes.length, 0);
  });

  it('leaves nothing that keeps a process from ending', async () => {
    const index = new URL('../../dist/src/sandbox/index.js', import.meta.url).href;
    const program = `
      const { startSandbox } = await import(${JSON.stringify(index)});
      const sandbox = await startSandbox('enco', { pace: 1000, hang: 60_000 });
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox-secret' });
      const { access_token } = await (await fetch(sandbox.tokenUrl, { method: 'POST', body: form })).json();
      const headers = { authorization: 'Bearer ' + access_token, 'content-type': 'application/json' };
      const body = JSON.stringify({ message: 'x', destinations: ['+32470000008'] });
      const accepted = new Promise((resolve) => sandbox.on('message', resolve));
      fetch(sandbox.baseUrl + '/sms/outboundmessages', { method: 'POST', headers, body }).catch(() => {});
      await accepted;
      await sandbox.close();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    const [code] = await once(child, 'close');
    clearTimeout(late);
    assert.equal(code, 0);
  });

  it('waits for a push in flight before it is closed', async () => {
    let answered = false;
    let arrived = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const slow = http.createServer((request, response) => {
      request.resume();
      arrived();
      setTimeout(() => {
        answered = true;
        response.end();
      }, 50);
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as net.AddressInfo;
    const sandbox = await start();
    await (await login(sandbox)).send(TO, 'x', { callbackURL: `http://127.0.0.1:${port}/` });
    await arrival;
    await sandbox.close();
    assert.equal(answered, true);
    slow.close();
  });
});
