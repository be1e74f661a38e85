/** CALLR's outbound methods: what is accepted, what it costs, what it looks like afterwards. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import type { Sms } from './callr-support.ts';
import { client } from './callr-support.ts';
import { next, sandboxes } from './support.ts';

const TO = '+33612340100';
const LONG = 'a'.repeat(11);

describe('sandbox: CALLR outbound', () => {
  const { start } = sandboxes('callr');

  const value = (name: string): [number, string] => [151, `PROPERTY_VALUE_ERROR [${name}]`];
  const type = (name: string): [number, string] => [151, `PROPERTY_TYPE_ERROR [${name}]`];
  const format = (name: string): [number, string] => [151, `INVALID_PARAM_FORMAT [${name}]`];
  const refused: [unknown[], [number, string]][] = [
    [['+33123', TO, 'x', null], value('from')],
    [['12345', TO, 'x', null], value('from')],
    [[`${LONG}a`, TO, 'x', null], value('from')],
    [['Café', TO, 'x', null], value('from')],
    [['1 2-3', TO, 'x', null], value('from')],
    [[null, TO, 'x', null], type('from')],
    [['SMS', null, 'x', null], type('to')],
    [['SMS', 33612340100, 'x', null], type('to')],
    [['SMS', '0612340100', 'x', null], value('to')],
    [['SMS', '+0612340100', 'x', null], value('to')],
    [['SMS', '+33 612340100', 'x', null], value('to')],
    [['SMS', '', 'x', null], value('to')],
    [['SMS', TO, null, null], format('body')],
    [['SMS', TO, '', null], value('body')],
    [['SMS', TO, 'x'.repeat(3201), null], value('body')],
    [['SMS', TO, 'x', 'GSM'], type('options')],
    [['SMS', TO, 'x', [1]], type('options')],
    [['SMS', TO, 'x', { flash_message: 1 }], type('flash_message')],
    [['SMS', TO, 'x', { force_encoding: 'UCS2' }], value('force_encoding')],
    [['SMS', TO, 'x', { nature: 'INFO' }], value('nature')],
    [['SMS', TO, 'x', { user_data: 7 }], type('user_data')],
    [['SMS', TO, 'x', { webhook: 'https://example.com' }], type('webhook')],
    [
      ['SMS', TO, 'x', { webhook: {} }],
      [150, 'PROPERTY_MISSING [endpoint]'],
    ],
    [['SMS', TO, 'x', { webhook: { endpoint: 'ftp://example.com' } }], value('endpoint')],
    [['SMS', TO, 'x', { webhook: { endpoint: 'http://x', options: { hmac_algo: 'SHA3' } } }], value('hmac_algo')],
  ];
  it('callr.sms.send, callr.options, callr.errors: names the parameter that is wrong', async () => {
    const sandbox = await start();
    const { fault } = client(sandbox);
    for (const [params, expected] of refused) {
      assert.deepEqual(await fault('sms.send', ...params), expected, JSON.stringify(params).slice(0, 80));
    }
    assert.equal(sandbox.messages().length, 0);
  });

  it('callr.sms.send: takes every sender that the document allows', async () => {
    const sandbox = await start();
    for (const from of ['', 'SMS', 'A-1 _b', LONG, '36077']) await client(sandbox).send(TO, { from });
    assert.deepEqual(
      sandbox.messages().map(({ from }) => from),
      ['38011', 'SMS', 'A-1 _b', LONG, '36077'],
    );
  });

  it('callr.sms.send: forbids senders other than SMS when told so', async () => {
    const { fault, send } = client(await start({ assumptions: { anySenderAuthorised: false } }));
    assert.deepEqual(await fault('sms.send', 'ACME', TO, 'x', null), [100, 'FORBIDDEN']);
    await send(TO, { from: 'SMS' });
    await send(TO, { from: '' });
  });

  it('callr.segments: counts the 3200 characters as code points, or as UTF-16 units when told so', async () => {
    const body = '😀'.repeat(1601);
    await client(await start()).send(TO, { body });
    const units = client(await start({ assumptions: { limitCountsUnits: true } }));
    assert.deepEqual(await units.fault('sms.send', 'SMS', TO, body, null), value('body'));
  });

  it('callr.options: ignores null and unknown fields, an empty PHP array, and refuses the unknown when told so', async () => {
    const { send } = client(await start());
    await send(TO, { options: [] });
    await send(TO, { options: { nature: null, webhook: null, later: true, push_mo_enabled: true } });
    const strict = client(await start({ assumptions: { unknownFieldsRefused: true, userDataLimit: 3 } }));
    assert.deepEqual(await strict.fault('sms.send', 'SMS', TO, 'x', { later: true }), value('options.later'));
    assert.deepEqual(await strict.fault('sms.send', 'SMS', TO, 'x', { user_data: 'four' }), value('user_data'));
    await strict.send(TO, { options: { user_data: 'abc', push_mo_enabled: true } });
  });

  it('callr.sms.get, callr.options: shows the message as it was asked for', async () => {
    const sandbox = await start();
    const { send, ask } = client(sandbox);
    const delivered = next(sandbox, 'status', ({ status }) => status === 'delivered');
    const options = { flash_message: true, nature: 'ALERTING', user_data: 'ref 1', force_encoding: 'GSM' };
    const id = await send(TO, { from: 'ACME', body: '« é »', options });
    await delivered;
    const sms = await ask<Sms>('sms.get', id);
    const { status_history, date_creation, date_sent, date_received, ...rest } = sms;
    assert.deepEqual(
      status_history.map(({ old_status, new_status }) => `${old_status} ${new_status}`),
      ['CREATED PENDING', 'PENDING SENT', 'SENT REMOTE_QUEUED', 'REMOTE_QUEUED RECEIVED'],
    );
    for (const { updated_at } of status_history) assert.match(updated_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    for (const date of [date_creation, date_sent]) assert.match(date, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.equal(date_received, '0000-00-00 00:00:00');
    assert.deepEqual(rest, {
      type: 'OUT',
      hash: id,
      from: 'ACME',
      to: TO,
      text: '« é »',
      options,
      encoding: 'GSM',
      user_data: 'ref 1',
      b_customer_mode: 'PREPAID',
      b_customer_debit: '0.05',
      network: '20801',
      status: 'RECEIVED',
      status_error: '',
      parts: 1,
      nature: 'ALERTING',
      date_update: sms.status_history.at(-1)?.updated_at.slice(0, 19),
    });
    assert.equal(sandbox.messages()[0]?.text, '" é "', 'the phone shows the forced text');
  });

  it('callr.sms.get: knows no id of nobody, of someone else, or that is none', async () => {
    const clients = ['one', 'two'].map((name) => ({ username: name, password: name }));
    const sandbox = await start({ clients });
    const other = client(sandbox, { authorization: `Basic ${btoa('two:two')}` });
    const { fault } = client(sandbox);
    for (const id of [await other.send(TO), 'ABCDEFGH', 'x', '__proto__']) {
      assert.deepEqual(await fault('sms.get', id), value('id'));
    }
    assert.deepEqual(await fault('sms.get', null), type('id'));
  });

  it('callr.sms.get: follows its switches', async () => {
    const assumptions = {
      sharedCodeShown: false,
      defaultNature: 'ALERTING',
      textAsEncoded: true,
      pricePerPart: 0.1,
    };
    const { send, ask } = client(await start({ assumptions }));
    const id = await send(TO, { from: '', body: '«»', options: { force_encoding: 'GSM' } });
    const { from, nature, text, b_customer_debit } = await ask<Sms>('sms.get', id);
    assert.deepEqual([from, nature, text, b_customer_debit], ['', 'ALERTING', '""', '0.10']);
  });

  const texts: [string, string | null, string, number, string?][] = [
    ['a'.repeat(160), null, 'GSM', 1],
    ['a'.repeat(161), null, 'GSM', 2],
    ['a'.repeat(306), null, 'GSM', 2],
    ['a'.repeat(307), null, 'GSM', 3],
    ['я'.repeat(70), null, 'UNICODE', 1],
    ['я'.repeat(71), null, 'UNICODE', 2],
    ['я'.repeat(135), null, 'UNICODE', 3],
    ['a'.repeat(71), 'UNICODE', 'UNICODE', 2],
    ['price: 5 €', null, 'UNICODE', 1],
    ['[x]', null, 'UNICODE', 1],
    ['«€» “x” … – ê ç Œ [a] |', 'GSM', 'GSM', 1, '"e" "x" ... - e c OE (a) /'],
    ['e\u0301 漢 😀', 'GSM', 'GSM', 1, 'é ? ?'],
    ['…'.repeat(54), 'GSM', 'GSM', 2, '...'.repeat(54)],
  ];
  it('callr.segments: tells GSM from UNICODE, forces either, and counts the parts', async () => {
    const sandbox = await start();
    const { send, ask } = client(sandbox);
    for (const [body, force_encoding, encoding, parts, shown = body] of texts) {
      const sms = await ask<Sms>('sms.get', await send(TO, { body, options: { force_encoding } }));
      assert.deepEqual([sms.encoding, sms.parts], [encoding, parts], body);
      assert.equal(sandbox.messages().at(-1)?.text, shown);
    }
  });

  it('callr.segments: has the extension table when told so, two septets each', async () => {
    const { ask } = client(await start({ assumptions: { extensionTable: true } }));
    const count = (body: string): Promise<unknown> => ask('sms.get_count_for_body', body);
    assert.deepEqual(await count('€'.repeat(80)), { count: 1, encoding: 'GSM' });
    assert.deepEqual(await count('€'.repeat(81)), { count: 2, encoding: 'GSM' });
  });

  it('callr.segments: puts the STOP number in before it counts, for a custom sender only', async () => {
    const sandbox = await start({ assumptions: { stopNumber: '36$&' } });
    const { send, ask } = client(sandbox);
    const body = `${'a'.repeat(155)}%STOPNUM%`;
    const shown = async (from: string): Promise<[string, number]> => {
      const { text, parts } = await ask<Sms>('sms.get', await send(TO, { from, body }));
      return [text.slice(155), parts];
    };
    assert.deepEqual(await shown('ACME'), ['36$&', 1]);
    assert.deepEqual(await shown(''), ['%STOPNUM%', 2]);
    assert.deepEqual(await shown('36077'), ['%STOPNUM%', 2]);
    assert.deepEqual(await ask('sms.get_count_for_body', body), { count: 1, encoding: 'GSM' });
    const plain = client(await start({ assumptions: { quoteReplacesStopNumber: false } }));
    assert.deepEqual(await plain.ask('sms.get_count_for_body', body), { count: 2, encoding: 'GSM' });
  });

  it('callr.sms.getQuote: tells parts, encoding and cost, and sends nothing', async () => {
    const sandbox = await start();
    const { ask, fault } = client(sandbox);
    assert.deepEqual(await ask('sms.get_quote', TO, 'a'.repeat(161), null), {
      count: 2,
      encoding: 'GSM',
      cost: '0.1000',
    });
    const forced = await ask('sms.get_quote', TO, 'hello', { force_encoding: 'UNICODE' });
    assert.deepEqual(forced, { count: 1, encoding: 'UNICODE', cost: '0.0500' });
    assert.deepEqual(await fault('sms.get_quote', '0612', 'x', null), value('to'));
    assert.deepEqual(await fault('sms.get_quote', TO, null, null), format('text'));
    assert.deepEqual(await fault('sms.get_quote', TO, 'x', { nature: 1 }), type('nature'));
    assert.equal(sandbox.messages().length, 0);
  });

  it('callr.sms.getCountForBody: tells parts and encoding', async () => {
    const { ask, fault } = client(await start());
    assert.deepEqual(await ask('sms.get_count_for_body', 'я'.repeat(71)), { count: 2, encoding: 'UNICODE' });
    assert.deepEqual(await fault('sms.get_count_for_body', null), format('body'));
  });

  it('callr.sms.getGsmCharsetMapping: says what is in GSM and what is mapped, in either shape', async () => {
    const pairs = await client(await start()).ask<{ char: string; gsm: string }[]>('sms.get_gsm_charset_mapping');
    const gsm = new Map(pairs.map((pair) => [pair.char, pair.gsm]));
    assert.deepEqual(
      ['@', 'é', '«', '€', 'ê', 'œ', '漢'].map((char) => gsm.get(char)),
      [...['@', 'é', '"', 'e', 'e', 'oe'], undefined],
    );
    const object = client(await start({ assumptions: { charsetMappingShape: 'object' } }));
    const { charset, mapping } = await object.ask<{ charset: string; mapping: Record<string, string> }>(
      'sms.get_gsm_charset_mapping',
    );
    assert.deepEqual([charset.length, charset.slice(0, 3), mapping['€']], [127, '@£$', 'e']);
  });

  it('outlives parameters of any kind', async () => {
    const sandbox: Sandbox = await start();
    const { rpc, ask } = client(sandbox);
    const values = [null, true, -1, '', '\ud800', randomBytes(9).toString('latin1'), [], [[]], {}, { __proto__: 1 }];
    const methods = ['sms.send', 'sms.get', 'sms.get_list', 'sms.get_quote', 'sms.search', 'sms.export_async'];
    methods.push('webhooks.subscribe', 'webhooks.unsubscribe', 'jobs.get', 'session.refresh', 'session.delete');
    for (const method of methods) {
      for (const value of values) {
        for (const count of [1, 2, 3, 4]) {
          const { status, body } = await rpc(method, ...Array.from({ length: count }, () => value));
          assert.ok(status === 200 && body.id === 137, `${method} ${JSON.stringify(value)}`);
        }
      }
    }
    assert.ok(await ask('system.get_timestamp'));
  });
});
