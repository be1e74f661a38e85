/** ZoomConnect's messages: the list with every filter and its pages, one message, its mark and deletion, and the analysis. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import { next, sandboxes } from './support.ts';
import type { Message, RestError, ZoomClient } from './zoomconnect-support.ts';
import { client, clockAt, PHONE } from './zoomconnect-support.ts';

const OTHER = '+27731111111';

describe('sandbox: ZoomConnect messages', () => {
  const { start } = sandboxes('zoomconnect');

  /** Two messages and an answer, on three days of South Africa; nothing happens by itself. */
  async function threeDays(assumptions = {}): Promise<{ sandbox: Sandbox; zoom: ZoomClient; ids: string[] }> {
    const clock = clockAt('2020-05-01T21:59:00Z');
    const sandbox = await start({ now: clock.now, pace: 1, assumptions });
    const zoom = client(sandbox);
    const one = await zoom.send(PHONE, { message: 'Sale TODAY', campaign: 'shoes', dataField: 'ref-1' });
    clock.set('2020-05-01T22:00:00Z');
    const two = await zoom.send(OTHER, { message: 'Hello', campaign: 'hats', dataField: 'ref-12' });
    clock.set('2020-05-02T22:00:00Z');
    const answer = sandbox.receive({ from: PHONE, text: 'When is the sale?' });
    return { sandbox, zoom, ids: [one.body.messageId, two.body.messageId, answer.id] };
  }

  const filters: [query: Record<string, string>, found: number[], assumptions?: object][] = [
    [{}, [2, 1, 0]],
    [{}, [0, 1, 2], { newestFirst: false }],
    [{ type: 'OUTBOUND' }, [1, 0]],
    [{ type: 'INBOUND' }, [2]],
    [{ status: 'SENT' }, [1, 0]],
    [{ status: 'UNKNOWN' }, [2]],
    [{ status: 'DELIVERED' }, []],
    [{ fromDateTimeSent: '20200502' }, [1]],
    [{ toDateTimeSent: '20200501' }, [0]],
    [{ toDateTimeSent: '20200502' }, [0], { toDayIncluded: false }],
    [{ fromDateTimeSent: '20200501', toDateTimeSent: '20200502' }, [1, 0]],
    [{ fromDateTimeSent: '20200502' }, [], { zoneHours: 0 }],
    [{ fromDateTimeReceived: '20200503' }, [2]],
    [{ fromDateTimeReceived: '20200504' }, []],
    [{ toDateTimeReceived: '20200502' }, []],
    [{ toDateTimeReceived: '20200503' }, [2]],
    [{ fromNumber: PHONE }, [2]],
    [{ fromNumber: '0721234567' }, [2]],
    [{ fromNumber: '27987654349' }, [1, 0]],
    [{ toNumber: PHONE }, [0]],
    [{ toNumber: '0731111111' }, [1]],
    [{ message: 'sale' }, [2, 0]],
    [{ campaign: 'shoes' }, [2, 0]],
    [{ campaign: 'shoe' }, []],
    [{ campaign: 'Shoe' }, [2, 0], { searchIsExact: false }],
    [{ dataField: 'ref-1' }, [2, 0]],
    [{ dataField: 'ref-1' }, [2, 1, 0], { searchIsExact: false }],
    [{ dataField: 'ref-1', type: 'OUTBOUND' }, [0]],
    [{ read: 'false' }, [2]],
    [{ read: 'true' }, []],
    [{ deleted: 'true' }, []],
    [{ deleted: 'false' }, [2, 1, 0]],
    [{ type: '', status: '', message: '', deleted: '', pageSize: '' }, [2, 1, 0]],
  ];
  for (const [query, found, assumptions] of filters) {
    it(`lists by ${JSON.stringify(query)}${assumptions ? ` with ${JSON.stringify(assumptions)}` : ''}`, async () => {
      const { zoom, ids } = await threeDays(assumptions);
      const { webServiceMessages, totalElements } = await zoom.list(query);
      const indexes = webServiceMessages.map(({ messageId }) => ids.indexOf(messageId));
      assert.deepEqual([indexes, totalElements], [found, found.length]);
    });
  }

  it('lists the answers to one message', async () => {
    const { zoom, ids } = await threeDays();
    const { webServiceMessages } = await zoom.list({ repliesToMessageId: ids[0] ?? '' });
    assert.deepEqual(
      webServiceMessages.map(({ messageId }) => messageId),
      [ids[2]],
    );
    assert.equal((await zoom.list({ repliesToMessageId: ids[1] ?? '' })).totalElements, 0);
  });

  const wrong: [Record<string, string>, string][] = [
    [{ type: 'inbound' }, 'type must be one of OUTBOUND, INBOUND'],
    [{ status: 'OK' }, 'status must be one of'],
    [{ page: '0' }, 'page must be a whole number, at least 1'],
    [{ pageSize: 'ten' }, 'pageSize must be a whole number, at least 1'],
    [{ fromDateTimeSent: '202005010000' }, 'fromDateTimeSent must have the format yyyyMMdd'],
    [{ toDateTimeReceived: '20200230' }, 'toDateTimeReceived must have the format yyyyMMdd'],
    [{ read: 'yes' }, 'read must be true or false'],
    [{ deleted: '1' }, 'deleted must be true or false'],
  ];
  it('refuses filters that cannot be', async () => {
    const zoom = client(await start());
    for (const [query, sentence] of wrong) {
      const { status, body } = await zoom.ask<RestError>('GET', `/messages/all?${new URLSearchParams(query)}`);
      assert.equal(status, 400);
      assert.ok(body.message.startsWith(sentence), body.message);
    }
  });

  it('pages, and says how many there are', async () => {
    const zoom = client(await start({ pace: 1 }));
    for (let count = 0; count < 5; count++) await zoom.send(PHONE, { message: `text ${count}` });
    const pages = await Promise.all(['1', '2', '3', '4'].map((page) => zoom.list({ page, pageSize: '2' })));
    assert.deepEqual(
      pages.map(({ webServiceMessages }) => webServiceMessages.map(({ message }) => message.at(-1)).join('')),
      ['43', '21', '0', ''],
    );
    const { webServiceMessages: _rows, ...head } = pages[2] ?? {};
    assert.deepEqual(head, { elements: 1, page: 3, pageSize: 2, totalElements: 5, totalPages: 3, links: [] });
    assert.equal((await zoom.list()).pageSize, 100);
  });

  it('lags behind when told so', async () => {
    const clock = clockAt('2020-05-01T12:00:00Z');
    const zoom = client(await start({ now: clock.now, logsLag: 60_000 }));
    const { messageId } = (await zoom.send(PHONE)).body;
    assert.equal((await zoom.list()).totalElements, 0);
    assert.equal((await zoom.get(messageId)).messageId, messageId);
    clock.set('2020-05-01T12:01:00Z');
    assert.equal((await zoom.list()).totalElements, 1);
  });

  it('may be polled only so often when told so', async () => {
    const clock = clockAt('2020-05-01T12:00:00Z');
    const zoom = client(await start({ now: clock.now, assumptions: { pollsPerMinute: 2 } }));
    const poll = async (): Promise<[number, string | null]> => {
      const { status, headers } = await zoom.ask('GET', '/messages/all');
      return [status, headers.get('retry-after')];
    };
    assert.deepEqual(await poll(), [200, null]);
    clock.set('2020-05-01T12:00:20Z');
    assert.deepEqual(await poll(), [200, null]);
    assert.deepEqual(await poll(), [429, '40']);
    clock.set('2020-05-01T12:01:00Z');
    assert.deepEqual(await poll(), [200, null]);
  });

  for (const method of ['PUT', 'POST']) {
    it(`marks an inbound message as read and unread by ${method}`, async () => {
      const { sandbox, zoom, ids } = await threeDays();
      const id = ids[2] ?? '';
      const marked = await zoom.ask<Message>(method, `/messages/${id}/markRead`);
      assert.deepEqual([marked.status, marked.body.messageId, marked.body.read], [200, id, true]);
      assert.equal((await zoom.list({ read: 'false' })).totalElements, 0);
      assert.equal((await zoom.list({ read: 'true' })).totalElements, 1);
      assert.deepEqual(sandbox.inbox()[0]?.readBy, ['sandbox@example.com']);
      assert.equal((await zoom.ask<Message>(method, `/messages/${id}/markUnread`)).body.read, false);
      assert.equal((await zoom.list({ read: 'false' })).totalElements, 1);
      assert.equal((await zoom.ask(method, '/messages/none/markRead')).status, 404);
    });
  }

  it('takes a GET and a DELETE with the body null, as the vendor’s Python SDK sends them', async () => {
    const { sandbox, ids } = await threeDays();
    const { email = '', token = '' } = sandbox.credentials;
    const headers = { email, token, 'content-type': 'application/json', 'content-length': 4 };
    for (const method of ['GET', 'DELETE']) {
      const status = await new Promise((resolve, reject) => {
        const sent = request(`${sandbox.baseUrl}/api/rest/v1/messages/${ids[0]}`, { method, headers }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        sent.on('error', reject).end('null');
      });
      assert.equal(status, 200, method);
    }
  });

  it('deletes by a mark: the message is still shown, and can be left out', async () => {
    const { zoom, ids } = await threeDays();
    const [id = ''] = ids;
    const { status, text } = await zoom.ask('DELETE', `/messages/${id}`);
    assert.deepEqual([status, text], [200, '']);
    assert.equal((await zoom.get(id)).deleted, true);
    assert.deepEqual(
      await Promise.all(['', 'true', 'false'].map(async (deleted) => (await zoom.list({ deleted })).elements)),
      [3, 1, 2],
    );
    assert.equal((await zoom.ask('DELETE', '/messages/none')).status, 200);
    assert.equal((await zoom.ask('GET', '/messages/none')).status, 404);
  });

  it('deletes in other ways when told so', async () => {
    const assumptions = {
      deletedIsGone: true,
      deleteIs204: true,
      deleteOfNothingIs404: true,
      allIncludesDeleted: false,
    };
    const { zoom, ids } = await threeDays(assumptions);
    assert.equal((await zoom.ask('DELETE', `/messages/${ids[0]}`)).status, 204);
    assert.equal((await zoom.ask('GET', `/messages/${ids[0]}`)).status, 404);
    assert.equal((await zoom.list()).totalElements, 2);
    assert.equal((await zoom.list({ deleted: 'true' })).totalElements, 1);
    for (const path of ['messages/none', 'contacts/none', 'groups/none', 'templates/99']) {
      assert.equal((await zoom.ask('DELETE', `/${path}`)).status, 404, path);
    }
  });

  it('names the contact that has the number', async () => {
    const { zoom, ids } = await threeDays();
    const { body } = await zoom.ask<{ contactId: string }>('POST', '/contacts/create', {
      contactNumber: '072 123 4567',
    });
    const contacts = await Promise.all(ids.map(async (id) => (await zoom.get(id)).contact?.contactId));
    assert.deepEqual(contacts, [body.contactId, undefined, body.contactId]);
  });

  it('writes dates and the status of inbound messages in other ways when told so', async () => {
    const iso = await threeDays({ messageDates: 'iso', inboundStatus: 'RECEIVED' });
    assert.equal((await iso.zoom.get(iso.ids[0] ?? '')).dateTimeSent, '2020-05-01T21:59:00.000Z');
    assert.equal((await iso.zoom.get(iso.ids[2] ?? '')).messageStatus, 'RECEIVED');
    const epoch = await threeDays({ messageDates: 'epoch', inboundStatus: '' });
    const answer = await epoch.zoom.get(epoch.ids[2] ?? '');
    assert.deepEqual([answer.dateTimeReceived, answer.messageStatus], [Date.parse('2020-05-02T22:00:00Z'), null]);
  });

  it('keeps the messages of each account to itself, and an answer goes to who wrote last', async () => {
    const clients = [
      { email: 'a@example.com', token: 'a' },
      { email: 'b@example.com', token: 'b', dedicatedAddresses: ['+27600000001'] },
    ];
    const clock = clockAt('2020-05-01T12:00:00Z');
    const sandbox = await start({ clients, now: clock.now });
    const [a, b] = [client(sandbox), client(sandbox, { email: 'b@example.com', token: 'b' })];
    const { messageId } = (await a.send(PHONE)).body;
    clock.set('2020-05-01T12:00:01Z');
    await b.send(PHONE);
    assert.equal((await b.ask('GET', `/messages/${messageId}`)).status, 404);
    assert.equal(sandbox.receive({ from: PHONE, text: 'x' }).owners[0], 'b@example.com');
    assert.equal(sandbox.receive({ from: OTHER, text: 'x' }).owners[0], 'a@example.com');
    assert.equal(sandbox.receive({ from: PHONE, to: '27987654349', text: 'x' }).inReplyTo, messageId);
    assert.equal(sandbox.receive({ from: OTHER, to: '0600000001', text: 'x' }).owners[0], 'b@example.com');
    assert.throws(() => sandbox.receive({ from: PHONE, to: '1234', text: 'x' }), /Nobody here has the number 1234/);
    const totals = await Promise.all([a, b].map(async (zoom) => (await zoom.list({ type: 'INBOUND' })).totalElements));
    assert.deepEqual(totals, [2, 2]);
  });

  it('remembers no more than it is told to', async () => {
    const zoom = client(await start({ keep: 3 }));
    for (let count = 0; count < 5; count++) await zoom.send(PHONE, { message: `text ${count}` });
    assert.equal((await zoom.list()).totalElements, 3);
  });

  it('has a life line that the sandbox shows too', async () => {
    const sandbox = await start();
    const end = next(sandbox, 'status');
    await client(sandbox).send(PHONE);
    assert.deepEqual(
      (await end).life.map(({ providerStatus }) => providerStatus),
      ['SENT', 'DELIVERED'],
    );
  });

  describe('analyse', () => {
    const texts: [message: string, length: number, parts: number, encoding: string, within: boolean][] = [
      ['Hello', 5, 1, 'GSM7', true],
      ['€', 2, 1, 'GSM7', true],
      ['x'.repeat(160), 160, 1, 'GSM7', true],
      ['x'.repeat(161), 161, 2, 'GSM7', true],
      ['x'.repeat(1530), 1530, 10, 'GSM7', true],
      ['x'.repeat(1531), 1531, 11, 'GSM7', false],
      ['ç'.repeat(70), 70, 1, 'UCS2', true],
      ['ç'.repeat(71), 71, 2, 'UCS2', true],
      ['😀', 2, 1, 'UCS2', true],
    ];
    it('says length, parts, encoding, cost and whether it is too long, all at once and one by one', async () => {
      const zoom = client(await start());
      for (const [message, length, parts, encoding, within] of texts) {
        const ask = async (what: string): Promise<unknown> =>
          (await zoom.ask('POST', `/messages/analyse/${what}`, { message, recipientNumber: PHONE })).body;
        assert.deepEqual(await ask('full'), {
          messageLength: length,
          numberOfMessages: parts,
          messageEncoding: encoding,
          messageCreditCost: parts,
          messageLengthWithinMaximumAllowed: within,
          characterAnalysis: [],
        });
        assert.equal(await ask('message-credit-cost'), parts);
        assert.equal(await ask('message-encoding'), encoding);
        assert.equal(await ask('message-length'), length);
        assert.equal(await ask('message-length-within-max-allowed'), within);
        assert.equal(await ask('number-of-messages'), parts);
      }
    });

    it('counts, names and analyses in other ways when told so', async () => {
      const assumptions = {
        lengthCountsUnits: false,
        gsmEncoding: 'GSM',
        unicodeEncoding: 'UNICODE',
        characterAnalysisFilled: true,
        creditsPerPart: 0.5,
        maxParts: 0,
      };
      const zoom = client(await start({ assumptions }));
      const { body } = await zoom.ask('POST', '/messages/analyse/full', { message: 'e😀' });
      assert.deepEqual(body, {
        messageLength: 2,
        numberOfMessages: 1,
        messageEncoding: 'UNICODE',
        messageCreditCost: 0.5,
        messageLengthWithinMaximumAllowed: false,
        characterAnalysis: [
          ['e', 'GSM'],
          ['😀', 'UNICODE'],
        ],
      });
      const { text } = await zoom.ask('POST', '/messages/analyse/full.xml', { message: 'e' });
      assert.match(text, /<characterAnalysis><item>e<\/item><item>GSM<\/item><\/characterAnalysis>/);
    });

    it('refuses no text and a number that is none', async () => {
      const zoom = client(await start());
      const ask = async (body: object): Promise<number> =>
        (await zoom.ask<RestError>('POST', '/messages/analyse/message-credit-cost', body)).body.code;
      assert.deepEqual(
        [await ask({}), await ask({ message: '' }), await ask({ message: 'x', recipientNumber: 'abc' })],
        [3, 3, 2],
      );
    });
  });
});
