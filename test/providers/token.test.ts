/** One token for everybody: fetched once, renewed ahead, once more after a 401, and never in a storm. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { enco } from '../../dist/src/providers/enco/index.js';
import { CONNECTIONS } from '../../dist/src/providers/http.js';
import type { TokenAnswer } from '../../dist/src/providers/token.js';
import { TokenSource } from '../../dist/src/providers/token.js';
import {
  assertNothingSecret,
  CREDENTIALS,
  facts,
  failure,
  http,
  isTokenRequest,
  outgoing,
  phone,
  SENT,
  tokenAnswer,
  workshop,
} from './support.ts';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

describe('a token', () => {
  const { sandbox, session, edge } = workshop();
  const send = (line: ReturnType<typeof session>, digits = '0004') => enco.verbs.send(line, outgoing(phone(digits)));

  describe('at the vendor', () => {
    it('is fetched once by a hundred concurrent calls, which use no more sockets than allowed', async () => {
      const vendor = await sandbox({ latency: 5 });
      const { baseUrl, tokenUrl, credentials } = vendor;
      const line = session({ baseUrl, tokenUrl, credentials });
      const calls = await Promise.all(Array.from({ length: 100 }, () => send(line)));
      assert.equal(new Set(calls.map(({ id }) => id)).size, 100);
      assert.equal(vendor.requests('enco.auth.token').count, 1);
      const { peak, total } = vendor.connections();
      assert.ok(peak <= CONNECTIONS && total <= CONNECTIONS, `${peak} at once, ${total} in all`);
    });

    it('that is not good any more is renewed once for a hundred calls that were all refused', async () => {
      const vendor = await sandbox({ latency: 5 });
      const { baseUrl, tokenUrl, credentials } = vendor;
      const line = session({ baseUrl, tokenUrl, credentials });
      await send(line);
      vendor.expireTokens();
      const calls = await Promise.all(Array.from({ length: 100 }, () => send(line)));
      assert.equal(new Set(calls.map(({ id }) => id)).size, 100);
      assert.equal(vendor.messages().length, 101);
      assert.equal(vendor.requests('enco.auth.token').count, 2);
    });

    it('is fetched once more after a 401, and no more than once', async () => {
      const { origin, requests } = await edge((socket, request) => {
        socket.write(isTokenRequest(request) ? tokenAnswer() : http(401, '{"fault":{"code":900901,"message":"no"}}'));
      });
      const line = session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS });
      const error = await failure(send(line));
      assert.equal(facts(error), 'SMS_AUTH not-sent');
      assert.equal(error.accountRefused, true);
      const kinds = requests.map((request) => (isTokenRequest(request) ? 'token' : 'call'));
      assert.deepEqual(kinds, ['token', 'call', 'token', 'call']);
    });

    it('that expired on the way is replaced without the flow being told', async () => {
      const vendor = await sandbox();
      const { baseUrl, tokenUrl, credentials } = vendor;
      await send(session({ baseUrl, tokenUrl, credentials }), '0012');
      assert.equal(vendor.requests('enco.auth.token').count, 2);
      assert.equal(vendor.messages().length, 1);
    });

    const TROUBLES: [string, () => string | null, string][] = [
      ['answers 503', () => http(503), 'SMS_UNREACHABLE not-sent retryable'],
      ['answers 500', () => http(500), 'SMS_BAD_RESPONSE not-sent retryable'],
      ['answers 429', () => http(429), 'SMS_RATE_LIMITED not-sent retryable'],
      ['answers 400 invalid_client', () => http(400, '{"error":"invalid_client"}'), 'SMS_AUTH not-sent'],
      ['answers 401', () => http(401, '{"error":"invalid_client"}'), 'SMS_AUTH not-sent'],
      ['answers 404', () => http(404), 'SMS_AUTH not-sent'],
      ['redirects', () => http(302, '', { location: 'http://127.0.0.1:1/' }), 'SMS_BAD_RESPONSE not-sent retryable'],
      [
        'answers HTML',
        () => http(200, '<html>log in</html>', { 'content-type': 'text/html' }),
        'SMS_BAD_RESPONSE not-sent retryable',
      ],
      ['answers nothing', () => http(200, ''), 'SMS_BAD_RESPONSE not-sent retryable'],
      ['answers null', () => http(200, 'null'), 'SMS_BAD_RESPONSE not-sent retryable'],
      ['answers without a token', () => http(200, '{"expires_in":3600}'), 'SMS_BAD_RESPONSE not-sent retryable'],
      ['answers an empty token', () => tokenAnswer({ access_token: '' }), 'SMS_BAD_RESPONSE not-sent retryable'],
      [
        'answers a token that is an object',
        () => tokenAnswer({ access_token: {} }),
        'SMS_BAD_RESPONSE not-sent retryable',
      ],
      ['is too slow', () => null, 'SMS_UNREACHABLE not-sent retryable'],
    ];
    for (const [what, answer, expected] of TROUBLES) {
      it(`endpoint that ${what}: ${expected}, and the call is not made`, async () => {
        const { origin, requests } = await edge((socket) => {
          const bytes = answer();
          if (bytes !== null) socket.write(bytes);
        });
        const line = session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS, timeout: 150 });
        const error = await failure(send(line));
        assert.equal(facts(error), expected);
        assert.equal(error.accountRefused, expected.startsWith('SMS_AUTH'));
        assert.deepEqual(requests.map(isTokenRequest), [true]);
        assertNothingSecret(error, Object.values(CREDENTIALS).slice(1));
      });
    }

    it('endpoint that is down: nothing is sent, and it may be tried again', async () => {
      const line = session({
        baseUrl: 'http://127.0.0.1:1',
        tokenUrl: 'http://127.0.0.1:1/token',
        credentials: CREDENTIALS,
      });
      assert.equal(facts(await failure(send(line))), 'SMS_UNREACHABLE not-sent retryable');
    });

    it('endpoint that fails is asked once by a hundred calls, which all are told', async () => {
      const { origin, requests } = await edge((socket) => socket.write(http(503)));
      const line = session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS });
      const errors = await Promise.all(Array.from({ length: 100 }, () => failure(send(line))));
      assert.deepEqual(new Set(errors.map(facts)), new Set(['SMS_UNREACHABLE not-sent retryable']));
      for (let n = 0; n < 10; n++) await failure(send(line));
      assert.equal(requests.length, 1);
    });

    for (const token of ['abc\r\nX-Evil: 1', 'abc\nX-Evil: 1', 'ab\u0000c', 'häß', 'a b']) {
      it(`that cannot stand in a header is sent as no header of its own: ${JSON.stringify(token)}`, async () => {
        const { origin, requests } = await edge((socket, request) => {
          socket.write(
            isTokenRequest(request) ? tokenAnswer({ access_token: token }) : http(201, JSON.stringify(SENT)),
          );
        });
        const line = session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS });
        const outcome = await send(line).then(
          () => 'sent',
          (error) => error.outcome,
        );
        const calls = requests.filter((request) => !isTokenRequest(request));
        assert.equal(outcome === 'sent', calls.length === 1);
        if (calls.length === 0) assert.equal(outcome, 'not-sent');
        for (const call of calls) assert.doesNotMatch(call, /^x-evil/im);
      });
    }
  });

  describe('source', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers({ now: Date.parse('2026-03-04T12:00:00Z'), toFake: ['Date'] });
    });
    afterEach(() => clock.restore());

    /** A source of numbered tokens that live as long as the test says. */
    function numbered(expiresIn: () => unknown) {
      const state = { fetched: 0, fails: false };
      const source = new TokenSource(async (): Promise<TokenAnswer> => {
        state.fetched += 1;
        if (state.fails) throw new Error('down');
        return { access_token: `token-${state.fetched}`, expires_in: expiresIn() };
      });
      return { source, state };
    }

    it('renews in the last minute without making anyone wait', async () => {
      let release: (answer: TokenAnswer) => void = () => {};
      let fetched = 0;
      const source = new TokenSource(() => {
        fetched += 1;
        if (fetched === 1) return Promise.resolve({ access_token: 'first', expires_in: 3600 });
        return new Promise((resolve) => {
          release = resolve;
        });
      });
      assert.equal(await source.get(), 'first');
      clock.tick(3539 * SECOND);
      assert.equal(await source.get(), 'first');
      assert.equal(fetched, 1);
      clock.tick(2 * SECOND);
      assert.deepEqual(await Promise.all([source.get(), source.get()]), ['first', 'first']);
      assert.equal(fetched, 2);
      release({ access_token: 'second', expires_in: 3600 });
      await new Promise(setImmediate);
      assert.equal(await source.get(), 'second');
      assert.equal(fetched, 2);
    });

    it('goes on with a good token while its renewal fails, and says so only when it is over', async () => {
      const { source, state } = numbered(() => 100);
      await source.get();
      state.fails = true;
      clock.tick(90 * SECOND);
      assert.equal(await source.get(), 'token-1');
      clock.tick(11 * SECOND);
      await assert.rejects(source.get(), /down/);
    });

    const LIVES: [unknown, number][] = [
      [3600, 3600 * SECOND],
      ['3600', 3600 * SECOND],
      [' 90 ', 90 * SECOND],
      [1e300, 7 * DAY],
      [9e15, 7 * DAY],
      ['9007199254740993', 7 * DAY],
      [-1, 300 * SECOND],
      [0, 300 * SECOND],
      ['0', 300 * SECOND],
      [undefined, 300 * SECOND],
      [null, 300 * SECOND],
      ['', 300 * SECOND],
      ['soon', 300 * SECOND],
      [Number.NaN, 300 * SECOND],
      [{}, 300 * SECOND],
      [0.5, 500],
    ];
    for (const [expiresIn, life] of LIVES) {
      const written = typeof expiresIn === 'string' ? `'${expiresIn}'` : String(expiresIn);
      it(`with expires_in ${written} lives ${life / SECOND} seconds`, async () => {
        const { source } = numbered(() => expiresIn);
        await source.get();
        clock.tick(life * 0.8 - 60 * SECOND > 0 ? life - 61 * SECOND : life * 0.79);
        assert.equal(await source.get(), 'token-1');
        clock.tick(life);
        assert.equal(await source.get(), 'token-2');
      });
    }

    it('does not repeat a failed fetch in a storm, and comes back later', async () => {
      const { source, state } = numbered(() => 3600);
      state.fails = true;
      const asked: number[] = [];
      for (let second = 0; second < 120; second++) {
        await assert.rejects(source.get(), /down/);
        if (asked.length < state.fetched) asked.push(second);
        clock.tick(SECOND);
      }
      assert.deepEqual(asked, [0, 1, 3, 7, 15, 31, 61, 91]);
      state.fails = false;
      clock.tick(30 * SECOND);
      assert.equal(await source.get(), `token-${state.fetched}`);
    });

    it('begins with a short pause again after it has worked', async () => {
      const { source, state } = numbered(() => 3600);
      state.fails = true;
      for (const pause of [1, 2, 4]) {
        await assert.rejects(source.get());
        clock.tick(pause * SECOND);
      }
      state.fails = false;
      const token = await source.get();
      source.refused(token);
      state.fails = true;
      await assert.rejects(source.get());
      clock.tick(SECOND);
      state.fails = false;
      assert.match(await source.get(), /^token-/);
    });

    it('forgets only the token that was refused, not the newer one', async () => {
      const { source, state } = numbered(() => 3600);
      const first = await source.get();
      source.refused(first);
      const second = await source.get();
      source.refused(first);
      assert.equal(await source.get(), second);
      assert.equal(state.fetched, 2);
    });
  });
});
