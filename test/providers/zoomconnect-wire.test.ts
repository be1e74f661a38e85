/** ZoomConnect's ways in, its formats and its errors. */
import assert from 'node:assert/strict';
import type { Provider, Wire } from '../../dist/src/providers/provider.js';
import { Session } from '../../dist/src/providers/session.js';
import { zoomconnect } from '../../dist/src/providers/zoomconnect/index.js';
import { readXml } from '../../dist/src/providers/zoomconnect/xml.js';
import { assertNothingSecret, facts, failure, outgoing, phone } from './support.ts';
import { LOGIN, one, zoomWorkshop } from './zoomconnect-support.ts';

describe("ZoomConnect's wire", () => {
  const { connect, answering, ends } = zoomWorkshop();

  describe('authentication', () => {
    const BALANCE = 'zoomconnect.account.balance';

    it('zoomconnect.auth.headers: sends email and token as headers, when nothing else is said', async () => {
      const { vendor, line } = await connect();
      await line.call(BALANCE);
      const { headers, url } = one(vendor, BALANCE);
      assert.deepEqual([headers.email, headers.token], [vendor.credentials.email, vendor.credentials.token]);
      assert.equal(headers.authorization, undefined);
      assert.ok(!url.includes('?'));
    });

    it('zoomconnect.auth.basic: sends them as user and password when the account says so', async () => {
      const { vendor, line } = await connect({}, { settings: { authentication: 'basic' } });
      await line.call(BALANCE);
      const { headers } = one(vendor, BALANCE);
      const { email, token } = vendor.credentials;
      assert.equal(headers.authorization, `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`);
      assert.deepEqual([headers.email, headers.token], [undefined, undefined]);
    });

    it('zoomconnect.auth.query: sends them in the query when the account says so, beside what is there', async () => {
      const { vendor, line } = await connect({}, { settings: { authentication: 'query' } });
      await line.call(BALANCE);
      await line.call('zoomconnect.messages.all', { pageSize: 2 });
      const query = 'email=sandbox%40example.com&token=sandbox-token';
      assert.match(one(vendor, BALANCE).url, new RegExp(`/balance\\?${query}$`));
      const { url, headers } = one(vendor, 'zoomconnect.messages.all');
      assert.match(url, new RegExp(`\\?pageSize=2&${query}$`));
      assert.deepEqual([headers.email, headers.token, headers.authorization], [undefined, undefined, undefined]);
    });

    it('another way is no way', async () => {
      const { vendor, line } = await connect({}, { settings: { authentication: 'pigeon' } });
      assert.equal(facts(await failure(zoomconnect.verbs.send(line, outgoing(phone('0000'))))), 'SMS_CONFIG not-sent');
      assert.equal(vendor.requests().count, 0);
    });

    for (const authentication of ['headers', 'basic', 'query']) {
      it(`zoomconnect.auth.${authentication}: a wrong token is a refusal of the account`, async () => {
        for (const unauthorizedIsXml of [false, true]) {
          const { vendor } = await connect({ assumptions: { unauthorizedIsXml } });
          const credentials = { ...vendor.credentials, token: 'not-the-token' };
          const line = new Session(zoomconnect, {
            baseUrl: vendor.baseUrl,
            timeout: 2000,
            credentials,
            settings: { authentication },
          });
          ends(() => line.close());
          const error = await failure(zoomconnect.verbs.send(line, outgoing(phone('0000'))));
          assert.deepEqual([facts(error), error.accountRefused], ['SMS_AUTH not-sent', true]);
          assert.match(error.providerMessage ?? '', /Reason: Unauthorized/);
          assertNothingSecret(error, ['not-the-token']);
        }
      });
    }
  });

  describe('formats', () => {
    /** ZoomConnect asked in another way, as a proxy or another version might make of our request. */
    const asked = (change: Partial<Wire>): Provider => ({ ...zoomconnect, wire: { ...zoomconnect.wire, ...change } });
    const WAYS: Record<string, Provider> = {
      'by Accept': asked({
        request: (...given) => {
          const made = zoomconnect.wire.request(...given);
          return { ...made, headers: { ...made.headers, accept: 'application/xml' } };
        },
      }),
      'by suffix': asked({
        request: (...given) => {
          const made = zoomconnect.wire.request(...given);
          return { ...made, url: made.url.replace(/(\?|$)/, '.xml$1') };
        },
      }),
    };

    for (const [way, provider] of Object.entries(WAYS)) {
      it(`zoomconnect.format.xml: XML, asked for ${way}, is read into the same as JSON`, async () => {
        const { vendor, line } = await connect({ assumptions: { deletedIsGone: false } });
        const other = new Session(provider, {
          baseUrl: vendor.baseUrl,
          credentials: vendor.credentials,
          timeout: 2000,
        });
        ends(() => other.close());
        const text = 'a < b & "c" é\n€ 👩‍👩‍👧';
        const { id } = await zoomconnect.verbs.send(other, outgoing(phone('0004'), { text }));
        vendor.receive({ from: phone('0004'), text: '1234' });
        assert.equal(vendor.messages()[0]?.id, id);
        for (const [operation, params] of [
          ['zoomconnect.messages.get', { messageId: id }],
          ['zoomconnect.messages.all', {}],
          ['zoomconnect.messages.all', { pageSize: 1 }],
          ['zoomconnect.messages.all', { type: 'INBOUND', read: true }],
          ['zoomconnect.contacts.all', {}],
          ['zoomconnect.templates.all', {}],
          ['zoomconnect.account.balance', {}],
          ['zoomconnect.account.statistics', {}],
          ['zoomconnect.account.user.search', { searchEmail: vendor.credentials.email }],
          ['zoomconnect.messages.analyse.length', { message: 'Hello' }],
          ['zoomconnect.messages.analyse.withinMax', { message: 'Hello' }],
          ['zoomconnect.messages.analyse.encoding', { message: 'Hello' }],
        ] as const) {
          const [json, xml] = [await line.call(operation, params), await other.call(operation, params)];
          assert.deepEqual(comparable(xml), comparable(json), operation);
        }
        const error = await failure(other.call('zoomconnect.messages.get', { messageId: 'none' }));
        assert.deepEqual([error.code, error.providerCode], ['SMS_REJECTED', '404']);
      });
    }

    it('zoomconnect.format.xml: JSON is asked for in every call, since the vendor answers XML otherwise', async () => {
      for (const operation of zoomconnect.operations) {
        const account = { credentials: LOGIN, settings: {} };
        const made = zoomconnect.wire.request(operation, {}, 'https://x', account);
        assert.equal(made.headers?.accept, 'application/json', operation.id);
      }
    });

    it('zoomconnect.format.xml: understands prefixes, CDATA, comments and entities; refuses what is not whole', () => {
      const source =
        '<?xml version="1.0"?><!-- x --><n:error xmlns:n="y"><message><![CDATA[a<b]]>&amp;&#233;&#x20AC;&huh;</message><code>2</code><none/></n:error>';
      assert.deepEqual(readXml(source), { error: { message: 'a<b&é€&huh;', code: 2, none: '' } });
      for (const broken of [
        '<a>',
        '<a></b>',
        '<a/><b/>',
        'x',
        '<a><b></a></b>',
        '<a',
        '</a>',
        '<html/>',
        '<!DOCTYPE a><a/>',
        `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`,
      ])
        assert.throws(() => readXml(broken), SyntaxError, broken.slice(0, 40));
      assert.deepEqual(readXml('<a><__proto__><x>1</x></__proto__></a>') instanceof Object, true);
      assert.equal(({} as { x?: unknown }).x, undefined);
    });

    it('zoomconnect.format.xml: hex digits that look like a number stay an id', async () => {
      for (const id of ['512345678901234567890123', '5e1234567890123456789012', '0012']) {
        const { line } = await answering(200, id, { 'content-type': 'text/plain' });
        const params = { recipientNumber: '0721234567', message: 'x' };
        assert.equal(await line.call('zoomconnect.sms.sendUrlParameters.get', params), id);
      }
    });
  });

  describe('errors', () => {
    const dto = (more: object) => ({ code: 1, message: 'No', developerMessage: 'No', moreInfoUrl: null, ...more });

    for (const [status, body, expected, code, message] of [
      [
        400,
        dto({ code: 2, message: 'Invalid mobile number', developerMessage: 'x' }),
        'SMS_REJECTED not-sent',
        '2',
        'Invalid mobile number: x',
      ],
      [
        400,
        dto({ code: 3, message: 'Message cannot be empty' }),
        'SMS_REJECTED not-sent',
        '3',
        'Message cannot be empty: No',
      ],
      [
        400,
        { error: 'Group name us required', error_code: 'E7' },
        'SMS_REJECTED not-sent',
        'E7',
        'Group name us required',
      ],
      [
        401,
        '<error><message>Reason: Unauthorized</message></error>',
        'SMS_AUTH not-sent',
        undefined,
        'Reason: Unauthorized',
      ],
      [403, '', 'SMS_AUTH not-sent', undefined, undefined],
      [404, '<html><body>Nothing here</body></html>', 'SMS_REJECTED not-sent', undefined, undefined],
      [429, 'Slow down', 'SMS_RATE_LIMITED not-sent retryable', undefined, 'Slow down'],
      [500, dto({ status: 'INTERNAL_SERVER_ERROR' }), 'SMS_UNCERTAIN unknown retryable', '1', 'No'],
      [502, '<html>Bad gateway</html>', 'SMS_UNCERTAIN unknown retryable', undefined, undefined],
      [503, '{"code":', 'SMS_UNREACHABLE not-sent retryable', undefined, undefined],
      [200, dto({ code: 2, status: 'BAD_REQUEST' }), 'SMS_REJECTED not-sent', '2', 'No'],
      [200, dto({ code: 401, status: 'UNAUTHORIZED' }), 'SMS_AUTH not-sent', '401', 'No'],
      [200, dto({ status: 'INTERNAL_SERVER_ERROR' }), 'SMS_UNCERTAIN unknown retryable', '1', 'No'],
      [200, dto({}), 'SMS_UNCERTAIN unknown retryable', '1', 'No'],
      [200, { error: 'Not today', error_code: 9 }, 'SMS_REJECTED not-sent', '9', 'Not today'],
      [
        200,
        '<error><code>7</code><message>Insufficient credits</message></error>',
        'SMS_REJECTED not-sent',
        '7',
        'Insufficient credits',
      ],
      [200, '<error>Not today</error>', 'SMS_REJECTED not-sent', undefined, 'Not today'],
      [200, { code: 7, message: 'Not today', status: 'BAD_REQUEST' }, 'SMS_REJECTED not-sent', '7', 'Not today'],
      [200, { code: 7, message: 'Not today' }, 'SMS_REJECTED not-sent', '7', 'Not today'],
      [200, dto({ code: 7, status: null }), 'SMS_REJECTED not-sent', '7', 'No'],
      [200, { message: 'Not you', status: 'UNAUTHORIZED' }, 'SMS_AUTH not-sent', undefined, 'Not you'],
      [200, { message: 'Wait', status: 429 }, 'SMS_RATE_LIMITED not-sent retryable', undefined, 'Wait'],
      [200, { error: { code: 2, message: 'Bad number' } }, 'SMS_REJECTED not-sent', '2', 'Bad number'],
      [200, { messageId: null, error: { code: 401, message: 'No' } }, 'SMS_AUTH not-sent', '401', 'No'],
      [200, { error: { code: 1, message: 'Oops' } }, 'SMS_UNCERTAIN unknown retryable', '1', 'Oops'],
    ] as const) {
      it(`zoomconnect.errors: ${status} with ${JSON.stringify(body)} is ${expected}`, async () => {
        const { line } = await answering(status, body);
        const error = await failure(zoomconnect.verbs.send(line, outgoing(phone('0000'))));
        assert.equal(facts(error), expected);
        assert.deepEqual([error.providerCode, error.providerMessage], [code, message]);
        assert.equal(error.httpStatus, status);
      });
    }

    it('zoomconnect.errors: a refusal within a success that speaks of credits refuses the account', async () => {
      const message = 'Insufficient credits';
      for (const body of [`<error><code>7</code><message>${message}</message></error>`, { error: { message } }]) {
        const { line } = await answering(200, body);
        const error = await failure(zoomconnect.verbs.send(line, outgoing(phone('0000'))));
        assert.deepEqual([facts(error), error.accountRefused], ['SMS_REJECTED not-sent', true]);
      }
    });

    it('zoomconnect.errors: a message and a word that is no error leave it uncertain what became of the SMS', async () => {
      for (const body of [
        { message: 'Fine', status: 'OK' },
        { message: 'Fine', code: 0 },
        { message: 'Fine', code: 200, status: 'OK' },
        { error: {} },
      ]) {
        const { line } = await answering(200, body);
        const error = await failure(zoomconnect.verbs.send(line, outgoing(phone('0000'))));
        assert.equal(facts(error), 'SMS_UNCERTAIN unknown retryable');
      }
    });

    it('zoomconnect.errors: 400 because there are no credits refuses the account', async () => {
      for (const noCreditsStatus of [400, 402, 403]) {
        const { line } = await connect({ assumptions: { startingCredits: 0, noCreditsStatus } });
        const error = await failure(zoomconnect.verbs.send(line, outgoing(phone('0000'))));
        assert.deepEqual([error.outcome, error.accountRefused], ['not-sent', true]);
        assert.match(error.providerMessage ?? '', /Insufficient credits/);
      }
    });

    it('zoomconnect.errors: a secret that comes back in one is not repeated', async () => {
      const said = `bad ${LOGIN.token} ${LOGIN.urlToken}`;
      for (const [status, body] of [
        [400, dto({ message: said })],
        [200, { messageId: null, error: said }],
      ] as const) {
        const { line } = await answering(status, body);
        assertNothingSecret(await failure(zoomconnect.verbs.send(line, outgoing(phone('0000')))), [
          LOGIN.token,
          LOGIN.urlToken,
        ]);
      }
    });
  });
});

/** What XML cannot tell: null, an empty list, and whether an unknown name is a number. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? String(value) : value;
  const members = Object.entries(value).filter(
    ([, member]) => member !== null && !(Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, comparable(member)]));
}
