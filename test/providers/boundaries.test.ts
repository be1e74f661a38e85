/** What comes from outside stays where it belongs: secrets are not repeated, parameters are no paths, addresses are addresses. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { enco } from '../../dist/src/providers/enco/index.js';
import type { Session } from '../../dist/src/providers/session.js';
import {
  api,
  assertNothingSecret,
  CREDENTIALS,
  type Edge,
  facts,
  failure,
  http,
  isTokenRequest,
  outgoing,
  phone,
  SENT,
  TOKEN,
  workshop,
} from './support.ts';

describe('what comes from outside', () => {
  const { session, edge } = workshop();

  const lineTo = (origin: string): Session =>
    session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS });

  /** An API that answers so, behind a token endpoint that works. */
  async function vendor(answer: (socket: Socket, request: string) => void): Promise<{ line: Session; at: Edge }> {
    const at = await edge(api(answer));
    return { line: lineTo(at.origin), at };
  }

  const write = (line: Session) => enco.verbs.send(line, outgoing(phone('0000')));
  const good = http(201, JSON.stringify(SENT));
  const calls = (at: Edge) => at.requests.filter((request) => !isTokenRequest(request));

  describe('a secret that the vendor repeats comes back as ***', () => {
    const basic = Buffer.from(`${CREDENTIALS.clientId}:${CREDENTIALS.clientSecret}`).toString('base64');

    for (const status of [400, 403, 500]) {
      it(`in the body and the headers of a ${status}`, async () => {
        const { line } = await vendor((socket, request) => {
          const authorization = /^authorization: (.*)$/im.exec(request)?.[1] ?? '';
          const body = {
            fault: { code: authorization, message: `bad: ${authorization}`, description: CREDENTIALS.clientSecret },
          };
          socket.write(http(status, JSON.stringify(body), { activityID: `call ${authorization}` }));
        });
        const error = await failure(write(line));
        assert.match(error.providerMessage ?? '', /\*\*\*/);
        assertNothingSecret(error, [TOKEN, CREDENTIALS.clientSecret]);
      });
    }

    it('in the second 401, where the token is forgotten already', async () => {
      const { line } = await vendor((socket, request) => {
        socket.write(http(401, JSON.stringify({ fault: { message: request.replaceAll('\r\n', ' ') } })));
      });
      const errors = await Promise.all(Array.from({ length: 5 }, () => failure(write(line))));
      for (const error of errors) assert.ok(!error.message.includes(TOKEN));
    });

    it('in a refusal of the token endpoint', async () => {
      const { origin } = await edge((socket) => {
        socket.write(
          http(
            401,
            JSON.stringify({ error: 'invalid_client', error_description: `not ${basic} ${CREDENTIALS.clientSecret}` }),
          ),
        );
      });
      const error = await failure(write(lineTo(origin)));
      assert.ok(!error.message.includes(basic) && !error.message.includes(CREDENTIALS.clientSecret), error.message);
    });
  });

  describe('a parameter', () => {
    it('credentials with line breaks add no header', async () => {
      const { origin, requests } = await edge((socket) => socket.write(http(401)));
      const credentials = { clientId: 'me\r\nX-Evil: 1', clientSecret: 'se\r\ncret' };
      await failure(write(session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials })));
      for (const request of requests) assert.doesNotMatch(request, /^x-evil/im);
    });

    for (const [address, path] of [
      ['a/b?c#d', 'a%2Fb%3Fc%23d'],
      ['../../admin', '..%2F..%2Fadmin'],
      ['88 88\r\nX-Evil: 1', '88%2088%0D%0AX-Evil%3A%201'],
      ['%2e%2e', '%252e%252e'],
      ['été', '%C3%A9t%C3%A9'],
    ] as const) {
      it(`an address ${JSON.stringify(address)} stays one segment of the path`, async () => {
        const { line, at } = await vendor((socket) => socket.write(good));
        const params = { address, message: 'x', destinations: [phone('0000')] };
        await line.call('enco.outbound.sendFrom', params);
        const [call = ''] = calls(at);
        assert.equal(call.split(' ')[1], `/sms/outboundmessages/${path}`);
        assert.doesNotMatch(call, /^x-evil/im);
      });
    }

    for (const address of ['.', '..', '\ud800']) {
      it(`an address ${JSON.stringify(address)} is refused, and nothing travels`, async () => {
        const { line, at } = await vendor((socket) => socket.write(good));
        const params = { address, message: 'x', destinations: [phone('0000')] };
        assert.equal(facts(await failure(line.call('enco.outbound.sendFrom', params))), 'SMS_INVALID_OPTION not-sent');
        const message = outgoing(phone('0000'), { sender: address });
        assert.equal(facts(await failure(enco.verbs.send(line, message))), 'SMS_INVALID_OPTION not-sent');
        assert.deepEqual(at.requests, []);
      });
    }

    it('numbers, booleans and text for either become what the vendor takes', async () => {
      const { line, at } = await vendor((socket) => socket.write(good));
      const given = { address: 8888, message: 12.5, destinations: phone('0000'), forceCharacterLimit: 'true' };
      await line.call('enco.outbound.sendFrom', given);
      const [call = ''] = calls(at);
      assert.match(call, /^POST \/sms\/outboundmessages\/8888\?forceCharacterLimit=true /);
      assert.deepEqual(JSON.parse(call.split('\r\n\r\n')[1] ?? ''), { message: '12.5', destinations: [phone('0000')] });
      assert.equal(given.address, 8888, 'what the flow gave is left as it was');
    });

    const circular: Record<string, unknown> = { message: 'x', destinations: [phone('0000')] };
    circular.binary = circular;
    const throwing = Object.defineProperty({}, 'message', { enumerable: true, get: () => assert.fail('looked at') });
    for (const [what, params] of [
      ['parameters that contain themselves', circular],
      ['parameters that throw when they are looked at', throwing],
      ['a date that is none', { message: new Date(Number.NaN), destinations: [phone('0000')] }],
      ['a function', { message: () => 'x', destinations: [phone('0000')] }],
      ['null', null],
      ['text', 'message=x'],
      ['a list', []],
    ] as const) {
      it(`${what}: refused as an option`, async () => {
        const { line, at } = await vendor((socket) => socket.write(good));
        const error = await failure(line.call('enco.outbound.send', params as Record<string, unknown>));
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
        assert.deepEqual(at.requests, []);
      });
    }
  });

  describe('the address of the account', () => {
    for (const [suffix, path] of [
      ['', ''],
      ['/', ''],
      ['///', ''],
      ['/sms/1.0.0', '/sms/1.0.0'],
      ['/sms/1.0.0/', '/sms/1.0.0'],
      [' ', ''],
    ] as const) {
      it(`ends in ${JSON.stringify(suffix)}`, async () => {
        const at = await edge(api((socket) => socket.write(good)));
        await write(
          session({ baseUrl: `${at.origin}${suffix}`, tokenUrl: `${at.origin}/token`, credentials: CREDENTIALS }),
        );
        assert.equal(calls(at)[0]?.split(' ')[1], `${path}/sms/outboundmessages`);
      });
    }

    it('of the token is taken as it is, its last slash and its query too', async () => {
      const at = await edge((socket, request) => {
        socket.write(
          request.startsWith('POST /oauth/token/?realm=x ') ? http(200, `{"access_token":"${TOKEN}"}`) : good,
        );
      });
      await write(
        session({ baseUrl: at.origin, tokenUrl: `${at.origin}/oauth/token/?realm=x`, credentials: CREDENTIALS }),
      );
    });

    it("left empty is the vendor's own", () => {
      const line = session({ baseUrl: '', tokenUrl: '', credentials: CREDENTIALS });
      assert.deepEqual([line.baseUrl, line.tokenUrl], [enco.baseUrl, enco.tokenUrl]);
    });

    for (const baseUrl of [
      'api.enco.io',
      'ftp://api.enco.io',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'http://',
      '/sms',
      'http://api.enco.io/?a=b',
      'http://api.enco.io/#x',
      'http://me:hush-hush@api.enco.io',
    ]) {
      it(`'${baseUrl}' is SMS_CONFIG`, () => {
        const make = () => session({ baseUrl, credentials: CREDENTIALS });
        assert.throws(make, { code: 'SMS_CONFIG', message: /baseUrl/ });
        assert.throws(make, (error) => !String(error).includes('hush-hush'));
      });
    }

    it('of the token must be one too', () => {
      assert.throws(() => session({ tokenUrl: 'token', credentials: CREDENTIALS }), {
        code: 'SMS_CONFIG',
        message: /tokenUrl/,
      });
    });
  });

  it('a whole number may be written with a zero before it', async () => {
    const { line, at } = await vendor((socket) => socket.write(http(200, '[]')));
    const log = {
      type: 'sms-outbound',
      year: 2026,
      startTime: '2026-01-01T00:00:00Z',
      endTime: '2026-01-02T00:00:00Z',
    };
    await line.call('enco.logs.interval', { ...log, month: '01' });
    assert.match(calls(at)[0] ?? '', /[?&]month=1&/);
  });

  it('whole numbers are not cut out of others', async () => {
    const line = session({ credentials: CREDENTIALS });
    const log = {
      type: 'sms-outbound',
      year: 2026,
      startTime: '2026-01-01T00:00:00Z',
      endTime: '2026-01-02T00:00:00Z',
    };
    for (const month of [1.5, '2.9', true, '1e0', ' ']) {
      const error = await failure(line.call('enco.logs.interval', { ...log, month }));
      assert.equal(error.code, 'SMS_INVALID_OPTION', String(month));
      assert.match(error.message, /month/);
    }
  });
});
