/** CALLR's rows of the coverage list about its transport: envelope, authorisation, errors. */
import assert from 'node:assert/strict';
import { callr } from '../../dist/src/providers/callr/index.js';
import { verbOf } from '../../dist/src/providers/capabilities.js';
import { callOf, callrWorkshop, LOGIN, one } from './callr-support.ts';
import { assertNothingSecret, facts, failure, http, outgoing, phone } from './support.ts';

describe('CALLR, its transport', () => {
  const { connect, replying, answeredWith, edge, lineTo } = callrWorkshop();

  it('callr.transport: posts a JSON-RPC envelope with positional parameters to one address', async () => {
    const { vendor, line } = await connect();
    await line.call('callr.sms.get', { id: '8242D945' }).catch(() => {});
    const { method, url, headers, call } = one(vendor, 'callr.sms.get');
    assert.deepEqual([method, url], ['POST', '/json-rpc/v1.1/']);
    assert.equal(headers['content-type'], 'application/json-rpc; charset=utf-8');
    assert.deepEqual({ ...call, id: 0 }, { jsonrpc: '2.0', id: 0, method: 'sms.get', params: ['8242D945'] });
  });

  it('callr.transport: gives every call an id of its own, and takes no answer to another call', async () => {
    const { at, line } = await replying(({ id }) => ({ id: id + 1, result: 'WRONG001' }));
    const errors = [await failure(callr.verbs.send(line, outgoing(phone('0000'))))];
    errors.push(await failure(callr.verbs.send(line, outgoing(phone('0000')))));
    for (const error of errors) assert.equal(facts(error), 'SMS_UNCERTAIN unknown retryable');
    const ids = at.requests.map((request) => callOf(request.split('\r\n\r\n')[1] ?? '').id);
    assert.equal(new Set(ids).size, 2);
  });

  it('callr.transport: takes an id that comes back as text, and an error beside a result for what it is', async () => {
    const { line } = await replying(({ id }) => ({ id: String(id), result: 'GOOD0001', error: null }));
    assert.equal((await callr.verbs.send(line, outgoing(phone('0000')))).id, 'GOOD0001');
    const both = await replying({ result: 'GOOD0002', error: { code: 1, message: 'late' } });
    assert.equal((await callr.verbs.send(both.line, outgoing(phone('0000')))).id, 'GOOD0002');
  });

  it('callr.transport: says that this API ends', () => {
    assert.match(callr.note ?? '', /2027-06-30/);
  });

  describe('authorisation', () => {
    const header = async (credentials: Record<string, string>, settings = {}) => {
      const at = await edge((socket, request) => {
        const { id } = callOf(request.split('\r\n\r\n')[1] ?? '');
        socket.write(http(200, JSON.stringify({ jsonrpc: '2.0', id, result: [] })));
      });
      await lineTo(at.origin, { credentials, settings }).call('callr.webhooks.getEventTypes');
      const [request = ''] = at.requests;
      const read = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'im').exec(request)?.[1];
      return { authorization: read('authorization'), loginAs: read('callr-login-as') };
    };

    it('callr.auth: Basic with login and password, Api-Key with a key, which goes first', async () => {
      const basic = `Basic ${Buffer.from('shop:tell-nobody-9f8e').toString('base64')}`;
      assert.equal((await header(LOGIN)).authorization, basic);
      assert.equal((await header({ apiKey: 'abcdef' })).authorization, 'Api-Key abcdef');
      assert.equal((await header({ ...LOGIN, apiKey: 'abcdef' })).authorization, 'Api-Key abcdef');
    });

    it('callr.auth: a session token is written with its scheme', async () => {
      const token = '0123456789abcdef0123456789abcdef01234567';
      assert.equal((await header({ apiKey: `Session ${token}` })).authorization, `Session ${token}`);
    });

    it('callr.auth: acts for another login or account, a word alone being a login', async () => {
      assert.equal((await header(LOGIN)).loginAs, undefined);
      assert.equal((await header(LOGIN, { loginAs: '' })).loginAs, undefined);
      assert.equal((await header(LOGIN, { loginAs: ' bob ' })).loginAs, 'user.login bob');
      assert.equal((await header(LOGIN, { loginAs: 'user.login bob' })).loginAs, 'user.login bob');
      assert.equal((await header(LOGIN, { loginAs: 'Account.hash A1B2' })).loginAs, 'Account.hash A1B2');
    });

    it('callr.auth: each of the ways opens the sandbox, and login-as sends for the other account', async () => {
      const clients = [
        { username: 'one', password: 'one-secret', apiKey: 'a'.repeat(100) },
        { username: 'two', password: 'two-secret', apiKey: 'b'.repeat(100) },
      ];
      const ways: [Record<string, string>, Record<string, string>, string][] = [
        [{ username: 'two', password: 'two-secret', apiKey: '' }, {}, 'two'],
        [{ username: '', password: '', apiKey: 'b'.repeat(100) }, {}, 'two'],
        [{ apiKey: 'a'.repeat(100) }, { loginAs: 'two' }, 'two'],
      ];
      for (const [credentials, settings, client] of ways) {
        const { vendor, line } = await connect({ clients }, { credentials, settings });
        await callr.verbs.send(line, outgoing(phone('0000')));
        assert.deepEqual(
          vendor.messages().map((message) => message.client),
          [client],
        );
      }
    });

    for (const assumptions of [
      { unauthorizedBody: 'error' },
      { unauthorizedBody: 'html' },
      { unauthorizedBody: 'empty' },
      { unauthorizedIs200: true },
    ]) {
      it(`callr.auth: a refused key is the account's (${JSON.stringify(assumptions)})`, async () => {
        const { vendor, line } = await connect({ assumptions }, { credentials: { apiKey: 'of-nobody-4711' } });
        const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
        assert.equal(facts(error), 'SMS_AUTH not-sent');
        assert.equal(error.accountRefused, true);
        assert.deepEqual(vendor.messages(), []);
      });
    }
  });

  it('callr.auth: whether an account works is found out without sending', async () => {
    assert.ok(callr.probe);
    const { vendor, line } = await connect();
    assert.match(await callr.probe(line), /^[A-Z].+\.$/);
    assert.deepEqual(vendor.messages(), []);
    const refused = await connect({}, { credentials: { apiKey: 'of-nobody-4711' } });
    assert.equal((await failure(callr.probe(refused.line))).code, 'SMS_AUTH');
  });

  describe('errors', () => {
    const ERRORS: [unknown, string, string, boolean][] = [
      [100, 'FEATURE_NOT_ALLOWED', 'SMS_AUTH not-sent', true],
      [115, 'FILE_NOT_FOUND', 'SMS_REJECTED not-sent', false],
      [150, 'PROPERTY_MISSING [to]', 'SMS_REJECTED not-sent', false],
      [151, 'PROPERTY_VALUE_ERROR [from]', 'SMS_REJECTED not-sent', false],
      [205, 'APP_NOT_ASSIGNABLE', 'SMS_REJECTED not-sent', false],
      [401, 'AUTHENTICATION_FAILED', 'SMS_AUTH not-sent', true],
      [402, 'PAYMENT_REQUIRED', 'SMS_REJECTED not-sent', true],
      [429, 'TOO_MANY', 'SMS_RATE_LIMITED not-sent retryable', false],
      [503, 'MAINTENANCE', 'SMS_UNREACHABLE not-sent retryable', false],
      [1000, 'SMS_ROUTING_ERROR', 'SMS_REJECTED not-sent', false],
      ['151', 'code as text', 'SMS_REJECTED not-sent', false],
      [7777, 'Not enough credit', 'SMS_REJECTED not-sent', true],
      [7777, 'something new', 'SMS_REJECTED not-sent', false],
      [-32601, 'Method not found', 'SMS_REJECTED not-sent', false],
      [-32602, 'Invalid params', 'SMS_REJECTED not-sent', false],
      [-32603, 'Internal error', 'SMS_UNCERTAIN unknown retryable', false],
      [-32000, 'Server error', 'SMS_UNCERTAIN unknown retryable', false],
      [1, 'Oops, Internal Error. Our team has been told', 'SMS_UNCERTAIN unknown retryable', false],
    ];

    for (const [code, message, expected, accountRefused] of ERRORS) {
      it(`callr.errors: ${code} ${message} in a 200 is ${expected}`, async () => {
        const { line } = await replying({ error: { code, message, data: null } });
        const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
        assert.equal(facts(error), expected);
        assert.deepEqual([error.providerCode, error.providerMessage], [String(code), message]);
        assert.equal(error.accountRefused, accountRefused);
        assert.equal(error.httpStatus, 200);
        assert.match(error.correlationId ?? '', /^\d+$/);
        assert.ok(error.message.includes(`CALLR refused (${code}: ${message})`), error.message);
      });
    }

    it('callr.errors: a sender that is refused is told as one', async () => {
      const { line } = await replying({ error: { code: 151, message: 'PROPERTY_VALUE_ERROR [from]', data: null } });
      const error = await failure(callr.verbs.send(line, { ...outgoing(phone('0000')), sender: 'ACME' }));
      assert.equal(facts(error), 'SMS_INVALID_SENDER not-sent');
      assert.match(error.message, /'ACME'/);
      assert.deepEqual([error.providerCode, error.providerMessage], ['151', 'PROPERTY_VALUE_ERROR [from]']);
    });

    it('callr.errors: a call that the vendor could not read is refused with the id null', async () => {
      const { line } = await replying({ id: null, error: { code: -32700, message: 'Parse error', data: 'at 5' } });
      const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
      assert.equal(facts(error), 'SMS_REJECTED not-sent');
      assert.equal(error.providerMessage, 'Parse error: at 5');
    });

    for (const [what, error] of [
      ['text', 'down'],
      ['a list', [1]],
      ['objects where words should be', { code: { toString: 1 }, message: { toString: null } }],
      ['nothing', {}],
    ] as const) {
      it(`callr.errors: an error that is ${what} is a refusal all the same`, async () => {
        const { line } = await replying({ error });
        assert.equal(facts(await failure(callr.verbs.send(line, outgoing(phone('0000'))))), 'SMS_REJECTED not-sent');
      });
    }

    for (const [what, body] of [
      ['HTML', '<html><body>Welcome to the hotel</body></html>'],
      ['XML', '<?xml version="1.0"?><error><code>151</code></error>'],
      ['nothing', ''],
      ['half an answer', '{"jsonrpc":"2.0","id":1,"resu'],
      ['null', 'null'],
      ['a list', '[]'],
      ['text', '"8242D945"'],
      ['an object without id', '{"result":"8242D945"}'],
      ['an envelope without result', '{"jsonrpc":"2.0","id":null}'],
    ] as const) {
      it(`callr.errors: ${what} with HTTP 200 leaves the outcome of a message unknown`, async () => {
        const { line } = await answeredWith(200, body);
        const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
        assert.equal(facts(error), 'SMS_UNCERTAIN unknown retryable');
        const asked = await failure(line.call('callr.webhooks.getEventTypes'));
        assert.equal(asked.code, 'SMS_BAD_RESPONSE');
      });
    }

    it('callr.errors: a result that is no id leaves the outcome unknown, and is looked up', async () => {
      for (const result of [null, '', 5, {}, ['8242D945']]) {
        const { line } = await replying({ result });
        const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
        assert.equal(facts(error), 'SMS_UNCERTAIN unknown retryable', JSON.stringify(result));
      }
    });

    for (const [status, expected] of [
      [400, 'SMS_REJECTED not-sent'],
      [404, 'SMS_REJECTED not-sent'],
      [500, 'SMS_UNCERTAIN unknown retryable'],
      [502, 'SMS_UNCERTAIN unknown retryable'],
      [503, 'SMS_UNREACHABLE not-sent retryable'],
    ] as const) {
      it(`callr.errors: HTTP ${status} from whatever stands before the API is ${expected}`, async () => {
        for (const body of [
          '',
          '<html><h1>no</h1></html>',
          '{"jsonrpc":"2.0","id":7,"error":{"code":9,"message":"m"}}',
        ]) {
          const { line } = await answeredWith(status, body);
          const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
          assert.equal(facts(error), expected);
          assert.equal(error.providerCode, body.startsWith('{') ? '9' : undefined);
        }
      });
    }

    it('callr.errors: a secret that the vendor repeats in a 200 comes back as ***', async () => {
      const credentials = { ...LOGIN, webhookSecret: 'hook-secret-5150' };
      const basic = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
      const message = `bad ${LOGIN.password} ${basic} ${credentials.webhookSecret}`;
      const { line } = await replying({ error: { code: 151, message, data: message } }, { credentials });
      const error = await failure(callr.verbs.send(line, outgoing(phone('0000'))));
      assert.match(error.providerMessage ?? '', /^bad \*\*\* \*\*\* \*\*\*/);
      assertNothingSecret(error, [LOGIN.password, basic, credentials.webhookSecret]);
    });

    it('callr.errors: an unknown id is told as such, beside known ones', async () => {
      const { line } = await connect();
      const { id } = await callr.verbs.send(line, outgoing(phone('0004')));
      const [known, unknown] = await verbOf(callr, 'status')(line, [id, 'NOSUCHID']);
      assert.ok(known && 'to' in known);
      assert.ok(unknown && 'code' in unknown);
      assert.deepEqual([unknown.code, unknown.providerMessage], ['SMS_REJECTED', 'PROPERTY_VALUE_ERROR [id]']);
    });
  });
});
