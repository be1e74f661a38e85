/** Digitaleo's rows of the coverage list, one by one: what the vendor was sent by HTTPS, and what was made of its answer. */
import assert from 'node:assert/strict';
import { capabilitiesOf, verbOf } from '../../dist/src/providers/capabilities.js';
import type { Params } from '../../dist/src/providers/provider.js';
import { composeFor, measureFor } from '../../dist/src/providers/transcript.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { digitaleo, lines, mobile, one, queryOf } from './digitaleo-support.ts';
import { facts, failure, http, isTokenRequest, outgoing, tokenAnswer } from './support.ts';

interface List {
  size: number;
  total: number | null;
  list: Record<string, string>[];
}

describe('Digitaleo, row by row', () => {
  const { connect, answeredWith, session, edge } = lines();
  const sms = (more: object = {}) => ({ text: 'Hello', contacts: [{ recipient: mobile('0000') }], ...more });
  const people = (...digits: string[]) => digits.map((one) => ({ recipient: mobile(one) }));

  describe('token', () => {
    it('digitaleo.auth.token: asks with a form for client credentials, and carries the token as a Bearer', async () => {
      const { vendor, line } = await connect();
      await line.call('digitaleo.stats.read');
      const [asked, called] = vendor.requests().log;
      assert.deepEqual([asked?.method, asked?.headers['content-type']], ['POST', 'application/x-www-form-urlencoded']);
      const { clientId, clientSecret } = vendor.credentials;
      assert.deepEqual(
        [...new URLSearchParams(asked?.body)],
        Object.entries({ client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' }),
      );
      assert.match(called?.headers.authorization ?? '', /^Bearer \S+$/);
    });

    it('digitaleo.auth.token: a token of 50,000 characters travels in a header, and never in an address', async () => {
      const { vendor, line } = await connect({ assumptions: { tokenLength: 50_000 } });
      await digitaleo.verbs.send(line, outgoing(mobile('0000')));
      const { log } = vendor.requests('digitaleo.sms.create');
      assert.ok((log[0]?.headers.authorization?.length ?? 0) > 50_000);
      for (const { url } of vendor.requests().log) assert.ok(url.length < 200);
    });

    it('digitaleo.auth.token: a life given as text is understood, and one token serves all calls', async () => {
      const { vendor, line } = await connect({ assumptions: { expiresInAsString: true } });
      await Promise.all([line.call('digitaleo.stats.read'), line.call('digitaleo.stats.read')]);
      await line.call('digitaleo.stats.read');
      assert.equal(vendor.requests('digitaleo.auth.token').count, 1);
    });

    it('digitaleo.auth.token: is fetched again once after a 401', async () => {
      const { vendor, line } = await connect();
      await line.call('digitaleo.stats.read');
      vendor.expireTokens();
      await line.call('digitaleo.stats.read');
      assert.equal(vendor.requests('digitaleo.auth.token').count, 2);
    });

    it('digitaleo.auth.token: as an operation it shows everything but the token', async () => {
      const { line } = await connect();
      const answer = await line.call<Record<string, unknown>>('digitaleo.auth.token');
      assert.deepEqual([answer.access_token, answer.token_type, answer.expires_in], ['***', 'bearer', '3600']);
    });
  });

  describe('sms', () => {
    it('digitaleo.sms.create: posts text and one contact as JSON, and answers with the id', async () => {
      const { vendor, line } = await connect();
      const answer = await line.call<{ id: string }>('digitaleo.sms.create', sms());
      const request = one(vendor, 'digitaleo.sms.create');
      assert.deepEqual([request.method, request.url], ['POST', '/rest/sms']);
      assert.equal(request.headers['content-type'], 'application/json');
      assert.deepEqual(JSON.parse(request.body), sms());
      assert.equal(answer.id, vendor.messages()[0]?.id);
    });

    it('digitaleo.sms.create: one contact and no more, with a number', async () => {
      const { vendor, line } = await connect();
      for (const contacts of [people('0000', '0001'), [], [{ name: 'x' }], [{ recipient: 'Jean' }]]) {
        const error = await failure(line.call('digitaleo.sms.create', sms({ contacts })));
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      }
      assert.equal(vendor.requests().count, 0);
    });

    it('digitaleo.sms.create: a success without an id is uncertain', async () => {
      const { line } = await answeredWith(201, {});
      assert.equal(
        facts(await failure(digitaleo.verbs.send(line, outgoing(mobile('0000'))))),
        'SMS_UNCERTAIN unknown retryable',
      );
    });

    it('digitaleo.sms.createPersonalized: the fields of the contact travel beside the text with its #places#', async () => {
      const { vendor, line } = await connect();
      const contacts = [{ civility: 'M.', lastName: 'DUPONT', recipient: mobile('0000') }];
      await line.call('digitaleo.sms.createPersonalized', { text: 'Dear #civility# #lastName#', contacts });
      assert.equal(vendor.messages()[0]?.text, 'Dear M. DUPONT');
    });

    for (const text of ['#1 and #2', 'Room #lastName# is free', '##', 'C# #message# F#']) {
      it(`digitaleo.sms.createPersonalized: a text ${JSON.stringify(text)} that is nobody's template arrives as it is`, async () => {
        const { vendor, line } = await connect();
        await digitaleo.verbs.send(line, outgoing(mobile('0000'), { text }));
        await verbOf(digitaleo, 'sendMany')(line, [
          outgoing(mobile('1111'), { text }),
          outgoing(mobile('2222'), { text }),
        ]);
        assert.deepEqual(
          vendor.messages().map((message) => message.text),
          [text, text, text],
        );
      });
    }

    it("digitaleo.sms.scheduled: a date is written in the vendor's form and zone, in summer and in winter", async () => {
      const { vendor, line } = await connect({ now: () => Date.parse('2030-01-01T00:00:00Z') });
      for (const [at, date] of [
        ['2030-07-05T10:00:00.000Z', '2030-07-05 12:00:00'],
        ['2030-12-05T10:00:00.001Z', '2030-12-05 11:00:01'],
      ] as const) {
        const { status } = await digitaleo.verbs.send(line, outgoing(mobile('0000'), { at: new Date(at) }));
        assert.equal(status, 'scheduled');
        const { body } = vendor.requests('digitaleo.sms.create').log.at(-1) ?? { body: '{}' };
        assert.equal(JSON.parse(body).date, date);
      }
    });

    it("digitaleo.sms.scheduled: ISO 8601 in the parameters becomes the vendor's form, and what has it already stays", async () => {
      const { vendor, line } = await connect();
      for (const date of ['2036-07-05T10:00:00Z', '2036-07-05T12:00:00+02:00', '2036-07-05 12:00:00']) {
        await line.call('digitaleo.sms.create', sms({ date }));
        await line.call('digitaleo.mailing.create', sms({ date }));
      }
      const dates = vendor.requests().log.flatMap(({ body }) => (body.startsWith('{') ? JSON.parse(body).date : []));
      assert.deepEqual(dates, new Array(6).fill('2036-07-05 12:00:00'));
    });

    it('digitaleo.sms.long: 1,024 characters go out as parts of 153, one more is refused before it leaves', async () => {
      const { vendor, line } = await connect();
      await digitaleo.verbs.send(line, outgoing(mobile('0000'), { text: 'x'.repeat(1024) }));
      assert.equal(vendor.messages()[0]?.parts, 7);
      const error = await failure(digitaleo.verbs.send(line, outgoing(mobile('0000'), { text: 'x'.repeat(1025) })));
      assert.equal(facts(error), 'SMS_TOO_LONG not-sent');
      assert.match(error.message, /1025.*1024/);
      assert.equal(vendor.requests('digitaleo.sms.create').count, 1);
    });

    it('digitaleo.sms.binary: a text measured in Unicode is asked for as binary, and arrives whole', async () => {
      const { vendor, line } = await connect();
      await digitaleo.verbs.send(line, outgoing(mobile('0000'), { text: '水泵 3', alphabet: 'UCS-2' }));
      await digitaleo.verbs.send(line, outgoing(mobile('0000'), { text: 'plain', alphabet: 'GSM-7' }));
      const [binary, plain] = vendor.requests('digitaleo.sms.create').log.map(({ body }) => JSON.parse(body).binary);
      assert.deepEqual([binary, plain], [1, undefined]);
      assert.equal(vendor.messages()[0]?.text, '水泵 3');
    });

    it('digitaleo.sms.international: without the option of the account an SMS abroad is accepted, and fails', async () => {
      const { vendor, line } = await connect({ assumptions: { internationalActivated: false } });
      const { id } = await digitaleo.verbs.send(line, outgoing('+32470000000'));
      for (let round = 0; vendor.messages()[0]?.status !== 'failed' && round < 500; round++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const [report] = await verbOf(digitaleo, 'status')(line, [id]);
      assert.ok(report && 'to' in report);
      assert.deepEqual([report.status, report.providerStatus, report.final], ['failed', 'ko', true]);
    });

    it('digitaleo.sms.sender: travels with the message, and only letters and digits are taken', async () => {
      const { vendor, line } = await connect();
      await digitaleo.verbs.send(line, outgoing(mobile('0000'), { sender: 'MyShop' }));
      assert.equal(vendor.messages()[0]?.from, 'MyShop');
      for (const sender of ['TwelveLetter', 'My Shop', '+32470123456', 'Café', '']) {
        assert.throws(() => digitaleo.checkSender(sender), { code: 'SMS_INVALID_SENDER' }, sender);
      }
      digitaleo.checkSender('Plant12');
    });

    it('digitaleo.sms.replies.type2: travels with the message, and the phone can answer', async () => {
      const { vendor, line } = await connect({ assumptions: { repliesActivated: false } });
      await digitaleo.verbs.send(line, outgoing(mobile('0001'), { options: { type: 2 } }));
      assert.equal(JSON.parse(one(vendor, 'digitaleo.sms.create').body).type, 2);
      await line.call('digitaleo.sms.create', sms({ type: '2' }));
      assert.equal(JSON.parse(vendor.requests('digitaleo.sms.create').log[1]?.body ?? '').type, 2);
      assert.equal((await failure(line.call('digitaleo.sms.create', sms({ type: 3 })))).code, 'SMS_INVALID_OPTION');
    });

    it('digitaleo.sms.replies.type2: together with a sender nothing would be sent, so it is refused before', async () => {
      const { vendor, line } = await connect();
      const message = outgoing(mobile('0000'), { sender: 'MyShop', options: { type: 2 } });
      const refused = [
        digitaleo.verbs.send(line, message),
        line.call('digitaleo.sms.create', sms({ sender: 'MyShop', type: 2 })),
        line.call('digitaleo.mailing.create', sms({ sender: 'MyShop', type: '2' })),
      ];
      for (const error of await Promise.all(refused.map(failure))) {
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
        assert.match(error.message, /sender.*type=2/);
      }
      const [first, second] = await verbOf(digitaleo, 'sendMany')(line, [message, { ...message, to: mobile('0001') }]);
      for (const answer of [first, second])
        assert.ok(answer instanceof SmsError && answer.code === 'SMS_INVALID_OPTION');
      assert.equal(vendor.requests().count, 0);
    });

    it('digitaleo.sms.replyMailOptions: travel with the message', async () => {
      const { vendor, line } = await connect();
      const options = { email: 'ops@example.org', emailSender: 'sms@example.org', emailSubject: 'Reply' };
      await digitaleo.verbs.send(line, outgoing(mobile('0000'), { options }));
      const { text: _text, contacts: _contacts, ...rest } = JSON.parse(one(vendor, 'digitaleo.sms.create').body);
      assert.deepEqual(rest, options);
    });

    it('digitaleo.sms.read: only the id unless properties are asked for, by every filter', async () => {
      const { line } = await connect();
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('4321')));
      await line.call('digitaleo.mailing.create', { ...sms(), name: 'Alarm', contacts: people('1111') });
      const ids = async (filter: Params) => (await line.call<List>('digitaleo.sms.read', filter)).list;
      assert.deepEqual(await ids({ id }), [{ id }]);
      assert.deepEqual(await ids({ recipient: mobile('4321') }), [{ id }]);
      assert.equal((await ids({ mailingName: 'Alarm' })).length, 1);
      const [mailing] = (await line.call<List>('digitaleo.mailing.read', { name: 'Alarm' })).list;
      assert.equal((await ids({ mailingId: mailing?.id })).length, 1);
      assert.equal((await ids({})).length, 2);
    });

    it('digitaleo.sms.read.dateRange: conditions travel as the nested query of the document', async () => {
      const { vendor, line } = await connect({ now: () => Date.parse('2017-06-12T10:00:00Z') });
      await digitaleo.verbs.send(line, outgoing(mobile('4321')));
      const range = (from: string, to: string) => [
        { logical: 'AND' },
        { operator: '>=', value: from },
        { operator: '<', value: to },
      ];
      const inside = await line.call<List>('digitaleo.sms.read', { date: range('2017-06-09', '2017-06-27') });
      assert.equal(inside.size, 1);
      assert.deepEqual(queryOf(one(vendor, 'digitaleo.sms.read').url), [
        ['date[0][logical]', 'AND'],
        ['date[1][operator]', '>='],
        ['date[1][value]', '2017-06-09'],
        ['date[2][operator]', '<'],
        ['date[2][value]', '2017-06-27'],
      ]);
      assert.equal((await line.call<List>('digitaleo.sms.read', { date: range('2017-06-13', '2017-06-27') })).size, 0);
    });

    it('digitaleo.sms.read.dateRange: one date and several are filters too', async () => {
      const { vendor, line } = await connect({ now: () => Date.parse('2017-04-07T09:12:25Z') });
      await digitaleo.verbs.send(line, outgoing(mobile('4321')));
      const read = async (date: unknown) => (await line.call<List>('digitaleo.sms.read', { date })).size;
      assert.equal(await read('2017-04-07 11:12:25'), 1);
      assert.equal(await read('2017-04-07T09:12:25Z'), 1);
      assert.equal(await read(['2017-04-07 11:12:25', '2017-04-08 11:12:25']), 1);
      assert.equal(await read('2017-04-08 11:12:25'), 0);
      assert.equal(vendor.requests('digitaleo.sms.read').count, 4);
    });

    it('digitaleo.sms.read.wayMo: reads what phones wrote to a mailing, and as inbound messages', async () => {
      const { vendor, line } = await connect();
      const { id } = await line.call<{ id: string }>('digitaleo.mailing.create', sms({ contacts: people('4321') }));
      for (let round = 0; vendor.messages()[0]?.status !== 'delivered' && round < 500; round++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      vendor.receive({ from: mobile('4321'), text: 'Coming' });
      const properties = 'DEFAULT,text,recipient';
      const { list } = await line.call<List>('digitaleo.sms.read', { mailingId: id, way: 'mo', properties });
      assert.deepEqual([list.length, list[0]?.text, list[0]?.recipient], [1, 'Coming', mobile('4321')]);
      const soon = new Date(Date.now() + 60_000);
      const query = { address: null, since: new Date(Date.now() - 60_000), until: soon, markRead: false, limit: 10 };
      const [message] = await verbOf(digitaleo, 'inbound')(line, query);
      assert.deepEqual(
        [message?.from, message?.to, message?.text, message?.id],
        [mobile('4321'), null, 'Coming', list[0]?.id],
      );
      const error = await failure(verbOf(digitaleo, 'inbound')(line, { ...query, address: '36035' }));
      assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
    });

    it('digitaleo.sms.cancel: deletes by id, and nothing deleted is a refusal', async () => {
      const { vendor, line } = await connect();
      const at = new Date(Date.now() + 3600_000);
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0000'), { at }));
      await verbOf(digitaleo, 'cancel')(line, id);
      const request = one(vendor, 'digitaleo.sms.cancel');
      assert.deepEqual([request.method, request.url], ['DELETE', `/rest/sms?id=${id}`]);
      assert.equal(facts(await failure(verbOf(digitaleo, 'cancel')(line, id))), 'SMS_REJECTED not-sent');
    });

    for (const [what, status, body] of [
      ['a count of 0', 200, { count: 0 }],
      ['a count of 0 as text', 200, { count: '0' }],
      ['304', 304, ''],
      ['404', 404, { status: 404, message: 'Unknown' }],
    ] as const) {
      it(`digitaleo.sms.cancel: ${what} says that nothing was cancelled`, async () => {
        const { line } = await answeredWith(status, body);
        assert.equal(facts(await failure(verbOf(digitaleo, 'cancel')(line, '1'))), 'SMS_REJECTED not-sent');
      });
    }

    it('digitaleo.sms.cancel: 204 without a body is a success', async () => {
      const { line } = await connect({ assumptions: { noContentForCount: true } });
      const at = new Date(Date.now() + 3600_000);
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0000'), { at }));
      await verbOf(digitaleo, 'cancel')(line, id);
    });
  });

  describe('mailing', () => {
    it('digitaleo.mailing.create: posts one text to many contacts under a name', async () => {
      const { vendor, line } = await connect();
      const mailing = { text: 'Text to be sent', name: 'Name of the mailing', contacts: people('0000', '1111') };
      const { id } = await line.call<{ id: string }>('digitaleo.mailing.create', mailing);
      const request = one(vendor, 'digitaleo.mailing.create');
      assert.deepEqual([request.method, request.url, JSON.parse(request.body)], ['POST', '/rest/mailing', mailing]);
      assert.match(id, /^\d+$/);
      assert.equal(vendor.messages().length, 2);
    });

    it('digitaleo.mailing.create: several messages of one text go as one mailing, whose name is our reference', async () => {
      const { vendor, line } = await connect();
      const wanted = ['0000', '1111', '2222'].map((digits) => outgoing(mobile(digits), { reference: `r-${digits}` }));
      const answers = await verbOf(digitaleo, 'sendMany')(line, wanted);
      const { name, text, contacts } = JSON.parse(one(vendor, 'digitaleo.mailing.create').body);
      assert.deepEqual([name, text], ['r-0000', 'Pump 3 is dry']);
      assert.deepEqual(contacts, people('0000', '1111', '2222'));
      const sent = vendor.messages().map(({ id }) => id);
      assert.deepEqual(
        answers.map((answer) => 'id' in answer && answer.id),
        sent,
      );
      const batches = new Set(answers.map((answer) => ('batch' in answer ? answer.batch : undefined)));
      assert.equal(batches.size, 1);
      assert.match([...batches][0] ?? '', /^\d+$/);
    });

    it('digitaleo.mailing.createPersonalized: #fields# are filled in for each contact', async () => {
      const { vendor, line } = await connect();
      const contacts = [
        { firstName: 'Jean', recipient: mobile('0000') },
        { firstName: 'Marc', recipient: mobile('1111') },
      ];
      await line.call('digitaleo.mailing.createPersonalized', { text: 'Hello #firstName#.', contacts });
      assert.deepEqual(
        vendor.messages().map(({ text }) => text),
        ['Hello Jean.', 'Hello Marc.'],
      );
    });

    it('digitaleo.mailing.createPersonalized: messages of different texts go in one mailing all the same', async () => {
      const { vendor, line } = await connect();
      const texts = ['one', 'two #1# (%1)', 'three\nlines; and "more"'];
      const wanted = texts.map((text, index) => outgoing(mobile(`111${index}`), { text }));
      await verbOf(digitaleo, 'sendMany')(line, wanted);
      assert.equal(vendor.requests('digitaleo.mailing.createPersonalized').count, 1);
      assert.deepEqual(
        vendor.messages().map(({ text }) => text),
        texts,
      );
    });

    it('digitaleo.mailing.createPersonalized: one number twice gets two mailings, one sender each its own', async () => {
      const { vendor, line } = await connect();
      const wanted = [
        outgoing(mobile('1111'), { text: 'first' }),
        outgoing(mobile('1111'), { text: 'second' }),
        outgoing(mobile('2222'), { sender: 'MyShop' }),
        outgoing(mobile('3333')),
        outgoing(mobile('4444')),
      ];
      const answers = await verbOf(digitaleo, 'sendMany')(line, wanted);
      const byId = new Map(vendor.messages().map((message) => [message.id, message]));
      const told = answers.map((answer) => ('id' in answer ? byId.get(answer.id) : undefined));
      assert.deepEqual(
        told.map((message) => [message?.to, message?.text]),
        wanted.map(({ to, text }) => [to, text]),
      );
      assert.equal(told[2]?.from, 'MyShop');
    });

    it('digitaleo.mailing.read: by id and by name', async () => {
      const { vendor, line } = await connect();
      const { id } = await line.call<{ id: string }>('digitaleo.mailing.create', sms({ name: 'Alarm' }));
      const properties = ['id', 'name', 'text'];
      for (const filter of [{ id }, { name: 'Alarm' }]) {
        const { list } = await line.call<List>('digitaleo.mailing.read', { ...filter, properties });
        assert.deepEqual(list, [{ id, name: 'Alarm', text: 'Hello' }]);
      }
      assert.match(vendor.requests('digitaleo.mailing.read').log[0]?.url ?? '', /properties=id%2Cname%2Ctext/);
    });

    it('digitaleo.mailing.cancel: takes one id', async () => {
      const { vendor, line } = await connect();
      const date = '2036-05-07 11:12:25';
      const { id } = await line.call<{ id: string }>('digitaleo.mailing.create', sms({ date }));
      const { count } = await line.call<{ count: number }>('digitaleo.mailing.cancel', { id });
      assert.deepEqual([Number(count), one(vendor, 'digitaleo.mailing.cancel').url], [1, `/rest/mailing?id=${id}`]);
    });

    it("a message of a mailing whose answer got lost is found by the mailing's name", async () => {
      const { vendor, line } = await connect();
      const wanted = ['0008', '1111'].map((digits) => outgoing(mobile(digits), { reference: `r-${digits}` }));
      const startedAt = Date.now();
      const answers = await verbOf(digitaleo, 'sendMany')(line, wanted);
      for (const answer of answers) assert.equal(answer instanceof SmsError && answer.outcome, 'unknown');
      for (const { to, text, sender, reference } of wanted) {
        const found = await verbOf(digitaleo, 'lookup')(line, { to, text, sender, reference, startedAt });
        const [message] = vendor.messages().filter((sent) => sent.to === to);
        assert.deepEqual(
          found.map(({ id }) => id),
          message ? [message.id] : [],
        );
      }
    });
  });

  describe('statuses', () => {
    it('digitaleo.status.read: by mailing, by its name and by SMS', async () => {
      const { line } = await connect();
      const { id } = await line.call<{ id: string }>('digitaleo.mailing.create', {
        ...sms({ name: 'Alarm' }),
        contacts: people('0004', '0004'),
      });
      for (const filter of [{ mailingId: id }, { mailingName: 'Alarm' }]) {
        const { list } = await line.call<List>('digitaleo.status.read', filter);
        assert.deepEqual(
          list.map(({ mailingId }) => mailingId),
          [id, id],
        );
      }
    });

    it('digitaleo.status.read: thousands of ids take a call for every 2,000, in a body where an address is too short', async () => {
      const { vendor, line } = await connect();
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0004')));
      const ids = Array.from({ length: 2100 }, (_, index) => (index === 2050 ? id : String(900_000_000 + index)));
      const reports = await verbOf(digitaleo, 'status')(line, ids);
      const known = reports.filter((report) => !(report instanceof SmsError));
      assert.deepEqual([reports.length, known.length], [2100, 1]);
      assert.deepEqual(
        vendor.requests('digitaleo.status.read').log.map(({ method, url }) => [method, url]),
        [
          ['POST', '/rest/status?action=read'],
          ['GET', vendor.requests('digitaleo.status.read').log[1]?.url],
        ],
      );
    });

    for (const [word, status, final] of [
      ['wait', 'scheduled', false],
      ['on', 'sent', false],
      ['ok', 'delivered', true],
      ['ko', 'failed', true],
      ['no', 'unknown', true],
      ['something', 'unknown', false],
      ['constructor', 'unknown', false],
    ] as const) {
      it(`digitaleo.status.read: ${word} is ${status}${final ? ', and final' : ''}`, async () => {
        const row = {
          smsId: 7,
          status: word,
          recipient: '+33 6 96 30 00 56',
          date: '2017-09-25 17:41:26',
          response: null,
        };
        const { line } = await answeredWith(200, { size: 1, total: null, list: [row], httpStatusCode: 200 });
        const [report] = await verbOf(digitaleo, 'status')(line, ['7']);
        assert.ok(report && 'to' in report);
        assert.deepEqual([report.status, report.final, report.providerStatus], [status, final, word]);
        assert.deepEqual([report.id, report.to, report.updatedAt], ['7', '+33696300056', '2017-09-25T15:41:26.000Z']);
        assert.equal(report.reply, undefined);
      });
    }

    it('digitaleo.status.read: rep is delivered, with the reply', async () => {
      const row = {
        smsId: '7',
        status: 'rep',
        recipient: '+33696300056',
        date: '2017-12-25 17:41:26',
        response: 'Yes',
      };
      const { line } = await answeredWith(200, { size: 1, total: null, list: [row] });
      const [report] = await verbOf(digitaleo, 'status')(line, ['7']);
      assert.ok(report && 'to' in report);
      assert.deepEqual([report.status, report.final], ['delivered', true]);
      assert.deepEqual(report.reply, { text: 'Yes', receivedAt: '2017-12-25T16:41:26.000Z' });
    });

    it('digitaleo.status.queue: takes the oldest first, as many as asked for, each once', async () => {
      const { vendor, line } = await connect();
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0000')));
      for (let round = 0; vendor.messages()[0]?.status !== 'delivered' && round < 500; round++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const words: (string | null)[] = [];
      for (let round = 0; round < 5; round++) {
        for (const report of await verbOf(digitaleo, 'statusQueue')(line, 1)) words.push(report.providerStatus);
      }
      assert.equal(words.at(-1), 'ok');
      assert.equal(new Set(words).size, words.length);
      assert.deepEqual(queryOf(vendor.requests('digitaleo.status.queue').log[0]?.url ?? ''), [
        ['action', 'queue'],
        ['limit', '1'],
      ]);
      assert.ok(id);
    });

    it('digitaleo.status.queue: an answer that cannot be read may have taken statuses along', async () => {
      const { line } = await answeredWith(200, '{"size":1,"list":[{');
      assert.equal(facts(await failure(line.call('digitaleo.status.queue'))), 'SMS_UNCERTAIN unknown retryable');
    });

    it('digitaleo.smsstatus.read: every status in the order of its life, though the vendor lists ok before on', async () => {
      const row = (status: string, date: string) => ({ smsId: '121905361', status, date, response: null });
      const list = [
        row('wait', '2017-09-25 17:41:00'),
        row('ok', '2017-09-25 17:41:02'),
        row('on', '2017-09-25 17:41:02'),
        row('rep', '2017-09-25 17:41:26'),
      ];
      list.push(row('on', '2017-09-25 17:41:31'), row('ok', '2017-09-25 17:41:30'));
      const { line, at } = await answeredWith(200, { size: 6, total: null, list, httpStatusCode: 200 });
      const history = await verbOf(digitaleo, 'history')(line, '121905361');
      assert.deepEqual(
        history.map(({ providerStatus }) => providerStatus),
        ['wait', 'on', 'ok', 'rep', 'ok', 'on'],
      );
      assert.match(at.requests[1] ?? '', /^GET \/rest\/smsstatus\?smsId=121905361&properties=smsId%2Cstatus/);
    });

    it('digitaleo.smsstatus.read: an SMS without any is none of the account', async () => {
      const { line } = await connect();
      assert.equal(facts(await failure(verbOf(digitaleo, 'history')(line, '1'))), 'SMS_REJECTED not-sent');
    });

    it('digitaleo.stats.read: of a mailing, of a month, of the account, and not of both', async () => {
      const { vendor, line } = await connect();
      await line.call('digitaleo.mailing.create', sms({ name: 'Alarm' }));
      const total = async (filter: Params) => (await line.call<List>('digitaleo.stats.read', filter)).list[0]?.total;
      assert.deepEqual([await total({}), await total({ mailingName: 'Alarm' })], ['1', '1']);
      assert.equal(await total({ month: '2001-01', properties: 'DEFAULT' }), '0');
      const error = await failure(line.call('digitaleo.stats.read', { month: '2001-01', mailingId: '1' }));
      assert.deepEqual([error.code, error.httpStatus], ['SMS_REJECTED', 400]);
      assert.ok(digitaleo.probe);
      assert.match(await digitaleo.probe(line), /so far: 1\.$/);
      assert.ok(vendor.requests('digitaleo.stats.read').count > 4);
    });
  });

  describe('what all reads can do', () => {
    const five = async () => {
      const { vendor, line } = await connect();
      await line.call('digitaleo.mailing.create', sms({ contacts: people('1111', '2222', '3333', '4444', '5555') }));
      return { vendor, line, ids: vendor.messages().map(({ id }) => id) };
    };

    it('digitaleo.list.pagination: limit, offset and total travel, and all pages can be had', async () => {
      const { vendor, line, ids } = await five();
      const page = await line.call<List>('digitaleo.sms.read', { limit: 2, offset: 2, total: true });
      assert.deepEqual([page.size, page.total, page.list], [2, 5, ids.slice(2, 4).map((id) => ({ id }))]);
      const read: string[] = [];
      for await (const { list } of line.pages<List>('digitaleo.sms.read', { limit: 2 })) {
        read.push(...list.map(({ id }) => id ?? ''));
      }
      assert.deepEqual(read, ids);
      const { log } = vendor.requests('digitaleo.sms.read');
      assert.deepEqual(
        log.slice(1).map(({ url }) => url),
        ['limit=2', 'limit=2&offset=2', 'limit=2&offset=4'].map((query) => `/rest/sms?${query}`),
      );
    });

    for (const [what, params, total] of [
      ['a limit above its own', { limit: 5000 }, null],
      ['a limit above what it lists, with a total', { limit: 300, total: true }, 450],
    ] as const) {
      it(`digitaleo.list.pagination: a vendor that is asked for ${what} is asked on to the end`, async () => {
        const all = total ?? 2100;
        const most = total === null ? 2000 : 200;
        const at = await edge((socket, request) => {
          if (isTokenRequest(request)) return void socket.write(tokenAnswer());
          const offset = Number(/offset=(\d+)/.exec(request)?.[1] ?? 0);
          const list = Array.from({ length: Math.min(most, all - offset) }, (_, i) => ({ smsId: String(offset + i) }));
          socket.write(http(200, JSON.stringify({ size: list.length, total, list })));
        });
        const credentials = { clientId: 'plant', clientSecret: 'tell-nobody-77aa' };
        const line = session({ baseUrl: at.origin, tokenUrl: `${at.origin}/token`, credentials }, digitaleo);
        const read: unknown[] = [];
        for await (const { list } of line.pages<List>('digitaleo.status.read', { mailingId: '7', ...params })) {
          read.push(...list);
        }
        assert.equal(read.length, all);
      });
    }

    it('digitaleo.list.sort: travels with its direction, and another form is refused', async () => {
      const { line, ids } = await five();
      const { list } = await line.call<List>('digitaleo.sms.read', { sort: 'id DESC' });
      assert.deepEqual(
        list.map(({ id }) => id),
        [...ids].reverse(),
      );
      assert.equal((await failure(line.call('digitaleo.sms.read', { sort: 'id down' }))).code, 'SMS_INVALID_OPTION');
    });

    it('digitaleo.list.properties: DEFAULT and others, and without one of the usual ones', async () => {
      const { line, ids } = await five();
      const read = async (properties: unknown) =>
        (await line.call<List>('digitaleo.sms.read', { id: ids[0], properties })).list[0];
      assert.deepEqual(await read('DEFAULT,recipient'), { id: ids[0], recipient: mobile('1111') });
      assert.deepEqual(await read(['DEFAULT', '-id', 'text']), { text: 'Hello' });
    });

    it('digitaleo.list.multivalue: several values with commas, or as a list', async () => {
      const { vendor, line, ids } = await five();
      const [first = '', second = ''] = ids;
      assert.equal((await line.call<List>('digitaleo.sms.read', { id: `${first},${second}` })).size, 2);
      assert.equal((await line.call<List>('digitaleo.sms.read', { id: [first, second] })).size, 2);
      assert.deepEqual(
        vendor.requests('digitaleo.sms.read').log.map(({ url }) => queryOf(url)),
        [
          [['id', `${first},${second}`]],
          [
            ['id[0]', first],
            ['id[1]', second],
          ],
        ],
      );
    });

    it('digitaleo.actionOverride: a call goes by POST with its action in the address', async () => {
      const { vendor, line, ids } = await five();
      const [id = ''] = ids;
      assert.equal((await line.call<List>('digitaleo.sms.read', { id, action: 'read' })).size, 1);
      await line.call('digitaleo.sms.create', sms({ action: 'create' }));
      const { id: mailing } = await line.call<{ id: string }>(
        'digitaleo.mailing.create',
        sms({ date: '2036-01-01 00:00:00' }),
      );
      await line.call('digitaleo.update.metaData', {
        resource: 'mailing',
        id: mailing,
        metaData: { name: 'n' },
        action: 'update',
      });
      await line.call('digitaleo.mailing.cancel', { id: mailing, action: 'delete' });
      const overridden = vendor.requests().log.filter(({ url }) => url.includes('?action='));
      assert.deepEqual(
        overridden.map(({ method, url, operation }) => [method, url, operation]),
        [
          ['POST', '/rest/sms?action=read', 'digitaleo.sms.read'],
          ['POST', '/rest/sms?action=create', 'digitaleo.sms.create'],
          ['POST', '/rest/mailing?action=update', 'digitaleo.update.metaData'],
          ['POST', '/rest/mailing?action=delete', 'digitaleo.mailing.cancel'],
        ],
      );
      assert.equal((await failure(line.call('digitaleo.sms.read', { action: 'delete' }))).code, 'SMS_INVALID_OPTION');
    });

    it("digitaleo.update.metaData: a date among the new values is written in the vendor's form", async () => {
      const { vendor, line } = await connect();
      const { id } = await line.call<{ id: string }>('digitaleo.sms.create', sms({ date: '2036-01-01 00:00:00' }));
      for (const date of [new Date('2036-07-05T10:00:00Z'), '2036-07-05T12:00:00+02:00', '2036-07-05 12:00:00']) {
        await line.call('digitaleo.update.metaData', { resource: 'sms', id, metaData: { date, text: 'new' } });
      }
      for (const { body } of vendor.requests('digitaleo.update.metaData').log) {
        const metaData = new URLSearchParams(body).get('metaData') ?? '';
        assert.deepEqual(JSON.parse(metaData), { date: '2036-07-05 12:00:00', text: 'new' });
      }
    });

    it('digitaleo.update.metaData: the filter and the new values as JSON text, in a form as documented', async () => {
      const { vendor, line } = await connect();
      const ids: string[] = [];
      for (const _ of [1, 2]) {
        const { id } = await line.call<{ id: string }>('digitaleo.sms.create', sms({ date: '2036-01-01 00:00:00' }));
        ids.push(id);
      }
      const metaData = { text: 'new & better = yes' };
      const answer = await line.call<{ count: number }>('digitaleo.update.metaData', {
        resource: 'sms',
        id: ids.join(','),
        metaData,
      });
      assert.equal(Number(answer.count), 2);
      const request = one(vendor, 'digitaleo.update.metaData');
      assert.deepEqual([request.method, request.url], ['PUT', '/rest/sms']);
      assert.deepEqual(
        [...new URLSearchParams(request.body)],
        [
          ['metaData', JSON.stringify(metaData)],
          ['id', ids.join(',')],
        ].sort(byOrderOf(request.body)),
      );
      for (const encoding of ['json', 'multipart']) {
        await line.call('digitaleo.update.metaData', {
          resource: 'sms',
          id: ids[0],
          metaData: '{"text":"x"}',
          encoding,
        });
      }
      assert.equal(vendor.requests('digitaleo.update.metaData').count, 3);
    });

    for (const blank of ['', ' ', ',', ' , ', ['']]) {
      it(`digitaleo.update.metaData: ${JSON.stringify(blank)} is no filter, nor an id to cancel`, async () => {
        const { vendor, line } = await connect();
        const update = { resource: 'sms', metaData: { text: 'x' } };
        for (const check of [true, false]) {
          for (const filter of [{ id: blank }, { recipient: blank, format: 'json' }]) {
            const error = await failure(line.call('digitaleo.update.metaData', { ...update, ...filter }, { check }));
            assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
          }
          for (const operation of ['digitaleo.sms.cancel', 'digitaleo.mailing.cancel']) {
            const error = await failure(line.call(operation, { id: blank }, { check }));
            assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
          }
        }
        assert.deepEqual(
          vendor.requests().log.filter(({ method }) => method !== 'POST'),
          [],
        );
      });
    }

    it('digitaleo.update.metaData: without any filter everything would be changed, so it is refused', async () => {
      const { vendor, line } = await connect();
      const error = await failure(line.call('digitaleo.update.metaData', { resource: 'sms', metaData: { text: 'x' } }));
      assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      assert.equal(vendor.requests().count, 0);
    });
  });

  describe('formats', () => {
    it('digitaleo.format.json: is the usual one, with and without its suffix', async () => {
      const { vendor, line } = await connect();
      assert.deepEqual((await line.call<List>('digitaleo.sms.read', { format: 'json' })).list, []);
      assert.equal(one(vendor, 'digitaleo.sms.read').url, '/rest/sms.json');
    });

    for (const [format, accept, opening] of [
      ['xml', 'application/xml', /^<\?xml|^<response>/],
      ['csv', 'text/csv', /^"?id"?/],
      ['js', 'application/js', /^found\(\{/],
    ] as const) {
      it(`digitaleo.format.${format}: comes as the text that it is, for every verb`, async () => {
        const { vendor, line } = await connect();
        const more = format === 'js' ? { format, callback: 'found' } : { format };
        await digitaleo.verbs.send(line, outgoing(mobile('0000')));
        const answer = await line.call('digitaleo.sms.read', more);
        assert.match(String(answer), opening);
        const request = one(vendor, 'digitaleo.sms.read');
        assert.deepEqual([request.url.split('?')[0], request.headers.accept], [`/rest/sms.${format}`, accept]);
        assert.equal(typeof (await line.call('digitaleo.sms.create', sms(more))), 'string');
        assert.equal(
          typeof (await line.call('digitaleo.mailing.cancel', { id: '1', ...more }).catch(String)),
          'string',
        );
      });

      it(`digitaleo.format.${format}: an error in it is read too`, async () => {
        const { line } = await connect();
        const more = format === 'js' ? { format, callback: 'found' } : { format };
        const error = await failure(line.call('digitaleo.sms.read', { ...more, properties: 'nonsense' }));
        assert.deepEqual([error.code, error.httpStatus], ['SMS_REJECTED', 400]);
        assert.match(error.providerMessage ?? '', /nonsense/);
      });
    }

    for (const encoding of ['json', 'form', 'multipart']) {
      it(`digitaleo.encoding.form: a creation as ${encoding} arrives whole`, async () => {
        const { vendor, line } = await connect();
        const text = 'Ça coûte 5 € & "plus" = #lastName#;\nligne 2 +%';
        const contacts = [{ recipient: mobile('0000'), lastName: 'DUPÖNT & fils' }];
        await line.call('digitaleo.mailing.create', { name: 'A & B', text, contacts, encoding });
        const type = one(vendor, 'digitaleo.mailing.createPersonalized').headers['content-type'] ?? '';
        assert.match(
          type,
          { json: /json/, form: /x-www-form-urlencoded/, multipart: /form-data; boundary=/ }[encoding] ?? /^$/,
        );
        assert.equal(vendor.messages()[0]?.text, 'Ça coute 5 € & "plus" = DUPÖNT & fils;\nligne 2 +%');
        assert.equal((await line.call<List>('digitaleo.mailing.read', { name: 'A & B' })).size, 1);
      });
    }
  });

  describe('digitaleo.errors', () => {
    const said = (status: number) => ({ status, message: 'What went wrong', details: { field: 'text' } });

    for (const [status, expected] of [
      [304, 'SMS_REJECTED not-sent'],
      [400, 'SMS_REJECTED not-sent'],
      [401, 'SMS_AUTH not-sent'],
      [403, 'SMS_AUTH not-sent'],
      [404, 'SMS_REJECTED not-sent'],
      [405, 'SMS_REJECTED not-sent'],
      [414, 'SMS_REJECTED not-sent'],
      [417, 'SMS_REJECTED not-sent'],
      [429, 'SMS_RATE_LIMITED not-sent retryable'],
      [500, 'SMS_UNCERTAIN unknown retryable'],
      [503, 'SMS_UNREACHABLE not-sent retryable'],
    ] as const) {
      it(`digitaleo.errors: ${status} is ${expected}`, async () => {
        const { line } = await answeredWith(status, status === 304 ? '' : said(status), { 'X-Request-Id': 'r-77' });
        const error = await failure(digitaleo.verbs.send(line, outgoing(mobile('0000'))));
        assert.equal(facts(error), expected);
        assert.deepEqual([error.httpStatus, error.correlationId], [status, 'r-77']);
        assert.equal(error.accountRefused, status === 401 || status === 403);
        if (status === 304) return;
        assert.deepEqual(
          [error.providerCode, error.providerMessage],
          [String(status), 'What went wrong: {"field":"text"}'],
        );
      });
    }

    for (const [what, status, body, expected] of [
      ['a refusal with 200', 200, said(400), 'SMS_REJECTED not-sent'],
      ['a refused token with 200', 200, said(401), 'SMS_AUTH not-sent'],
      ['a fault with 200', 200, said(500), 'SMS_UNCERTAIN unknown retryable'],
      ['XML instead of JSON', 201, '<response><id>1</id></response>', 'SMS_UNCERTAIN unknown retryable'],
      ['a page of a proxy', 200, '<html><body>Welcome</body></html>', 'SMS_UNCERTAIN unknown retryable'],
      ['an empty body', 201, '', 'SMS_UNCERTAIN unknown retryable'],
      ['JSON that is cut off', 201, '{"id":"12', 'SMS_UNCERTAIN unknown retryable'],
      ['null', 201, 'null', 'SMS_UNCERTAIN unknown retryable'],
      ['a text', 201, '"12"', 'SMS_UNCERTAIN unknown retryable'],
      [
        'XML of a refusal',
        400,
        '<response><status>400</status><message>Bad</message></response>',
        'SMS_REJECTED not-sent',
      ],
      ['a page of a proxy that is out', 502, '<html>Bad gateway</html>', 'SMS_UNCERTAIN unknown retryable'],
    ] as const) {
      it(`digitaleo.errors: ${what} is ${expected}`, async () => {
        const { line } = await answeredWith(status, body);
        assert.equal(facts(await failure(digitaleo.verbs.send(line, outgoing(mobile('0000'))))), expected);
      });
    }

    it('digitaleo.errors: a status that is no word beside a message is no refusal, and no trouble', async () => {
      const { line } = await answeredWith(200, { status: { toString: null }, message: 'm', size: 0 });
      assert.equal(facts(await failure(line.call('digitaleo.sms.read'))), 'SMS_BAD_RESPONSE unknown retryable');
      assert.equal(facts(await failure(line.call('digitaleo.sms.create', sms()))), 'SMS_UNCERTAIN unknown retryable');
    });

    it('digitaleo.errors: what the token server says is told, and the account is refused', async () => {
      const { vendor } = await connect();
      const { baseUrl, tokenUrl, clientId = '' } = { ...vendor, ...vendor.credentials };
      const credentials = { clientId, clientSecret: 'not-the-right-one' };
      const line = session({ baseUrl, tokenUrl, credentials }, digitaleo);
      const error = await failure(digitaleo.verbs.send(line, outgoing(mobile('0000'))));
      assert.deepEqual([facts(error), error.accountRefused], ['SMS_AUTH not-sent', true]);
      assert.deepEqual([error.providerCode, error.httpStatus], ['invalid_client', 400]);
    });
  });

  describe('digitaleo.limits', () => {
    it('digitaleo.limits: 200 contacts in a call, larger batches are split', async () => {
      const { vendor, line } = await connect();
      const wanted = Array.from({ length: 450 }, (_, index) =>
        outgoing(mobile(String(1000 + index)), { text: 'Same' }),
      );
      const answers = await verbOf(digitaleo, 'sendMany')(line, wanted);
      const byId = new Map(vendor.messages().map(({ id, to }) => [id, to]));
      assert.deepEqual(
        answers.map((answer) => 'id' in answer && byId.get(answer.id)),
        wanted.map(({ to }) => to),
      );
      assert.equal(vendor.requests('digitaleo.mailing.create').count, 3);
      const contacts = Array.from({ length: 201 }, () => ({ recipient: mobile('0000') }));
      assert.equal(
        (await failure(line.call('digitaleo.mailing.create', sms({ contacts })))).code,
        'SMS_INVALID_OPTION',
      );
      assert.equal(digitaleo.batch, 200);
    });

    it('digitaleo.limits: 20 SMS a second, 2,000 statuses', async () => {
      const { line } = await connect();
      assert.equal(digitaleo.rate, 20);
      assert.equal((await failure(line.call('digitaleo.status.queue', { limit: 2001 }))).code, 'SMS_INVALID_OPTION');
    });

    it('digitaleo.limits: a status check too many is refused, and told so', async () => {
      const { line } = await connect({ assumptions: { enforceChecks: true } });
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0004')));
      const ask = async () => (await verbOf(digitaleo, 'status')(line, [id]))[0];
      for (let round = 0; round < 10; round++) assert.ok(!((await ask()) instanceof SmsError));
      const eleventh = await ask();
      assert.ok(eleventh instanceof SmsError && eleventh.httpStatus === 403);
    });
  });

  describe('digitaleo.charset', () => {
    it('digitaleo.charset: what is measured here is what the phone shows there', async () => {
      const { vendor, line } = await connect();
      const texts = [
        'Être où? Île, œuvre, Œdipe, 20°, «oui»',
        'Noël à l’hôtel… `fin`',
        'ASCII ^{}\\[~]|€',
        'Ωmega Ç ç š 😀 x',
      ];
      for (const text of texts) {
        await line.call('digitaleo.sms.create', sms({ text }));
        assert.equal(measureFor(digitaleo, text, 'auto').text, vendor.messages().at(-1)?.text, text);
      }
    });

    it('digitaleo.charset: a text that is changed goes out as the phone will show it, counted so', () => {
      const { text, alphabet, parts, units, unicode } = composeFor(digitaleo, `${'ê'.repeat(159)}…`);
      assert.deepEqual([text, alphabet, units, parts], [`${'e'.repeat(159)}...`, 'GSM-7', 162, 2]);
      assert.deepEqual(unicode[159], { character: '…', codePoint: 'U+2026', index: 159, replacement: '...' });
    });

    it('digitaleo.charset: a text that would lose a character is refused, unless unicode or gsm is chosen', () => {
      for (const text of ['Ça va, garçon?', 'À bientôt', '« oui »', 'Привет', 'ok 👍', 'a\tb', 'e\u0302\u0323']) {
        assert.throws(() => composeFor(digitaleo, text), { code: 'SMS_INVALID_TEXT' }, text);
        assert.equal(composeFor(digitaleo, text, { alphabet: 'unicode' }).text, text);
      }
      assert.throws(() => composeFor(digitaleo, 'garçon'), { message: /ç \(U\+00E7 at 3\).*gsm.*unicode/ });
      assert.equal(composeFor(digitaleo, 'Ça va, garçon?', { alphabet: 'gsm' }).text, 'Ça va, garcon?');
      assert.equal(composeFor(digitaleo, 'e\u0301t\u00e9\u200b').text, 'été');
    });

    it('digitaleo.charset: what is lost is told by the measurement', () => {
      const { text, unicode } = measureFor(digitaleo, 'garçon', 'auto');
      assert.deepEqual([text, unicode.map(({ replacement }) => replacement)], ['garon', [null]]);
    });
  });

  describe('what has no call', () => {
    it('digitaleo.numberCheck: looks at the form of a number, and asks nobody', async () => {
      const { vendor, line } = await connect();
      const check = (params: Params) =>
        line.call<{ number: string | null; possible: boolean }>('digitaleo.numberCheck', params);
      assert.deepEqual(await check({ number: '+33 6 96 30 00 56' }), { number: '+33696300056', possible: true });
      assert.deepEqual(await check({ number: '06 96 30 00 56', region: 'FR' }), {
        number: '+33696300056',
        possible: true,
      });
      assert.equal((await check({ number: '12' })).possible, false);
      assert.equal((await failure(check({ number: '06', region: 'XX' }))).code, 'SMS_CONFIG');
      assert.equal(vendor.requests().count, 0);
    });

    it('digitaleo.monitor: tells the address of the web site', async () => {
      const { line } = await connect();
      assert.deepEqual(await line.call('digitaleo.monitor'), { url: 'https://monitor.texteo.net/' });
    });

    it('says in a sentence what it cannot do', () => {
      const can = capabilitiesOf(digitaleo);
      const cannot = Object.keys(can).filter((name) => can[name] !== true);
      assert.deepEqual(cannot.sort(), ['balance', 'callback', 'length', 'quote', 'senders']);
    });
  });
});

/** The order in which the names stand in a form. */
function byOrderOf(body: string) {
  return ([a = '']: string[], [b = '']: string[]) => body.indexOf(`${a}=`) - body.indexOf(`${b}=`);
}
