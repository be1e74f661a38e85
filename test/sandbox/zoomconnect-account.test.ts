/** ZoomConnect's account, contacts, groups and templates. */
import assert from 'node:assert/strict';
import type { Reply } from './support.ts';
import { next, sandboxes } from './support.ts';
import type { RestError, ZoomClient } from './zoomconnect-support.ts';
import { client, clockAt, PHONE } from './zoomconnect-support.ts';

interface Linked {
  links: { href: string; rel: string; templated: boolean }[];
}

interface Contact extends Linked {
  contactId: string;
  contactNumber: string | null;
  firstName: string | null;
  lastName: string | null;
  title: string | null;
}

interface Group extends Linked {
  groupId: string;
  name: string;
}

interface User {
  userId: number;
  emailAddress: string;
  firstName: string;
  creditBalance: number;
  password: null;
}

const ANN = {
  firstName: 'Ann',
  lastName: 'Bee',
  emailAddress: 'ann+1@example.com',
  contactNumber: '0721234567',
  password: 'secret',
};

describe('sandbox: ZoomConnect account', () => {
  const { start } = sandboxes('zoomconnect');

  it('creates a sub-account by PUT, finds it, and changes what may be changed by POST', async () => {
    const zoom = client(await start());
    const created = await zoom.ask<User>('PUT', '/account/user', {
      ...ANN,
      creditBalance: 99,
      userId: 0,
      company: 'C',
    });
    assert.equal(created.status, 201);
    const { password: _password, ...known } = ANN;
    assert.deepEqual(created.body as unknown, { ...known, userId: 8, company: 'C', creditBalance: 0, password: null });
    const found = await zoom.ask<{ webServiceUserList: User[] }>('GET', '/account/user?searchEmail=ann+1@example.com');
    assert.deepEqual(found.body.webServiceUserList, [created.body]);
    const nobody = await zoom.ask<{ webServiceUserList: User[] }>('GET', '/account/user?searchEmail=x@example.com');
    assert.deepEqual([nobody.status, nobody.body.webServiceUserList], [200, []]);
    const changes = { firstName: 'Anne', emailAddress: 'other@example.com', creditBalance: 5, lastName: null };
    const changed = await zoom.ask<User>('POST', '/account/user/8', changes);
    assert.deepEqual(changed.body, { ...created.body, firstName: 'Anne' });
    assert.deepEqual((await zoom.ask('GET', '/account/user/8')).body, changed.body as unknown);
  });

  it('refuses a user with something missing, a second one of the same address, and an id that is none', async () => {
    const zoom = client(await start());
    for (const name of Object.keys(ANN)) {
      const { status, body } = await zoom.ask<RestError>('PUT', '/account/user', { ...ANN, [name]: '' });
      assert.deepEqual([status, body.message], [400, `${name} is required`]);
    }
    assert.equal((await zoom.ask('PUT', '/account/user', ANN)).status, 201);
    assert.equal((await zoom.ask('PUT', '/account/user', ANN)).status, 400);
    assert.equal((await zoom.ask('GET', '/account/user')).status, 400);
    assert.equal((await zoom.ask('GET', '/account/user/99')).status, 404);
    assert.equal((await zoom.ask('GET', '/account/user/ann')).status, 400);
  });

  it('moves credits between users of the team', async () => {
    const zoom = client(await start({ assumptions: { startingCredits: 10 } }));
    await zoom.ask('PUT', '/account/user', ANN);
    const move = (to: string, credits: unknown): Promise<Reply<User & RestError>> =>
      zoom.ask('POST', '/account/transfer', {
        transferFromEmailAddress: 'sandbox@example.com',
        transferToEmailAddress: to,
        numberOfCreditsToTransfer: credits,
      });
    const moved = await move(ANN.emailAddress, 4);
    assert.deepEqual(
      [moved.status, moved.body.emailAddress, moved.body.creditBalance],
      [200, 'sandbox@example.com', 6],
    );
    assert.equal((await zoom.ask<User>('GET', '/account/user/8')).body.creditBalance, 4);
    assert.equal((await zoom.ask('GET', '/account/balance')).body.creditBalance, 6);
    for (const [to, credits, sentence] of [
      [ANN.emailAddress, 7, /Insufficient credits/],
      [ANN.emailAddress, 0, /at least 1/],
      [ANN.emailAddress, 1.5, /whole number/],
      [ANN.emailAddress, undefined, /numberOfCreditsToTransfer is required/],
      ['x@example.com', 1, /not a user of your team/],
      ['', 1, /transferToEmailAddress is required/],
    ] as const) {
      const { status, body } = await move(to, credits);
      assert.equal(status, 400);
      assert.match(body.message, sentence);
    }
  });

  it('answers nothing to a transfer when told so', async () => {
    const zoom = client(await start({ assumptions: { transferAnswersUser: false } }));
    await zoom.ask('PUT', '/account/user', ANN);
    const { status, text } = await zoom.ask('POST', '/account/transfer', {
      transferFromEmailAddress: 'sandbox@example.com',
      transferToEmailAddress: ANN.emailAddress,
      numberOfCreditsToTransfer: 1,
    });
    assert.deepEqual([status, text], [200, '']);
  });

  describe('statistics', () => {
    const MESSAGES = { delivered: 1, sent: 1, failed: 0, failedRefunded: 0, failedOptout: 0, total: 2 };

    async function spent(assumptions = {}): Promise<ZoomClient> {
      const clock = clockAt('2020-05-01T12:00:00Z');
      const sandbox = await start({ now: clock.now, assumptions: { failedStatus: 'FAILED_REFUNDED', ...assumptions } });
      const zoom = client(sandbox);
      const send = async (to: string, campaign: string | undefined, message = 'x'): Promise<void> => {
        const end = next(sandbox, 'status');
        await zoom.send(to, { message, campaign });
        if (!to.endsWith('4')) await end;
      };
      await send('+27721230000', 'shoes', 'x'.repeat(161));
      await send('+27721230002', 'hats');
      await send('+27721230004', undefined);
      clock.set('2020-05-20T12:00:00Z');
      await zoom.ask('PUT', '/account/user', ANN);
      return zoom;
    }
    const ask = async (zoom: ZoomClient, query: Record<string, string> = {}): Promise<Record<string, unknown>> =>
      (await zoom.ask('GET', `/account/statistics?${new URLSearchParams(query)}`)).body;
    const grand = async (query: Record<string, string>): Promise<unknown> =>
      (await ask(await spent(), query)).grandTotal;

    it('sums up the month by user and campaign, days in South Africa, as epoch milliseconds', async () => {
      const { from, to, showingCreditValue, grandTotal, users } = await ask(await spent());
      assert.deepEqual([from, to], [1588284000000, Date.parse('2020-05-20T21:59:59.999Z')]);
      assert.deepEqual([showingCreditValue, grandTotal], [false, MESSAGES]);
      const [owner, ann] = users as {
        user: User;
        total: object;
        campaigns: { campaign: string; statistics: object }[];
      }[];
      assert.deepEqual([owner?.user.emailAddress, owner?.total], ['sandbox@example.com', MESSAGES]);
      assert.deepEqual(owner?.campaigns, [
        { campaign: 'shoes', statistics: { ...MESSAGES, sent: 0, total: 1 } },
        { campaign: 'hats', statistics: { ...MESSAGES, delivered: 0, sent: 0, total: 0 } },
      ]);
      assert.deepEqual([ann?.user.emailAddress, ann?.campaigns], [ANN.emailAddress, []]);
    });

    it('counts what was refunded, and credits instead of messages, when asked to', async () => {
      const all = { ...MESSAGES, failedRefunded: 1, total: 3 };
      assert.deepEqual(await grand({ includeRefundedAndOptout: 'true' }), all);
      assert.deepEqual(await grand({ calculateCreditValue: 'true' }), { ...MESSAGES, delivered: 2, total: 3 });
    });

    it('looks at some days, one campaign, one user', async () => {
      const none = { ...MESSAGES, delivered: 0, sent: 0, total: 0 };
      assert.deepEqual(await grand({ from: '02-05-2020' }), none);
      assert.deepEqual(await grand({ from: '01-05-2020', to: '01-05-2020' }), MESSAGES);
      assert.deepEqual(await grand({ campaign: 'shoes' }), { ...MESSAGES, sent: 0, total: 1 });
      assert.deepEqual(await grand({ userEmailAddress: ANN.emailAddress }), none);
      assert.deepEqual(await grand({ userEmailAddress: 'sandbox@example.com' }), MESSAGES);
    });

    it('refuses another date format, and a user who is not of the team', async () => {
      const zoom = client(await start());
      const status = async (query: string): Promise<number> =>
        (await zoom.ask('GET', `/account/statistics?${query}`)).status;
      assert.equal(await status('from=20200501'), 400);
      assert.equal(await status('to=31-02-2020'), 400);
      assert.equal(await status('calculateCreditValue=yes'), 400);
      assert.equal(await status('userEmailAddress=x@example.com'), 404);
    });

    it('writes its dates in other ways when told so', async () => {
      const dates = async (statisticsDates: string): Promise<unknown> =>
        (await ask(await spent({ statisticsDates }))).from;
      assert.equal(await dates('iso'), '2020-04-30T22:00:00.000Z');
      assert.equal(await dates('compact'), '202005010000');
    });
  });

  it('creates, shows, changes and deletes contacts', async () => {
    const sandbox = await start();
    const zoom = client(sandbox);
    const given = { firstName: 'Ann', lastName: 'Bee', contactId: 'mine', contactNumber: PHONE, title: 'Ms' };
    const created = await zoom.ask<Contact>('POST', '/contacts/create', given);
    assert.equal(created.status, 201);
    const { contactId, links, ...rest } = created.body;
    const { contactId: _mine, ...fields } = given;
    assert.deepEqual(rest, fields);
    assert.match(contactId, /^[\da-f]{24}$/);
    const href = `${sandbox.baseUrl}/api/rest/v1/contacts/${contactId}`;
    assert.deepEqual(links, [{ href, rel: 'self', templated: false }]);
    const changed = await zoom.ask<Contact>('POST', `/contacts/${contactId}`, { lastName: 'Cee', title: null });
    assert.deepEqual([changed.body.lastName, changed.body.title, changed.body.firstName], ['Cee', 'Ms', 'Ann']);
    assert.deepEqual((await zoom.ask('GET', `/contacts/${contactId}`)).body, changed.body as unknown);
    assert.equal((await zoom.ask('DELETE', `/contacts/${contactId}`)).status, 200);
    assert.equal((await zoom.ask('GET', `/contacts/${contactId}`)).status, 404);
    assert.equal((await zoom.ask('POST', `/contacts/${contactId}`, {})).status, 404);
  });

  it('creates, shows, changes and deletes groups; one without a name is refused in the vendor’s words', async () => {
    const zoom = client(await start());
    const { status, body } = await zoom.ask<Group>('POST', '/groups/create', { name: 'VIP', groupId: '' });
    assert.deepEqual([status, body.name], [201, 'VIP']);
    assert.equal((await zoom.ask<Group>('POST', `/groups/${body.groupId}`, { name: 'All' })).body.name, 'All');
    assert.equal((await zoom.ask<Group>('GET', `/groups/${body.groupId}`)).body.name, 'All');
    for (const path of ['create', body.groupId]) {
      const refused = await zoom.ask<RestError>('POST', `/groups/${path}`, { name: '' });
      assert.deepEqual([refused.status, refused.body.message], [400, 'Group name us required']);
    }
    assert.equal((await zoom.ask('DELETE', `/groups/${body.groupId}`)).status, 200);
    assert.equal((await zoom.ask('GET', `/groups/${body.groupId}`)).status, 404);
  });

  it('creates with 200 and deletes with 204 when told so', async () => {
    const zoom = client(await start({ assumptions: { createdIs201: false, deleteIs204: true } }));
    const { status, body } = await zoom.ask<Group>('POST', '/groups/create', { name: 'VIP' });
    assert.equal(status, 200);
    assert.equal((await zoom.ask('PUT', '/account/user', ANN)).status, 200);
    assert.equal((await zoom.ask('DELETE', `/groups/${body.groupId}`)).status, 204);
  });

  it('puts contacts into groups and takes them out, by four paths and both methods; addFromGroup removes', async () => {
    const zoom = client(await start());
    const { contactId: c } = (await zoom.ask<Contact>('POST', '/contacts/create', { firstName: 'Ann' })).body;
    const { groupId: g } = (await zoom.ask<Group>('POST', '/groups/create', { name: 'VIP' })).body;
    const members = async (): Promise<number> => {
      const contact = (await zoom.ask<Linked>('GET', `/contacts/${c}`)).body.links.filter(({ rel }) => rel === 'group');
      const group = (await zoom.ask<Linked>('GET', `/groups/${g}`)).body.links.filter(({ rel }) => rel === 'contact');
      assert.equal(contact.length, group.length);
      return group.length;
    };
    for (const method of ['GET', 'POST']) {
      for (const [join, part] of [
        [`/contacts/${c}/addToGroup/${g}`, `/contacts/${c}/addFromGroup/${g}`],
        [`/groups/${g}/addContact/${c}`, `/groups/${g}/removeContact/${c}`],
      ]) {
        const joined = await zoom.ask(method, join ?? '');
        assert.deepEqual([joined.status, joined.text, await members()], [200, '', 1]);
        const parted = await zoom.ask(method, part ?? '');
        assert.deepEqual([parted.status, parted.text, await members()], [200, '', 0]);
      }
    }
    assert.equal((await zoom.ask('POST', `/contacts/${c}/addToGroup/none`)).status, 404);
    assert.equal((await zoom.ask('POST', `/contacts/none/addToGroup/${g}`)).status, 404);
    await zoom.ask('POST', `/groups/${g}/addContact/${c}`);
    await zoom.ask('DELETE', `/contacts/${c}`);
    assert.equal((await zoom.ask<Linked>('GET', `/groups/${g}`)).body.links.length, 1);
  });

  it('lists contacts and groups, whole or by pages', async () => {
    const zoom = client(await start());
    for (const firstName of ['A', 'B', 'C']) {
      await zoom.ask('POST', '/contacts/create', { firstName });
      await zoom.ask('POST', '/groups/create', { name: firstName });
    }
    const contacts = async (query = ''): Promise<string> => {
      const { body } = await zoom.ask<{ webServiceContacts: Contact[] }>('GET', `/contacts/all${query}`);
      return body.webServiceContacts.map(({ firstName }) => firstName).join('');
    };
    assert.deepEqual(
      [
        await contacts(),
        await contacts('?pageSize=2'),
        await contacts('?pageSize=2&page=2'),
        await contacts('?page=2'),
      ],
      ['ABC', 'AB', 'C', ''],
    );
    const { body } = await zoom.ask<{ webServiceGroups: Group[]; links: [] }>('GET', '/groups/all?pageSize=1&page=3');
    assert.deepEqual([body.webServiceGroups.map(({ name }) => name), body.links], [['C'], []]);
    assert.equal((await zoom.ask('GET', '/groups/all?page=x')).status, 400);
  });

  it('lists by pages of its own size when told so', async () => {
    const zoom = client(await start({ assumptions: { listPageSize: 1 } }));
    const names = async (page: number): Promise<string[]> => {
      const { body } = await zoom.ask<{ webServiceTemplates: Group[] }>('GET', `/templates/all?page=${page}`);
      return body.webServiceTemplates.map(({ name }) => name);
    };
    assert.deepEqual([await names(1), await names(2), await names(3)], [['Greeting'], ['Reminder'], []]);
  });

  it('has templates to read and delete', async () => {
    const zoom = client(await start());
    const list = async (): Promise<object[]> =>
      (await zoom.ask<{ webServiceTemplates: object[] }>('GET', '/templates/all')).body.webServiceTemplates;
    const { links, ...template } = (await zoom.ask<Linked>('GET', '/templates/1')).body;
    assert.deepEqual(template, { templateId: 1, name: 'Greeting', data: 'Hello {name}' });
    assert.equal(links.length, 1);
    assert.equal((await list()).length, 2);
    assert.equal((await zoom.ask('DELETE', '/templates/1')).status, 200);
    assert.equal((await list()).length, 1);
    assert.equal((await zoom.ask('GET', '/templates/1')).status, 404);
    assert.equal((await zoom.ask('GET', '/templates/one')).status, 400);
  });
});
