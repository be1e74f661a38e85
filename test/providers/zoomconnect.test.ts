/** ZoomConnect's rows of the coverage list, one by one: what the vendor was sent, and what was made of its answer. */
import assert from 'node:assert/strict';
import type { Session } from '../../dist/src/providers/session.js';
import { zoomconnect } from '../../dist/src/providers/zoomconnect/index.js';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import { facts, failure, outgoing, phone } from './support.ts';
import { one, zoomWorkshop } from './zoomconnect-support.ts';

const API = '/app/api/rest/v1';
type Params = Record<string, unknown>;
/** The parameters that stand in paths, and what they may be. */
const IDS = ['contactId', 'groupId', 'messageId', 'userId', 'templateId'];
const NO_IDS = { contactId: 'c', groupId: 'g', messageId: 'm' };

describe('ZoomConnect, row by row', () => {
  const { connect, answering } = zoomWorkshop();

  /** What there is at the vendor to be read, changed and deleted. */
  async function furnished() {
    const { vendor, line } = await connect();
    const { contactId } = await line.call<{ contactId: string }>('zoomconnect.contacts.create', {
      firstName: 'Ann',
      contactNumber: '0721234567',
    });
    const { groupId } = await line.call<{ groupId: string }>('zoomconnect.groups.create', { name: 'VIP' });
    const { id: messageId } = await zoomconnect.verbs.send(line, outgoing(phone('0004')));
    return { vendor, line, ids: { contactId, groupId, messageId } };
  }
  type Ids = Awaited<ReturnType<typeof furnished>>['ids'];

  /** Row, parameters, then method, path below the API with its query, and body, as they travelled. */
  type Documented = [id: string, (ids: Ids) => Params, method: string, (ids: Ids) => string, body?: Params];

  const CALLS: readonly Documented[] = [
    ['account.balance', () => ({}), 'GET', () => '/account/balance'],
    [
      'account.statistics',
      () => ({ from: '01-05-2020', to: '31-05-2020', campaign: 'a b', calculateCreditValue: true }),
      'GET',
      () => '/account/statistics?from=01-05-2020&to=31-05-2020&campaign=a%20b&calculateCreditValue=true',
    ],
    ['account.user.search', () => ({ searchEmail: 'a+b@c.d' }), 'GET', () => '/account/user?searchEmail=a%2Bb%40c.d'],
    ['account.user.get', () => ({ userId: 7 }), 'GET', () => '/account/user/7'],
    [
      'account.user.update',
      () => ({ userId: 7, firstName: 'Bea' }),
      'POST',
      () => '/account/user/7',
      { firstName: 'Bea' },
    ],
    [
      'account.user.create',
      () => USER,
      'PUT',
      () => '/account/user',
      {
        firstName: 'Ann',
        lastName: 'Bee',
        emailAddress: 'ann@b.c',
        contactNumber: '0721234567',
        password: 'pw',
      },
    ],
    ['contacts.all', () => ({}), 'GET', () => '/contacts/all'],
    ['contacts.get', ({ contactId }) => ({ contactId }), 'GET', ({ contactId }) => `/contacts/${contactId}`],
    [
      'contacts.update',
      ({ contactId }) => ({ contactId, title: 'Ms' }),
      'POST',
      ({ contactId }) => `/contacts/${contactId}`,
      { title: 'Ms' },
    ],
    ['contacts.delete', ({ contactId }) => ({ contactId }), 'DELETE', ({ contactId }) => `/contacts/${contactId}`],
    ...memberships('GET'),
    ...memberships('POST'),
    ['groups.all', () => ({}), 'GET', () => '/groups/all'],
    ['groups.get', ({ groupId }) => ({ groupId }), 'GET', ({ groupId }) => `/groups/${groupId}`],
    [
      'groups.update',
      ({ groupId }) => ({ groupId, name: 'New' }),
      'POST',
      ({ groupId }) => `/groups/${groupId}`,
      { name: 'New' },
    ],
    ['groups.delete', ({ groupId }) => ({ groupId }), 'DELETE', ({ groupId }) => `/groups/${groupId}`],
    ['messages.get', ({ messageId }) => ({ messageId }), 'GET', ({ messageId }) => `/messages/${messageId}`],
    ['messages.delete', ({ messageId }) => ({ messageId }), 'DELETE', ({ messageId }) => `/messages/${messageId}`],
    ...marks('PUT'),
    ...marks('POST'),
    ['templates.all', () => ({}), 'GET', () => '/templates/all'],
    ['templates.get', () => ({ templateId: 1 }), 'GET', () => '/templates/1'],
    ['templates.delete', () => ({ templateId: 2 }), 'DELETE', () => '/templates/2'],
    ['sms.send.example', () => ({}), 'GET', () => '/sms/send'],
    ['sms.sendBulk.example', () => ({}), 'GET', () => '/sms/send-bulk'],
  ];

  /** "GET or POST" of who is in which group. */
  function memberships(method: string): Documented[] {
    const both = ({ contactId, groupId }: Ids): Params => ({ contactId, groupId });
    const contact = ({ contactId, groupId }: Ids, verb: string) => `/contacts/${contactId}/${verb}/${groupId}`;
    const group = ({ contactId, groupId }: Ids, verb: string) => `/groups/${groupId}/${verb}/${contactId}`;
    const end = method.toLowerCase();
    return [
      [`contacts.removeFromGroup.${end}`, both, method, (ids) => contact(ids, 'addFromGroup')],
      [`contacts.addToGroup.${end}`, both, method, (ids) => contact(ids, 'addToGroup')],
      [`groups.addContact.${end}`, both, method, (ids) => group(ids, 'addContact')],
      [`groups.removeContact.${end}`, both, method, (ids) => group(ids, 'removeContact')],
    ];
  }

  /** "PUT or POST". */
  function marks(method: string): Documented[] {
    return ['markRead', 'markUnread'].map((name) => [
      `messages.${name}.${method.toLowerCase()}`,
      ({ messageId }) => ({ messageId }),
      method,
      ({ messageId }) => `/messages/${messageId}/${name}`,
    ]);
  }

  const USER = {
    firstName: 'Ann',
    lastName: 'Bee',
    emailAddress: 'ann@b.c',
    contactNumber: '0721234567',
    password: 'pw',
  };

  for (const [name, params] of CALLS) {
    if (!IDS.some((id) => id in params(NO_IDS))) continue;
    it(`zoomconnect.${name}: a blank id is refused before anything travels`, async () => {
      const { vendor, line } = await connect();
      for (const blank of ['', ' ', '\t\n']) {
        for (const id of IDS.filter((one) => one in params(NO_IDS))) {
          const error = await failure(line.call(`zoomconnect.${name}`, { ...params(NO_IDS), [id]: blank }));
          assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent', `${id}: ${JSON.stringify(blank)}`);
        }
      }
      assert.equal(vendor.requests().count, 0);
    });
  }

  for (const [name, params, method, path, body] of CALLS) {
    it(`zoomconnect.${name}: travels as documented, and its answer is accepted`, async () => {
      const { vendor, line, ids } = await furnished();
      await line.call(`zoomconnect.${name}`, params(ids));
      const request = one(vendor, `zoomconnect.${name}`);
      assert.deepEqual([request.method, request.url], [method, API + path(ids)]);
      assert.equal(request.headers.accept, 'application/json');
      assert.deepEqual(request.body === '' ? undefined : JSON.parse(request.body), body);
      if (body === undefined) assert.equal(request.headers['content-type'], undefined);
    });
  }

  describe('account', () => {
    it('zoomconnect.account.balance: is the balance of the account, in credits', async () => {
      const { line } = await connect({ assumptions: { startingCredits: 152.5 } });
      assert.deepEqual(await zoomconnect.verbs.balance?.(line), { amount: 152.5, unit: 'credits' });
    });

    it('zoomconnect.account.statistics: takes a Date and ISO 8601 for its days, counted in South Africa', async () => {
      const { vendor, line } = await connect();
      await line.call('zoomconnect.account.statistics', {
        from: new Date('2020-04-30T22:00:00Z'),
        to: '2020-05-31T23:59:59+02:00',
      });
      const { url } = one(vendor, 'zoomconnect.account.statistics');
      assert.equal(url, `${API}/account/statistics?from=01-05-2020&to=31-05-2020`);
    });

    it('zoomconnect.account.statistics: answers the blocks by user and campaign as they came', async () => {
      const { line } = await connect();
      await zoomconnect.verbs.send(line, outgoing(phone('0004'), { options: { campaign: 'shoes' } }));
      const answer = await line.call<{ grandTotal: Params; users: { campaigns: { campaign: string }[] }[] }>(
        'zoomconnect.account.statistics',
      );
      assert.equal(answer.grandTotal.total, 1);
      assert.equal(answer.users[0]?.campaigns[0]?.campaign, 'shoes');
    });

    it('zoomconnect.account.transfer: moves credits, and an answer without a user is one too', async () => {
      for (const transferAnswersUser of [true, false]) {
        const { vendor, line } = await connect({ assumptions: { transferAnswersUser } });
        await line.call('zoomconnect.account.user.create', USER);
        const transfer = {
          transferFromEmailAddress: vendor.credentials.email,
          transferToEmailAddress: 'ann@b.c',
          numberOfCreditsToTransfer: 5,
        };
        const answer = await line.call<{ creditBalance: number } | null>('zoomconnect.account.transfer', transfer);
        assert.equal(answer?.creditBalance, transferAnswersUser ? 999_995 : undefined);
        const request = one(vendor, 'zoomconnect.account.transfer');
        assert.deepEqual([request.method, request.url], ['POST', `${API}/account/transfer`]);
        assert.deepEqual(JSON.parse(request.body), transfer);
      }
    });

    it('zoomconnect.account.user.create: who was created is found, read and changed', async () => {
      const { line } = await connect();
      const { userId } = await line.call<{ userId: number }>('zoomconnect.account.user.create', USER);
      await line.call('zoomconnect.account.user.update', { userId, lastName: 'Cee' });
      const found = await line.call<{ webServiceUserList: { userId: number; lastName: string }[] }>(
        'zoomconnect.account.user.search',
        { searchEmail: 'ann@b.c' },
      );
      assert.deepEqual(
        found.webServiceUserList.map((user) => [user.userId, user.lastName]),
        [[userId, 'Cee']],
      );
    });
  });

  describe('contacts, groups and templates', () => {
    it('zoomconnect.contacts.create: posts the fields, and answers the contact with its id', async () => {
      const { vendor, line } = await connect();
      const fields = { firstName: 'Ann', lastName: 'Bee', contactNumber: '0721234567', title: 'Ms' };
      const contact = await line.call<Params>('zoomconnect.contacts.create', fields);
      const { method, url, body } = one(vendor, 'zoomconnect.contacts.create');
      assert.deepEqual([method, url, JSON.parse(body)], ['POST', `${API}/contacts/create`, fields]);
      assert.match(String(contact.contactId), /^[0-9a-f]{24}$/);
      assert.equal(contact.firstName, 'Ann');
    });

    it('zoomconnect.groups.create: posts the name, and answers the group with its id', async () => {
      const { vendor, line } = await connect();
      const group = await line.call<Params>('zoomconnect.groups.create', { name: 'VIP' });
      const { method, url, body } = one(vendor, 'zoomconnect.groups.create');
      assert.deepEqual([method, url, JSON.parse(body)], ['POST', `${API}/groups/create`, { name: 'VIP' }]);
      assert.equal(group.name, 'VIP');
    });

    for (const { list, create, rows, params } of [
      { list: 'contacts.all', create: 'contacts.create', rows: 'webServiceContacts', params: { firstName: 'Ann' } },
      { list: 'groups.all', create: 'groups.create', rows: 'webServiceGroups', params: { name: 'VIP' } },
    ]) {
      it(`zoomconnect.${list}: reads every page, of the size asked for or of the vendor's own`, async () => {
        for (const [listPageSize, pageSize] of [
          [0, 2],
          [2, undefined],
          [0, undefined],
        ]) {
          const { vendor, line } = await connect({ assumptions: { listPageSize } });
          for (let n = 0; n < 5; n++) await line.call(`zoomconnect.${create}`, params);
          const sizes: number[] = [];
          for await (const page of line.pages<Record<string, unknown[]>>(`zoomconnect.${list}`, { pageSize }))
            sizes.push(page[rows]?.length ?? 0);
          assert.equal(
            sizes.reduce((sum, size) => sum + size, 0),
            5,
          );
          // A page that is not full is known to be the last.
          if (pageSize) assert.equal(vendor.requests(`zoomconnect.${list}`).count, 3);
        }
      });
    }

    it('zoomconnect.templates.all: a vendor that knows no pages ends after the first', async () => {
      const { line, asked } = await answering(200, { webServiceTemplates: [{ templateId: 1, name: 'Hi', data: 'x' }] });
      let pages = 0;
      for await (const _page of line.pages('zoomconnect.templates.all')) pages += 1;
      assert.deepEqual([pages, asked.length], [1, 2]);
    });
  });

  describe('sending by URL', () => {
    const message = {
      recipientNumber: phone('0000'),
      message: 'Ça va & +1?',
      campaign: 'shoe campaign',
      dataField: 'ours',
    };
    const query = `recipientNumber=%2B32470000000&message=%C3%87a%20va%20%26%20%2B1%3F&campaign=shoe%20campaign&dataField=ours`;

    for (const [operation, method, segments] of [
      ['zoomconnect.sms.sendUrlParameters.get', 'GET', ['send-url-parameters']],
      ['zoomconnect.sms.sendUrlParameters.post', 'POST', ['send-url-parameters']],
      ['zoomconnect.sms.sendUrlToken.get', 'GET', ['send-url', 'sandbox-url']],
      ['zoomconnect.sms.sendUrlToken.post', 'POST', ['send-url', 'sandbox-url']],
    ] as const) {
      it(`${operation}: puts everything in the query, and answers the bare id`, async () => {
        for (const bareStringsQuoted of [true, false]) {
          const { vendor, line } = await connect({ assumptions: { bareStringsQuoted } });
          const id = await line.call(operation, message);
          const request = one(vendor, operation);
          const byToken = segments.length === 2;
          assert.deepEqual([request.method, request.body], [method, '']);
          const [path, search] = request.url.split('?');
          assert.equal(path, `${API}/sms/${segments.join('/')}`);
          assert.deepEqual(new URLSearchParams(search), new URLSearchParams(query));
          assert.deepEqual(
            vendor.messages().map((sent) => [sent.id, sent.to, sent.text]),
            [[id, phone('0000'), message.message]],
          );
          assert.equal(request.headers.token, byToken ? undefined : vendor.credentials.token);
          assert.equal(request.headers.email, byToken ? undefined : vendor.credentials.email);
        }
      });

      it(`${operation}: a sentence instead of an id leaves it uncertain`, async () => {
        const { line } = await answering(200, 'Something went wrong, sorry', { 'content-type': 'text/plain' });
        assert.equal((await failure(line.call(operation, message))).code, 'SMS_UNCERTAIN');
      });
    }

    it('zoomconnect.sms.sendUrlToken.get: without the URL sending token nothing travels', async () => {
      const { vendor, line } = await connect({}, { credentials: { email: 'a@b.c', token: 'x' } });
      const error = await failure(line.call('zoomconnect.sms.sendUrlToken.get', message));
      assert.equal(facts(error), 'SMS_CONFIG not-sent');
      assert.match(error.message, /urlToken/);
      assert.equal(vendor.requests().count, 0);
    });
  });

  describe('listing and analysing', () => {
    const texts = async (line: Session, params: Params, operation = 'zoomconnect.messages.all') => {
      const answer = await line.call<{ webServiceMessages: { message: string }[] }>(operation, params);
      return answer.webServiceMessages.map(({ message }) => message);
    };

    async function conversation(): Promise<{ vendor: Sandbox; line: Session }> {
      const { vendor, line } = await connect();
      await zoomconnect.verbs.send(line, outgoing(phone('0004'), { text: 'out', options: { campaign: 'c1' } }));
      vendor.receive({ from: phone('0004'), text: 'in 1' });
      vendor.receive({ from: phone('0004'), text: 'in 2' });
      return { vendor, line };
    }

    it('zoomconnect.messages.all: filters by everything that is documented', async () => {
      const { vendor, line } = await conversation();
      assert.deepEqual(await texts(line, { type: 'OUTBOUND', status: 'SENT', campaign: 'c1' }), ['out']);
      assert.deepEqual(await texts(line, { type: 'INBOUND', read: true }), []);
      assert.deepEqual(await texts(line, { fromNumber: phone('0004'), message: 'in 1', deleted: false }), ['in 1']);
      assert.deepEqual(await texts(line, { toNumber: phone('0004'), dataField: 'ref-1' }), ['out']);
      assert.deepEqual(await texts(line, { repliesToMessageId: vendor.messages()[0]?.id, message: '2' }), ['in 2']);
      const error = await failure(line.call('zoomconnect.messages.all', { type: 'BOTH' }));
      assert.match(error.message, /must be one of OUTBOUND, INBOUND/);
    });

    it('zoomconnect.messages.all: writes its four dates as days in South Africa', async () => {
      const { vendor, line } = await connect();
      await line.call('zoomconnect.messages.all', {
        fromDateTimeSent: '20260501',
        toDateTimeSent: '2026-05-01T22:00:00Z',
        fromDateTimeReceived: new Date('2026-05-01T21:59:59Z'),
        toDateTimeReceived: 20260503,
      });
      const { url } = one(vendor, 'zoomconnect.messages.all');
      const days = ['20260501', '20260502', '20260501', '20260503'];
      assert.deepEqual([...new URLSearchParams(url.split('?')[1]).values()], days);
    });

    it('zoomconnect.messages.all: pages to the end', async () => {
      const { vendor, line } = await conversation();
      const pages: unknown[] = [];
      for await (const page of line.pages('zoomconnect.messages.all', { pageSize: 2 })) pages.push(page);
      assert.equal(pages.length, 2);
      assert.deepEqual(
        vendor.requests('zoomconnect.messages.all').log.map(({ url }) => url.split('?')[1]),
        ['pageSize=2', 'pageSize=2&page=2'],
      );
    });

    it('zoomconnect.polling: lists what is not read, until it is marked', async () => {
      const { vendor, line } = await conversation();
      assert.deepEqual(await texts(line, {}, 'zoomconnect.polling'), ['in 2', 'in 1']);
      assert.match(one(vendor, 'zoomconnect.messages.all').url, /\?type=INBOUND&read=false$/);
      const [first] = vendor.inbox();
      await line.call('zoomconnect.messages.markRead.put', { messageId: first?.id });
      assert.deepEqual(await texts(line, {}, 'zoomconnect.polling'), ['in 2']);
      await line.call('zoomconnect.messages.markUnread.put', { messageId: first?.id });
      assert.deepEqual(await texts(line, {}, 'zoomconnect.polling'), ['in 2', 'in 1']);
    });

    for (const [name, path, answer] of [
      ['creditCost', 'message-credit-cost', 1],
      ['encoding', 'message-encoding', 'GSM7'],
      ['length', 'message-length', 5],
      ['withinMax', 'message-length-within-max-allowed', true],
      ['numberOfMessages', 'number-of-messages', 1],
    ] as const) {
      it(`zoomconnect.messages.analyse.${name}: answers a bare ${typeof answer}`, async () => {
        const { vendor, line } = await connect();
        const params = { message: 'Hello', recipientNumber: '0721234567' };
        assert.equal(await line.call(`zoomconnect.messages.analyse.${name}`, params), answer);
        const { method, url, body } = one(vendor, `zoomconnect.messages.analyse.${name}`);
        assert.deepEqual([method, url, JSON.parse(body)], ['POST', `${API}/messages/analyse/${path}`, params]);
      });
    }

    it('zoomconnect.messages.analyse.full: answers everything, whatever is in the analysis of the characters', async () => {
      for (const characterAnalysisFilled of [true, false]) {
        const { vendor, line } = await connect({ assumptions: { characterAnalysisFilled } });
        const params = { message: 'Hello', recipientNumber: '0721234567' };
        const answer = await line.call<Params>('zoomconnect.messages.analyse.full', params);
        assert.deepEqual([answer.messageLength, answer.numberOfMessages, answer.messageEncoding], [5, 1, 'GSM7']);
        assert.deepEqual(JSON.parse(one(vendor, 'zoomconnect.messages.analyse.full').body), params);
      }
    });
  });
});
