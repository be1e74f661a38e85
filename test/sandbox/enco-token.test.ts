/** Enco's token endpoint and what a call without a good token gets. */
import assert from 'node:assert/strict';
import type { FaultBody } from './support.ts';
import { askToken, call, login, sandboxes } from './support.ts';

interface TokenBody {
  access_token: string;
  scope: string;
  id_token?: string;
  token_type: string;
  expires_in: number | string;
}

interface TokenError {
  error: string;
  error_description: string;
}

describe('sandbox: Enco token', () => {
  const { start } = sandboxes();
  const form = (body: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(body) });
  const grant = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox-secret' };

  it('gives a token for Basic credentials and a form', async () => {
    const sandbox = await start();
    const { status, headers, body } = await askToken<TokenBody>(sandbox, sandbox.credentials);
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.match(body.access_token, /^[0-9a-f]{32}$/);
    assert.equal(body.id_token?.split('.').length, 3);
    assert.deepEqual([body.scope, body.token_type, body.expires_in], ['openid', 'Bearer', 3600]);
    assert.equal(sandbox.requests('enco.auth.token').count, 1);
  });

  it('takes the credentials from the form', async () => {
    const sandbox = await start();
    const { status, body } = await call<TokenBody>(sandbox.tokenUrl ?? '', form(grant));
    assert.equal(status, 200);
    assert.equal('id_token' in body, false, 'no OpenID was asked for');
  });

  it('takes everything from the query of a POST without a body', async () => {
    const sandbox = await start();
    const url = `${sandbox.tokenUrl}?${new URLSearchParams({ ...grant, scope: 'openid' })}`;
    assert.equal((await call(url, { method: 'POST' })).status, 200);
  });

  it('takes neither form nor query credentials when told so', async () => {
    const sandbox = await start({ assumptions: { acceptFormCredentials: false, acceptQueryCredentials: false } });
    const url = sandbox.tokenUrl ?? '';
    assert.equal((await call(url, form(grant))).status, 401);
    assert.equal((await call(`${url}?${new URLSearchParams(grant)}`, { method: 'POST' })).status, 401);
  });

  it('writes expires_in as a string when told so', async () => {
    const sandbox = await start({ tokenLifetime: 7200, assumptions: { expiresInAsString: true } });
    assert.equal((await askToken<TokenBody>(sandbox, sandbox.credentials)).body.expires_in, '7200');
  });

  it('carries a huge lifetime as it is', async () => {
    const sandbox = await start({ tokenLifetime: 9_000_000_000_000, now: () => 0 });
    assert.equal((await askToken<TokenBody>(sandbox, sandbox.credentials)).body.expires_in, 9_000_000_000_000);
  });

  it('gives a new token each time, or the living one when told so', async () => {
    const twice = async (tokenReused: boolean): Promise<boolean> => {
      const sandbox = await start({ assumptions: { tokenReused } });
      const first = await login(sandbox);
      const second = await login(sandbox);
      return first.token === second.token;
    };
    assert.deepEqual([await twice(false), await twice(true)], [false, true]);
  });

  const refusals: [string, RequestInit, number, string][] = [
    ['a wrong secret', form({ ...grant, client_secret: 'no' }), 401, 'invalid_client'],
    ['no credentials', form({ grant_type: 'client_credentials' }), 401, 'invalid_client'],
    ['another grant', form({ ...grant, grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['no grant', form({}), 400, 'invalid_request'],
    ['a GET', {}, 405, 'invalid_request'],
  ];
  for (const [what, init, status, error] of refusals) {
    it(`refuses ${what} with ${status} ${error}`, async () => {
      const sandbox = await start();
      const reply = await call<TokenError>(sandbox.tokenUrl ?? '', init);
      assert.deepEqual([reply.status, reply.body.error], [status, error]);
      assert.ok(reply.body.error_description);
    });
  }

  it('lets no call in without a bearer token (900902) or with a wrong one (900901)', async () => {
    const { baseUrl } = await start();
    const codes = async (authorization?: string): Promise<unknown[]> => {
      const headers: Record<string, string> = authorization ? { authorization } : {};
      const { status, body } = await call<FaultBody>(`${baseUrl}/sms/dedicatedaddresses`, { headers });
      assert.ok(body.fault.message && body.fault.description);
      return [status, body.fault.code];
    };
    assert.deepEqual(await codes(), [401, 900902]);
    assert.deepEqual(await codes('Basic c2FuZGJveDo='), [401, 900902]);
    assert.deepEqual(await codes('bearer abc'), [401, 900902]);
    assert.deepEqual(await codes('Bearer abc'), [401, 900901]);
  });

  it('lets a token die when its time is over', async () => {
    let time = 1_000_000;
    const sandbox = await start({ now: () => time, tokenLifetime: 60 });
    const client = await login(sandbox);
    time += 59_999;
    assert.equal((await client.get('/sms/dedicatedaddresses')).status, 200);
    time += 1;
    const { status, body } = await client.get<FaultBody>('/sms/dedicatedaddresses');
    assert.deepEqual([status, body.fault.code], [401, 900901]);
  });

  it('lets every token die at once on request', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    sandbox.expireTokens();
    assert.equal((await client.get('/sms/dedicatedaddresses')).status, 401);
  });

  it('writes a fault of the gateway as XML or leaves it empty when told so', async () => {
    const fault = async (gatewayFaultFormat: string): Promise<[string | null, string]> => {
      const { baseUrl } = await start({ assumptions: { gatewayFaultFormat } });
      const { headers, text } = await call(`${baseUrl}/sms/dedicatedaddresses`);
      return [headers.get('content-type'), text];
    };
    const [type, text] = await fault('xml');
    assert.match(type ?? '', /^application\/xml/);
    assert.match(text, /<am:code>900902<\/am:code>/);
    assert.deepEqual(await fault('empty'), [null, '']);
  });
});
