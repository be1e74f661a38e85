/** Enco's inbound: what a phone writes, who may read it, and what counts as new. */
import assert from 'node:assert/strict';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import type { EncoClient, FaultBody } from './support.ts';
import { login, sandboxes } from './support.ts';

const PHONE = '+32470000100';
const DAY = 24 * 3600 * 1000;
const START = Date.parse('2016-12-28T15:51:40.727Z');

interface Inbound {
  numberOfMessages: number;
  messages: { senderAddress: string; message: string; numberOfParts: number; timeReceived: string }[];
}

const clients = [
  { clientId: 'a', clientSecret: '1', dedicatedAddresses: ['8888'] },
  { clientId: 'b', clientSecret: '2', dedicatedAddresses: ['666'] },
];

describe('sandbox: Enco inbound', () => {
  const { start } = sandboxes();
  const window = (newOnly: boolean, from = START - DAY, to = START + 30 * DAY): Record<string, string> => ({
    startdatetime: new Date(from).toISOString(),
    enddatetime: new Date(to).toISOString(),
    'new-only': String(newOnly),
  });
  const read = async (client: EncoClient, newOnly = false, address = 'shared'): Promise<Inbound> =>
    (await client.get<Inbound>(`/sms/inboundmessages/${address}`, window(newOnly))).body;
  const texts = async (...of: Parameters<typeof read>): Promise<string[]> =>
    (await read(...of)).messages.map(({ message }) => message);

  /** Two clients of one shared number, and a clock that stands until it is moved. */
  async function pair(
    assumptions = {},
  ): Promise<{ sandbox: Sandbox; a: EncoClient; b: EncoClient; wait(ms: number): void }> {
    let time = START;
    const sandbox = await start({ clients, assumptions, now: () => time, tokenLifetime: 1e9 });
    const [a, b] = [await login(sandbox, clients[0]), await login(sandbox, clients[1])];
    return { sandbox, a, b, wait: (ms) => (time += ms) };
  }

  it('shows what a phone wrote to a dedicated address, with Belgian time', async () => {
    const { sandbox, a } = await pair();
    sandbox.receive({ from: PHONE, to: '8888', text: 'YES' });
    assert.deepEqual(await read(a, true, '8888'), {
      numberOfMessages: 1,
      messages: [
        {
          senderAddress: `tel:${PHONE}`,
          message: 'YES',
          numberOfParts: 1,
          timeReceived: '2016-12-28T16:51:40.727+01:00',
        },
      ],
    });
    assert.equal(sandbox.requests('enco.inbound.dedicated').count, 1);
  });

  it('writes the sender without tel: when told so', async () => {
    const { sandbox, a } = await pair({ senderAddressWithTelPrefix: false });
    sandbox.receive({ from: PHONE, to: '8888', text: 'YES' });
    assert.equal((await read(a, true, '8888')).messages[0]?.senderAddress, PHONE);
  });

  it('keeps the dedicated address of another client closed', async () => {
    const { a, b } = await pair();
    const ask = (client: EncoClient): Promise<{ status: number }> =>
      client.get('/sms/inboundmessages/8888', window(false));
    assert.deepEqual([(await ask(a)).status, (await ask(b)).status], [200, 403]);
  });

  it('routes nothing on the shared number to a client that never wrote to that phone', async () => {
    const { sandbox, a } = await pair();
    const record = sandbox.receive({ from: PHONE, text: 'who?' });
    assert.deepEqual([record.to, record.owners], ['8937', []]);
    assert.deepEqual(await texts(a), []);
    assert.equal(sandbox.inbox().length, 1);
  });

  it('routes an answer on the shared number to the only client that wrote within 7 days', async () => {
    const { sandbox, a, b, wait } = await pair();
    await a.send(PHONE);
    sandbox.receive({ from: PHONE, text: 'to a' });
    await b.send(PHONE);
    sandbox.receive({ from: PHONE, text: 'to nobody' });
    wait(7 * DAY);
    await b.send(PHONE);
    wait(1);
    sandbox.receive({ from: PHONE, text: 'to b' });
    wait(7 * DAY);
    sandbox.receive({ from: PHONE, text: 'too late' });
    assert.deepEqual(await texts(a), ['to a']);
    assert.deepEqual(await texts(b), ['to b']);
  });

  it('lets an older send count when told so', async () => {
    const { sandbox, a, wait } = await pair({ ownSendMustBeRecent: false });
    await a.send(PHONE);
    wait(8 * DAY);
    sandbox.receive({ from: PHONE, text: 'late' });
    assert.deepEqual(await texts(a), ['late']);
  });

  it('does not own an answer through a send from a dedicated address', async () => {
    const { sandbox, a } = await pair();
    await a.post('/sms/outboundmessages/8888', { message: 'x', destinations: [PHONE] });
    assert.deepEqual(sandbox.receive({ from: PHONE, text: 'hm' }).owners, []);
  });

  it('gives a message once with new-only=true, and again with false', async () => {
    const { sandbox, a } = await pair();
    sandbox.receive({ from: PHONE, to: '8888', text: 'one' });
    assert.deepEqual(await texts(a, true, '8888'), ['one']);
    assert.deepEqual(await texts(a, true, '8888'), []);
    sandbox.receive({ from: PHONE, to: '8888', text: 'two' });
    assert.deepEqual(await texts(a, false, '8888'), ['one', 'two']);
    assert.deepEqual(await texts(a, true, '8888'), [], 'reading with false marks too');
    assert.deepEqual(sandbox.inbox()[1]?.readBy, ['a']);
  });

  it('does not mark what new-only=false reads when told so', async () => {
    const { sandbox, a } = await pair({ newOnlyMarksOnFalse: false });
    sandbox.receive({ from: PHONE, to: '8888', text: 'one' });
    await texts(a, false, '8888');
    assert.deepEqual(await texts(a, true, '8888'), ['one']);
  });

  it('leaves out both ends of the interval', async () => {
    const { sandbox, a } = await pair();
    sandbox.receive({ from: PHONE, to: '8888', text: 'edge' });
    const count = async (from: number, to: number): Promise<number> =>
      (await a.get<Inbound>('/sms/inboundmessages/8888', window(false, from, to))).body.numberOfMessages;
    assert.equal(await count(START - 1, START + 1), 1);
    assert.equal(await count(START, START + 1), 0);
    assert.equal(await count(START - 1, START), 0);
  });

  it('insists on its three query parameters', async () => {
    const { a } = await pair();
    const good = window(true);
    const bad: Record<string, string>[] = [
      ...Object.keys(good).map((name) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))),
      { ...good, startdatetime: 'yesterday' },
      { ...good, enddatetime: '2016-12-28' },
      { ...good, 'new-only': '1' },
    ];
    for (const query of bad) {
      const { status, body } = await a.get<FaultBody>('/sms/inboundmessages/shared', query);
      assert.deepEqual([status, body.fault.code], [400, 400], JSON.stringify(query));
    }
  });

  it('lists the dedicated addresses, without Content-Type as in the document', async () => {
    const { a } = await pair();
    const { headers, body } = await a.get('/sms/dedicatedaddresses');
    assert.deepEqual(body, { dedicatedAddresses: ['8888'] });
    assert.equal(headers.get('content-type'), null);
    const plain = await login(await start({ assumptions: { dedicatedAddressesWithoutContentType: false } }));
    const reply = await plain.get('/sms/dedicatedaddresses');
    assert.deepEqual(reply.body, { dedicatedAddresses: ['666', '8888'] });
    assert.match(reply.headers.get('content-type') ?? '', /json/);
  });

  it('cannot receive on a number that nobody has', async () => {
    const { sandbox } = await pair();
    assert.throws(() => sandbox.receive({ from: PHONE, to: '1234', text: 'x' }), /Nobody here has the number 1234/);
  });
});
