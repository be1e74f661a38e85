/** Digitaleo's two ways to send: what is taken, what is refused, and what the phone shows. */
import assert from 'node:assert/strict';
import type { Contact } from './digitaleo-support.ts';
import { ended, login, number } from './digitaleo-support.ts';
import { sandboxes } from './support.ts';

const TO = number('4321');

describe('sandbox: Digitaleo sending', () => {
  const { start } = sandboxes('digitaleo');

  it('takes the example of §3.4.2 and answers 201 with the id', async () => {
    const sandbox = await start({ pace: 100 });
    const client = await login(sandbox);
    const contact = { civility: 'M.', firstName: 'Jean', lastName: 'DUPONT', recipient: '+33696300056' };
    const body = { text: 'Text message to be sent', date: '2017-05-07 11:12:25', contacts: [contact] };
    const { status, body: answer } = await client.request('POST', '/sms', body);
    const [message] = sandbox.messages();
    assert.deepEqual([status, answer], [201, { id: message?.id }]);
    assert.match(message?.id ?? '', /^\d{9}$/);
    assert.deepEqual(
      [message?.to, message?.text, message?.parts, message?.status, message?.providerStatus],
      ['+33696300056', 'Text message to be sent', 1, 'scheduled', 'wait'],
    );
    assert.equal(sandbox.requests('digitaleo.sms.create').count, 1);
  });

  it('fills in the fields of a contact, of an SMS and of a mailing', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    await client.request('POST', '/sms', {
      text: 'Dear #civility# #firstName# #lastName#, no. #1, #unknown#.',
      contacts: [{ civility: 'M.', firstName: 'Jean', lastName: 'DUPONT', recipient: TO }],
    });
    const { body } = await client.mailing(
      [
        { firstName: 'Jean', age: 7, recipient: '+33696300056' },
        { firstName: 'Marc', recipient: '+44 71234 56789' },
      ],
      { text: 'Hello #firstName# #age##age#', name: 'Name of the mailing' },
    );
    assert.deepEqual(
      sandbox.messages().map(({ to, text }) => [to, text]),
      [
        [TO, 'Dear M. Jean DUPONT, no. #1, .'],
        ['+33696300056', 'Hello Jean 77'],
        ['+447123456789', 'Hello Marc '],
      ],
    );
    const { byOperation } = sandbox.requests();
    assert.equal(byOperation['digitaleo.sms.createPersonalized'], 1);
    assert.equal(byOperation['digitaleo.mailing.createPersonalized'], 1);
    const { list } = await client.list(`/sms?mailingId=${body.id}&properties=DEFAULT,recipient`);
    assert.deepEqual(
      list.map(({ recipient }) => recipient),
      ['+33696300056', '+447123456789'],
    );
    assert.deepEqual(
      list.map(({ id }) => id),
      sandbox
        .messages()
        .slice(1)
        .map(({ id }) => id),
    );
  });

  it('leaves unknown places alone when told so', async () => {
    const sandbox = await start({ assumptions: { unknownFieldIsEmpty: false } });
    await (await login(sandbox)).sms(TO, 'Hello #name#');
    assert.equal(sandbox.messages()[0]?.text, 'Hello #name#');
  });

  it('changes and deletes characters as appendix A says, and counts what is left', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const texts: [string, string, number][] = [
      ['ÂâÊêÎîÔôÛûËëÏï', 'AaEeIiOoUuEeIi', 1],
      ['20° d’été `à` l’œuvre Œ…', "20o d'été 'à' l'oeuvre OE...", 1],
      ['Ça «garçon» À Привет 漢 😀!', 'Ça garon    !', 1],
      ['€'.repeat(80), '€'.repeat(80), 1],
      ['€'.repeat(81), '€'.repeat(81), 2],
      ['x'.repeat(1024), 'x'.repeat(1024), 7],
      ['…'.repeat(54), '...'.repeat(54), 2],
    ];
    for (const [text, shown, parts] of texts) {
      assert.equal((await client.sms(TO, text)).status, 201);
      const message = sandbox.messages().at(-1);
      assert.deepEqual([message?.text, message?.parts], [shown, parts]);
    }
  });

  it('sends every character of a binary SMS, 70 to one and 67 to each of several', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    for (const [length, parts] of [
      [70, 1],
      [71, 2],
    ] as const) {
      await client.sms(TO, 'ç'.repeat(length), { binary: 1 });
      const message = sandbox.messages().at(-1);
      assert.deepEqual([message?.text, message?.parts], ['ç'.repeat(length), parts]);
    }
  });

  it('refuses more than 1024 characters, after its changes, or cuts them when told so', async () => {
    const sandbox = await start();
    assert.equal((await (await login(sandbox)).sms(TO, '€'.repeat(513))).status, 400);
    const cutting = await start({ assumptions: { longerTextRefused: false } });
    await (await login(cutting)).sms(TO, `x${'€'.repeat(513)}`);
    assert.equal(cutting.messages()[0]?.text, `x${'€'.repeat(511)}`);
  });

  it('sends at the date given in Paris time, and at once when that is past', async () => {
    const now = Date.parse('2026-07-01T10:00:00.950Z');
    const sandbox = await start({ now: () => now, pace: 0.001 });
    const client = await login(sandbox);
    const past = ended(sandbox, ({ text }) => text === 'past');
    const near = ended(sandbox, ({ text }) => text === 'near');
    const order: string[] = [];
    sandbox.on('status', ({ text, providerStatus }) => providerStatus === 'on' && order.push(text));
    const { body: far } = await client.sms(number('0000'), 'far', { date: '2027-12-31 23:59:59' });
    await client.sms(TO, 'past', { date: '2017-05-07 11:12:25' });
    await client.sms(TO, 'near', { date: '2026-07-01 12:00:01' });
    await Promise.all([past, near]);
    assert.deepEqual(order, ['past', 'near']);
    const { list } = await client.list(`/sms?id=${far.id}&properties=status,date`);
    assert.deepEqual(list, [{ status: 'wait', date: '2027-12-31 23:59:59' }]);
  });

  const contacts = (count: number): Contact[] => Array.from({ length: count }, () => ({ recipient: TO }));

  it('takes 200 contacts and no more, and of an SMS one', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    assert.equal((await client.mailing(contacts(200))).status, 201);
    assert.equal((await client.mailing(contacts(201))).status, 400);
    assert.equal((await client.request('POST', '/sms', { text: 'x', contacts: contacts(2) })).status, 400);
    assert.equal(sandbox.messages().length, 200);
  });

  const bad: [string, object, number][] = [
    ['no text', { contacts: contacts(1) }, 417],
    ['an empty text', { text: '', contacts: contacts(1) }, 417],
    ['no contacts', { text: 'x' }, 417],
    ['an empty table of contacts', { text: 'x', contacts: [] }, 417],
    ['a contact without recipient', { text: 'x', contacts: [{ name: 'Jean' }] }, 417],
    ['a contact that is none', { text: 'x', contacts: ['+33696300056'] }, 400],
    ['contacts that are no JSON', { text: 'x', contacts: '[{' }, 400],
    ['a national number', { text: 'x', contacts: [{ recipient: '0696300056' }] }, 400],
    ['letters for a number', { text: 'x', contacts: [{ recipient: 'Jean' }] }, 400],
    ['another form of date', { text: 'x', contacts: contacts(1), date: '2027-01-01T00:00:00Z' }, 400],
    ['a date in no calendar', { text: 'x', contacts: contacts(1), date: '2027-02-30 00:00:00' }, 400],
    ['a sender of twelve letters', { text: 'x', contacts: contacts(1), sender: 'ABCDEFGHIJKL' }, 400],
    ['a sender with a blank', { text: 'x', contacts: contacts(1), sender: 'My shop' }, 400],
    ['a mail address that is none', { text: 'x', contacts: contacts(1), email: 'nobody' }, 400],
    ['a text that is a table', { text: ['x'], contacts: contacts(1) }, 400],
  ];
  for (const [what, body, status] of bad) {
    it(`refuses ${what} with ${status}`, async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      for (const resource of ['/sms', '/mailing']) {
        const answer = await client.request('POST', resource, body);
        assert.deepEqual([answer.status, answer.body.status], [status, status]);
        assert.ok(answer.body.message);
      }
      assert.equal(sandbox.messages().length, 0);
    });
  }

  it('takes the bodies that public clients send: form with JSON or nested contacts, multipart, JSON', async () => {
    const sandbox = await start();
    const { token } = await login(sandbox);
    const multipart = new FormData();
    multipart.append('text', 'multipart é');
    multipart.append('contacts', JSON.stringify([{ recipient: TO }]));
    const nested = { text: 'nested é', 'contacts[0][recipient]': TO, 'contacts[0][name]': 'Jean' };
    const bodies = [
      new URLSearchParams({ text: 'form é', contacts: JSON.stringify([{ recipient: TO }]) }),
      new URLSearchParams(nested),
      multipart,
      JSON.stringify({ text: 'json é', contacts: { 0: { recipient: TO } } }),
    ];
    for (const body of bodies) {
      const headers = { authorization: `Bearer ${token}` };
      assert.equal((await fetch(`${sandbox.baseUrl}/sms`, { method: 'POST', headers, body })).status, 201);
    }
    assert.deepEqual(
      sandbox.messages().map(({ text, to }) => [text, to]),
      ['form é', 'nested é', 'multipart é', 'json é'].map((text) => [text, TO]),
    );
  });

  it('survives bodies that make no sense', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const deep = `a${'[b]'.repeat(5000)}=1`;
    const proto = '{"__proto__":{"text":"x"},"constructor":1,"contacts":{"__proto__":[]}}';
    for (const body of ['{', '[]', '"x"', '7', 'null', '\0', deep, proto, '%', '[=]&[]=1&a[=2&&=']) {
      for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        const { status } = await client.request('POST', '/sms', body, { 'content-type': type });
        assert.ok([400, 417].includes(status), `${status} for ${body.slice(0, 20)} as ${type}`);
      }
    }
    assert.equal((await client.sms(TO)).status, 201);
  });

  it('is not filled up by fields', async () => {
    const sandbox = await start();
    const contact = { recipient: TO, a: 'x'.repeat(400_000) };
    const body = { text: '#a#'.repeat(150_000), contacts: [contact] };
    assert.equal((await (await login(sandbox)).request('POST', '/sms', body)).status, 400);
  });

  it('makes a bad number among good ones fail by itself, or refuses the mailing when told so', async () => {
    const people = [{ recipient: TO }, { recipient: 'nobody' }, { recipient: number('0005') }];
    const sandbox = await start();
    const client = await login(sandbox);
    const end = ended(sandbox, ({ to }) => to === number('0005'));
    const { status, body } = await client.mailing(people);
    assert.equal(status, 201);
    await end;
    const { list } = await client.list(`/status?mailingId=${body.id}&properties=status,description`);
    assert.deepEqual(list.slice(1), Array(2).fill({ status: 'ko', description: 'Echec : Numéro invalide' }));
    const strict = await start({ assumptions: { badNumberRefusesMailing: true } });
    assert.equal((await (await login(strict)).mailing(people)).status, 400);
  });

  it('does not send what asks for replies and has a sender of its own (§3.4.1)', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const end = ended(sandbox);
    await client.sms(TO, 'x', { sender: 'Shop', type: 2 });
    assert.deepEqual([(await end).providerStatus, (await end).from], ['ko', 'Shop']);
  });

  it('takes approved senders only, and foreign numbers not at all, when told so', async () => {
    const assumptions = { approvedSenders: 'Shop, Bank', internationalActivated: false };
    const sandbox = await start({ assumptions });
    const client = await login(sandbox);
    assert.equal((await client.sms(TO, 'x', { sender: 'Bank' })).status, 201);
    assert.equal((await client.sms(TO, 'x', { sender: 'Thief' })).status, 400);
    const end = ended(sandbox, ({ to }) => to === '+32470000000');
    assert.equal((await client.sms('+32470000000')).status, 201);
    assert.equal((await end).providerStatus, 'ko');
  });

  it('refuses more than 20 a second with 429 when told so', async () => {
    let now = Date.now();
    const sandbox = await start({ assumptions: { enforceRate: true }, now: () => now });
    const client = await login(sandbox);
    for (let index = 0; index < 20; index++) assert.equal((await client.sms(TO)).status, 201);
    const { status, headers } = await client.sms(TO);
    assert.deepEqual([status, headers.get('retry-after')], [429, '1']);
    now += 1000;
    assert.equal((await client.mailing(contacts(40))).status, 201);
  });
});
