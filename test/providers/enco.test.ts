/** Enco's rows of the coverage list, one by one: what the vendor was sent, and what was made of its answer. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { verbOf } from '../../dist/src/providers/capabilities.js';
import { enco } from '../../dist/src/providers/enco/index.js';
import type { WebhookEvents } from '../../dist/src/providers/provider.js';
import type { Session } from '../../dist/src/providers/session.js';
import type { RequestRecord, Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { api, CREDENTIALS, facts, failure, http, outgoing, phone, SENT, until, workshop } from './support.ts';

describe('Enco, row by row', () => {
  const { sandbox, session, edge } = workshop();

  async function connect(options: SandboxOptions = {}): Promise<{ vendor: Sandbox; line: Session }> {
    const vendor = await sandbox(options);
    const { baseUrl, tokenUrl, credentials } = vendor;
    return { vendor, line: session({ baseUrl, tokenUrl, credentials }) };
  }

  /** A session with an API that answers everything in one way. */
  async function answeredWith(status: number, body: unknown, headers: Record<string, string> = {}): Promise<Session> {
    const written = typeof body === 'string' ? body : JSON.stringify(body);
    const { origin } = await edge(api((socket) => socket.write(http(status, written, headers))));
    return session({ baseUrl: `${origin}/sms/1.0.0`, tokenUrl: `${origin}/token`, credentials: CREDENTIALS });
  }

  const sent = (more: object = {}) => ({ message: 'Hello', destinations: [phone('0000')], ...more });
  const period = {
    startdatetime: '2026-03-01T00:00:00.000Z',
    enddatetime: '2036-03-01T00:00:00.000Z',
    'new-only': false,
  };

  describe('token', () => {
    it('enco.auth.token: asks with Basic and a form for client credentials, and carries the token as a bearer', async () => {
      const { vendor, line } = await connect();
      await line.call('enco.dedicatedAddresses');
      const [asked, called] = vendor.requests().log;
      const { clientId, clientSecret } = vendor.credentials;
      assert.deepEqual([asked?.method, asked?.url], ['POST', '/token']);
      const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
      assert.equal(asked?.headers.authorization, `Basic ${basic}`);
      assert.equal(asked?.headers['content-type'], 'application/x-www-form-urlencoded');
      assert.equal(asked?.body, 'grant_type=client_credentials&scope=openid');
      assert.match(called?.headers.authorization ?? '', /^Bearer [0-9a-f]{32}$/);
    });

    it('enco.auth.token: as an operation it shows everything but the tokens', async () => {
      const { line } = await connect();
      const answer = await line.call<Record<string, unknown>>('enco.auth.token');
      assert.deepEqual([answer.access_token, answer.id_token, answer.token_type], ['***', '***', 'Bearer']);
      assert.equal(answer.expires_in, 3600);
    });
  });

  describe('outbound', () => {
    it('enco.outbound.send: posts text and one recipient as JSON, and answers as the vendor did', async () => {
      const { vendor, line } = await connect();
      const answer = await line.call<typeof SENT>('enco.outbound.send', sent({ callbackURL: 'http://127.0.0.1:1/cb' }));
      const request = one(vendor, 'enco.outbound.send');
      assert.deepEqual([request.method, request.url], ['POST', '/sms/1.0.0/sms/outboundmessages']);
      assert.equal(request.headers['content-type'], 'application/json');
      assert.equal(request.headers.accept, 'application/json');
      assert.deepEqual(JSON.parse(request.body), sent({ callbackURL: 'http://127.0.0.1:1/cb' }));
      assert.deepEqual(answer.deliveryInfo, [{ address: phone('0000'), deliveryStatus: 'DeliveredToNetwork' }]);
      assert.match(answer.resourceURL, new RegExp(`/deliveryinfos/${vendor.messages()[0]?.id}$`));
    });

    it('enco.outbound.send: sends line breaks, quotes and emoji as they are', async () => {
      const { vendor, line } = await connect();
      const text = 'line 1\nline 2\r"quoted" \\ 👩‍👩‍👧 €';
      await enco.verbs.send(line, outgoing(phone('0000'), { text }));
      assert.equal(vendor.messages()[0]?.text, text);
      assert.deepEqual(JSON.parse(one(vendor, 'enco.outbound.send').body), {
        message: text,
        destinations: [phone('0000')],
      });
    });

    it('enco.outbound.send: refuses two recipients before anything travels', async () => {
      const { vendor, line } = await connect();
      const two = { message: 'Hello', destinations: [phone('0000'), phone('0001')] };
      const error = await failure(line.call('enco.outbound.send', two));
      assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      assert.match(error.message, /destinations/);
      assert.equal(vendor.requests().count, 0);
    });

    it('enco.outbound.send: takes the id from Location, with its stray quote, when the body lacks it', async () => {
      const location = 'https://api.enco.io/sms/1.0.0/sms/outboundmessages/deliveryinfos/77aa-11"';
      const line = await answeredWith(201, { deliveryInfo: SENT.deliveryInfo }, { Location: location });
      assert.equal((await enco.verbs.send(line, outgoing(phone('0000')))).id, '77aa-11');
    });

    it('enco.outbound.send: a success without any id is uncertain', async () => {
      const line = await answeredWith(201, { deliveryInfo: SENT.deliveryInfo });
      const error = await failure(enco.verbs.send(line, outgoing(phone('0000'))));
      assert.deepEqual([error.code, error.outcome], ['SMS_UNCERTAIN', 'unknown']);
    });

    it('enco.outbound.send: understands MessageWaiting, and keeps a word that it does not know', async () => {
      const { line } = await connect({ assumptions: { startsWaiting: true } });
      const waiting = await enco.verbs.send(line, outgoing(phone('0000')));
      assert.deepEqual([waiting.status, waiting.providerStatus], ['queued', 'MessageWaiting']);
      const odd = await answeredWith(201, { ...SENT, deliveryInfo: { address: 'x', deliveryStatus: 'constructor' } });
      const { status, providerStatus } = await enco.verbs.send(odd, outgoing(phone('0000')));
      assert.deepEqual([status, providerStatus], ['unknown', 'constructor']);
    });

    for (const [operation, more, path] of [
      ['enco.outbound.send', {}, ''],
      ['enco.outbound.sendFrom', { address: '8888' }, '/8888'],
    ] as const) {
      it(`enco.outbound.send.forceCharacterLimit: travels in the query of ${operation}, not in the body`, async () => {
        const { vendor, line } = await connect();
        for (const flag of [true, false]) await line.call(operation, sent({ ...more, forceCharacterLimit: flag }));
        const log = vendor.requests(operation).log;
        assert.deepEqual(
          log.map(({ url }) => url),
          [true, false].map((flag) => `/sms/1.0.0/sms/outboundmessages${path}?forceCharacterLimit=${flag}`),
        );
        for (const { body } of log) assert.deepEqual(JSON.parse(body), sent());
      });
    }

    it('enco.outbound.send.forceCharacterLimit: as an option of a message, a text of two parts is refused', async () => {
      const { vendor, line } = await connect();
      const message = outgoing(phone('0000'), { text: 'x'.repeat(161), options: { forceCharacterLimit: true } });
      assert.equal(facts(await failure(enco.verbs.send(line, message))), 'SMS_REJECTED not-sent');
      assert.equal((await enco.verbs.send(line, { ...message, options: {} })).status, 'sent');
      assert.equal(vendor.messages()[0]?.parts, 2);
    });

    it('enco.outbound.sendFrom: posts to the path of the dedicated address, which the body does not repeat', async () => {
      const { vendor, line } = await connect();
      const { id } = await enco.verbs.send(line, outgoing(phone('0000'), { sender: '8888' }));
      const request = one(vendor, 'enco.outbound.sendFrom');
      assert.deepEqual([request.method, request.url], ['POST', '/sms/1.0.0/sms/outboundmessages/8888']);
      assert.deepEqual(Object.keys(JSON.parse(request.body)), ['message', 'destinations']);
      assert.deepEqual([vendor.messages()[0]?.from, vendor.messages()[0]?.id], ['8888', id]);
    });

    it('enco.outbound.sendFrom: an address of someone else is a refusal', async () => {
      const { vendor, line } = await connect();
      const error = await failure(enco.verbs.send(line, outgoing(phone('0000'), { sender: '7777' })));
      assert.deepEqual([error.code, error.outcome, error.httpStatus], ['SMS_INVALID_SENDER', 'not-sent', 403]);
      assert.equal(error.accountRefused, false, 'another account would not make it right');
      assert.deepEqual(vendor.messages(), []);
    });

    it("enco.outbound.sendFrom: takes no word of the vendor's own paths for an address", () => {
      for (const sender of ['length', 'deliveryinfos', 'Length', 'shared', '../8888', '88 88', '', '.']) {
        assert.throws(() => enco.checkSender(sender), { code: 'SMS_INVALID_SENDER' }, sender);
      }
      for (const sender of ['8888', '666', '+32460123456', 'MyShop']) enco.checkSender(sender);
    });

    it("enco.outbound.length: posts the text, and answers the vendor's count as it came", async () => {
      const { vendor, line } = await connect({ assumptions: { lengthWithRemainingParts: true } });
      const answer = await line.call('enco.outbound.length', { message: 'Hello world test message' });
      const request = one(vendor, 'enco.outbound.length');
      assert.deepEqual([request.method, request.url], ['POST', '/sms/1.0.0/sms/outboundmessages/length']);
      assert.deepEqual(JSON.parse(request.body), { message: 'Hello world test message' });
      assert.deepEqual(answer, {
        numberOfChars: 24,
        charLimitPerPart: 160,
        numberOfParts: 1,
        numberOfRemainingCharsInPart: 136,
        numberOfRemainingParts: 0,
      });
    });

    it('enco.outbound.length: as a measurement it tells which characters force Unicode', async () => {
      const { line } = await connect();
      const measured = await verbOf(enco, 'length')(line, 'Alarm – pump');
      assert.deepEqual([measured.alphabet, measured.parts, measured.unitsPerPart], ['UCS-2', 1, 70]);
      assert.deepEqual(
        measured.unicode.map(({ codePoint }) => codePoint),
        ['U+2013'],
      );
    });

    it('enco.outbound.deliveryInfo: gets the info by id and strips the tel: of the number', async () => {
      const { vendor, line } = await connect();
      const { id } = await enco.verbs.send(line, outgoing(phone('0004')));
      const [report] = await verbOf(enco, 'status')(line, [id]);
      const request = one(vendor, 'enco.outbound.deliveryInfo');
      assert.deepEqual([request.method, request.url], ['GET', `/sms/1.0.0/sms/outboundmessages/deliveryinfos/${id}`]);
      assert.equal(request.headers['content-type'], undefined);
      assert.ok(report && 'to' in report);
      assert.deepEqual(
        [report.to, report.providerStatus, report.status],
        [phone('0004'), 'DeliveredToNetwork', 'sent'],
      );
      assert.match(JSON.stringify(report.raw), /tel:\+/);
    });

    for (const [word, status, final] of [
      ['MessageWaiting', 'queued', false],
      ['DeliveredToNetwork', 'sent', false],
      ['DeliveredToTerminal', 'delivered', true],
      ['DeliveryUncertain', 'unknown', false],
      ['DeliveryImpossible', 'expired', true],
      ['AddressInvalid', 'failed', true],
      ['SomethingNew', 'unknown', false],
    ] as const) {
      it(`enco.outbound.deliveryInfo: ${word} is ${status}${final ? ', and final' : ''}`, async () => {
        const line = await answeredWith(200, {
          ...SENT,
          deliveryInfo: [{ address: 'tel:+32470123456', deliveryStatus: word }],
        });
        const [report] = await verbOf(enco, 'status')(line, ['an-id']);
        assert.ok(report && 'to' in report);
        assert.deepEqual([report.status, report.final, report.providerStatus], [status, final, word]);
        assert.deepEqual([report.id, report.to], ['an-id', '+32470123456']);
      });
    }

    it('enco.outbound.deliveryInfo: of hundreds of ids none runs out of time while it waits for a socket', async () => {
      const { vendor, line } = await connect({ latency: 100 });
      const { id } = await enco.verbs.send(line, outgoing(phone('0004')));
      const { baseUrl, tokenUrl, credentials } = vendor;
      const short = session({ baseUrl, tokenUrl, credentials, timeout: 700 });
      const reports = await verbOf(enco, 'status')(short, new Array(300).fill(id));
      assert.deepEqual(
        new Set(reports.map((report) => ('to' in report ? report.to : report.message))),
        new Set([phone('0004')]),
      );
    });
  });

  describe('pushes', () => {
    const read = (body: unknown): WebhookEvents => {
      assert.ok(enco.webhook);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return enco.webhook.read({ method: 'POST', headers: {}, query: {}, body: Buffer.from(text) });
    };

    it('enco.outbound.callback: the URL travels with the message, and what the vendor pushes there is a hint', async () => {
      const { vendor, line } = await connect();
      const bodies: string[] = [];
      const receiver = await edge((socket, request) => {
        bodies.push(request.split('\r\n\r\n')[1] ?? '');
        socket.end(http(204));
      });
      const callbackUrl = `${receiver.origin}/sms/node?key=1`;
      const { id } = await enco.verbs.send(line, outgoing(phone('0000'), { callbackUrl }));
      assert.equal(JSON.parse(one(vendor, 'enco.outbound.send').body).callbackURL, callbackUrl);
      await until(() => bodies.length > 0, 'the push');
      const { reports, inbound, other } = read(bodies[0]);
      assert.deepEqual([inbound, other], [[], []]);
      assert.equal(reports.length, 1);
      assert.equal(reports[0]?.hint, true);
      const { report } = reports[0] ?? {};
      assert.deepEqual([report?.id, report?.to, report?.status, report?.final], [id, phone('0000'), 'delivered', true]);
    });

    it('enco.outbound.callback: a URL that the flow gives goes before ours', async () => {
      const { vendor, line } = await connect();
      const options = { callbackURL: 'http://127.0.0.1:1/of-the-flow' };
      await enco.verbs.send(line, outgoing(phone('0004'), { callbackUrl: 'http://127.0.0.1:1/ours', options }));
      assert.equal(JSON.parse(one(vendor, 'enco.outbound.send').body).callbackURL, options.callbackURL);
    });

    it('enco.outbound.callback: understands the wrapper of OneAPI and a push without resourceURL', () => {
      const info = { address: 'tel:+32470123456', deliveryStatus: 'DeliveryImpossible' };
      const wrapped = read({ deliveryInfoNotification: { resourceURL: SENT.resourceURL, deliveryInfo: info } })
        .reports[0];
      assert.deepEqual([wrapped?.report.id, wrapped?.report.status], ['0b4fa6b6-0001', 'expired']);
      const nameless = read({ deliveryInfo: [info] }).reports[0];
      assert.deepEqual([nameless?.report.id, nameless?.report.to], ['', '+32470123456']);
    });

    it('enco.outbound.callback: what is no delivery info is passed on as something else, what is no object is refused', () => {
      for (const odd of [
        {},
        { deliveryInfo: [] },
        { deliveryInfo: [null] },
        { deliveryInfo: [{ deliveryStatus: 5 }] },
      ]) {
        assert.deepEqual(read(odd), { reports: [], inbound: [], other: [odd] });
      }
      for (const none of ['', 'null', '[]', '"x"', '<xml/>', '{', `{"deep":${'['.repeat(5000)}${']'.repeat(5000)}}`]) {
        assert.throws(() => read(none), { code: 'SMS_BAD_RESPONSE' }, none.slice(0, 40));
      }
    });
  });

  describe('inbound', () => {
    it('enco.inbound.shared: asks by interval, and reads what the phones wrote to the shared number', async () => {
      const { vendor, line } = await connect();
      await line.call('enco.outbound.send', sent());
      vendor.receive({ from: phone('0000'), text: 'YES' });
      const answer = await line.call<{ messages: { message: string }[] }>('enco.inbound.shared', period);
      assert.deepEqual(
        answer.messages.map(({ message }) => message),
        ['YES'],
      );
      const { method, url } = one(vendor, 'enco.inbound.shared');
      const query =
        'startdatetime=2026-03-01T00%3A00%3A00.000Z&enddatetime=2036-03-01T00%3A00%3A00.000Z&new-only=false';
      assert.deepEqual([method, url], ['GET', `/sms/1.0.0/sms/inboundmessages/shared?${query}`]);
    });

    it('enco.inbound.shared: gets only the answers of phones that this account alone has written to', async () => {
      const clients = ['one', 'two'].map((name) => ({ clientId: name, clientSecret: `${name}-secret` }));
      const { vendor, line } = await connect({ clients });
      const { baseUrl, tokenUrl } = vendor;
      const [, two] = clients;
      const other = session({ baseUrl, tokenUrl, credentials: { ...two } });
      for (const digits of ['1111', '2222']) await enco.verbs.send(line, outgoing(phone(digits)));
      await enco.verbs.send(other, outgoing(phone('2222')));
      for (const digits of ['1111', '2222', '3333']) vendor.receive({ from: phone(digits), text: digits });
      assert.deepEqual(await read(line), ['1111']);
      assert.deepEqual(await read(other), []);
    });

    it('enco.inbound.shared: new-only asks for what was not read before, which the verb does to mark as read', async () => {
      const { vendor, line } = await connect();
      await enco.verbs.send(line, outgoing(phone('0000')));
      vendor.receive({ from: phone('0000'), text: 'once' });
      assert.deepEqual(await read(line, { markRead: true }), ['once']);
      assert.deepEqual(await read(line, { markRead: true }), []);
      assert.match(vendor.requests('enco.inbound.shared').log[0]?.url ?? '', /new-only=true$/);
    });

    it('enco.inbound.dedicated: reads one dedicated address, named in the path', async () => {
      const { vendor, line } = await connect();
      vendor.receive({ from: '+32470999888', to: '8888', text: 'to 8888' });
      vendor.receive({ from: '+32470999888', to: '666', text: 'to 666' });
      const [message, ...others] = await verbOf(enco, 'inbound')(line, { ...when, address: '8888', markRead: false });
      assert.deepEqual(others, []);
      assert.deepEqual([message?.from, message?.to, message?.text], ['+32470999888', '8888', 'to 8888']);
      assert.match(
        one(vendor, 'enco.inbound.dedicated').url,
        /^\/sms\/1\.0\.0\/sms\/inboundmessages\/8888\?startdatetime=/,
      );
    });

    it('enco.inbound.dedicated: equal texts of one phone at one time are told apart, a missing part count is made up', async () => {
      const row = {
        senderAddress: '32470123456',
        message: 'x'.repeat(161),
        timeReceived: '2016-12-28T16:51:40.727+01:00',
      };
      const line = await answeredWith(200, { messages: [row, row] });
      const [first, second] = await verbOf(enco, 'inbound')(line, { ...when, address: '8888', markRead: false });
      assert.notEqual(first?.id, second?.id);
      assert.deepEqual([first?.from, first?.parts, first?.receivedAt], ['+32470123456', 2, '2016-12-28T15:51:40.727Z']);
    });

    it('enco.inbound.shared: what was handed out is not lost because one message lacks something or counts in text', async () => {
      const timeReceived = '2016-12-28T16:51:40.727+01:00';
      const rows = [
        { senderAddress: 'tel:+32470123456', message: null, numberOfParts: '1', timeReceived },
        { senderAddress: '8937', numberOfParts: null, timeReceived },
        { message: 'x'.repeat(161), numberOfParts: '2', timeReceived: { toString: null } },
      ];
      const line = await answeredWith(200, { numberOfMessages: '3', messages: rows });
      const messages = await verbOf(enco, 'inbound')(line, { ...when, markRead: true });
      assert.deepEqual(
        messages.map(({ from, text, parts }) => [from, text.length, parts]),
        [
          ['+32470123456', 0, 1],
          ['8937', 0, 0],
          ['', 161, 2],
        ],
      );
    });

    for (const none of [{ numberOfMessages: 0 }, { numberOfMessages: '0', messages: null }]) {
      it(`enco.inbound.shared: ${JSON.stringify(none)} is an empty list`, async () => {
        assert.deepEqual(await read(await answeredWith(200, none)), []);
      });
    }

    it('enco.inbound.shared: what speaks of no messages at all is no answer of the vendor', async () => {
      for (const other of [{}, [], { messages: ['x'] }, { numberOfMessages: 2 }]) {
        assert.equal((await failure(read(await answeredWith(200, other)))).code, 'SMS_BAD_RESPONSE');
      }
    });

    const when = {
      address: null,
      since: new Date(Date.now() - 3600_000),
      until: new Date(Date.now() + 3600_000),
      limit: 100,
    };
    async function read(line: Session, { markRead = false } = {}): Promise<string[]> {
      return (await verbOf(enco, 'inbound')(line, { ...when, markRead })).map(({ text }) => text);
    }
  });

  describe('addresses', () => {
    it('enco.dedicatedAddresses: lists them, though the vendor names no content type', async () => {
      const { vendor, line } = await connect();
      assert.deepEqual(await line.call('enco.dedicatedAddresses'), { dedicatedAddresses: ['666', '8888'] });
      const { method, url, body } = one(vendor, 'enco.dedicatedAddresses');
      assert.deepEqual([method, url, body], ['GET', '/sms/1.0.0/sms/dedicatedaddresses', '']);
    });

    it('enco.dedicatedAddresses: an answer in another form than documented is named', async () => {
      const line = await answeredWith(200, { dedicatedAddresses: '666' });
      const error = await failure(line.call('enco.dedicatedAddresses'));
      assert.equal(error.code, 'SMS_BAD_RESPONSE');
      assert.match(error.message, /dedicatedAddresses/);
    });
  });

  describe('logs', () => {
    const noon = Date.parse('2026-03-04T12:00:00.000Z');
    const month = { type: 'sms-outbound', year: 2026, month: 3 };
    const interval = { ...month, startTime: '2026-03-04T00:00:00.000Z', endTime: '2026-03-05T00:00:00.000Z' };
    type Row = Record<string, string>;

    async function withLog(count: number): Promise<{ vendor: Sandbox; line: Session; ids: string[] }> {
      let now = noon;
      const { vendor, line } = await connect({ now: () => now });
      const ids: string[] = [];
      for (let n = 1; n <= count; n++) {
        now += 1000;
        ids.push((await enco.verbs.send(line, outgoing(phone('0004'), { text: `text ${n}` }))).id);
      }
      return { vendor, line, ids };
    }

    it('enco.logs.interval: adds function=interval by itself and answers the rows', async () => {
      const { vendor, line, ids } = await withLog(2);
      const rows = await line.call<Row[]>('enco.logs.interval', interval);
      assert.deepEqual(
        rows.map(({ requestId, message }) => [requestId, message]),
        [
          [ids[0], 'text 1'],
          [ids[1], 'text 2'],
        ],
      );
      const { pathname, searchParams } = new URL(one(vendor, 'enco.logs.interval').url, 'http://x');
      assert.equal(pathname, '/sms/1.0.0/logs');
      const asked = { ...interval, year: '2026', month: '3', function: 'interval' };
      assert.deepEqual(Object.fromEntries(searchParams), asked);
    });

    it('enco.logs.interval: nobody is asked for function', async () => {
      const { line } = await connect();
      const error = await failure(line.call('enco.logs.interval', { ...interval, function: 'groupByDay' }));
      assert.equal(error.code, 'SMS_INVALID_OPTION');
    });

    it('enco.logs.interval: takes a Date for a time, and text for a number', async () => {
      const { line } = await withLog(1);
      const given = {
        ...interval,
        year: '2026',
        month: '3',
        startTime: new Date(noon),
        endTime: new Date(noon + 3600_000),
      };
      assert.equal((await line.call<Row[]>('enco.logs.interval', given)).length, 1);
    });

    it('enco.logs.groupByDay: asks for the month, and answers whatever the vendor makes of it', async () => {
      for (const groupByDayShape of ['rows', 'days']) {
        const { vendor, line } = await connect({ now: () => noon, assumptions: { groupByDayShape } });
        await enco.verbs.send(line, outgoing(phone('0004')));
        const answer = await line.call('enco.logs.groupByDay', month);
        assert.equal(Array.isArray(answer), groupByDayShape === 'rows');
        assert.match(JSON.stringify(answer), /2026-03-04/);
        assert.match(one(vendor, 'enco.logs.groupByDay').url, /\/logs\?.*function=groupByDay/);
        let pages = 0;
        for await (const _page of line.pages('enco.logs.groupByDay', month)) pages += 1;
        assert.equal(pages, 1);
      }
    });

    it('enco.logs.errorType: type=sms-outbound-error lists the calls that were refused', async () => {
      const { vendor, line } = await connect({ now: () => noon });
      await failure(enco.verbs.send(line, outgoing(phone('0005'))));
      const rows = await line.call<Row[]>('enco.logs.interval', { ...interval, type: 'sms-outbound-error' });
      assert.deepEqual(
        rows.map((row) => [row.destinationAddress, row.httpResponseCode]),
        [[phone('0005'), '400']],
      );
      assert.match(one(vendor, 'enco.logs.interval').url, /type=sms-outbound-error/);
    });

    it('enco.logs.errorType: another type is refused, naming the two that there are', async () => {
      const { line } = await connect();
      const error = await failure(line.call('enco.logs.interval', { ...interval, type: 'sms' }));
      assert.equal(error.code, 'SMS_INVALID_OPTION');
      assert.match(error.message, /'type' must be one of sms-outbound, sms-outbound-error/);
    });

    it('enco.logs.paging: page, pageref and limit travel as they are given', async () => {
      const { vendor, line, ids } = await withLog(3);
      const given = { ...interval, page: 'previous', pageref: ids[2], limit: 1, dedicatedaddress: '8937' };
      const rows = await line.call<Row[]>('enco.logs.interval', given);
      assert.deepEqual(
        rows.map(({ requestId }) => requestId),
        [ids[1]],
      );
      const query = new URL(one(vendor, 'enco.logs.interval').url, 'http://x').searchParams;
      assert.deepEqual([query.get('page'), query.get('pageref'), query.get('limit')], ['previous', ids[2], '1']);
      assert.equal(query.get('dedicatedaddress'), '8937');
    });

    it('enco.logs.paging: goes from page to page by the requestId of the last row, each row once', async () => {
      const { vendor, line, ids } = await withLog(5);
      const seen: string[][] = [];
      for await (const rows of line.pages<Row[]>('enco.logs.interval', { ...interval, limit: 2 })) {
        seen.push(rows.map(({ requestId = '' }) => requestId));
      }
      assert.deepEqual(seen, [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      assert.equal(vendor.requests('enco.logs.interval').count, 3);
    });

    for (const [what, page] of [
      ['the same page for ever', () => ['a', 'b']],
      ['two pages in turn for ever', (nth: number) => (nth % 2 ? ['a', 'b'] : ['c', 'd'])],
    ] as const) {
      it(`enco.logs.paging: ends although the vendor answers ${what}`, async () => {
        const answer = (nth: number) => JSON.stringify(page(nth).map((requestId) => ({ requestId })));
        const { origin, requests } = await edge(api((socket, _request, nth) => socket.write(http(200, answer(nth)))));
        const line = session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS });
        for await (const _rows of line.pages('enco.logs.interval', { ...interval, limit: 2 })) {
          assert.ok(requests.length < 10, 'it goes on for ever');
        }
      });
    }

    /** Pages of one row each, behind a vendor that fails so many of the calls for each page. */
    async function failingPages(
      fails: (page: string, nth: number) => number,
    ): Promise<{ line: Session; asked: string[] }> {
      const asked: string[] = [];
      const { origin } = await edge(
        api((socket, request) => {
          const page = /pageref=(\w+)/.exec(request)?.[1] ?? 'first';
          asked.push(page);
          const status = fails(page, asked.filter((other) => other === page).length);
          const next = { first: 'a', a: 'b', b: 'c' }[page];
          if (status === 0) socket.resetAndDestroy();
          else if (status !== 200) socket.write(http(status, '', status === 429 ? { 'retry-after': '1' } : {}));
          else socket.write(http(200, JSON.stringify(next ? [{ requestId: next }] : [])));
        }),
      );
      return { line: session({ baseUrl: origin, tokenUrl: `${origin}/token`, credentials: CREDENTIALS }), asked };
    }

    async function read(line: Session): Promise<string[]> {
      const seen: string[] = [];
      for await (const rows of line.pages<Row[]>('enco.logs.interval', { ...interval, limit: 1 }))
        seen.push(...rows.map(({ requestId = '' }) => requestId));
      return seen;
    }

    for (const [what, status] of [
      ['breaks off', 0],
      ['is answered 500', 500],
      ['is answered 429 with a short Retry-After', 429],
    ] as const) {
      it(`enco.logs.paging: a page that ${what} is asked for again, and no other`, async () => {
        const { line, asked } = await failingPages((page, nth) => (page === 'b' && nth === 1 ? status : 200));
        const begun = Date.now();
        assert.deepEqual(await read(line), ['a', 'b', 'c']);
        assert.deepEqual(asked, ['first', 'a', 'b', 'b', 'c']);
        if (status === 429) assert.ok(Date.now() - begun >= 1000, 'not before its time');
      });
    }

    it('enco.logs.paging: a page that keeps failing ends the reading, as does at once the first, or one that is refused', async () => {
      const ofThree = await failingPages((page) => (page === 'b' ? 500 : 200));
      assert.equal((await failure(read(ofThree.line))).httpStatus, 500);
      assert.deepEqual(ofThree.asked, ['first', 'a', 'b', 'b', 'b']);
      const first = await failingPages(() => 500);
      assert.equal((await failure(read(first.line))).httpStatus, 500);
      assert.deepEqual(first.asked, ['first']);
      const refused = await failingPages((page) => (page === 'a' ? 403 : 200));
      assert.equal((await failure(read(refused.line))).httpStatus, 403);
      assert.deepEqual(refused.asked, ['first', 'a']);
    });

    it('enco.logs.paging: after the last page, asked for by that name, comes none', async () => {
      const { line, ids } = await withLog(4);
      const seen: unknown[] = [];
      for await (const rows of line.pages<Row[]>('enco.logs.interval', { ...interval, limit: 2, page: 'last' }))
        seen.push(rows);
      assert.deepEqual(
        seen.map((rows) => (rows as Row[]).map(({ requestId }) => requestId)),
        [ids.slice(2)],
      );
    });
  });

  describe('look-up', () => {
    it('enco.logs.interval: a look-up goes by recipient, text and time, from the shared number or a dedicated one', async () => {
      const { vendor, line } = await connect();
      const startedAt = Date.now();
      const wanted = await enco.verbs.send(line, outgoing(phone('0004'), { text: 'a\r\nb', sender: '8888' }));
      await enco.verbs.send(line, outgoing(phone('0004'), { text: 'a\r\nb' }));
      await enco.verbs.send(line, outgoing(phone('0000'), { text: 'a\r\nb', sender: '8888' }));
      await enco.verbs.send(line, outgoing(phone('0004'), { text: 'other', sender: '8888' }));
      const attempt = { to: phone('0004'), text: 'a\nb', sender: '8888', reference: 'r', startedAt };
      const found = await verbOf(enco, 'lookup')(line, attempt);
      assert.deepEqual(
        found.map(({ id }) => id),
        [wanted.id],
      );
      assert.match(vendor.requests('enco.logs.interval').log[0]?.url ?? '', /dedicatedaddress=8888/);
    });

    it('enco.logs.interval: a look-up across the end of a month asks for both, by the Belgian calendar too', async () => {
      const line = await answeredWith(200, []);
      const asked: string[] = [];
      line.call = async (_id, params = {}) => {
        asked.push(`${params.year}-${params.month}`);
        return [] as never;
      };
      const attempt = {
        to: phone('0004'),
        text: 'x',
        sender: null,
        reference: 'r',
        startedAt: Date.parse('2026-01-31T23:30Z'),
      };
      await verbOf(enco, 'lookup')(line, attempt);
      assert.equal(asked[0], '2026-1');
      assert.equal(new Set(asked).size, asked.length);
    });

    it('enco.logs.interval: a look-up answers the oldest first, and each once', async () => {
      const row = (requestId: string, minute: number) => ({
        requestId,
        timestamp: `2026-03-04T12:0${minute}:00.000+01:00`,
        destinationAddress: `tel:${phone('0004')}`,
        message: 'x',
        initialDeliveryInfo: '',
      });
      const line = await answeredWith(200, [row('c', 3), row('a', 1), row('b', 2), row('a', 1)]);
      const attempt = { to: phone('0004'), text: 'x', sender: null, reference: 'r', startedAt: Date.now() };
      const found = await verbOf(enco, 'lookup')(line, attempt);
      assert.deepEqual(
        found.map(({ id, acceptedAt, status }) => [id, acceptedAt, status]),
        ['a', 'b', 'c'].map((id, n) => [id, `2026-03-04T11:0${n + 1}:00.000Z`, 'queued']),
      );
    });

    it('enco.logs.interval: look-ups that come while one is made share the next one, and each finds its own', async () => {
      const { vendor, line } = await connect();
      const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
      const sent: string[] = [];
      for (const text of texts) sent.push((await enco.verbs.send(line, outgoing(phone('0004'), { text }))).id);
      const attempt = { to: phone('0004'), sender: null, reference: 'r', startedAt: Date.now() };
      const found = await Promise.all(texts.map((text) => verbOf(enco, 'lookup')(line, { ...attempt, text })));
      assert.deepEqual(
        found.map((records) => records.map(({ id }) => id)),
        sent.map((id) => [id]),
      );
      // Some may have come in another minute.
      assert.ok(vendor.requests('enco.logs.interval').count <= 4);
    });

    it('enco.logs.interval: what is only in the minute that others read is no record of an attempt', async () => {
      const noon = Date.parse('2026-03-04T12:00:00.000Z');
      const { line } = await connect({ now: () => noon });
      await enco.verbs.send(line, outgoing(phone('0004'), { text: 'x' }));
      const clock = sinon.useFakeTimers({ now: noon + 6 * 60_000, toFake: ['Date'] });
      try {
        const find = (after: number) =>
          verbOf(enco, 'lookup')(line, {
            ...{ to: phone('0004'), text: 'x', sender: null, reference: 'r' },
            startedAt: noon + 5 * 60_000 + after,
          });
        const [within, beside] = await Promise.all([find(0), find(20_000)]);
        assert.deepEqual([within.length, beside.length], [1, 0]);
      } finally {
        clock.restore();
      }
    });

    it('enco.logs.interval: a look-up is not misled by rows in any other form', async () => {
      const odd = [{}, { requestId: 5 }, { requestId: 'x', destinationAddress: { toString: null }, message: null }];
      const line = await answeredWith(200, odd);
      const attempt = { to: phone('0004'), text: 'null', sender: null, reference: 'r', startedAt: Date.now() };
      assert.deepEqual(await verbOf(enco, 'lookup')(line, attempt), []);
    });

    it('enco.logs.interval: a look-up takes no call that was refused for an accepted one', async () => {
      const row = { destinationAddress: phone('0004'), message: 'Hello', timestamp: new Date().toISOString() };
      const codes = ['200', 201, '400', 500, { toString: null }, undefined];
      const line = await answeredWith(
        200,
        codes.map((httpResponseCode, i) => ({ ...row, requestId: `r${i}`, httpResponseCode })),
      );
      const attempt = { to: phone('0004'), text: 'Hello', sender: null, reference: 'r', startedAt: Date.now() };
      const found = await verbOf(enco, 'lookup')(line, attempt);
      assert.deepEqual(found.map(({ id }) => id).sort(), ['r0', 'r1', 'r4', 'r5']);
    });
  });

  describe('errors', () => {
    const fault = { code: 900901, message: 'Invalid Credentials', description: 'Make sure of the token' };

    it('enco.errors: reads code, message and description of the fault envelope, and the activityID', async () => {
      const line = await answeredWith(403, { fault }, { activityID: 'a90f1010-5e8b' });
      const error = await failure(line.call('enco.dedicatedAddresses'));
      assert.deepEqual([error.providerCode, error.correlationId, error.httpStatus], ['900901', 'a90f1010-5e8b', 403]);
      assert.equal(error.providerMessage, 'Invalid Credentials: Make sure of the token');
      assert.match(error.message, /^Enco \(Proximus\) answered 403 \(900901: Invalid Credentials: /);
    });

    for (const gatewayFaultFormat of ['json', 'xml', 'empty']) {
      it(`enco.errors: understands a refusal of the gateway in the form ${gatewayFaultFormat}`, async () => {
        const { vendor, line } = await connect({ assumptions: { gatewayFaultFormat } });
        const error = await failure(enco.verbs.send(line, outgoing(phone('0007'))));
        assert.equal(facts(error), 'SMS_RATE_LIMITED not-sent retryable');
        assert.equal(error.providerCode, gatewayFaultFormat === 'empty' ? undefined : '900800');
        assert.ok(error.correlationId);
        assert.deepEqual(vendor.messages(), []);
      });
    }

    for (const [what, body] of [
      ['a fault that is text', { fault: 'down' }],
      ['an array', [1]],
      ['null', null],
      [
        'objects where words should be',
        { fault: { code: { toString: 1 }, message: { toString: null }, description: [] } },
      ],
      ['HTML', '<html><body><h1>502</h1></body></html>'],
      ['nothing', ''],
    ] as const) {
      it(`enco.errors: a refusal that carries ${what} is still a refusal`, async () => {
        const line = await answeredWith(400, body);
        assert.equal(facts(await failure(enco.verbs.send(line, outgoing(phone('0000'))))), 'SMS_REJECTED not-sent');
      });
    }

    it('enco.errors: however long the words of the vendor, the error stays readable', async () => {
      const long = 'x'.repeat(100_000);
      const line = await answeredWith(400, { fault: { code: long, message: long, description: long } });
      const error = await failure(line.call('enco.dedicatedAddresses'));
      assert.ok(error.message.length < 1000, `${error.message.length} characters`);
      assert.ok((error.providerCode?.length ?? 0) <= 100);
      assert.ok((error.providerMessage?.length ?? 0) <= 500);
    });
  });
});

/** The one call of an operation that the vendor had. */
function one(vendor: Sandbox, operation: string): RequestRecord {
  const { log } = vendor.requests(operation);
  assert.equal(log.length, 1, operation);
  const [request] = log;
  assert.ok(request);
  return request;
}
