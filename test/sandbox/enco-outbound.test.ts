/** Enco's send, length and delivery info, as the vendor's document shows them. */
import assert from 'node:assert/strict';
import type { DeliveryInfo, FaultBody } from './support.ts';
import { idOf, login, next, sandboxes } from './support.ts';

const TO = '+32470000100';
const PATH = '/sms/outboundmessages';

describe('sandbox: Enco outbound', () => {
  const { start } = sandboxes();

  it('accepts an SMS from the shared number with 201', async () => {
    const sandbox = await start({ pace: 100 });
    const client = await login(sandbox);
    const { status, headers, body } = await client.send(TO);
    assert.equal(status, 201);
    assert.equal(body.resourceURL, `${sandbox.baseUrl}${PATH}/deliveryinfos/${idOf({ body } as never)}`);
    assert.match(body.resourceURL, /\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(body.deliveryInfo, [{ address: TO, deliveryStatus: 'DeliveredToNetwork' }]);
    assert.equal(headers.get('location'), `${body.resourceURL}"`, 'the stray quote of the document');
    assert.equal(headers.get('content-type'), 'application/json;charset=UTF-8');
    assert.match(headers.get('activityid') ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual([headers.get('server'), headers.get('access-control-allow-methods')], ['nginx', 'POST']);
    const [message] = sandbox.messages();
    assert.deepEqual(
      [message?.from, message?.to, message?.text, message?.parts, message?.client, message?.status],
      ['8937', TO, 'Hello World Test Message', 1, 'sandbox', 'sent'],
    );
  });

  it('lays its JSON out as the document does', async () => {
    const client = await login(await start());
    assert.match((await client.send(TO)).text, /^\{\n {2}"resourceURL" : "http.*",\n {2}"deliveryInfo" : \[ \{\n/);
    const compact = await login(await start({ assumptions: { prettyJson: false } }));
    assert.match((await compact.send(TO)).text, /^\{"resourceURL":"http/);
  });

  it('sends from an own dedicated address only', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const body = { message: 'x', destinations: [TO] };
    assert.equal((await client.post(`${PATH}/8888`, body)).status, 201);
    assert.equal(sandbox.messages()[0]?.from, '8888');
    assert.equal((await client.post(`${PATH}/9999`, body)).status, 403);
    assert.deepEqual(sandbox.requests().byOperation, { 'enco.auth.token': 1, 'enco.outbound.sendFrom': 2 });
    const other = await login(await start({ assumptions: { foreignAddressForbidden: false } }));
    assert.equal((await other.post(`${PATH}/9999`, body)).status, 404);
  });

  it('tells the delivery info with a tel: address, and its progress', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const delivered = next(sandbox, 'status');
    const id = idOf(await client.send(TO));
    assert.equal((await delivered).id, id);
    const { status, body } = await client.get<DeliveryInfo>(`${PATH}/deliveryinfos/${id}`);
    assert.equal(status, 200);
    assert.deepEqual(body.deliveryInfo, [{ address: `tel:${TO}`, deliveryStatus: 'DeliveredToTerminal' }]);
    assert.match(body.resourceURL, new RegExp(`/deliveryinfos/${id}$`));
  });

  it('knows no delivery info of an unknown id, nor of another client', async () => {
    const clients = [
      { clientId: 'a', clientSecret: '1' },
      { clientId: 'b', clientSecret: '2' },
    ];
    const sandbox = await start({ clients });
    const [a, b] = await Promise.all(clients.map((client) => login(sandbox, client)));
    const id = idOf((await a?.send(TO)) as never);
    const ask = async (client: typeof a, of: string): Promise<unknown[]> => {
      const reply = await client?.get<FaultBody>(`${PATH}/deliveryinfos/${of}`);
      return [reply?.status, reply?.body.fault?.code];
    };
    assert.deepEqual(await ask(a, id), [200, undefined]);
    assert.deepEqual(await ask(b, id), [404, 404]);
    assert.deepEqual(await ask(a, 'nothing'), [404, 404]);
    assert.deepEqual(await ask(a, '%E0%A4%A'), [404, 404]);
  });

  const bad: [string, unknown][] = [
    ['no destination', { message: 'x', destinations: [] }],
    ['two destinations', { message: 'x', destinations: [TO, '+32470000101'] }],
    ['a destination that is no array', { message: 'x', destinations: TO }],
    ['no destinations at all', { message: 'x' }],
    ['a national number', { message: 'x', destinations: ['0470000100'] }],
    ['letters for a number', { message: 'x', destinations: ['+32abc'] }],
    ['a number as a number', { message: 'x', destinations: [32470000100] }],
    ['an empty text', { message: '', destinations: [TO] }],
    ['no text', { destinations: [TO] }],
    ['a text that is no string', { message: 7, destinations: [TO] }],
    ['a callbackURL that is no URL', { message: 'x', destinations: [TO], callbackURL: 'me' }],
    ['a callbackURL that is not http', { message: 'x', destinations: [TO], callbackURL: 'ftp://127.0.0.1/' }],
    ['a body that is no object', [1]],
    ['a body that is no JSON', '{"message":'],
    ['an empty body', ''],
  ];
  it('refuses what the document does not allow with a 400 fault, and goes on', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    for (const [what, body] of bad) {
      const reply = await client.post<FaultBody>(PATH, body);
      assert.deepEqual([reply.status, reply.body.fault.code], [400, 400], what);
      assert.ok(reply.headers.get('activityid'), what);
    }
    assert.equal(sandbox.messages().length, 0);
    assert.equal((await client.send(TO)).status, 201);
  });

  it('insists on a JSON media type', async () => {
    const client = await login(await start());
    const body = JSON.stringify({ message: 'x', destinations: [TO] });
    assert.equal((await client.post(PATH, body, { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await client.post(PATH, body, { 'content-type': 'application/json; charset=utf-8' })).status, 201);
  });

  it('overlooks body fields that it does not know', async () => {
    const client = await login(await start());
    assert.equal((await client.send(TO, 'x', { binary: false, callbackUrl: 'no', more: [1] })).status, 201);
  });

  it('keeps line breaks in a text', async () => {
    const sandbox = await start();
    await (await login(sandbox)).send(TO, 'one\ntwo\rthree');
    assert.equal(sandbox.messages()[0]?.text, 'one\ntwo\rthree');
  });

  it('splits a long text, or refuses it under forceCharacterLimit', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const body = { message: 'x'.repeat(161), destinations: [TO] };
    assert.equal((await client.post(`${PATH}?forceCharacterLimit=false`, body)).status, 201);
    assert.equal(sandbox.messages()[0]?.parts, 2);
    assert.equal((await client.post(`${PATH}?forceCharacterLimit=true`, body)).status, 400);
    assert.equal((await client.post(`${PATH}/8888?forceCharacterLimit=true`, body)).status, 400);
    assert.equal((await client.post(`${PATH}?forceCharacterLimit=yes`, body)).status, 400);
    assert.equal((await client.send(TO, 'short')).status, 201);
  });

  it('cuts a long text under forceCharacterLimit when told so', async () => {
    const sandbox = await start({ assumptions: { forceCharacterLimitRefuses: false } });
    const client = await login(sandbox);
    for (const message of ['x'.repeat(500), `€${'x'.repeat(500)}`, '😀'.repeat(80)]) {
      assert.equal(
        (await client.post(`${PATH}?forceCharacterLimit=true`, { message, destinations: [TO] })).status,
        201,
      );
    }
    const texts = sandbox.messages().map(({ parts, text }) => [parts, text]);
    assert.deepEqual(texts, [
      [1, 'x'.repeat(160)],
      [1, `€${'x'.repeat(158)}`],
      [1, '😀'.repeat(35)],
    ]);
  });

  it('counts the length of a text', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const ask = async (message: unknown): Promise<unknown> =>
      (await client.post<unknown>(`${PATH}/length`, { message })).body;
    const counted = (chars: number, limit: number, parts: number, left: number): object => ({
      numberOfChars: chars,
      charLimitPerPart: limit,
      numberOfParts: parts,
      numberOfRemainingCharsInPart: left,
    });
    assert.deepEqual(await ask('Hello world test message'), counted(24, 160, 1, 136));
    assert.deepEqual(await ask('x'.repeat(161)), counted(161, 153, 2, 145));
    assert.deepEqual(await ask('€'), counted(2, 160, 1, 158));
    assert.deepEqual(await ask('ê'.repeat(71)), counted(71, 67, 2, 63));
    assert.equal((await client.post(`${PATH}/length`, { message: 5 })).status, 400);
    assert.equal(sandbox.requests('enco.outbound.length').count, 5);
    assert.equal(sandbox.messages().length, 0);
  });

  it('counts code points, or parts left, when told so', async () => {
    const client = await login(
      await start({ assumptions: { lengthCountsUnits: false, lengthWithRemainingParts: true } }),
    );
    const { body } = await client.post<Record<string, number>>(`${PATH}/length`, { message: '€' });
    assert.deepEqual([body.numberOfChars, body.numberOfRemainingParts], [1, 0]);
  });

  it('drops each quirk of the document when told so', async () => {
    const assumptions = { strayQuoteInLocation: false, bareAddressInSendAnswer: false, telPrefixInDeliveryInfo: false };
    const sandbox = await start({ assumptions: { ...assumptions, resourceUrlOfVendor: true } });
    const client = await login(sandbox);
    const sent = await client.send(TO);
    const id = idOf(sent);
    assert.equal(sent.body.resourceURL, `https://api.enco.io/sms/1.0.0${PATH}/deliveryinfos/${id}`);
    assert.equal(sent.headers.get('location'), sent.body.resourceURL);
    assert.equal(sent.body.deliveryInfo[0]?.address, `tel:${TO}`);
    const { body } = await client.get<DeliveryInfo>(`${PATH}/deliveryinfos/${id}`);
    assert.equal(body.deliveryInfo[0]?.address, TO);
  });

  it('starts as MessageWaiting when told so', async () => {
    const sandbox = await start({ assumptions: { startsWaiting: true } });
    const client = await login(sandbox);
    const delivered = next(sandbox, 'status', ({ status }) => status === 'delivered');
    assert.equal((await client.send(TO)).body.deliveryInfo[0]?.deliveryStatus, 'MessageWaiting');
    const words = (await delivered).life.map(({ providerStatus }) => providerStatus);
    assert.deepEqual(words, ['MessageWaiting', 'DeliveredToNetwork', 'DeliveredToTerminal']);
  });

  it('knows no other path (404) and no other method (405)', async () => {
    const client = await login(await start());
    const unknown = await client.get<FaultBody>('/sms/nothing');
    assert.deepEqual([unknown.status, unknown.body.fault.code], [404, 404]);
    assert.equal((await client.get(`${PATH}/`)).status, 404);
    assert.equal((await client.get(PATH)).status, 405);
    assert.equal((await client.post('/logs', {})).status, 405);
  });

  it('refuses an assumption that it does not have, and a value that it cannot be', async () => {
    await assert.rejects(start({ assumptions: { strayQuote: true } }), /"strayQuote" is no assumption/);
    await assert.rejects(start({ assumptions: { prettyJson: 1 } }), /"prettyJson" must be a boolean/);
    await assert.rejects(start({ assumptions: { groupByDayShape: 'list' } }), /must be one of rows, days/);
  });
});
