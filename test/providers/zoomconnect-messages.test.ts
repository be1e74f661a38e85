/** ZoomConnect's messages: sending one and many, scheduling, taking back, statuses, replies, look-ups and counts. */
import assert from 'node:assert/strict';
import type { Attempt, InboundQuery } from '../../dist/src/providers/provider.js';
import { checkOptions } from '../../dist/src/providers/schema.js';
import type { Session } from '../../dist/src/providers/session.js';
import { zoomconnect } from '../../dist/src/providers/zoomconnect/index.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { measure } from '../../dist/src/sms/segments.js';
import { facts, failure, outgoing, phone, until } from './support.ts';
import { one, zoomWorkshop } from './zoomconnect-support.ts';

const { send, sendMany, status, cancel, inbound, markRead, lookup, quote, length } = zoomconnect.verbs as Required<
  typeof zoomconnect.verbs
>;

describe('ZoomConnect messages', () => {
  const { connect, answering, replying } = zoomWorkshop();
  const bodyOf = ({ body }: { body: string }) => JSON.parse(body);

  describe('sending', () => {
    it('zoomconnect.sms.send: posts text and number, our reference as dataField, and is queued until more is known', async () => {
      const { vendor, line } = await connect();
      const accepted = await send(line, outgoing(phone('0000'), { text: 'line 1\n"2" 👩‍👩‍👧 €', reference: 'r-77' }));
      const request = one(vendor, 'zoomconnect.sms.send');
      assert.deepEqual([request.method, request.url], ['POST', '/app/api/rest/v1/sms/send']);
      assert.deepEqual(bodyOf(request), {
        message: 'line 1\n"2" 👩‍👩‍👧 €',
        recipientNumber: phone('0000'),
        dataField: 'r-77',
      });
      assert.deepEqual([accepted.status, accepted.providerStatus], ['queued', null]);
    });

    it('zoomconnect.sms.send: the options of a message go along; a dataField of the flow takes the place of ours', async () => {
      const { vendor, line } = await connect();
      const [operation] = zoomconnect.operations.filter(({ id }) => id === zoomconnect.options.operation);
      assert.ok(operation);
      const given = { campaign: 'shoes', dataField: 'mine', dateToSend: '209904282055' };
      const options = await checkOptions(operation, zoomconnect.options.names, given);
      const accepted = await send(line, outgoing(phone('0000'), { options }));
      assert.deepEqual(bodyOf(one(vendor, 'zoomconnect.sms.send')), {
        message: 'Pump 3 is dry',
        recipientNumber: phone('0000'),
        ...given,
      });
      assert.equal(accepted.status, 'scheduled');
    });

    it('zoomconnect.sms.send: is scheduled for the minute in South Africa, rounded up so that it is never early', async () => {
      const { vendor, line } = await connect();
      for (const [at, dateToSend] of [
        ['2099-04-28T18:55:00.000Z', '209904282055'],
        ['2099-12-31T21:59:00.001Z', '210001010000'],
        ['2001-01-01T00:00:00.000Z', undefined],
      ] as const) {
        const { status: word } = await send(line, outgoing(phone('0000'), { at: new Date(at) }));
        assert.equal(word, dateToSend ? 'scheduled' : 'queued');
        assert.equal(bodyOf(vendor.requests('zoomconnect.sms.send').log.at(-1) ?? { body: '' }).dateToSend, dateToSend);
      }
    });

    it('zoomconnect.sms.send: a time that does not exist is refused before anything travels', async () => {
      const { vendor, line } = await connect();
      const params = { message: 'x', recipientNumber: phone('0000'), dateToSend: '2026-13-45T10:00:00Z' };
      assert.equal(facts(await failure(line.call('zoomconnect.sms.send', params))), 'SMS_INVALID_OPTION not-sent');
      for (const dateToSend of ['tomorrow', '2026', '2026-01-01T10:00']) {
        const error = await failure(line.call('zoomconnect.sms.send', { ...params, dateToSend }));
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      }
      assert.equal(vendor.requests().count, 0);
    });

    it('zoomconnect.sms.send: a sender is unsupported, in the same words everywhere', async () => {
      const { vendor, line } = await connect();
      const message = outgoing(phone('0000'), { sender: 'MyShop' });
      const error = await failure(send(line, message));
      assert.equal(facts(error), 'SMS_UNSUPPORTED not-sent');
      assert.equal(error.message, zoomconnect.cannot.sender);
      const [answer] = await sendMany(line, [message]);
      assert.equal((answer as SmsError).code, 'SMS_UNSUPPORTED');
      assert.throws(() => zoomconnect.checkSender('MyShop'), { code: 'SMS_UNSUPPORTED' });
      assert.equal(vendor.requests().count, 0);
    });

    for (const [answer, expected] of [
      [{ messageId: null, error: 'Something is wrong' }, 'SMS_REJECTED not-sent'],
      [{ messageId: null, error: null }, 'SMS_UNCERTAIN unknown retryable'],
      [{}, 'SMS_UNCERTAIN unknown retryable'],
      ['', 'SMS_UNCERTAIN unknown retryable'],
      ['null', 'SMS_UNCERTAIN unknown retryable'],
      ['{"messageId":"5e', 'SMS_UNCERTAIN unknown retryable'],
      ['<!doctype html><html><body>Log in</body></html>', 'SMS_UNCERTAIN unknown retryable'],
      ['<html><body>Log in</body></html>', 'SMS_UNCERTAIN unknown retryable'],
      ['<sendSmsResponse><messageId>5e', 'SMS_UNCERTAIN unknown retryable'],
    ] as const) {
      it(`zoomconnect.sms.send: 200 with ${JSON.stringify(answer)} is ${expected}`, async () => {
        const { line } = await answering(200, answer);
        assert.equal(facts(await failure(send(line, outgoing(phone('0000'))))), expected);
      });
    }

    it('zoomconnect.sms.send: an id is accepted in whatever form, also beside an error', async () => {
      for (const [answer, id] of [
        [{ messageId: '5eea', error: 'queued late' }, '5eea'],
        [{ messageId: 4012421376, error: null }, '4012421376'],
        ['<sendSmsResponse><messageId>5eea</messageId></sendSmsResponse>', '5eea'],
        ['\uFEFF{"messageId":"5eea"}', '5eea'],
      ] as const) {
        const { line } = await answering(201, answer);
        assert.equal((await send(line, outgoing(phone('0000')))).id, id);
      }
    });
  });

  describe('bulk', () => {
    it('zoomconnect.sms.sendBulk: one call, each its own text, and an answer for each, refusals among them', async () => {
      const { vendor, line } = await connect();
      const texts = ['Hello Ann', 'Hello nobody', 'Hello Bea'];
      const numbers = [phone('0000'), phone('0005'), phone('4321')];
      const wanted = texts.map((text, i) => outgoing(numbers[i] ?? '', { text, reference: `r-${i}` }));
      const [first, second, third] = await sendMany(line, wanted);
      const { url, body } = one(vendor, 'zoomconnect.sms.sendBulk');
      assert.equal(url, '/app/api/rest/v1/sms/send-bulk');
      assert.deepEqual(
        JSON.parse(body).sendSmsRequests,
        texts.map((message, i) => ({ message, recipientNumber: numbers[i], dataField: `r-${i}` })),
      );
      assert.ok(first && 'id' in first && third && 'id' in third);
      assert.deepEqual(
        vendor.messages().map(({ id, text }) => [id, text]),
        [
          [first.id, 'Hello Ann'],
          [third.id, 'Hello Bea'],
        ],
      );
      assert.ok(second instanceof SmsError);
      assert.deepEqual([facts(second), second.providerMessage], ['SMS_REJECTED not-sent', 'Invalid mobile number']);
    });

    it('zoomconnect.sms.sendBulk: takes dates and a pace, and its numbers come back as errors in their place', async () => {
      const { vendor, line } = await connect();
      await line.call('zoomconnect.sms.sendBulk', {
        sendSmsRequests: [{ message: 'x', recipientNumber: phone('0000'), dateToSend: '2099-01-01T00:00:00Z' }],
        defaultDateToSend: '2099-01-01T10:00:00+02:00',
        messagesPerMinute: 60,
      });
      const { sendSmsRequests, ...others } = bodyOf(one(vendor, 'zoomconnect.sms.sendBulk'));
      assert.equal(sendSmsRequests[0].dateToSend, '209901010200');
      assert.deepEqual(others, { defaultDateToSend: '209901011000', messagesPerMinute: 60 });
    });

    it('zoomconnect.sms.sendBulk: a bad message is for the vendor to refuse, beside the ids of the others', async () => {
      const { line } = await connect();
      const { sendSmsResponses } = await line.call<{ sendSmsResponses: { messageId: unknown; error: unknown }[] }>(
        'zoomconnect.sms.sendBulk',
        {
          sendSmsRequests: [
            { message: '', recipientNumber: phone('0000') },
            { message: 'Hello', recipientNumber: '' },
            { message: null, recipientNumber: phone('0000') },
            { message: undefined, recipientNumber: phone('0000') },
            { recipientNumber: phone('0000') },
            { message: 'Hello' },
            { message: 'Hello', recipientNumber: phone('0000') },
          ],
        },
      );
      const [empty, number] = ['Message cannot be empty', 'Invalid mobile number'];
      const errors = [empty, number, empty, empty, empty, number, null];
      assert.deepEqual(
        sendSmsResponses.map(({ error }) => error),
        errors,
      );
      assert.equal(typeof sendSmsResponses.at(-1)?.messageId, 'string');
    });

    it('zoomconnect.sms.sendBulk: errors that are objects are answered as they came', async () => {
      const sendSmsResponses = [{ messageId: null, error: { code: 2, message: 'Invalid mobile number' } }];
      const { line } = await answering(200, { sendSmsResponses });
      const sendSmsRequests = [{ message: 'x', recipientNumber: '0' }];
      assert.deepEqual(await line.call('zoomconnect.sms.sendBulk', { sendSmsRequests }), { sendSmsResponses });
    });

    it('zoomconnect.sms.sendBulk: many are split into calls, and each is answered in its place', async () => {
      const { vendor, line } = await connect();
      const wanted = Array.from({ length: 501 }, (_, i) => outgoing(phone('4321'), { reference: `r-${i}` }));
      const answers = await sendMany(line, wanted);
      assert.equal(vendor.requests('zoomconnect.sms.sendBulk').count, 2);
      const ids = answers.map((answer) => ('id' in answer ? answer.id : ''));
      assert.deepEqual(
        ids,
        vendor.messages().map(({ id }) => id),
      );
      assert.deepEqual(await sendMany(line, []), []);
    });

    it('zoomconnect.sms.sendBulk: answers that cannot be told apart leave all uncertain', async () => {
      for (const answer of [{ sendSmsResponses: [{ messageId: '5eea' }] }, { sendSmsResponses: null }, {}, '']) {
        const { line } = await answering(200, answer);
        const error = await failure(sendMany(line, [outgoing(phone('0000')), outgoing(phone('4321'))]));
        assert.deepEqual([error.code, error.outcome], ['SMS_UNCERTAIN', 'unknown']);
      }
    });

    it('zoomconnect.sms.sendBulk: a row is refused in whatever form its error has, and its id outweighs an error', async () => {
      const rows = [
        { messageId: null, error: { code: 2, message: 'Invalid mobile number' } },
        { messageId: null, code: 7, message: 'Insufficient credits' },
        { messageId: null, error: { code: 1, message: 'Oops' } },
        { messageId: '5eea', error: { code: 9, message: 'queued late' } },
      ];
      const { line } = await answering(200, { sendSmsResponses: rows, error: 'Some were refused' });
      const wanted = rows.map((_, i) => outgoing(phone('4321'), { reference: `r-${i}` }));
      const [number, credits, oops, accepted] = await sendMany(line, wanted);
      const told = [number, credits, oops].map((error) => {
        assert.ok(error instanceof SmsError);
        return [facts(error), error.providerCode, error.providerMessage, error.accountRefused === true];
      });
      assert.deepEqual(told, [
        ['SMS_REJECTED not-sent', '2', 'Invalid mobile number', false],
        ['SMS_REJECTED not-sent', '7', 'Insufficient credits', true],
        ['SMS_BAD_RESPONSE unknown retryable', '1', 'Oops', false],
      ]);
      assert.ok(accepted && 'id' in accepted);
      assert.equal(accepted.id, '5eea');
    });

    it('zoomconnect.sms.sendBulk: a row whose words are no words spoils no other, and is refused', async () => {
      const nothing = { toString: null };
      const rows = [
        { messageId: '5eea', error: null },
        { messageId: null, error: { code: nothing, message: 'Invalid mobile number' } },
        { messageId: null, error: { status: nothing, message: nothing } },
      ];
      const { line } = await answering(200, { sendSmsResponses: rows });
      const wanted = rows.map((_, i) => outgoing(phone('4321'), { reference: `r-${i}` }));
      const [accepted, ...refused] = await sendMany(line, wanted);
      assert.ok(accepted && 'id' in accepted);
      for (const error of refused) assert.equal(error instanceof SmsError && facts(error), 'SMS_REJECTED not-sent');
    });

    it('zoomconnect.sms.sendBulk: without credits the account is refused, message by message', async () => {
      const { line } = await connect({ assumptions: { startingCredits: 1 } });
      const [first, second] = await sendMany(line, [outgoing(phone('0000')), outgoing(phone('4321'))]);
      assert.ok(first && 'id' in first);
      assert.ok(second instanceof SmsError);
      assert.deepEqual([facts(second), second.accountRefused], ['SMS_REJECTED not-sent', true]);
    });
  });

  describe('status', () => {
    for (const [word, meaning, final] of [
      ['SCHEDULED', 'scheduled', false],
      ['SENT', 'sent', false],
      ['DELIVERED', 'delivered', true],
      ['FAILED', 'failed', true],
      ['FAILED_REFUNDED', 'failed', true],
      ['FAILED_OPTOUT', 'failed', true],
      ['UNKNOWN', 'unknown', false],
      ['scheduled', 'scheduled', false],
      ['Delivered', 'delivered', true],
      ['failed_optout', 'failed', true],
      ['constructor', 'unknown', false],
    ] as const) {
      it(`zoomconnect.messages.get: ${word} is ${meaning}${final ? ', and final' : ''}`, async () => {
        const { line } = await answering(200, {
          messageId: 12,
          messageType: 'OUTBOUND',
          messageStatus: word,
          toNumber: '0721234567',
          dateTimeSent: 1588284000000,
        });
        const [report] = await status(line, ['12']);
        assert.ok(report && 'to' in report);
        assert.deepEqual(
          [report.id, report.to, report.status, report.final, report.providerStatus],
          ['12', '+27721234567', meaning, final, word],
        );
        if (word === 'SENT') assert.equal(report.updatedAt, '2020-04-30T22:00:00.000Z');
      });
    }

    it('zoomconnect.messages.get: what a phone wrote is received, whatever its status', async () => {
      const { line } = await answering(200, { messageId: '5eea', messageType: 'INBOUND', messageStatus: 'UNKNOWN' });
      const [report] = await status(line, ['5eea']);
      assert.equal(report && 'status' in report ? report.status : '', 'received');
    });

    it('zoomconnect.messages.delete: takes back what is scheduled, and leaves what was sent alone', async () => {
      const { vendor, line } = await connect();
      const { id } = await send(line, outgoing(phone('0004')));
      const error = await failure(cancel(line, id));
      assert.deepEqual([facts(error), error.providerMessage], ['SMS_REJECTED not-sent', 'SENT']);
      assert.equal(vendor.requests('zoomconnect.messages.delete').count, 0);
      const later = await send(line, outgoing(phone('0000'), { at: new Date(Date.now() + 3600_000) }));
      await cancel(line, later.id);
      assert.equal(one(vendor, 'zoomconnect.messages.delete').method, 'DELETE');
      assert.match((await failure(cancel(line, later.id))).message, /deleted already/);
    });

    it('zoomconnect.messages.delete: 204 is as good as 200', async () => {
      const { line } = await connect({ assumptions: { deleteIs204: true } });
      const { id } = await send(line, outgoing(phone('0004')));
      assert.equal(await line.call('zoomconnect.messages.delete', { messageId: id }), null);
    });

    it('a phone that answered STOP gets nothing more, and the report says so', async () => {
      const { vendor, line } = await connect();
      await send(line, outgoing(phone('0010')));
      await until(() => vendor.inbox().length > 0, 'the STOP');
      const { id } = await send(line, outgoing(phone('0010')));
      await until(() => vendor.messages().some((m) => m.id === id && m.status === 'failed'), 'the refusal');
      const [report] = await status(line, [id]);
      assert.ok(report && 'to' in report);
      assert.deepEqual([report.status, report.providerStatus], ['failed', 'FAILED_OPTOUT']);
      assert.match(report.description, /opted out/);
    });
  });

  describe('replies', () => {
    const query = (more: Partial<InboundQuery> = {}): InboundQuery => ({
      address: null,
      since: new Date(Date.now() - 3600_000),
      until: new Date(Date.now() + 300_000),
      markRead: false,
      limit: 1000,
      ...more,
    });
    /** As the inbox reads: what is to be marked is marked when it was kept. */
    const texts = async (line: Session, more: Partial<InboundQuery> = {}) => {
      const read = await inbound(line, query(more));
      if (more.markRead) await markRead(line, read);
      return read.map(({ text }) => text);
    };

    it('zoomconnect.polling: reads all pages, knows what is answered, and says to whom', async () => {
      const { vendor, line } = await connect();
      const { id } = await send(line, outgoing(phone('0004')));
      for (let n = 0; n < 101; n++) vendor.receive({ from: phone('0004'), text: String(n) });
      const read = await inbound(line, query());
      assert.equal(new Set(read.map((sms) => sms.text)).size, 101);
      assert.equal(vendor.requests('zoomconnect.messages.all').count, 2);
      assert.deepEqual([read[0]?.inReplyTo, read[0]?.from], [id, phone('0004')]);
      assert.match(read[0]?.to ?? '', /^\+27\d{9}$/);
      const { url } = vendor.requests('zoomconnect.messages.all').log[0] ?? { url: '' };
      assert.match(url, /type=INBOUND&fromDateTimeReceived=\d{8}&toDateTimeReceived=\d{8}&deleted=false&pageSize=100$/);
    });

    it('zoomconnect.polling: marks what it hands out, and no more than that', async () => {
      const { vendor, line } = await connect();
      await send(line, outgoing(phone('0004')));
      let now = Date.now();
      for (const text of ['one', 'two', 'three']) {
        vendor.receive({ from: phone('0004'), text });
        const next = now + 5;
        await until(() => Date.now() >= next, 'another time');
        now = Date.now();
      }
      const first = await texts(line, { markRead: true, limit: 2 });
      assert.equal(first.length, 2);
      assert.equal(vendor.requests('zoomconnect.messages.markRead.put').count, 2);
      const second = await texts(line, { markRead: true });
      assert.deepEqual([...first, ...second].sort(), ['one', 'three', 'two']);
      assert.deepEqual(await texts(line, { markRead: true }), []);
      assert.equal((await texts(line)).length, 3);
    });

    it('zoomconnect.polling: what could not be marked is handed out all the same', async () => {
      const { vendor, line } = await connect();
      await send(line, outgoing(phone('0004')));
      vendor.receive({ from: phone('0004'), text: 'one' });
      const call = line.call.bind(line);
      line.call = (async (id: string, ...rest: []) => {
        if (id.includes('markRead')) throw new SmsError('SMS_UNREACHABLE', 'out');
        return call(id, ...rest);
      }) as typeof line.call;
      assert.deepEqual(await texts(line, { markRead: true }), ['one']);
    });

    it('zoomconnect.polling: reads one number when asked, and only the time asked for, to the minute', async () => {
      const noon = Date.parse('2026-03-04T12:00:00Z');
      let now = noon;
      const { vendor, line } = await connect({ now: () => now });
      const { number } = { number: '27987654349' };
      for (const [seconds, text] of [
        [-61, 'before'],
        [45, 'in the minute'],
        [600, 'after'],
      ] as const) {
        now = noon + seconds * 1000;
        vendor.receive({ from: '+27831234567', to: number, text });
      }
      const window = { since: new Date(noon + 50_000), until: new Date(noon + 120_000) };
      assert.deepEqual(await texts(line, { ...window, address: `+${number}` }), ['in the minute']);
      assert.deepEqual(await texts(line, { ...window, address: '+27111111111' }), []);
    });

    it('zoomconnect.polling: of one minute, the ids tell which came first', async () => {
      const row = { messageType: 'INBOUND', dateTimeReceived: '202603041200', fromNumber: '+27831234567' };
      for (const [early, late] of [
        ['69a80000e396c8e42e0ac61f', '69a8000fe396c8e42e0ac61f'],
        [999, 1000],
      ]) {
        const webServiceMessages = [late, early].map((messageId) => ({
          ...row,
          messageId,
          message: String(messageId),
        }));
        const { line } = await answering(200, { totalPages: 1, webServiceMessages });
        const noon = Date.parse('2026-03-04T10:00:00Z');
        const read = await texts(line, { since: new Date(noon), until: new Date(noon + 60_000) });
        assert.deepEqual(read, [String(early), String(late)]);
      }
    });

    for (const messageDates of ['compact', 'iso', 'epoch']) {
      it(`zoomconnect.polling: understands dates written ${messageDates}`, async () => {
        const now = Date.parse('2026-03-04T22:30:00.000Z');
        const { vendor, line } = await connect({ now: () => now, assumptions: { messageDates } });
        vendor.receive({ from: '+27831234567', to: '27987654349', text: 'late' });
        const window = { since: new Date(now - 60_000), until: new Date(now + 60_000) };
        const [sms] = await inbound(line, query(window));
        assert.equal(sms?.receivedAt, '2026-03-04T22:30:00.000Z');
      });
    }
  });

  describe('look-up', () => {
    const attempt = (more: Partial<Attempt> = {}): Attempt => ({
      to: phone('0000'),
      text: 'Pump 3 is dry',
      sender: null,
      reference: 'ref-1',
      startedAt: Date.now(),
      ...more,
    });

    it('finds a message by our reference, whole, though the vendor searches for parts of it', async () => {
      const { vendor, line } = await connect({ assumptions: { searchIsExact: false } });
      const { id } = await send(line, outgoing(phone('0000')));
      await send(line, outgoing(phone('0000'), { reference: 'ref-11' }));
      assert.deepEqual(
        (await lookup(line, attempt())).map((found) => found.id),
        [id],
      );
      assert.match(one(vendor, 'zoomconnect.messages.all').url, /\?type=OUTBOUND&dataField=ref-1&pageSize=100$/);
    });

    it('finds one that is scheduled', async () => {
      const { line } = await connect();
      const { id } = await send(line, outgoing(phone('0000'), { at: new Date(Date.now() + 3600_000) }));
      const [found] = await lookup(line, attempt());
      assert.deepEqual([found?.id, found?.status, found?.providerStatus], [id, 'scheduled', 'SCHEDULED']);
    });

    for (const order of ['newest', 'oldest']) {
      it(`of a dataField on thousands of messages, ${order} first, twenty pages are read, the newest among them`, async () => {
        const wanted = { messageId: 'a5', toNumber: phone('0000'), message: 'Pump 3 is dry', userDataField: 'mine' };
        const others = Array.from({ length: 2999 }, (_, i) => ({
          ...{ messageId: `b${i}`, toNumber: phone('4321'), message: 'x', userDataField: 'mine' },
        }));
        const rows = order === 'newest' ? [wanted, ...others] : [...others, wanted];
        const { line, asked } = await replying((request) => {
          const page = Number(/[?&]page=(\d+)/.exec(request)?.[1] ?? 1);
          const webServiceMessages = rows.slice((page - 1) * 100, page * 100);
          return { totalPages: 30, webServiceMessages };
        });
        const found = await lookup(line, attempt({ options: { dataField: 'mine' } }));
        assert.deepEqual([found.map(({ id }) => id), asked.length], [['a5'], 20]);
      });
    }

    it('a look-up in a list that tells no number of pages ends after twenty', async () => {
      let count = 0;
      const { line, asked } = await replying(() => ({
        webServiceMessages: Array.from({ length: 100 }, () => ({ messageId: ++count, userDataField: 'x' })),
      }));
      assert.deepEqual(await lookup(line, attempt({ options: { dataField: 'mine' } })), []);
      assert.equal(asked.length, 20);
    });

    it('does without our reference where the flow has its own dataField: number, text and time decide', async () => {
      for (const dataField of ['mine', 'm'.repeat(60)]) {
        const { line } = await connect({ assumptions: { dataFieldLimit: 50 } });
        const options = { dataField };
        const { id } = await send(line, outgoing(phone('0000'), { options }));
        await send(line, outgoing(phone('0000'), { options, text: 'another' }));
        await send(line, outgoing(phone('4321'), { options }));
        await send(line, outgoing(phone('0000')));
        const found = await lookup(line, attempt({ options }));
        assert.deepEqual(
          found.map((one) => one.id),
          [id],
        );
        const earlier = await connect({ assumptions: { dataFieldLimit: 50 }, now: () => Date.now() - 3600_000 });
        await send(earlier.line, outgoing(phone('0000'), { options }));
        assert.deepEqual(await lookup(earlier.line, attempt({ options })), []);
      }
    });
  });

  describe('counting', () => {
    it('zoomconnect.messages.analyse.full: is a quote with its price in credits', async () => {
      const { line } = await connect({ assumptions: { creditsPerPart: 1.5 } });
      const quoted = await quote(line, phone('0000'), 'x'.repeat(161));
      assert.deepEqual(quoted, { ...measure('x'.repeat(161)), cost: 3 });
    });

    it('zoomconnect.messages.analyse.length: a vendor that counts characters agrees with our count of units', async () => {
      const { line } = await connect({ assumptions: { lengthCountsUnits: false } });
      assert.deepEqual(await length(line, '€'.repeat(81)), measure('€'.repeat(81)));
    });

    it('zoomconnect.messages.analyse.full: where the vendor counts other parts, its count is told', async () => {
      const analysis = { messageLength: 100, numberOfMessages: 2, messageEncoding: 'GSM7' };
      const { line } = await answering(200, analysis);
      const { alphabet, unitsPerPart, parts, remaining } = await quote(line, phone('0000'), 'x'.repeat(100));
      assert.deepEqual([alphabet, unitsPerPart, parts, remaining], ['GSM-7', 153, 2, 206]);
    });

    it('zoomconnect.messages.analyse.full: where the vendor uses another alphabet, its count is told', async () => {
      const analysis = { messageLength: 100, numberOfMessages: 2, messageEncoding: 'UNICODE', messageCreditCost: 2 };
      const { line } = await answering(200, analysis);
      const { alphabet, units, unitsPerPart, parts, remaining } = await quote(line, phone('0000'), 'x'.repeat(100));
      assert.deepEqual([alphabet, units, unitsPerPart, parts, remaining], ['UCS-2', 100, 67, 2, 34]);
    });
  });
});
