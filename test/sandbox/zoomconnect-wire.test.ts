/** ZoomConnect's paths, the ways to authenticate, and the two formats. */
import assert from 'node:assert/strict';
import { call, sandboxes } from './support.ts';
import type { RestError, Sent } from './zoomconnect-support.ts';
import { client, PHONE } from './zoomconnect-support.ts';

/** "API Endpoints" of the document, each method on its own line. */
const DOCUMENTED: readonly [operation: string, method: string, path: string][] = [
  ['account.balance', 'GET', '/account/balance'],
  ['account.statistics', 'GET', '/account/statistics'],
  ['account.transfer', 'POST', '/account/transfer'],
  ['account.user.search', 'GET', '/account/user'],
  ['account.user.create', 'PUT', '/account/user'],
  ['account.user.get', 'GET', '/account/user/7'],
  ['account.user.update', 'POST', '/account/user/7'],
  ['sms.send', 'POST', '/sms/send'],
  ['sms.sendBulk', 'POST', '/sms/send-bulk'],
  ['sms.sendUrlParameters.get', 'GET', '/sms/send-url-parameters'],
  ['sms.sendUrlParameters.post', 'POST', '/sms/send-url-parameters'],
  ['sms.sendUrlToken.get', 'GET', '/sms/send-url/sandbox-url'],
  ['sms.sendUrlToken.post', 'POST', '/sms/send-url/sandbox-url'],
  ['contacts.all', 'GET', '/contacts/all'],
  ['contacts.create', 'POST', '/contacts/create'],
  ['contacts.delete', 'DELETE', '/contacts/c'],
  ['contacts.get', 'GET', '/contacts/c'],
  ['contacts.update', 'POST', '/contacts/c'],
  ['contacts.removeFromGroup.get', 'GET', '/contacts/c/addFromGroup/g'],
  ['contacts.removeFromGroup.post', 'POST', '/contacts/c/addFromGroup/g'],
  ['contacts.addToGroup.get', 'GET', '/contacts/c/addToGroup/g'],
  ['contacts.addToGroup.post', 'POST', '/contacts/c/addToGroup/g'],
  ['groups.all', 'GET', '/groups/all'],
  ['groups.create', 'POST', '/groups/create'],
  ['groups.get', 'GET', '/groups/g'],
  ['groups.delete', 'DELETE', '/groups/g'],
  ['groups.update', 'POST', '/groups/g'],
  ['groups.addContact.get', 'GET', '/groups/g/addContact/c'],
  ['groups.addContact.post', 'POST', '/groups/g/addContact/c'],
  ['groups.removeContact.get', 'GET', '/groups/g/removeContact/c'],
  ['groups.removeContact.post', 'POST', '/groups/g/removeContact/c'],
  ['messages.all', 'GET', '/messages/all'],
  ['messages.analyse.full', 'POST', '/messages/analyse/full'],
  ['messages.analyse.creditCost', 'POST', '/messages/analyse/message-credit-cost'],
  ['messages.analyse.encoding', 'POST', '/messages/analyse/message-encoding'],
  ['messages.analyse.length', 'POST', '/messages/analyse/message-length'],
  ['messages.analyse.withinMax', 'POST', '/messages/analyse/message-length-within-max-allowed'],
  ['messages.analyse.numberOfMessages', 'POST', '/messages/analyse/number-of-messages'],
  ['messages.get', 'GET', '/messages/m'],
  ['messages.delete', 'DELETE', '/messages/m'],
  ['messages.markRead.put', 'PUT', '/messages/m/markRead'],
  ['messages.markRead.post', 'POST', '/messages/m/markRead'],
  ['messages.markUnread.put', 'PUT', '/messages/m/markUnread'],
  ['messages.markUnread.post', 'POST', '/messages/m/markUnread'],
  ['templates.all', 'GET', '/templates/all'],
  ['templates.get', 'GET', '/templates/1'],
  ['templates.delete', 'DELETE', '/templates/1'],
];

describe('sandbox: ZoomConnect wire', () => {
  const { start } = sandboxes('zoomconnect');

  it('answers all 47 documented pairs of method and path, and names them in the log', async () => {
    assert.equal(DOCUMENTED.length, 47);
    const sandbox = await start();
    const zoom = client(sandbox);
    for (const [operation, method, path] of DOCUMENTED) {
      const { status } = await zoom.ask(method, path);
      assert.ok(status < 500 && status !== 401 && status !== 405, `${method} ${path}: ${status}`);
      assert.equal(sandbox.requests(`zoomconnect.${operation}`).count, 1, operation);
    }
    assert.equal(sandbox.requests().count, 47);
  });

  it('shows an example of what to send', async () => {
    const sandbox = await start();
    const zoom = client(sandbox);
    const one = await zoom.ask<{ message: string; recipientNumber: string }>('GET', '/sms/send');
    const many = await zoom.ask<{ sendSmsRequests: object[] }>('GET', '/sms/send-bulk');
    assert.deepEqual(Object.keys(one.body), ['message', 'recipientNumber', 'campaign', 'dateToSend', 'dataField']);
    assert.equal((await zoom.ask<Sent>('POST', '/sms/send', one.body)).body.error, null);
    const { body } = await zoom.ask<{ sendSmsResponses: Sent[] }>('POST', '/sms/send-bulk', many.body);
    assert.deepEqual(
      body.sendSmsResponses.map(({ error }) => error),
      [null, null],
    );
    const { byOperation } = sandbox.requests();
    assert.equal(byOperation['zoomconnect.sms.send.example'], 1);
    assert.equal(byOperation['zoomconnect.sms.sendBulk.example'], 1);
  });

  it('answers 404 for a path that is none and 405 with Allow for a method, once the caller is known', async () => {
    const sandbox = await start();
    const zoom = client(sandbox);
    const none = await zoom.ask<RestError>('GET', '/voice/all');
    assert.deepEqual([none.status, none.body.status, none.body.code], [404, 'NOT_FOUND', 404]);
    for (const [method, path, allow] of [
      ['PUT', '/sms/send', 'POST, GET'],
      ['DELETE', '/account/balance', 'GET'],
      ['DELETE', '/contacts/all', 'GET'],
      ['PATCH', '/messages/1/markRead', 'PUT, POST'],
    ] as const) {
      const { status, headers } = await zoom.ask(method, path);
      assert.deepEqual([status, headers.get('allow')], [405, allow], `${method} ${path}`);
    }
    assert.equal((await client(sandbox, { token: 'no' }).ask('GET', '/voice/all')).status, 401);
    assert.equal((await fetch(sandbox.baseUrl)).status, 401);
    assert.equal((await zoom.ask('GET', '/messages/%E0%A4%A')).status, 404);
    assert.equal((await zoom.ask('GET', '/account/balance/')).status, 200);
  });

  describe('authentication', () => {
    const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
    const { email, token } = { email: 'ann+sms@example.com', token: 'to:ken' };
    const clients = [{ email, token, urlToken: 'url' }];

    it('takes the account by headers, by Basic and by the query', async () => {
      const { baseUrl } = await start({ clients });
      const url = `${baseUrl}/api/rest/v1/account/balance.json`;
      const tries: [string, Record<string, string>, number][] = [
        [url, { email, token }, 200],
        [url, { Email: email.toUpperCase(), TOKEN: token }, 200],
        [url, { authorization: basic(`${email}:${token}`) }, 200],
        [`${url}?${new URLSearchParams({ email, token })}`, {}, 200],
        [`${url}?email=${email}&token=${token}`, {}, 200],
        [url, {}, 401],
        [url, { email }, 401],
        [url, { token }, 401],
        [url, { email, token: 'url' }, 401],
        [url, { authorization: basic(email) }, 401],
        [url, { authorization: `Bearer ${token}` }, 401],
        [`${url}?email=${email}`, {}, 401],
        [`${url}?${new URLSearchParams({ email, token })}`, { email, token: 'wrong' }, 401],
      ];
      for (const [address, headers, status] of tries) {
        assert.equal((await call(address, { headers })).status, status, `${address} ${JSON.stringify(headers)}`);
      }
    });

    it('says the same for a missing and for a wrong token', async () => {
      const sandbox = await start();
      const bare = await call(`${sandbox.baseUrl}/api/rest/v1/account/balance`);
      assert.equal(bare.status, 401);
      assert.match(bare.headers.get('content-type') ?? '', /xml/);
      assert.match(bare.text, /<error>.*<message>Reason: Unauthorized<\/message>.*<\/error>$/);
      const { status, body } = await client(sandbox, { token: 'x' }).ask<RestError>('GET', '/account/balance');
      assert.equal(status, 401);
      assert.deepEqual([body.code, body.status, body.message], [401, 'UNAUTHORIZED', 'Reason: Unauthorized']);
    });

    it('refuses in XML whatever was asked for when told so', async () => {
      const sandbox = await start({ assumptions: { unauthorizedIsXml: true } });
      const { text } = await client(sandbox, { token: 'x' }).ask('GET', '/account/balance');
      assert.match(text, /^<\?xml/);
    });

    it('lets the URL token send, and nothing else', async () => {
      const sandbox = await start({ clients });
      const query = new URLSearchParams({ recipientNumber: PHONE, message: 'x' });
      const url = `${sandbox.baseUrl}/api/rest/v1/sms`;
      for (const method of ['GET', 'POST']) {
        assert.equal((await call(`${url}/send-url/url?${query}`, { method })).status, 200);
        assert.equal((await call(`${url}/send-url/${token}?${query}`, { method })).status, 401);
        assert.equal((await call(`${url}/send-url-parameters?${query}`, { method })).status, 401);
      }
      assert.equal(sandbox.messages().length, 2);
    });
  });

  describe('formats', () => {
    const kinds: [accept: string | undefined, suffix: string, kind: 'json' | 'xml'][] = [
      [undefined, '', 'xml'],
      ['*/*', '', 'xml'],
      ['text/html', '', 'xml'],
      ['application/json', '', 'json'],
      ['application/json;charset=utf-8', '', 'json'],
      ['application/json, text/plain, */*', '', 'json'],
      ['application/xml, application/json', '', 'xml'],
      ['application/xml;q=0.5, application/json', '', 'json'],
      ['application/json;q=0, */*', '', 'xml'],
      [undefined, '.json', 'json'],
      ['application/xml', '.json', 'json'],
      ['application/json', '.xml', 'xml'],
    ];
    for (const [accept, suffix, kind] of kinds) {
      it(`Accept ${accept ?? 'absent'}${suffix && ` and ${suffix}`} gets ${kind}`, async () => {
        const sandbox = await start();
        const { email = '', token = '' } = sandbox.credentials;
        const { text, headers } = await call(`${sandbox.baseUrl}/api/rest/v1/account/balance${suffix}`, {
          headers: { email, token, ...(accept === undefined ? {} : { accept }) },
        });
        assert.match(headers.get('content-type') ?? '', new RegExp(`^application/${kind}`));
        assert.match(text, kind === 'json' ? /^\{/ : /^<\?xml .*\?><account><creditBalance>\d+<\/creditBalance>/);
      });
    }

    it('answers XML to a JSON request that does not ask for JSON, or JSON when told so', async () => {
      const json = { 'content-type': 'application/json', accept: '*/*' };
      const faithful = await client(await start(), json).send(PHONE);
      assert.match(faithful.text, /<sendSmsResponse><messageId>[\da-f]{24}<\/messageId><\/sendSmsResponse>$/);
      const changed = await client(await start({ assumptions: { xmlByDefault: false } }), json).send(PHONE);
      assert.equal(changed.body.error, null);
    });

    it('understands the suffix on every path, or on three when told so', async () => {
      const faithful = client(await start());
      assert.equal((await faithful.ask('GET', '/templates/1.json')).status, 200);
      assert.match((await faithful.ask('GET', '/messages/all.xml')).text, /<messages><elements>0</);
      const narrow = client(await start({ assumptions: { suffixOnEveryPath: false } }));
      assert.equal((await narrow.ask('GET', '/messages/all.xml')).status, 404);
      assert.equal((await narrow.ask('POST', '/sms/send.xml', { message: 'x', recipientNumber: PHONE })).status, 200);
    });

    it('takes XML requests, with declarations, prefixes, entities, CDATA and comments', async () => {
      const sandbox = await start();
      const zoom = client(sandbox, { 'content-type': 'text/xml; charset=UTF-8', accept: 'application/xml' });
      const source = `\u{FEFF}<?xml version="1.0"?><!-- one -->
        <a:sendSmsRequest xmlns:a="urn:x"><message>A &lt;b&gt; &amp; &#233;&#x20AC; <![CDATA[<c>]]></message>
        <recipientNumber>0721234567</recipientNumber><campaign/><dataField nil="true">x</dataField></a:sendSmsRequest>`;
      assert.equal((await zoom.ask('POST', '/sms/send', source)).status, 200);
      const [message] = sandbox.messages();
      assert.deepEqual([message?.text, message?.to], ['A <b> & é€ <c>', PHONE]);
    });

    it('takes and answers a bulk in XML, one message or several', async () => {
      const sandbox = await start();
      const zoom = client(sandbox, { 'content-type': 'application/xml', accept: 'application/xml' });
      const entry = (number: string): string =>
        `<sendSmsRequests><message>x</message><recipientNumber>${number}</recipientNumber></sendSmsRequests>`;
      const wrap = (inside: string): string => `<sendSmsRequests>${inside}</sendSmsRequests>`;
      const { text } = await zoom.ask('POST', '/sms/send-bulk', wrap(entry(PHONE) + entry('abc')));
      assert.match(
        text,
        /<sendSmsResponses><sendSmsResponses><messageId>\w+<\/messageId><\/sendSmsResponses><sendSmsResponses><error>Invalid mobile number<\/error><\/sendSmsResponses><\/sendSmsResponses>$/,
      );
      assert.equal((await zoom.ask('POST', '/sms/send-bulk', wrap(entry(PHONE)))).status, 200);
      assert.equal(sandbox.messages().length, 2);
    });

    it('writes what XML has no way to say as a replacement character', async () => {
      const sandbox = await start();
      const zoom = client(sandbox);
      const { body } = await zoom.send(PHONE, { message: 'a\u0001<&>\ud800' });
      const { text } = await zoom.ask('GET', `/messages/${body.messageId}.xml`);
      assert.match(text, /<message>a\u{FFFD}&lt;&amp;&gt;\u{FFFD}<\/message>/u);
    });

    const broken: [string, string, number][] = [
      ['application/json', '{"message":', 400],
      ['application/json', '[1]', 400],
      ['application/json', '"x"', 400],
      ['application/json', '{"message":{"a":1},"recipientNumber":"0721234567"}', 400],
      ['application/xml', '<sendSmsRequest><message>x</sendSmsRequest>', 400],
      ['application/xml', '<sendSmsRequest><message>x</recipientNumber></sendSmsRequest>', 400],
      ['application/xml', '<sendSmsRequest>', 400],
      ['application/xml', '</sendSmsRequest>', 400],
      ['application/xml', '<sendSmsRequest/><x/>', 400],
      ['application/xml', '<sendSmsRequest><message>&nbsp;</message></sendSmsRequest>', 400],
      ['application/xml', '<sendSmsRequest><message>&#x110000;</message></sendSmsRequest>', 400],
      ['application/xml', '<!DOCTYPE a [<!ENTITY b "c">]><sendSmsRequest/>', 400],
      ['application/xml', '<request><message>x</message></request>', 400],
      ['application/xml', '{"message":"x"}', 400],
      ['application/xml', '<'.repeat(100_000), 400],
      ['application/xml', '<a>'.repeat(100_000), 400],
      ['application/xml', `<a${' '.repeat(200_000)}`, 400],
      ['application/x-www-form-urlencoded', 'message=x', 415],
      ['', 'message', 415],
    ];
    for (const [type, source, expected] of broken) {
      it(`answers ${expected} to ${type || 'no type'}: ${source.slice(0, 40)}`, async () => {
        const sandbox = await start();
        const zoom = client(sandbox, { 'content-type': type });
        const { status, body } = await zoom.ask<RestError>('POST', '/sms/send', Buffer.from(source).toString());
        assert.deepEqual([status, body.code], [expected, expected]);
        assert.equal(sandbox.messages().length, 0);
      });
    }

    it('takes another root element when told so', async () => {
      const sandbox = await start({ assumptions: { xmlRootChecked: false } });
      const source = `<request><message>x</message><recipientNumber>${PHONE}</recipientNumber></request>`;
      const zoom = client(sandbox, { 'content-type': 'application/xml' });
      assert.equal((await zoom.ask('POST', '/sms/send', source)).status, 200);
    });

    it('minds no body where none is needed: `null`, as a GET or a DELETE, or nonsense', async () => {
      const sandbox = await start();
      const zoom = client(sandbox);
      const { messageId } = (await zoom.send(PHONE)).body;
      assert.equal((await zoom.ask('POST', `/messages/${messageId}/markRead`, 'null')).status, 200);
      assert.equal((await zoom.ask('PUT', `/messages/${messageId}/markUnread`, '{"')).status, 200);
      assert.equal((await zoom.ask('DELETE', `/messages/${messageId}`, 'null')).status, 200);
      const { body } = await zoom.ask<RestError>('POST', '/sms/send', 'null');
      assert.deepEqual([body.code, body.message], [2, 'Invalid mobile number']);
    });

    it('answers 413 in the format asked for', async () => {
      const zoom = client(await start());
      const { status, body } = await zoom.ask<RestError>('POST', '/sms/send', 'x'.repeat(1024 * 1024 + 1));
      assert.deepEqual([status, body.code], [413, 413]);
    });
  });

  it('is told apart by its ids: the time is in them, and the same seed gives the same ones', async () => {
    const at = '2018-06-29T19:36:11Z';
    const ids = async (): Promise<string> =>
      (await client(await start({ seed: 1, now: () => Date.parse(at) })).send(PHONE)).body.messageId;
    const id = await ids();
    assert.match(id, /^5b368a2b[\da-f]{16}$/);
    assert.equal(await ids(), id);
  });

  it('answers ids as numbers when told so', async () => {
    const sandbox = await start({ assumptions: { numericIds: true } });
    const zoom = client(sandbox);
    assert.equal((await zoom.send(PHONE)).body.messageId, 4012421376);
    assert.equal((await zoom.list()).webServiceMessages[0]?.messageId, 4012421376);
    assert.equal((await zoom.get('4012421376')).toNumber, PHONE);
  });
});
