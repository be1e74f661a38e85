/** CALLR's rows of the coverage list about SMS, one by one: what the vendor was sent, and what was made of its answer. */
import assert from 'node:assert/strict';
import { callr } from '../../dist/src/providers/callr/index.js';
import { verbOf } from '../../dist/src/providers/capabilities.js';
import type { Attempt, InboundQuery } from '../../dist/src/providers/provider.js';
import { checkOptions } from '../../dist/src/providers/schema.js';
import { measure } from '../../dist/src/sms/segments.js';
import { callOf, callrWorkshop, one } from './callr-support.ts';
import { facts, failure, outgoing, phone } from './support.ts';

describe('CALLR, row by row', () => {
  const { connect, replying } = callrWorkshop();

  /** An SMS as the vendor shows it. */
  const SMS = {
    type: 'OUT',
    hash: '8242D945',
    from: 'SMS',
    to: '+33612345678',
    text: 'Hello',
    user_data: '',
    status: 'SENT',
    status_error: '',
    parts: 1,
    date_creation: '2016-05-04 12:29:30',
    date_update: '2016-05-04 12:29:36',
    date_received: '0000-00-00 00:00:00',
  };

  describe('sending', () => {
    it('callr.sms.send: sends sender, recipient, text and options in their places, and answers the id', async () => {
      const { vendor, line } = await connect();
      const params = { from: 'SMS', to: phone('0000'), body: 'Hello, world' };
      const id = await line.call('callr.sms.send', params);
      const { method, params: sent } = one(vendor, 'callr.sms.send').call;
      assert.equal(method, 'sms.send');
      assert.deepEqual(sent, ['SMS', phone('0000'), 'Hello, world', null]);
      assert.equal(vendor.messages()[0]?.id, id);
    });

    it('callr.sms.send: without a sender the vendor is sent an empty one, never the word null', async () => {
      for (const from of ['', null, undefined]) {
        const { vendor, line } = await connect();
        await line.call('callr.sms.send', { from, to: phone('0000'), body: 'Hello', options: null });
        assert.deepEqual(one(vendor, 'callr.sms.send').call.params, ['', phone('0000'), 'Hello', null]);
      }
    });

    it('callr.sms.send: as a message it carries our reference, and is queued until more is known', async () => {
      const { vendor, line } = await connect();
      const accepted = await callr.verbs.send(line, outgoing(phone('0000'), { sender: 'Pump 3', reference: 'r-77' }));
      const { params } = one(vendor, 'callr.sms.send').call;
      assert.deepEqual(params, ['Pump 3', phone('0000'), 'Pump 3 is dry', { user_data: 'r-77' }]);
      assert.deepEqual([accepted.status, accepted.providerStatus, accepted.raw], ['queued', null, accepted.id]);
    });

    it('callr.sms.send: sends line breaks, quotes, emoji and half a character without harm', async () => {
      const { vendor, line } = await connect();
      const text = 'line 1\nline 2\r"quoted" \\ 👩‍👩‍👧 €';
      await callr.verbs.send(line, outgoing(phone('0000'), { text }));
      assert.equal(vendor.messages()[0]?.text, text);
      assert.ok((await callr.verbs.send(line, outgoing(phone('0000'), { text: 'x\ud800' }))).id);
    });

    it('callr.sms.send: takes short codes and names that the document allows for senders, and no others', async () => {
      for (const sender of ['SMS', '36077', 'My Shop_1-2', 'a', '12345678901', '0a']) callr.checkSender(sender);
      for (const sender of ['', '+33123', 'twelve chars', '123456789012', 'é', ' ', '- -', 'a.b', 'a\n', '1 2']) {
        assert.throws(() => callr.checkSender(sender), { code: 'SMS_INVALID_SENDER' }, JSON.stringify(sender));
        const { line } = await connect();
        if (sender === '') continue;
        const error = await failure(line.call('callr.sms.send', { from: sender, to: phone('0000'), body: 'x' }));
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      }
    });

    it('callr.sms.send: refuses a number that is not E.164 before anything travels', async () => {
      const { vendor, line } = await connect();
      for (const to of ['0612345678', '+0612345678', '+33', null, [phone('0000'), phone('0001')]]) {
        const error = await failure(line.call('callr.sms.send', { from: '', to, body: 'x' }));
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      }
      assert.equal(vendor.requests().count, 0);
    });
  });

  describe('options', () => {
    const given = { flash_message: true, force_encoding: 'UNICODE', nature: 'ALERTING', user_data: 'order 5' };

    it('callr.options: go as SMS.Options, given as one object, by themselves, or both', async () => {
      const { vendor, line } = await connect();
      const base = { from: '', to: phone('0000'), body: 'Hello' };
      const { flash_message, ...others } = given;
      await line.call('callr.sms.send', { ...base, options: given });
      await line.call('callr.sms.send', { ...base, ...given });
      await line.call('callr.sms.send', { ...base, flash_message, options: others });
      for (const { body } of vendor.requests('callr.sms.send').log) assert.deepEqual(JSON.parse(body).params[3], given);
    });

    it('callr.options: a user may set them on a message; user_data goes before our reference', async () => {
      const { vendor, line } = await connect();
      const operation = line.operation(callr.options.operation);
      const written = { ...given, flash_message: 'true', webhook: { endpoint: 'http://127.0.0.1:1/' } };
      for (const options of [written, { options: written }]) {
        const checked = await checkOptions(operation, callr.options.names, options);
        await callr.verbs.send(line, outgoing(phone('0000'), { options: checked }));
      }
      for (const { body } of vendor.requests('callr.sms.send').log) {
        assert.deepEqual(JSON.parse(body).params[3], { ...written, flash_message: true });
      }
    });

    for (const [options, wrong] of [
      [{ force_encoding: 'EBCDIC' }, /'force_encoding' must be one of GSM, UNICODE/],
      [{ nature: 'LOVE' }, /'nature' must be one of ALERTING, MARKETING/],
      [{ flash_message: 'maybe' }, /flash_message/],
      [{ push_dlr_url: 'http://x' }, /'push_dlr_url' is not known/],
      [{ webhook: { endpoint: 'nowhere' } }, /webhook/],
      [{ options: { flash_message: 'maybe' } }, /flash_message/],
      [{ body: 'another text' }, /'body' is not known/],
    ] as const) {
      it(`callr.options: ${JSON.stringify(options)} is refused`, async () => {
        const { line } = await connect();
        const operation = line.operation(callr.options.operation);
        const error = await failure(checkOptions(operation, callr.options.names, options));
        assert.equal(error.code, 'SMS_INVALID_OPTION');
        assert.match(error.message, wrong);
      });
    }

    it('callr.options: a text of GSM characters that is to go as Unicode is forced to', async () => {
      const { vendor, line } = await connect();
      const forced = async (more: object) => {
        await callr.verbs.send(line, outgoing(phone('0000'), { reference: 'r', ...more }));
        const last = vendor.requests('callr.sms.send').log.at(-1)?.body ?? '';
        return JSON.parse(last).params[3].force_encoding;
      };
      assert.equal(await forced({ alphabet: 'UCS-2' }), 'UNICODE');
      assert.equal(await forced({ alphabet: 'UCS-2', options: { force_encoding: 'GSM' } }), 'GSM');
      assert.equal(await forced({ alphabet: 'UCS-2', text: '漢' }), undefined);
      assert.equal(await forced({ alphabet: 'GSM-7' }), undefined);
    });
  });

  describe('asking', () => {
    it('callr.sms.get: asks by id, and reads status, recipient and time', async () => {
      const { vendor, line } = await connect({ pace: 100 });
      const { id } = await callr.verbs.send(line, outgoing(phone('0004')));
      const [report] = await verbOf(callr, 'status')(line, [id]);
      assert.deepEqual(one(vendor, 'callr.sms.get').call.params, [id]);
      assert.ok(report && 'to' in report);
      assert.deepEqual([report.id, report.to, report.status], [id, phone('0004'), 'queued']);
      const { line: real } = await replying({ result: SMS });
      const [told] = await verbOf(callr, 'status')(real, ['8242D945']);
      assert.ok(told && 'to' in told);
      assert.deepEqual([told.updatedAt, told.to], ['2016-05-04T12:29:36.000Z', '+33612345678']);
    });

    for (const [type, word, status, final] of [
      ['OUT', 'CREATED', 'queued', false],
      ['OUT', 'PENDING', 'queued', false],
      ['OUT', 'SENT', 'sent', false],
      ['OUT', 'REMOTE_QUEUED', 'sent', false],
      ['OUT', 'remote-queued', 'sent', false],
      ['OUT', 'RECEIVED', 'delivered', true],
      ['IN', 'RECEIVED', 'received', true],
      ['OUT', 'DELIVERED', 'delivered', true],
      ['OUT', 'ERROR', 'failed', true],
      ['OUT', 'FAILED', 'failed', true],
      ['OUT', 'EXPIRED', 'expired', true],
      ['OUT', 'constructor', 'unknown', false],
    ] as const) {
      it(`callr.sms.get: ${word} of an SMS of the type ${type} is ${status}${final ? ', and final' : ''}`, async () => {
        const { line } = await replying({ result: { ...SMS, type, status: word } });
        const [report] = await verbOf(callr, 'status')(line, ['8242D945']);
        assert.ok(report && 'to' in report);
        assert.deepEqual([report.status, report.final, report.providerStatus], [status, final, word]);
      });
    }

    it('callr.sms.get: what is no SMS is named, and its history is what can be told', async () => {
      for (const result of [null, [], 'x', {}, { hash: 5, status: 'SENT' }]) {
        const { line } = await replying({ result });
        const [error] = await verbOf(callr, 'status')(line, ['8242D945']);
        assert.ok(error && 'code' in error);
        assert.equal(error.code, 'SMS_BAD_RESPONSE');
      }
      const { line } = await replying({ result: { ...SMS, status_history: [null, 5] } });
      const history = await verbOf(callr, 'history')(line, '8242D945');
      assert.deepEqual(
        history.map(({ status }) => status),
        ['sent'],
      );
    });

    it('callr.sms.get: tells the history from the first status on, in the order of its times', async () => {
      const change = (old_status: string, new_status: string, ms: number) => ({
        old_status,
        new_status,
        updated_at: `2016-05-04 12:29:30.${ms}`,
      });
      const status_history = [change('PENDING', 'SENT', 900), change('CREATED', 'PENDING', 512)];
      const { line } = await replying({ result: { ...SMS, status_history } });
      const history = await verbOf(callr, 'history')(line, '8242D945');
      assert.deepEqual(
        history.map(({ providerStatus, updatedAt }) => [providerStatus, updatedAt]),
        [
          ['CREATED', '2016-05-04T12:29:30.000Z'],
          ['PENDING', '2016-05-04T12:29:30.512Z'],
          ['SENT', '2016-05-04T12:29:30.900Z'],
        ],
      );
    });

    it('callr.sms.getQuote: asks for recipient and text, and reads count, encoding and cost', async () => {
      const { vendor, line } = await connect();
      const raw = await line.call('callr.sms.getQuote', { to: phone('0000'), text: 'Hello' });
      assert.deepEqual(one(vendor, 'callr.sms.getQuote').call.params, [phone('0000'), 'Hello', null]);
      assert.deepEqual(raw, { count: 1, encoding: 'GSM', cost: '0.0500' });
      const quote = await verbOf(callr, 'quote')(line, phone('0000'), 'x'.repeat(161));
      assert.deepEqual(quote, { ...measure('x'.repeat(161)), cost: 0.1 });
    });

    it('callr.sms.getQuote: what the vendor counts as Unicode is, though our alphabet has it', async () => {
      const { line } = await connect();
      const quote = await verbOf(callr, 'quote')(line, phone('0000'), '€'.repeat(71));
      assert.deepEqual([quote.alphabet, quote.parts, quote.units, quote.unitsPerPart], ['UCS-2', 2, 71, 67]);
    });

    it('callr.sms.getQuote: a quote without a count is named, one without a cost has none', async () => {
      const { line } = await replying({ result: { encoding: 'GSM' } });
      assert.equal((await failure(verbOf(callr, 'quote')(line, phone('0000'), 'x'))).code, 'SMS_BAD_RESPONSE');
      const free = await replying({ result: { count: '1', encoding: 'GSM', cost: null } });
      assert.deepEqual(await verbOf(callr, 'quote')(free.line, phone('0000'), 'x'), measure('x'));
    });

    it('callr.sms.getCountForBody: counts a text, and is marked as deprecated', async () => {
      const { vendor, line } = await connect();
      assert.deepEqual(await line.call('callr.sms.getCountForBody', { body: '漢'.repeat(71) }), {
        count: 2,
        encoding: 'UNICODE',
      });
      assert.deepEqual(one(vendor, 'callr.sms.getCountForBody').call.params, ['漢'.repeat(71)]);
      assert.match(line.operation('callr.sms.getCountForBody').deprecated ?? '', /callr\.sms\.getQuote/);
    });

    it('callr.sms.getGsmCharsetMapping: answers the mapping in either form that an array may have', async () => {
      for (const charsetMappingShape of ['pairs', 'object']) {
        const { vendor, line } = await connect({ assumptions: { charsetMappingShape } });
        const mapping = await line.call('callr.sms.getGsmCharsetMapping');
        assert.equal(Array.isArray(mapping), charsetMappingShape === 'pairs');
        assert.match(JSON.stringify(mapping), /«/);
        assert.deepEqual(one(vendor, 'callr.sms.getGsmCharsetMapping').call.params, []);
      }
    });

    it('callr.sms.getList: lists between two times in UTC, and is marked as deprecated', async () => {
      const { vendor, line } = await connect({ now: () => Date.parse('2026-03-04T12:00:00.000Z') });
      const { id } = await callr.verbs.send(line, outgoing(phone('0004')));
      const span = { type: 'OUT', from: '2026-03-04 11:59:00', to: '2026-03-04 12:01:00' };
      const rows = await line.call<{ hash: string }[]>('callr.sms.getList', span);
      assert.deepEqual(
        rows.map(({ hash }) => hash),
        [id],
      );
      assert.deepEqual(one(vendor, 'callr.sms.getList').call.params, ['OUT', span.from, span.to]);
      assert.match(line.operation('callr.sms.getList').deprecated ?? '', /callr\.sms\.search/);
      await line.call('callr.sms.getList', {
        type: 'OUT',
        from: '2026-03-04T12:59:00+01:00',
        to: new Date(`${span.to}Z`),
      });
      assert.deepEqual(callOf(vendor.requests('callr.sms.getList').log.at(-1)?.body ?? '').params, [
        'OUT',
        span.from,
        span.to,
      ]);
      for (const wrong of [{ type: 'BOTH' }, { from: '2026-03-04T11:59:00' }, { to: 'today' }]) {
        assert.equal((await failure(line.call('callr.sms.getList', { ...span, ...wrong }))).code, 'SMS_INVALID_OPTION');
      }
    });
  });

  describe('exports', () => {
    it('callr.sms.exportAsync: answers the id of a job; neither filters nor webhook need be given', async () => {
      const { vendor, line } = await connect();
      const id = await line.call('callr.sms.exportAsync');
      assert.match(String(id), /\S/);
      assert.deepEqual(one(vendor, 'callr.sms.exportAsync').call.params, [null, null]);
    });

    it('callr.sms.exportAsync: filters travel untouched, the webhook is signed for the account', async () => {
      const { vendor, line } = await connect({}, { credentials: { webhookSecret: 'hook-secret-5150' } });
      const filters = { type: 'OUT', anything: ['else', { at: 'all' }] };
      await line.call('callr.sms.exportAsync', { filters, webhook: { endpoint: 'http://127.0.0.1:1/' } });
      const options = { hmac_secret: 'hook-secret-5150', hmac_algo: 'SHA256' };
      const webhook = { endpoint: 'http://127.0.0.1:1/', options };
      assert.deepEqual(one(vendor, 'callr.sms.exportAsync').call.params, [filters, webhook]);
    });

    it('callr.jobs.get: tells how far an export is, until its address is known', async () => {
      const { line } = await connect();
      const id = await line.call('callr.sms.exportAsync');
      let job: { status?: string; result?: { url?: string } | null } = {};
      const end = Date.now() + 5000;
      while (job.status !== 'DONE') {
        assert(Date.now() < end, 'the export');
        await new Promise((resolve) => setTimeout(resolve, 5));
        job = await line.call<typeof job>('callr.jobs.get', { id });
      }
      assert.match(job.result?.url ?? '', /^http:.*\.csv$/);
    });

    it('callr.jobs.get: a job can be cancelled, by an operation of its own', async () => {
      const { vendor, line } = await connect({ pace: 1 });
      const id = await line.call('callr.sms.exportAsync');
      assert.equal(await line.call('callr.jobs.cancel', { id }), true);
      assert.deepEqual(one(vendor, 'callr.jobs.cancel').call.params, [id]);
      assert.equal((await failure(line.call('callr.jobs.get', { id: 'none' }))).code, 'SMS_REJECTED');
    });
  });

  describe('searching', () => {
    async function withSms(count: number, assumptions = {}) {
      let now = Date.parse('2026-03-04T12:00:00.000Z');
      const { vendor, line } = await connect({ now: () => now, assumptions });
      const ids: string[] = [];
      for (let n = 1; n <= count; n++) {
        now += 1000;
        ids.push((await callr.verbs.send(line, outgoing(phone('0004'), { text: `text ${n}` }))).id);
      }
      return { vendor, line, ids };
    }

    for (const total of ['5', undefined]) {
      it(`callr.sms.search: goes on where limit is text and the total ${total === undefined ? 'missing' : 'too'}`, async () => {
        const { line } = await replying(({ params }) => {
          const offset = Number((params[1] as { offset: unknown }).offset);
          const hits = [0, 1].map((n) => ({ hash: `H${offset + n}` })).slice(0, 5 - offset);
          return { result: { offset, total, hits } };
        });
        const seen: unknown[] = [];
        const asked = { filters: {}, options: { offset: '0', limit: '2' } };
        for await (const page of line.pages<{ hits: unknown[] }>('callr.sms.search', asked)) seen.push(...page.hits);
        assert.equal(seen.length, 5);
      });
    }

    it('callr.sms.search: filters and options travel untouched, and the answer comes as it is', async () => {
      const { vendor, line, ids } = await withSms(3);
      const given = {
        filters: { type: 'OUT', text: 'TEXT 2', odd: null },
        options: { sort: 'date_creation', order: 'asc' },
      };
      const answer = await line.call('callr.sms.search', given);
      assert.deepEqual(one(vendor, 'callr.sms.search').call.params, [given.filters, given.options]);
      const { hits, ...rest } = answer as { hits: { hash: string }[] };
      assert.deepEqual([hits.map(({ hash }) => hash), rest], [[ids[1]], { offset: 0, total: 1, hasMore: false }]);
    });

    it('callr.sms.search: demands both, which may be empty', async () => {
      const { vendor, line } = await connect();
      for (const given of [{}, { filters: {} }, { options: {} }, { filters: null, options: {} }]) {
        assert.equal((await failure(line.call('callr.sms.search', given))).code, 'SMS_INVALID_OPTION');
      }
      assert.equal(vendor.requests().count, 0);
      await line.call('callr.sms.search', { filters: {}, options: {} });
    });

    for (const searchShape of ['hits', 'results', 'list', 'array']) {
      it(`callr.sms.search: goes from page to page where rows come as ${searchShape}, each row once`, async () => {
        const { vendor, line, ids } = await withSms(5, { searchShape });
        const options = { order: 'asc', offset: 1, limit: 2 };
        const seen: string[] = [];
        for await (const page of line.pages('callr.sms.search', { filters: {}, options })) {
          seen.push(...(JSON.stringify(page).match(/"hash":"(\w+)"/g) ?? []).map((one) => one.slice(8, -1)));
        }
        assert.deepEqual(seen, ids.slice(1));
        const offsets = vendor.requests('callr.sms.search').log.map(({ body }) => JSON.parse(body).params[1].offset);
        assert.deepEqual(offsets.slice(0, 2), [1, 3]);
      });
    }

    for (const [what, end] of [
      ['a total', (offset: number) => ({ total: 5, offset })],
      ['nothing but short pages', () => ({})],
    ] as const) {
      it(`callr.sms.search: ends where the vendor tells ${what}`, async () => {
        const rows = Array.from({ length: 5 }, (_, n) => ({ hash: `N${n}` }));
        const { at, line } = await replying(({ params }) => {
          const { offset = 0, limit = 0 } = params[1] as { offset?: number; limit?: number };
          return { result: { hits: rows.slice(offset, offset + limit), ...end(offset) } };
        });
        const seen: unknown[] = [];
        for await (const page of line.pages('callr.sms.search', { filters: {}, options: { limit: 2 } })) {
          seen.push(...(page as { hits: object[] }).hits);
        }
        assert.deepEqual([seen, at.requests.length], [rows, 3]);
      });
    }

    const query = (more: Partial<InboundQuery> = {}): InboundQuery => ({
      address: null,
      since: new Date('2026-03-04T12:00:00.500Z'),
      until: new Date('2026-03-04T13:00:00.000Z'),
      markRead: false,
      limit: 1000,
      ...more,
    });
    const inboundRow = (n: number, more: object = {}) => ({
      ...SMS,
      type: 'IN',
      hash: `IN${n}`,
      from: '33612345678',
      to: '38011',
      text: `text ${n}`,
      status: 'RECEIVED',
      date_creation: `2026-03-04 12:${String(n).padStart(2, '0')}:00`,
      ...more,
    });

    it('callr.sms.search: finds what phones wrote, by time and by the address that they wrote to', async () => {
      const { vendor, line } = await connect();
      for (const [to, text] of [
        ['36077', 'to 36077'],
        ['36088', 'to 36088'],
      ] as const)
        vendor.receive({ from: phone('4321'), to, text });
      const now = { since: new Date(Date.now() - 60_000), until: new Date(Date.now() + 60_000) };
      const read = await verbOf(callr, 'inbound')(line, query({ ...now, address: '36088' }));
      assert.deepEqual(
        read.map(({ text, to, from }) => [text, to, from]),
        [['to 36088', '36088', phone('4321')]],
      );
      const [filters, options] = one(vendor, 'callr.sms.search').call.params as Record<string, unknown>[];
      assert.equal(filters?.type, 'IN');
      assert.match(String(filters?.date_from), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      assert.deepEqual(options, { sort: 'date_creation', order: 'desc', offset: 0, limit: 100 });
    });

    it('callr.sms.search: whatever the vendor makes of the filters, only what was asked for comes out', async () => {
      const rows = [
        inboundRow(61, { date_creation: '2026-03-04 13:00:01' }),
        inboundRow(2),
        inboundRow(3, { type: 'OUT', date_creation: '2026-03-04 12:00:30' }),
        inboundRow(1),
        inboundRow(0),
        inboundRow(59, { date_creation: '2026-03-04 11:59:59' }),
        null,
        'odd',
      ];
      const { line } = await replying({ result: { hits: rows, hasMore: false } });
      const read = await verbOf(callr, 'inbound')(line, query({ limit: 2 }));
      assert.deepEqual(
        read.map(({ id }) => id),
        ['IN0', 'IN1'],
        'the second in which the interval begins is in it',
      );
      assert.deepEqual([read[0]?.from, read[0]?.receivedAt], ['+33612345678', '2026-03-04T12:00:00.000Z']);
    });

    it('callr.sms.search: a vendor that does not heed the dates is not followed into the past', async () => {
      const page = Array.from({ length: 100 }, (_, n) => inboundRow(n, { date_creation: '2026-03-04 11:00:00' }));
      const { at, line } = await replying({ result: { hits: page, total: 1_000_000, hasMore: true } });
      assert.deepEqual(await verbOf(callr, 'inbound')(line, query()), []);
      assert.equal(at.requests.length, 1);
    });

    it('callr.sms.getList: stands in where the search is refused or answers in an unknown form', async () => {
      for (const refused of [
        { error: { code: 151, message: 'PROPERTY_VALUE_ERROR [filters]' } },
        { error: { code: -32601, message: 'Method not found' } },
        { error: { code: 100, message: 'Feature not allowed' } },
        { result: { found: 'nothing that we know' } },
      ]) {
        const asked: unknown[] = [];
        const { line } = await replying(({ method, params }) => {
          asked.push([method, params]);
          return method === 'sms.search' ? refused : { result: [inboundRow(1)] };
        });
        const read = await verbOf(callr, 'inbound')(line, query());
        assert.deepEqual(
          read.map(({ id }) => id),
          ['IN1'],
        );
        assert.deepEqual(asked[1], ['sms.get_list', ['IN', '2026-03-04 12:00:00', '2026-03-04 13:00:00']]);
      }
    });

    it('callr.sms.search: an account that is refused, or a vendor out of service, is not asked twice', async () => {
      for (const [code, expected] of [
        [401, 'SMS_AUTH'],
        [503, 'SMS_UNREACHABLE'],
      ] as const) {
        const { at, line } = await replying({ error: { code, message: 'no' } });
        assert.equal((await failure(verbOf(callr, 'inbound')(line, query()))).code, expected);
        assert.equal(at.requests.length, 1);
      }
    });

    describe('for an attempt', () => {
      const startedAt = Date.parse('2026-03-04T12:00:00.000Z');
      const attempt: Attempt = {
        to: '+33612345678',
        text: 'Hello',
        sender: null,
        reference: 'a'.repeat(36),
        startedAt,
      };
      const row = (hash: string, more: object = {}) => ({
        ...SMS,
        hash,
        date_creation: '2026-03-04 12:00:01',
        ...more,
      });
      const found = async (rows: object[], more: Partial<Attempt> = {}) => {
        const { line } = await replying({ result: { hits: rows, hasMore: false } });
        return (await verbOf(callr, 'lookup')(line, { ...attempt, ...more })).map(({ id }) => id);
      };

      it('callr.sms.search: a look-up goes by our reference in user_data, whole or cut off, whatever the text', async () => {
        const mine = row('MINE', { user_data: attempt.reference, text: 'STOP 36179' });
        assert.deepEqual(await found([row('OTHER'), mine, mine]), ['MINE']);
        assert.deepEqual(await found([row('CUT', { user_data: 'a'.repeat(16) })]), ['CUT']);
        assert.deepEqual(await found([row('SHORT', { user_data: 'a'.repeat(8) })]), []);
        assert.deepEqual(await found([{ ...mine, to: '+33612345679' }]), [], 'to another phone');
      });

      it('callr.sms.search: without user_data a look-up goes by recipient, text, sender and time', async () => {
        const rows = [
          row('SAME', { text: 'a\r\nb ' }),
          row('OTHERTEXT', { text: 'c' }),
          row('OTHERS', { text: 'a\nb', user_data: 'of somebody else' }),
          row('EARLIER', { text: 'a\nb', date_creation: '2026-03-04 11:54:00' }),
          row('NEVER', { text: 'a\nb', date_creation: '0000-00-00 00:00:00' }),
          row('ODD', { text: { toString: null } }),
          { ...row('X'), hash: null },
        ];
        assert.deepEqual(await found(rows, { text: 'a\nb' }), ['SAME']);
        assert.deepEqual(await found(rows, { text: 'a\nb', sender: 'SMS' }), ['SAME']);
        assert.deepEqual(await found(rows, { text: 'a\nb', sender: 'Shop' }), []);
      });

      it("callr.sms.search: a message with the flow's own user_data is found by that and its text", async () => {
        const rows = [row('MINE', { user_data: 'order 5' }), row('OTHER', { user_data: 'order 6' })];
        assert.deepEqual(await found(rows, { options: { user_data: 'order 5' } }), ['MINE']);
        assert.deepEqual(await found(rows, { options: { options: { user_data: 'order 5' } } }), ['MINE']);
        assert.deepEqual(await found(rows, { options: { user_data: 'order 5' }, text: 'Another' }), []);
      });

      it('callr.segments: a look-up knows that the number for STOP stands where the text says so', async () => {
        const rows = [row('MINE', { text: 'Sale! STOP 36179.' }), row('OTHER', { text: 'Sale! STOP 36179!' })];
        assert.deepEqual(await found(rows, { text: 'Sale! STOP %STOPNUM%.' }), ['MINE']);
        assert.deepEqual(await found([row('SHORT', { text: 'aba' })], { text: 'aba%STOPNUM%aba' }), []);
      });
    });
  });

  describe('segments', () => {
    it('callr.segments: 3200 characters are sent, one more is refused before anything travels', async () => {
      const { vendor, line } = await connect();
      for (const text of ['x'.repeat(3200), '😀'.repeat(3200)]) {
        await callr.verbs.send(line, outgoing(phone('0000'), { text }));
        const error = await failure(callr.verbs.send(line, outgoing(phone('0000'), { text: `${text}x` })));
        assert.equal(facts(error), 'SMS_TOO_LONG not-sent');
        assert.match(error.message, /3200.*3201/);
      }
      assert.equal(vendor.requests().count, 2);
      const params = { from: '', to: phone('0000'), body: 'x'.repeat(3201) };
      assert.equal((await failure(line.call('callr.sms.send', params))).code, 'SMS_INVALID_OPTION');
    });

    for (const [text, parts] of [
      ['x'.repeat(160), 1],
      ['x'.repeat(161), 2],
      ['x'.repeat(307), 3],
      ['漢'.repeat(70), 1],
      ['漢'.repeat(71), 2],
      ['漢'.repeat(135), 3],
    ] as const) {
      it(`callr.segments: ${text.length} × '${text[0]}' is quoted and sent as ${parts}, as we count`, async () => {
        const { vendor, line } = await connect();
        await callr.verbs.send(line, outgoing(phone('0000'), { text }));
        assert.equal(vendor.messages()[0]?.parts, parts);
        assert.deepEqual(
          [(await verbOf(callr, 'quote')(line, phone('0000'), text)).parts, measure(text).parts],
          [parts, parts],
        );
      });
    }

    it('callr.segments: the word for the STOP number travels as it is', async () => {
      const { vendor, line } = await connect();
      await callr.verbs.send(line, outgoing(phone('0000'), { text: 'STOP %STOPNUM%', sender: 'Shop' }));
      assert.equal(one(vendor, 'callr.sms.send').call.params[2], 'STOP %STOPNUM%');
      assert.match(vendor.messages()[0]?.text ?? '', /^STOP \d+$/);
    });
  });
});
