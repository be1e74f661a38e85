/** CALLR's envelope, authentication and sessions. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import type { CallrClient, RpcReply } from './callr-support.ts';
import { basic, client, post } from './callr-support.ts';
import { sandboxes } from './support.ts';

const TO = '+33612340100';

describe('sandbox: CALLR JSON-RPC', () => {
  const { start } = sandboxes('callr');
  const authorization = basic('sandbox', 'sandbox-secret');

  it('callr.transport: has the real path and default credentials under the names of the node', async () => {
    const sandbox = await start();
    assert.match(sandbox.baseUrl, /^http:\/\/127\.0\.0\.1:\d+\/json-rpc\/v1\.1\/$/);
    assert.equal(sandbox.tokenUrl, undefined);
    assert.deepEqual(Object.keys(sandbox.credentials), ['username', 'password', 'apiKey']);
    assert.match(sandbox.credentials.apiKey ?? '', /^[0-9a-f]{100}$/);
  });

  it('callr.transport: answers as the sample of the document, id echoed, no error member', async () => {
    const { rpc } = client(await start());
    const { status, headers, body } = await rpc('sms.send', 'SMS', TO, 'Hello, world', null);
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/json-rpc; charset=utf-8');
    assert.deepEqual(Object.keys(body), ['jsonrpc', 'id', 'result']);
    assert.deepEqual([body.jsonrpc, body.id], ['2.0', 137]);
    assert.match(String(body.result), /^[A-Z0-9]{8}$/);
  });

  it('callr.transport: echoes an id of any kind', async () => {
    const { baseUrl } = await start();
    for (const id of [0, 999, 'x-1', null]) {
      const call = JSON.stringify({ jsonrpc: '2.0', id, method: 'system.get_timestamp', params: [] });
      const { body } = await post<number>(baseUrl, call, { authorization });
      assert.equal(body.id, id);
      assert.ok(Math.abs((body.result ?? 0) - Date.now() / 1000) < 5);
    }
  });

  it('callr.transport: takes the address without its last slash, and bodies that call themselves otherwise', async () => {
    const sandbox = await start();
    const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'system.get_timestamp', params: [] });
    for (const url of [sandbox.baseUrl.slice(0, -1), `${sandbox.baseUrl}/`]) {
      assert.equal((await post(url, call, { authorization, 'content-type': 'text/plain' })).status, 200);
    }
    const strict = await start({ assumptions: { contentTypeRequired: true } });
    assert.equal((await post(strict.baseUrl, call, { authorization, 'content-type': 'text/plain' })).status, 415);
    assert.equal((await post(strict.baseUrl, call, { authorization, 'content-type': 'application/json' })).status, 200);
  });

  const envelopes: [string, string, number][] = [
    ['no JSON', '{"jsonrpc":', -32700],
    ['nothing', '', -32700],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"sms.get","params":["X"]}]', -32600],
    ['null', 'null', -32600],
    ['another version', '{"id":1,"method":"sms.get","params":["X"]}', -32600],
    ['a notification', '{"jsonrpc":"2.0","method":"system.get_timestamp","params":[]}', -32600],
    ['an id that is none', '{"jsonrpc":"2.0","id":{},"method":"system.get_timestamp","params":[]}', -32600],
    ['no method', '{"jsonrpc":"2.0","id":1,"params":[]}', -32600],
    ['named parameters', '{"jsonrpc":"2.0","id":1,"method":"sms.get","params":{"id":"X"}}', -32602],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"sms.cancel","params":[]}', -32601],
    ['a method of every object', '{"jsonrpc":"2.0","id":1,"method":"constructor","params":[]}', -32601],
    ['too few parameters', '{"jsonrpc":"2.0","id":1,"method":"sms.send","params":["SMS","+33612340100"]}', -32602],
    ['too many parameters', '{"jsonrpc":"2.0","id":1,"method":"sms.get","params":["X",null]}', -32602],
  ];
  for (const [what, call, code] of envelopes) {
    it(`callr.errors: refuses ${what} with ${code}, HTTP 200`, async () => {
      const sandbox = await start();
      const { status, body } = await post(sandbox.baseUrl, call, { authorization });
      assert.deepEqual([status, body.error?.code, body.result], [200, code, undefined]);
      assert.equal(body.error?.data, null);
      assert.equal(body.id, call.includes('"id":1') && !call.startsWith('[') ? 1 : null);
    });
  }

  it('callr.transport: lets the last null be left out, unless told otherwise', async () => {
    assert.equal((await client(await start()).rpc('sms.send', 'SMS', TO, 'x')).body.error, undefined);
    const strict = client(await start({ assumptions: { trailingNullOptional: false } }));
    assert.equal((await strict.fault('sms.send', 'SMS', TO, 'x'))[0], -32602);
  });

  it('callr.transport: knows one path and POST only, and 413 for too much', async () => {
    const sandbox = await start();
    const other = sandbox.baseUrl.replace('v1.1', 'v1.0');
    assert.equal((await post(other, '{}', { authorization })).status, 404);
    const answer = await fetch(sandbox.baseUrl, { headers: { authorization } });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
    assert.equal((await post(sandbox.baseUrl, ' '.repeat(1024 * 1024 + 1), { authorization })).status, 413);
  });

  it('names the calls by the ids of the operations', async () => {
    const sandbox = await start();
    const { send, ask, fault } = client(sandbox);
    await ask('sms.get', await send(TO));
    await fault('jobs.cancel', 'x');
    await client(sandbox, { authorization: 'Basic x' }).rpc('sms.get_list');
    await fault('nothing');
    const { count, byOperation } = sandbox.requests();
    assert.equal(count, 5);
    assert.deepEqual(byOperation, {
      'callr.sms.send': 1,
      'callr.sms.get': 1,
      'callr.jobs.cancel': 1,
      'callr.sms.getList': 1,
    });
  });

  it('is served by the command, which says where and with which credentials', async () => {
    const cli = fileURLToPath(new URL('../../dist/src/sandbox/cli.js', import.meta.url));
    const child = spawn(process.execPath, [cli, 'callr'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(child.stdout, 'data');
      const sandbox = JSON.parse(String(line)) as Sandbox;
      assert.deepEqual(Object.keys(sandbox), ['provider', 'baseUrl', 'credentials']);
      await client(sandbox).send(TO);
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('has its switches checked', async () => {
    await assert.rejects(start({ assumptions: { nonsense: true } }), RangeError);
    await assert.rejects(start({ assumptions: { searchShape: 'tree' } }), RangeError);
  });
});

describe('sandbox: CALLR authentication', () => {
  const { start } = sandboxes('callr');
  const clients = [
    { username: 'main', password: 'pass:word', apiKey: 'a'.repeat(100) },
    { username: 'sub', password: 'other', apiKey: 'b'.repeat(100) },
  ];

  /** Sends as `headers` say, and gives the account that it counts for. */
  async function senderBy(headers: Record<string, string>): Promise<string | number> {
    const sandbox = await start({ clients });
    const { status } = await client(sandbox, headers).rpc('sms.send', 'SMS', TO, 'x', null);
    return sandbox.messages()[0]?.client ?? status;
  }

  const hash = createHash('sha256').update('sub').digest('hex').slice(0, 8).toUpperCase();
  const ways: [string, Record<string, string>, string | number][] = [
    ['Basic', { authorization: basic('main', 'pass:word') }, 'main'],
    ['Basic of the second account', { authorization: basic('sub', 'other') }, 'sub'],
    ['Api-Key', { authorization: `Api-Key ${'b'.repeat(100)}` }, 'sub'],
    ['login-as by login', { authorization: basic('main', 'pass:word'), 'CALLR-Login-As': 'user.login sub' }, 'sub'],
    ['login-as in PHP case', { authorization: basic('main', 'pass:word'), 'CALLR-Login-As': 'User.login sub' }, 'sub'],
    [
      'login-as by hash',
      { authorization: basic('main', 'pass:word'), 'CALLR-Login-As': `account.hash ${hash}` },
      'sub',
    ],
    ['login-as nobody', { authorization: basic('main', 'pass:word'), 'CALLR-Login-As': 'user.login who' }, 401],
    ['login-as nonsense', { authorization: basic('main', 'pass:word'), 'CALLR-Login-As': 'sub' }, 401],
    ['a wrong password', { authorization: basic('main', 'pass') }, 401],
    ['no colon', { authorization: `Basic ${Buffer.from('main').toString('base64')}` }, 401],
    ['a wrong key', { authorization: `Api-Key ${'c'.repeat(100)}` }, 401],
    ['an unknown session', { authorization: 'Session 0' }, 401],
    ['another scheme', { authorization: `Bearer ${'a'.repeat(100)}` }, 401],
    ['a scheme of every object', { authorization: 'constructor x' }, 401],
    ['nothing', { authorization: '' }, 401],
  ];
  for (const [what, headers, expected] of ways) {
    it(`callr.auth: ${what} → ${expected}`, async () => assert.equal(await senderBy(headers), expected));
  }

  it('callr.auth: says 401 with a JSON-RPC error, HTML, nothing, or in a 200', async () => {
    const refused = async (assumptions: Record<string, unknown>): Promise<RpcReply> =>
      client(await start({ assumptions }), { authorization: 'Basic x' }).rpc('sms.get', 'X');
    const usual = await refused({});
    assert.deepEqual([usual.status, usual.body.id, usual.body.error?.code], [401, 137, 401]);
    assert.match(usual.headers.get('www-authenticate') ?? '', /^Basic /);
    const html = await refused({ unauthorizedBody: 'html' });
    assert.match(`${html.status} ${html.headers.get('content-type')} ${html.text}`, /^401 text\/html.*<html>/s);
    const empty = await refused({ unauthorizedBody: 'empty' });
    assert.deepEqual([empty.status, empty.text], [401, '']);
    const inside = await refused({ unauthorizedIs200: true });
    assert.deepEqual([inside.status, inside.body.error?.code], [200, 401]);
  });

  interface Session {
    token: string;
    valid_until: string;
    refresh_token: string;
  }
  const by = (session: Session): Record<string, string> => ({ authorization: `Session ${session.token}` });

  it('callr.auth: a session lets in, is refreshed, listed and deleted', async () => {
    const sandbox = await start();
    const first = await client(sandbox).ask<Session>('session.create');
    assert.match(first.token, /^[0-9a-f]{40}$/);
    assert.match(first.valid_until, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const inside: CallrClient = client(sandbox, by(first));
    assert.deepEqual(await inside.ask('session.all'), [{ token: first.token, valid_until: first.valid_until }]);
    const second = await inside.ask<Session>('session.refresh', first.refresh_token);
    assert.equal((await inside.rpc('session.all')).status, 401);
    const again = client(sandbox, by(second));
    assert.deepEqual(await again.fault('session.refresh', first.refresh_token), [
      151,
      'PROPERTY_VALUE_ERROR [refresh_token]',
    ]);
    assert.equal(await again.ask('session.delete'), true);
    assert.equal((await again.rpc('session.all')).status, 401);
  });

  it('callr.auth: a session ends with its time, and at once on request', async () => {
    let now = Date.UTC(2026, 0, 1);
    const sandbox = await start({ now: () => now, tokenLifetime: 60 });
    const session = await client(sandbox).ask<Session>('session.create');
    assert.equal(session.valid_until, '2026-01-01 00:01:00');
    const inside = client(sandbox, by(session));
    assert.equal((await inside.rpc('session.all')).status, 200);
    now += 60_000;
    assert.equal((await inside.rpc('session.all')).status, 401);
    const other = client(sandbox, by(await client(sandbox).ask<Session>('session.create')));
    sandbox.expireTokens();
    assert.equal((await other.rpc('session.all')).status, 401);
    assert.equal((await client(sandbox).rpc('session.all')).status, 200, 'a password does not expire');
  });
});
