/** ZoomConnect's sms operations: what is taken, what is refused, when it goes out, and what it costs. */
import assert from 'node:assert/strict';
import { next, sandboxes } from './support.ts';
import type { RestError, Sent } from './zoomconnect-support.ts';
import { client, clockAt, PHONE } from './zoomconnect-support.ts';

describe('sandbox: ZoomConnect sms', () => {
  const { start } = sandboxes('zoomconnect');

  it('accepts a message with all its fields, and keeps them', async () => {
    const sandbox = await start({ pace: 1, now: () => Date.parse('2014-04-28T18:55:30Z') });
    const zoom = client(sandbox);
    const fields = { message: 'Hello', recipientNumber: '0721234567', campaign: 'shoe campaign', dataField: 'a=1&b' };
    const { status, body } = await zoom.ask<Sent>('POST', '/sms/send', { ...fields, unknown: 1, dateToSend: null });
    assert.equal(status, 200);
    assert.match(body.messageId, /^[\da-f]{24}$/);
    assert.equal(body.error, null);
    const message = await zoom.get(body.messageId);
    const { links, ...rest } = message;
    assert.equal(links[0]?.href, `${sandbox.baseUrl}/api/rest/v1/messages/${body.messageId}`);
    assert.deepEqual(rest, {
      messageId: body.messageId,
      messageType: 'OUTBOUND',
      messageStatus: 'SENT',
      message: 'Hello',
      fromNumber: '+27987654349',
      toNumber: PHONE,
      campaign: 'shoe campaign',
      userDataField: 'a=1&b',
      creditCost: 1,
      numberOfMessages: 1,
      dateTimeScheduled: null,
      dateTimeSent: '201404282055',
      dateTimeReceived: null,
      deleted: false,
      read: false,
      contact: null,
      repliedToMessage: null,
    });
    const [record] = sandbox.messages();
    assert.deepEqual([record?.client, record?.status], ['sandbox@example.com', 'sent']);
  });

  for (const number of ['0721234567', '+27721234567', '27721234567', '0027721234567', '072 123-4567', 721234567]) {
    it(`takes the number ${number}`, async () => {
      const sandbox = await start();
      assert.equal((await client(sandbox).send(number as string)).status, 200);
      assert.equal(sandbox.messages()[0]?.to, number === 721234567 ? '+721234567' : PHONE);
    });
  }

  const refused: [object, number, string][] = [
    [{ recipientNumber: 'abc' }, 2, 'Invalid mobile number'],
    [{ recipientNumber: '' }, 2, 'Invalid mobile number'],
    [{ recipientNumber: null }, 2, 'Invalid mobile number'],
    [{ recipientNumber: '12345' }, 2, 'Invalid mobile number'],
    [{ recipientNumber: '0721234567,0721234568' }, 2, 'Invalid mobile number'],
    [{ message: '' }, 3, 'Message cannot be empty'],
    [{ message: null }, 3, 'Message cannot be empty'],
    [{ message: 'x'.repeat(1531) }, 400, 'Message needs more than 10 SMS'],
    [{ dateToSend: '2014-04-28' }, 400, 'dateToSend must have the format yyyyMMddHHmm'],
    [{ dateToSend: '201402302055' }, 400, 'dateToSend must have the format yyyyMMddHHmm'],
    [{ dateToSend: '20140428205' }, 400, 'dateToSend must have the format yyyyMMddHHmm'],
  ];
  for (const [fields, code, message] of refused) {
    it(`refuses ${JSON.stringify(fields).slice(0, 60)} with ${code}`, async () => {
      const sandbox = await start();
      const { status, body } = await client(sandbox).send(PHONE, fields);
      assert.equal(status, 400);
      assert.deepEqual(body as unknown, {
        status: 'BAD_REQUEST',
        code,
        message,
        developerMessage: message,
        moreInfoUrl: null,
      } satisfies RestError);
      assert.equal(sandbox.messages().length, 0);
    });
  }

  it('sends by URL parameters with GET and POST, and answers the bare id', async () => {
    const sandbox = await start();
    const zoom = client(sandbox, { 'content-type': 'text/plain' });
    const query = new URLSearchParams({ recipientNumber: PHONE, message: 'A & B +1', campaign: 'c', dataField: 'd' });
    const get = await zoom.ask<string>('GET', `/sms/send-url-parameters?${query}`);
    const post = await zoom.ask<string>('POST', `/sms/send-url-parameters?${query}`, 'not read');
    assert.deepEqual(
      sandbox.messages().map(({ id, text }) => [id, text]),
      [
        [get.body, 'A & B +1'],
        [post.body, 'A & B +1'],
      ],
    );
    assert.equal((await zoom.get(post.body)).userDataField, 'd');
    const bad = await zoom.ask<RestError>('GET', '/sms/send-url-parameters?message=x');
    assert.deepEqual([bad.status, bad.body.code], [400, 2]);
    const xml = await zoom.ask('GET', `/sms/send-url-parameters.xml?${query}`);
    assert.match(xml.text, /^[\da-f]{24}$/);
    assert.match(xml.headers.get('content-type') ?? '', /text\/plain/);
  });

  it('answers the bare id as plain text when told so', async () => {
    const zoom = client(await start({ assumptions: { bareStringsQuoted: false } }));
    const { text } = await zoom.ask('GET', `/sms/send-url-parameters?recipientNumber=${PHONE}&message=x`);
    assert.match(text, /^[\da-f]{24}$/);
  });

  it('answers 201 to a send when told so', async () => {
    const zoom = client(await start({ assumptions: { sendIs201: true } }));
    assert.equal((await zoom.send(PHONE)).status, 201);
    assert.equal((await zoom.bulk([{ recipientNumber: PHONE, message: 'x' }])).status, 201);
  });

  describe('bulk', () => {
    it('answers in the order asked, errors beside ids, in a 200', async () => {
      const sandbox = await start();
      const { status, body } = await client(sandbox).bulk([
        { message: 'A', recipientNumber: '0721234567' },
        { message: '', recipientNumber: '0721234568' },
        { message: 'C', recipientNumber: 'nobody' },
        { message: 'D', recipientNumber: '0721230005' },
        { message: 'E', recipientNumber: '0721234569', dateToSend: 'soon' },
        { message: 'F', recipientNumber: '0721234560' },
      ]);
      assert.equal(status, 200);
      assert.deepEqual(
        body.sendSmsResponses.map(({ messageId, error }) => [messageId === null, error]),
        [
          [false, null],
          [true, 'Message cannot be empty'],
          [true, 'Invalid mobile number'],
          [true, 'Invalid mobile number'],
          [true, 'dateToSend must have the format yyyyMMddHHmm'],
          [false, null],
        ],
      );
      assert.deepEqual(
        sandbox.messages().map(({ text }) => text),
        ['A', 'F'],
      );
    });

    const one = [{ message: 'x', recipientNumber: PHONE }];
    const wrong: [unknown, string][] = [
      [{}, 'sendSmsRequests is required'],
      [{ sendSmsRequests: 'x' }, 'sendSmsRequests must be a list of objects'],
      [{ sendSmsRequests: [null] }, 'sendSmsRequests must be a list of objects'],
      [{ sendSmsRequests: one, defaultDateToSend: 'x' }, 'defaultDateToSend must have the format yyyyMMddHHmm'],
      [{ sendSmsRequests: one, messagesPerMinute: -1 }, 'messagesPerMinute must be a whole number, at least 0'],
    ];
    it('refuses a call that is wrong as a whole', async () => {
      const sandbox = await start();
      for (const [body, message] of wrong) {
        const answer = await client(sandbox).ask<RestError>('POST', '/sms/send-bulk', body);
        assert.deepEqual([answer.status, answer.body.message], [400, message]);
      }
      assert.equal(sandbox.messages().length, 0);
    });

    it('takes no more messages than it is told to', async () => {
      const zoom = client(await start({ assumptions: { maxBulk: 1 } }));
      assert.equal((await zoom.bulk([...one, ...one])).status, 400);
      assert.equal((await zoom.bulk(one)).status, 200);
    });

    it('spreads the messages when messagesPerMinute says so', async () => {
      const sandbox = await start();
      const zoom = client(sandbox);
      const sent: string[] = [];
      const all = new Promise<void>((resolve) => {
        sandbox.on('status', ({ id, providerStatus }) => {
          if (providerStatus === 'SENT' && sent.push(id) === 2) resolve();
        });
      });
      const { body } = await zoom.bulk([...one, ...one, ...one], { messagesPerMinute: 3000 });
      const ids = body.sendSmsResponses.map(({ messageId }) => messageId);
      assert.deepEqual(
        sandbox.messages().map(({ life }) => life[0]?.providerStatus),
        ['SENT', 'SCHEDULED', 'SCHEDULED'],
      );
      await all;
      assert.deepEqual(sent, ids.slice(1));
    });

    it('gives defaultDateToSend to those without a date of their own', async () => {
      const zoom = client(await start({ now: () => Date.parse('2014-04-28T18:00:00Z') }));
      const { body } = await zoom.bulk([{ ...one[0], dateToSend: '201404290800' }, ...one], {
        defaultDateToSend: '201404282055',
      });
      const dates = await Promise.all(
        body.sendSmsResponses.map(async ({ messageId }) => (await zoom.get(messageId)).dateTimeScheduled),
      );
      assert.deepEqual(dates, ['201404290800', '201404282055']);
    });
  });

  describe('dateToSend', () => {
    it('holds the message as SCHEDULED until that minute in South Africa, then sends it', async () => {
      const clock = clockAt('2014-04-28T18:54:59.990Z');
      const sandbox = await start({ now: clock.now });
      const zoom = client(sandbox);
      const { messageId } = (await zoom.send(PHONE, { dateToSend: '201404282055' })).body;
      const { messageStatus, dateTimeScheduled, dateTimeSent } = await zoom.get(messageId);
      assert.deepEqual([messageStatus, dateTimeScheduled, dateTimeSent], ['SCHEDULED', '201404282055', null]);
      assert.equal(sandbox.messages()[0]?.status, 'scheduled');
      const sent = next(sandbox, 'status');
      const delivered = next(sandbox, 'status', ({ providerStatus }) => providerStatus === 'DELIVERED');
      clock.set('2014-04-28T18:55:00Z');
      assert.equal((await sent).providerStatus, 'SENT');
      assert.equal((await zoom.get(messageId)).dateTimeSent, '201404282055');
      await delivered;
    });

    it('sends at once when the date is over', async () => {
      const zoom = client(await start({ pace: 1, now: () => Date.parse('2014-04-28T18:55:01Z') }));
      const { messageId } = (await zoom.send(PHONE, { dateToSend: '201404282055' })).body;
      assert.equal((await zoom.get(messageId)).messageStatus, 'SENT');
    });

    it('reads the date in another zone when told so', async () => {
      const now = (): number => Date.parse('2014-04-28T19:00:00Z');
      const zoom = client(await start({ now, assumptions: { zoneHours: 0 } }));
      const { messageId } = (await zoom.send(PHONE, { dateToSend: '201404282055' })).body;
      assert.equal((await zoom.get(messageId)).messageStatus, 'SCHEDULED');
    });

    it('can be far away', async () => {
      const sandbox = await start();
      const { messageId } = (await client(sandbox).send(PHONE, { dateToSend: '209912312359' })).body;
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal((await client(sandbox).get(messageId)).messageStatus, 'SCHEDULED');
    });

    it('is given up by a DELETE, which gives the credits back', async () => {
      const clock = clockAt('2014-04-28T18:54:59.970Z');
      const sandbox = await start({ now: clock.now });
      const zoom = client(sandbox);
      const { messageId } = (await zoom.send(PHONE, { dateToSend: '201404282055' })).body;
      const { status, text } = await zoom.ask('DELETE', `/messages/${messageId}`);
      assert.deepEqual([status, text], [200, '']);
      clock.set('2014-04-28T18:56:00Z');
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { messageStatus, deleted } = await zoom.get(messageId);
      assert.deepEqual([messageStatus, deleted], ['SCHEDULED', true]);
      assert.deepEqual((await zoom.ask('GET', '/account/balance')).body.creditBalance, 1_000_000);
    });

    it('is kept in spite of a DELETE when told so', async () => {
      const clock = clockAt('2014-04-28T18:54:59.970Z');
      const sandbox = await start({ now: clock.now, assumptions: { deleteCancels: false } });
      const zoom = client(sandbox);
      const { messageId } = (await zoom.send(PHONE, { dateToSend: '201404282055' })).body;
      await zoom.ask('DELETE', `/messages/${messageId}`);
      const sent = next(sandbox, 'status');
      clock.set('2014-04-28T18:56:00Z');
      assert.equal((await sent).providerStatus, 'SENT');
    });
  });

  describe('credits', () => {
    const balance = async (zoom: ReturnType<typeof client>): Promise<unknown> =>
      (await zoom.ask('GET', '/account/balance')).body;

    it('are paid per part', async () => {
      const zoom = client(await start({ assumptions: { startingCredits: 152.5 } }));
      assert.deepEqual(await balance(zoom), { creditBalance: 152.5, links: [] });
      const { messageId } = (await zoom.send(PHONE, { message: 'é'.repeat(161) })).body;
      assert.deepEqual(await balance(zoom), { creditBalance: 150.5, links: [] });
      const { creditCost, numberOfMessages } = await zoom.get(messageId);
      assert.deepEqual([creditCost, numberOfMessages], [2, 2]);
    });

    for (const noCreditsStatus of [400, 402, 403]) {
      it(`run out with ${noCreditsStatus}, in a bulk message by message`, async () => {
        const zoom = client(await start({ assumptions: { startingCredits: 1, noCreditsStatus } }));
        const one = { recipientNumber: PHONE, message: 'x' };
        const { body } = await zoom.bulk([one, one]);
        assert.deepEqual(
          body.sendSmsResponses.map(({ error }) => error),
          [null, 'Insufficient credits'],
        );
        assert.equal((await zoom.send(PHONE)).status, noCreditsStatus);
      });
    }
  });

  it('cuts dataField when told so', async () => {
    const zoom = client(await start({ assumptions: { dataFieldLimit: 3 } }));
    const { messageId } = (await zoom.send(PHONE, { dataField: '12345' })).body;
    assert.equal((await zoom.get(messageId)).userDataField, '123');
  });

  it('knows no other assumption and no value that a switch cannot have', async () => {
    await assert.rejects(start({ assumptions: { xml: true } }), RangeError);
    await assert.rejects(start({ assumptions: { webhookPlacement: 'header' } }), RangeError);
    await assert.rejects(start({ assumptions: { noCreditsStatus: 500 } }), RangeError);
  });
});
