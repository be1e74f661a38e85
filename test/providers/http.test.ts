/** What the line to a vendor tells and keeps; what goes wrong on the wire of each vendor is in test/faults. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { enco } from '../../dist/src/providers/enco/index.js';
import type { Session, SessionOptions } from '../../dist/src/providers/session.js';
import { standStill } from '../support/stand-still.ts';
import { cert, key } from './self-signed.ts';
import {
  api,
  CREDENTIALS,
  type Edge,
  facts,
  failure,
  http,
  isTokenRequest,
  outgoing,
  phone,
  SENT,
  until,
  workshop,
} from './support.ts';

const TIMEOUT = 150;

const UNKNOWN = 'unknown retryable';
const UNREACHABLE = `SMS_UNREACHABLE ${UNKNOWN}`;
const NOT_REACHED = 'SMS_UNREACHABLE not-sent retryable';
const UNREADABLE = `SMS_BAD_RESPONSE ${UNKNOWN}`;

describe('the line to a vendor', () => {
  const { session, edge, ends } = workshop();
  const unhandled: unknown[] = [];
  const remember = (reason: unknown) => unhandled.push(reason);

  before(() => process.on('unhandledRejection', remember));
  after(() => process.off('unhandledRejection', remember));
  afterEach(async () => {
    await new Promise(setImmediate);
    assert.deepEqual(unhandled.splice(0), [], 'nothing is rejected behind our back');
  });

  const lineTo = (origin: string, tokenOrigin = origin, more: Partial<SessionOptions> = {}): Session =>
    session({ baseUrl: origin, tokenUrl: `${tokenOrigin}/token`, credentials: CREDENTIALS, timeout: TIMEOUT, ...more });

  /** An API that answers so, behind a token endpoint that works. */
  async function vendor(
    answer: (socket: Socket, request: string, nth: number) => void,
  ): Promise<{ line: Session; at: Edge }> {
    const at = await edge(api(answer));
    return { line: lineTo(at.origin), at };
  }

  const write = (line: Session) => enco.verbs.send(line, outgoing(phone('0000')));
  const read = (line: Session) => line.call('enco.dedicatedAddresses');
  const good = http(201, JSON.stringify(SENT));
  const calls = (at: Edge) => at.requests.filter((request) => !isTokenRequest(request));

  describe('says what the system says of', () => {
    const tokens = async () => (await edge(api(() => {}))).origin;

    it('connection refused', async () => {
      const line = lineTo('http://127.0.0.1:1', await tokens());
      const error = await failure(write(line));
      assert.equal(facts(error), NOT_REACHED);
      assert.match(error.message, /127\.0\.0\.1:1 could not be reached \(ECONNREFUSED\)/);
    });

    it('a certificate that nobody has signed', async () => {
      const seen: string[] = [];
      const server = createTlsServer({ cert, key }, (socket) => socket.on('data', (data) => seen.push(String(data))));
      server.on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ends(() => new Promise((resolve) => server.close(() => resolve())));
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const error = await failure(write(lineTo(`https://127.0.0.1:${port}`, await tokens())));
      assert.equal(facts(error), NOT_REACHED);
      assert.match(error.message, /SELF_SIGNED/);
      assert.deepEqual(seen, []);
    });
  });

  describe('an answer', () => {
    it('that came while this process stood still is read, though the time for it is over', async () => {
      const { line, at } = await vendor((socket) => {
        socket.write(good);
        standStill(4 * TIMEOUT);
      });
      const { raw } = await enco.verbs.send(line, outgoing(phone('0000')));
      assert.deepEqual(raw, SENT);
      assert.equal(calls(at).length, 1);
    });

    it('that cannot be read is not repeated', async () => {
      const { line } = await vendor((socket) => socket.end(http(200, '<html>Please log in</html>')));
      assert.doesNotMatch((await failure(read(line))).message, /log in/);
    });

    it('nested more deeply than can be written down is one that cannot be read', async () => {
      const nested = (levels: number) => `{"more":${'['.repeat(levels)}${']'.repeat(levels)}`;
      const { line } = await vendor((socket, request) => {
        const levels = request.includes('few') ? 50 : 100_000;
        socket.write(http(201, `${nested(levels)},${JSON.stringify(SENT).slice(1)}`));
      });
      assert.equal(facts(await failure(write(line))), `SMS_UNCERTAIN ${UNKNOWN}`);
      const accepted = await enco.verbs.send(line, outgoing(phone('0000'), { text: 'few' }));
      assert.equal(JSON.stringify(accepted.raw).includes('['.repeat(50)), true);
    });

    it('is asked for without compression', async () => {
      const { line, at } = await vendor((socket) => socket.write(good));
      await write(line);
      for (const request of at.requests) assert.doesNotMatch(request, /^accept-encoding/im);
    });

    it('what follows a body that was too long is no answer to the next call', async () => {
      const { line } = await vendor((socket, _request, nth) => {
        socket.write(
          nth === 1
            ? `${http(200, '{"dedicatedAddresses":["1"]}')}${http(200, '{"dedicatedAddresses":["evil"]}')}`
            : http(200, '{"dedicatedAddresses":["2"]}'),
        );
      });
      await read(line).catch(() => {});
      assert.deepEqual(await read(line), { dedicatedAddresses: ['2'] });
    });

    it('information before the answer says nothing of the answer', async () => {
      const { line } = await vendor((socket) => {
        socket.write(`HTTP/1.1 103 Early Hints\r\nlocation: http://x/early\r\n\r\n${http(201, '{}')}`);
      });
      assert.equal((await failure(write(line))).code, 'SMS_UNCERTAIN');
    });

    it('whose id is in its Location only: of two that differ it is neither, of two that are the same it is that', async () => {
      const located = (...ids: string[]) =>
        http(201, '{}', { location: ids.map((id) => `http://x/deliveryinfos/${id}"`) });
      const { line } = await vendor((socket, _request, nth) =>
        socket.write(nth === 1 ? located('one', 'two') : located('one', 'one')),
      );
      assert.equal(facts(await failure(write(line))), `SMS_UNCERTAIN ${UNKNOWN}`);
      assert.equal((await write(line)).id, 'one');
    });

    it('a kept socket that the vendor has closed between two calls', async () => {
      const { line, at } = await vendor((socket) => socket.write(good));
      await write(line);
      const before = at.connections();
      for (const socket of at.sockets) socket.end();
      await until(() => at.sockets.size === 0, 'the sockets are closed');
      assert.equal((await write(line)).id, '0b4fa6b6-0001');
      assert.equal(at.connections(), before + 1);
      assert.equal(calls(at).length, 2);
    });

    it('an answer after which the vendor closes the connection', async () => {
      const { line } = await vendor((socket) => socket.end(http(201, JSON.stringify(SENT), { connection: 'close' })));
      for (let n = 0; n < 5; n++) assert.equal((await write(line)).id, '0b4fa6b6-0001');
    });
  });

  describe('each status has its meaning', () => {
    /** Status, code for a writing call, code for a reading one, what else is known. */
    const STATUSES: [number, string, string][] = [
      [400, 'SMS_REJECTED not-sent', 'SMS_REJECTED not-sent'],
      [402, 'SMS_REJECTED not-sent', 'SMS_REJECTED not-sent'],
      [403, 'SMS_AUTH not-sent', 'SMS_AUTH not-sent'],
      [404, 'SMS_REJECTED not-sent', 'SMS_REJECTED not-sent'],
      [408, `SMS_UNCERTAIN ${UNKNOWN}`, UNREACHABLE],
      [413, 'SMS_REJECTED not-sent', 'SMS_REJECTED not-sent'],
      [425, 'SMS_RATE_LIMITED not-sent retryable', 'SMS_RATE_LIMITED not-sent retryable'],
      [429, 'SMS_RATE_LIMITED not-sent retryable', 'SMS_RATE_LIMITED not-sent retryable'],
      [500, `SMS_UNCERTAIN ${UNKNOWN}`, UNREADABLE],
      [501, `SMS_UNCERTAIN ${UNKNOWN}`, UNREADABLE],
      [502, `SMS_UNCERTAIN ${UNKNOWN}`, UNREACHABLE],
      [503, NOT_REACHED, NOT_REACHED],
      [504, `SMS_UNCERTAIN ${UNKNOWN}`, UNREACHABLE],
      [599, `SMS_UNCERTAIN ${UNKNOWN}`, UNREADABLE],
    ];
    for (const [status, writing, reading] of STATUSES) {
      it(String(status), async () => {
        const { line, at } = await vendor((socket) =>
          socket.write(http(status, '{"fault":{"code":7,"message":"so"}}')),
        );
        const written = await failure(write(line));
        assert.equal(facts(written), writing);
        assert.equal(facts(await failure(read(line))), reading);
        assert.deepEqual([written.httpStatus, written.providerCode, written.providerMessage], [status, '7', 'so']);
        assert.equal(written.accountRefused, status === 402 || status === 403);
        assert.equal(calls(at).length, 2, 'nothing was repeated');
      });
    }

    const hour = 3600_000;
    for (const [header, least, most] of [
      ['7', 7000, 7000],
      ['86400', hour, hour],
      ['99999999999999999999', hour, hour],
      ['a date', 540_000, 600_000],
    ] as const) {
      it(`Retry-After: ${header} is a wait of at most an hour`, async () => {
        const sent = header === 'a date' ? new Date(Date.now() + 600_000).toUTCString() : header;
        const wait = (await refusedWith(sent)).retryAfter ?? -1;
        assert.ok(wait >= least && wait <= most, String(wait));
      });
    }

    for (const header of ['soon', '-5', '1.5', '0', '1, 2', 'summer 2099', '', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      it(`Retry-After: ${header || 'nothing'} leaves the wait to us`, async () => {
        assert.equal((await refusedWith(header)).retryAfter, undefined);
      });
    }

    async function refusedWith(header: string) {
      const { line } = await vendor((socket) => socket.write(http(429, '', { 'retry-after': header })));
      return failure(write(line));
    }
  });

  describe('in a rush', () => {
    it('what could not be written in its time is not written later', async () => {
      const { origin, requests, sockets } = await edge(() => {});
      const { http: client } = session({ baseUrl: origin, credentials: CREDENTIALS, timeout: TIMEOUT, connections: 1 });
      await client.warm();
      const names = Array.from({ length: 20 }, (_, n) => `message-${n}`);
      const errors = await Promise.all(
        names.map((body) => failure(client.request({ method: 'POST', url: `${origin}/x`, body }))),
      );
      const unknown = names.filter((_, n) => errors[n]?.outcome === 'unknown');
      assert.ok(unknown.length < names.length, 'some never got a socket');
      await until(() => sockets.size === 0 || requests.length > unknown.length, 'the connection is given up');
      await new Promise((resolve) => setTimeout(resolve, 50));
      const seen = names.filter((name) => requests.some((request) => request.endsWith(`\r\n\r\n${name}`)));
      assert.deepEqual(seen, unknown, 'the vendor saw those of unknown outcome and no others');
    });

    it('no timer is left of an exchange that is over', async () => {
      const { at } = await vendor((socket) => socket.write(good));
      const line = lineTo(at.origin, at.origin, { timeout: 60_000 });
      await write(line);
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      const before = timers();
      for (let n = 0; n < 30; n++) await write(line);
      assert.ok(timers() < before + 15, `${before} timers before, ${timers()} after`);
    });

    it('a line that is closed ends what is under way, and takes nothing more', async () => {
      const { line, at } = await vendor(() => {});
      const underway = failure(write(line));
      await until(() => calls(at).length === 1, 'the call is written');
      await line.close();
      assert.equal((await underway).outcome, 'unknown');
      const late = await failure(write(line));
      assert.equal(late.outcome, 'not-sent');
      assert.equal(calls(at).length, 1);
      await until(() => at.sockets.size === 0, 'no socket is left');
    });
  });

  describe('an error of our own after the request was written', () => {
    it('leaves the outcome unknown, never not sent', async () => {
      const broken = { ...enco, wire: { ...enco.wire, result: () => ({}) as { a: { b: 1 } } } };
      broken.wire.result = () => {
        throw new TypeError('our own mistake');
      };
      const { origin } = await edge(api((socket) => socket.write(good)));
      const line = session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS }, broken);
      const error = await failure(write(line));
      assert.deepEqual([error.code, error.outcome], ['SMS_UNCERTAIN', 'unknown']);
    });
  });
});
