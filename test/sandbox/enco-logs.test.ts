/** Enco's logs: an interval, a month by day, errors, and paging. */
import assert from 'node:assert/strict';
import type { Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import type { EncoClient, FaultBody } from './support.ts';
import { idOf, login, sandboxes } from './support.ts';

const TO = '+32470000004';
const START = Date.parse('2016-12-28T15:51:40.727Z');

type Row = Record<string, string>;

const INTERVAL = {
  type: 'sms-outbound',
  year: '2016',
  month: '12',
  function: 'interval',
  startTime: '2016-12-27T23:00:00.000Z',
  endTime: '2016-12-28T23:00:00.000Z',
};
const BY_DAY = { type: 'sms-outbound', year: '2016', month: '12', function: 'groupByDay' };

describe('sandbox: Enco logs', () => {
  const { start } = sandboxes();

  async function open(
    options?: SandboxOptions,
  ): Promise<{ sandbox: Sandbox; client: EncoClient; at(time: number): void }> {
    let time = START;
    const sandbox = await start({ now: () => time, tokenLifetime: 1e9, ...options });
    return { sandbox, client: await login(sandbox), at: (moment) => (time = moment) };
  }
  const rows = async (client: EncoClient, query: object = {}): Promise<Row[]> => {
    const { status, body, text } = await client.get<Row[]>('/logs', { ...INTERVAL, ...query });
    assert.equal(status, 200, text);
    return body;
  };
  const texts = async (...of: Parameters<typeof rows>): Promise<(string | undefined)[]> =>
    (await rows(...of)).map(({ message }) => message);

  it('shows an accepted SMS as the document does: strings, 200, Belgian time', async () => {
    const { sandbox, client } = await open();
    const id = idOf(await client.send(TO, 'lolololol'));
    assert.deepEqual(await rows(client), [
      {
        timestamp: '2016-12-28T16:51:40.727+01:00',
        destinationAddress: TO,
        message: 'lolololol',
        initialDeliveryInfo: 'DeliveredToNetwork',
        numberOfChars: '9',
        numberOfMessages: '1',
        requestId: id,
        httpResponseCode: '200',
      },
    ]);
    assert.equal(sandbox.requests('enco.logs.interval').count, 1);
  });

  it('drops each habit of a row when told so', async () => {
    const assumptions = { logsNumbersAsStrings: false, logsSay200: false, logsRequestIdIsDeliveryinfoId: false };
    const { client } = await open({ assumptions: { ...assumptions, startsWaiting: true } });
    const id = idOf(await client.send(TO, 'x'));
    const [row] = (await rows(client)) as unknown as Record<string, unknown>[];
    assert.deepEqual([row?.numberOfChars, row?.httpResponseCode, row?.initialDeliveryInfo], [1, 201, 'MessageWaiting']);
    assert.ok(row?.requestId && row.requestId !== id);
  });

  it('lists an SMS whose answer was lost or malformed', async () => {
    const { client } = await open();
    await assert.rejects(client.send('+32470000008', 'lost'));
    await client.send('+32470000011', 'malformed');
    await assert.rejects(client.send('+32470000009', 'never accepted'));
    assert.deepEqual(await texts(client), ['lost', 'malformed']);
  });

  it('lags behind when told so', async () => {
    const { client, at } = await open({ logsLag: 5000 });
    await client.send(TO, 'x');
    at(START + 4999);
    assert.deepEqual(await texts(client), []);
    at(START + 5000);
    assert.deepEqual(await texts(client), ['x']);
  });

  it('keeps the shared number and each dedicated address apart, and clients too', async () => {
    const clients = [
      { clientId: 'a', clientSecret: '1', dedicatedAddresses: ['8888'] },
      { clientId: 'b', clientSecret: '2' },
    ];
    const { sandbox, client: a } = await open({ clients });
    const b = await login(sandbox, clients[1]);
    await a.send(TO, 'shared');
    await a.post('/sms/outboundmessages/8888', { message: 'own', destinations: [TO] });
    await b.send(TO, 'of b');
    assert.deepEqual(await texts(a), ['shared']);
    assert.deepEqual(await texts(a, { dedicatedaddress: '8888' }), ['own']);
    assert.deepEqual(await texts(b), ['of b']);
    assert.equal((await b.get('/logs', { ...INTERVAL, dedicatedaddress: '8888' })).status, 403);
  });

  it('keeps to the interval and to the Belgian month', async () => {
    const { client, at } = await open();
    await client.send(TO, 'December');
    at(Date.parse('2016-12-31T23:30:00Z'));
    await client.send(TO, 'January in Belgium');
    const wide = { startTime: '2016-01-01T00:00:00Z', endTime: '2017-12-31T00:00:00Z' };
    assert.deepEqual(await texts(client, wide), ['December']);
    assert.deepEqual(await texts(client, { ...wide, year: '2017', month: '1' }), ['January in Belgium']);
    assert.deepEqual(await texts(client, { startTime: '2016-12-28T15:51:40.728Z' }), []);
    assert.deepEqual(await texts(client, { startTime: '2016-12-28T16:51:40.727+01:00' }), ['December']);
  });

  it('means the UTC month when told so', async () => {
    const { client, at } = await open({ assumptions: { logsMonthIsBelgian: false } });
    at(Date.parse('2016-12-31T23:30:00Z'));
    await client.send(TO, 'still December');
    assert.deepEqual(await texts(client, { endTime: '2017-12-31T00:00:00Z' }), ['still December']);
  });

  it('lists erroneous calls apart, with their code', async () => {
    const { client } = await open();
    await client.send('+32470000005', 'refused');
    await client.post('/sms/outboundmessages', { message: 'two', destinations: [TO, TO] });
    await client.send('+32470000006', 'down');
    await client.send('+32470000007', 'throttled before it came to the log');
    assert.deepEqual(await texts(client), []);
    const failed = await rows(client, { type: 'sms-outbound-error' });
    assert.deepEqual(
      failed.map((row) => [row.destinationAddress, row.message, row.httpResponseCode, row.initialDeliveryInfo]),
      [
        ['+32470000005', 'refused', '400', ''],
        [TO, 'two', '400', ''],
        ['+32470000006', 'down', '503', ''],
      ],
    );
  });

  it('sums a month up by day', async () => {
    const { sandbox, client, at } = await open();
    await client.send(TO, 'x');
    await client.send(TO, 'x'.repeat(161));
    at(START + 24 * 3600 * 1000);
    await client.send(TO, 'x');
    const expected = [
      { date: '2016-12-28', numberOfMessages: '3', numberOfRequests: '2' },
      { date: '2016-12-29', numberOfMessages: '1', numberOfRequests: '1' },
    ];
    assert.deepEqual((await client.get('/logs', BY_DAY)).body, expected);
    assert.deepEqual((await client.get('/logs', { ...BY_DAY, limit: '1', page: 'last' })).body, expected.slice(1));
    assert.equal(sandbox.requests('enco.logs.groupByDay').count, 2);
  });

  it('keys the days of a month when told so', async () => {
    const { client } = await open({ assumptions: { groupByDayShape: 'days' } });
    await client.send(TO, 'x');
    const { body } = await client.get('/logs', BY_DAY);
    assert.deepEqual(body, { '2016-12-28': { numberOfMessages: '1', numberOfRequests: '1' } });
  });

  it('pages forward and back by the requestId at the edge', async () => {
    const { client } = await open();
    for (const text of ['1', '2', '3', '4', '5']) await client.send(TO, text);
    const first = await rows(client, { limit: '2' });
    assert.deepEqual(await texts(client, { limit: '2', page: 'first' }), ['1', '2']);
    const second = await rows(client, { limit: '2', page: 'next', pageref: first.at(-1)?.requestId });
    assert.deepEqual(
      second.map(({ message }) => message),
      ['3', '4'],
    );
    const last = await rows(client, { limit: '2', page: 'next', pageref: second.at(-1)?.requestId });
    assert.equal(last.length, 1);
    assert.deepEqual(await rows(client, { limit: '2', page: 'next', pageref: last.at(-1)?.requestId }), []);
    assert.deepEqual(await texts(client, { limit: '2', page: 'previous', pageref: second[0]?.requestId }), ['1', '2']);
    assert.deepEqual(await texts(client, { limit: '2', page: 'last' }), ['5']);
  });

  it('pages by row numbers when told so, and by its own limit when none is given', async () => {
    const { client } = await open({ assumptions: { logsPageRefIsRequestId: false, logsDefaultLimit: 2 } });
    for (const text of ['1', '2', '3']) await client.send(TO, text);
    assert.deepEqual(await texts(client), ['1', '2']);
    assert.deepEqual(await texts(client, { page: 'next', pageref: '2' }), ['3']);
    assert.deepEqual(await texts(client, { page: 'previous', pageref: '2' }), ['1', '2']);
  });

  const bad: [string, object][] = [
    ['no type', { type: undefined }],
    ['another type', { type: 'sms-inbound' }],
    ['no year', { year: undefined }],
    ['a year that is no number', { year: 'now' }],
    ['no month', { month: undefined }],
    ['a month past December', { month: '13' }],
    ['no function', { function: undefined }],
    ['another function', { function: 'sum' }],
    ['no startTime', { startTime: undefined }],
    ['no endTime', { endTime: undefined }],
    ['a limit of zero', { limit: '0' }],
    ['another page', { page: '2' }],
    ['next without a pageref', { page: 'next' }],
    ['a pageref that is none', { page: 'next', pageref: 'nothing' }],
  ];
  it('insists on its query parameters', async () => {
    const { client } = await open();
    for (const [what, change] of bad) {
      const query = Object.entries({ ...INTERVAL, ...change }).filter(([, value]) => value !== undefined);
      const { status, body } = await client.get<FaultBody>('/logs', Object.fromEntries(query));
      assert.deepEqual([status, body.fault?.code], [400, 400], what);
    }
  });
});
