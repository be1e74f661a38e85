/** Digitaleo's tokens: how they are asked for, what they look like, what a call without one gets. */
import assert from 'node:assert/strict';
import { askToken, login, number } from './digitaleo-support.ts';
import { call, sandboxes } from './support.ts';

const GRANT = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox-secret' };

describe('sandbox: Digitaleo tokens', () => {
  const { start } = sandboxes('digitaleo');

  it('answers the form of §1.1.2 with the fields of its example, expires_in as text', async () => {
    const sandbox = await start();
    const { status, headers, body } = await askToken(sandbox, sandbox.credentials);
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(Object.keys(body), ['access_token', 'expires_in', 'token_type', 'scope']);
    assert.deepEqual([body.expires_in, body.token_type, body.scope], ['3600', 'bearer', 'basic']);
    assert.match(body.access_token ?? '', /^eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9\./);
    assert.equal(sandbox.requests('digitaleo.auth.token').count, 1);
  });

  it('writes expires_in as a number when told so', async () => {
    const sandbox = await start({ assumptions: { expiresInAsString: false }, tokenLifetime: 90 });
    assert.equal((await askToken(sandbox, sandbox.credentials)).body.expires_in, 90);
  });

  it('takes the multipart form that a public client sends', async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries(GRANT)) body.append(name, value);
    const { status } = await call((await start()).tokenUrl ?? '', { method: 'POST', body });
    assert.equal(status, 200);
  });

  const refused: [string, Record<string, string>, string][] = [
    ['a wrong secret', { ...GRANT, client_secret: 'other' }, 'invalid_client'],
    ['no credentials', { grant_type: 'client_credentials' }, 'invalid_client'],
    ['another grant', { ...GRANT, grant_type: 'password' }, 'unsupported_grant_type'],
    ['no grant', { client_id: 'sandbox', client_secret: 'sandbox-secret' }, 'invalid_request'],
  ];
  for (const [what, form, error] of refused) {
    it(`refuses ${what} with 400 ${error}`, async () => {
      const { tokenUrl = '' } = await start();
      const { status, body } = await call<{ error: string; error_description: string }>(tokenUrl, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
      assert.deepEqual([status, body.error], [400, error]);
      assert.ok(body.error_description);
    });
  }

  it('refuses a GET with 405 and a body that is nonsense with 400', async () => {
    const { tokenUrl = '' } = await start();
    assert.equal((await call(tokenUrl)).status, 405);
    const headers = { 'content-type': 'application/json' };
    assert.equal((await call(tokenUrl, { method: 'POST', headers, body: '{' })).status, 400);
  });

  it('answers 401 as §1.6 shows it, and takes `Bearer` in this case only', async () => {
    const sandbox = await start();
    const { token } = await login(sandbox);
    for (const authorization of ['', 'Bearer nonsense', `bearer ${token}`, `Basic ${token}`, token]) {
      const { status, headers, body } = await call(`${sandbox.baseUrl}/sms`, { headers: { authorization } });
      assert.deepEqual([status, body], [401, { status: 401, message: 'Authenticate failed' }]);
      assert.equal(headers.get('server'), 'Apache/2.2.16 (Debian)');
    }
    const good = { headers: { authorization: `Bearer ${token}` } };
    assert.equal((await call(`${sandbox.baseUrl}/sms`, good)).status, 200);
  });

  it('lets a token die when its time is over, or all at once on request', async () => {
    let now = Date.now();
    const sandbox = await start({ tokenLifetime: 60, now: () => now });
    const client = await login(sandbox);
    now += 59_999;
    assert.equal((await client.sms(number('4321'))).status, 201);
    now += 1;
    assert.equal((await client.sms(number('4321'))).status, 401);
    const second = await login(sandbox);
    sandbox.expireTokens();
    assert.equal((await second.sms(number('4321'))).status, 401);
  });

  it('hands out tokens of 50 000 characters and takes them back', async () => {
    const sandbox = await start({ assumptions: { tokenLength: 50_000 } });
    const client = await login(sandbox);
    assert.equal(client.token.length, 50_000);
    assert.equal((await client.sms(number('4321'))).status, 201);
  });

  it('keeps the accounts apart', async () => {
    const clients = ['one', 'two'].map((clientId) => ({ clientId, clientSecret: `secret of ${clientId}` }));
    const sandbox = await start({ clients });
    const [one, two] = await Promise.all(clients.map((client) => login(sandbox, client)));
    const { id } = (await one?.sms(number('4321')))?.body ?? {};
    assert.equal((await one?.list(`/sms?id=${id}`))?.size, 1);
    assert.equal((await two?.list(`/sms?id=${id}`))?.size, 0);
    assert.equal((await two?.list('/status?action=queue'))?.size, 0);
    assert.equal((await two?.request('DELETE', `/sms?id=${id}`))?.status, 304);
  });

  it('knows no other assumption, and no setting for a client that is none', async () => {
    await assert.rejects(start({ assumptions: { tokensLength: 1 } }), RangeError);
    await assert.rejects(start({ settings: { client: 'nobody', statusUrl: 'http://127.0.0.1:9/' } }), RangeError);
  });
});
