/** What the drop-downs of the dialogs are told: of a deployed account, and of one that is still being written. */
import assert from 'node:assert/strict';
import type { Account } from '../../dist/src/delivery/account.js';
import { providers } from '../../dist/src/providers/index.js';
import { account, admin, type Entry, flows, nodeOf } from './support.ts';

const { sandbox: start, load } = flows();
let count = 0;

const sandboxed = (provider: string): Entry => {
  count += 1;
  return { id: `chosen-${count}`, type: 'sms-provider', name: provider, provider, sandbox: true };
};
const ask = async (id: string, name: string) => {
  const { status, body } = await admin().get(`/sms-provider/${id}/choices/${name}`);
  return { status, ...body };
};
const draft = async (name: string, body: object) =>
  (await admin().post(`/sms-provider/choices/${name}`).send(body)).body;

describe('what an account has to choose from', () => {
  it('is what its vendor lists, each with what a person knows it by', async () => {
    const own = sandboxed('zoomconnect');
    await load({ type: 'sms-length' }, [own]);
    const templates = [
      { value: '1', label: 'Greeting · Hello {name}' },
      { value: '2', label: 'Reminder · Dear {name}, we see you at {time}.' },
    ];
    assert.deepEqual(await ask(own.id, 'templateId'), { status: 200, choices: templates });
    assert.deepEqual(await ask(own.id, 'groupId'), { status: 200, choices: [] });
    const { account: zoom } = nodeOf(own.id) as unknown as { account: Account };
    const group = (await zoom.vendor.call('zoomconnect.groups.create', { name: 'On call' })) as { groupId: string };
    assert.deepEqual((await ask(own.id, 'groupId')).choices, [{ value: String(group.groupId), label: 'On call' }]);
  });

  it('is the mailings of Digitaleo by their names, the newest first', async () => {
    const own = sandboxed('digitaleo');
    await load({ type: 'sms-length' }, [own]);
    const { account: shop } = nodeOf(own.id) as unknown as { account: Account };
    const contacts = [{ recipient: '+33696300000' }];
    const ids: string[] = [];
    for (const name of ['Spring', 'Summer']) {
      const made = await shop.vendor.call('digitaleo.mailing.create', { text: 'Hello', name, contacts });
      ids.unshift((made as { id: string }).id);
    }
    assert.deepEqual((await ask(own.id, 'mailingName')).choices, [{ value: 'Summer' }, { value: 'Spring' }]);
    assert.deepEqual((await ask(own.id, 'mailingId')).choices, [
      { value: ids[0], label: 'Summer' },
      { value: ids[1], label: 'Spring' },
    ]);
  });

  it('is for every field that a provider names a call that answers', async () => {
    const accounts = providers.map(({ id }) => sandboxed(id));
    await load({ type: 'sms-length' }, accounts);
    for (const [index, { choices = {} }] of providers.entries()) {
      for (const name of Object.keys(choices)) {
        const { status, choices: found } = await ask(accounts[index]?.id ?? '', name);
        assert.equal(status, 200, name);
        assert.ok(Array.isArray(found), name);
      }
    }
    const enco = accounts.find(({ provider }) => provider === 'enco')?.id ?? '';
    assert.deepEqual((await ask(enco, 'sender')).choices, [{ value: '666' }, { value: '8888' }]);
    const callr = accounts.find(({ provider }) => provider === 'callr')?.id ?? '';
    assert.ok((await ask(callr, 'type')).choices.length > 3);
  });

  it('is read page after page', async () => {
    const own = sandboxed('zoomconnect');
    await load({ type: 'sms-length' }, [own]);
    const { account: zoom } = nodeOf(own.id) as unknown as { account: Account };
    for (let n = 0; n < 25; n += 1) await zoom.vendor.call('zoomconnect.groups.create', { name: `Group ${n}` });
    assert.equal((await ask(own.id, 'groupId')).choices.length, 25);
  });

  it('is told of an account as its open dialog says, deployed or not', async () => {
    const sandbox = await start();
    const own = account(sandbox, { id: 'written' });
    await load({ type: 'sms-length' }, [own]);
    const { baseUrl, tokenUrl, credentials } = sandbox;
    const config = { provider: 'enco', sandbox: false, baseUrl, tokenUrl };
    const senders = { choices: [{ value: '666' }, { value: '8888' }] };
    assert.deepEqual(await draft('sender', { id: 'new', config, credentials }), senders);
    const untouched = { clientId: credentials.clientId, clientSecret: '__PWRD__' };
    assert.deepEqual(await draft('sender', { id: own.id, config, credentials: untouched }), senders);
    assert.deepEqual(await draft('sender', { id: 'new', config: { provider: 'enco', sandbox: true } }), senders);
  });

  it('is refused with a sentence, where there is none and where it cannot be asked', async () => {
    const own = sandboxed('enco');
    await load({ type: 'sms-length' }, [own]);
    const { status, message } = await ask(own.id, 'constructor');
    assert.equal(status, 400);
    assert.match(message, /nothing to choose from for constructor/);
    assert.equal((await ask('nobody', 'sender')).status, 404);
    const config = {
      provider: 'enco',
      sandbox: false,
      baseUrl: 'http://127.0.0.1:1',
      tokenUrl: 'http://127.0.0.1:1/t',
    };
    const unreachable = await draft('sender', { config, credentials: { clientId: 'me', clientSecret: 'hush hush' } });
    assert.equal(unreachable.code, 'SMS_UNREACHABLE');
    assert.doesNotMatch(JSON.stringify(unreachable), /hush hush/);
    assert.equal((await draft('sender', { config, credentials: {} })).code, 'SMS_CONFIG');
  });
});
