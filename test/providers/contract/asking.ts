/** What is demanded of the verbs that ask: status, inbound, look-up, length, senders. */
import assert from 'node:assert/strict';
import { verbOf } from '../../../dist/src/providers/capabilities.js';
import type { InboundQuery, Provider } from '../../../dist/src/providers/provider.js';
import type { Session } from '../../../dist/src/providers/session.js';
import { SmsError } from '../../../dist/src/sms/errors.js';
import { measure } from '../../../dist/src/sms/segments.js';
import { failure, outgoing, phone } from '../support.ts';
import { lines, type Start } from './lines.ts';
import { finalOf, STATUSES } from './statuses.ts';

const DAY = 24 * 3600_000;

export function describeStatus(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('reports the status of each id in its order, an unknown one beside known ones', async () => {
    const { sandbox, line } = await connect();
    const ids: string[] = [];
    for (const digits of ['0004', '0000']) ids.push((await provider.verbs.send(line, outgoing(phone(digits)))).id);
    const [first = '', second = ''] = ids;
    await finalOf(sandbox, second);
    const reports = await verbOf(provider, 'status')(line, [second, 'no-such-id', first]);
    assert.equal(reports.length, 3);
    const [delivered, unknown, underway] = reports;
    assert.ok(delivered && !(delivered instanceof SmsError));
    assert.ok(underway && !(underway instanceof SmsError));
    assert.deepEqual(
      [delivered.id, delivered.to, delivered.status, delivered.final],
      [second, phone('0000'), 'delivered', true],
    );
    assert.deepEqual([underway.id, underway.to, underway.final], [first, phone('0004'), false]);
    assert.ok(STATUSES.includes(underway.status));
    for (const report of [delivered, underway]) {
      assert.ok(report.providerStatus && report.description && report.raw);
      assert.equal(new Date(report.updatedAt).toISOString(), report.updatedAt);
    }
    assert.ok(unknown instanceof SmsError);
  });

  it('asks nobody when there is nothing to ask', async () => {
    const { sandbox, line } = await connect();
    assert.deepEqual(await verbOf(provider, 'status')(line, []), []);
    assert.equal(sandbox.requests().count, 0);
  });
}

export function describeInbound(provider: Provider, start: Start): void {
  const connect = lines(provider, start);
  const query = (at: number, more: Partial<InboundQuery> = {}): InboundQuery => ({
    address: null,
    since: new Date(at - DAY),
    until: new Date(at + DAY),
    markRead: false,
    limit: 100,
    ...more,
  });

  it('reads what phones wrote, oldest first, whatever the order of the vendor', async () => {
    const noon = Date.parse('2026-03-04T12:00:00.000Z');
    let now = noon;
    const { sandbox, line } = await connect({ now: () => now });
    await provider.verbs.send(line, outgoing(phone('4321')));
    for (const [minutes, text] of [
      [3, 'third'],
      [1, 'first'],
      [2, 'second'],
    ] as const) {
      now = noon + minutes * 60_000;
      sandbox.receive({ from: phone('4321'), text });
    }
    const read = await verbOf(provider, 'inbound')(line, query(noon));
    assert.deepEqual(
      read.map(({ text }) => text),
      ['first', 'second', 'third'],
    );
    const [first] = read;
    assert.deepEqual([first?.from, first?.parts, first?.receivedAt], [phone('4321'), 1, '2026-03-04T12:01:00.000Z']);
    assert.equal(new Set(read.map(({ id }) => id)).size, 3);
    const again = await verbOf(provider, 'inbound')(line, query(noon));
    assert.deepEqual(
      again.map(({ id }) => id),
      read.map(({ id }) => id),
      'the same SMS has the same id when read again',
    );
  });

  it('reads nothing where nothing came', async () => {
    const { line } = await connect();
    assert.deepEqual(await verbOf(provider, 'inbound')(line, query(Date.now())), []);
  });
}

export function describeLookup(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  const attempt = async (digits: string, line: Session) => {
    const message = outgoing(phone(digits), { text: `story ${digits}`, reference: `ref-${digits}` });
    const startedAt = Date.now();
    const error = await failure(provider.verbs.send(line, message));
    assert.equal(error.outcome, 'unknown');
    const { to, text, sender, reference } = message;
    return verbOf(provider, 'lookup')(line, { to, text, sender, reference, startedAt });
  };

  it('finds the attempt that was accepted though its answer was lost', async () => {
    const { sandbox, line } = await connect();
    const found = await attempt('0008', line);
    assert.deepEqual(
      found.map(({ id }) => id),
      sandbox.messages().map(({ id }) => id),
    );
    assert.ok(found[0]?.raw && STATUSES.includes(found[0].status));
    assert.equal(new Date(found[0].acceptedAt).toISOString(), found[0].acceptedAt);
  });

  it('finds the attempt whose answer could not be read', async () => {
    const { sandbox, line } = await connect();
    const found = await attempt('0011', line);
    assert.deepEqual(
      found.map(({ id }) => id),
      sandbox.messages().map(({ id }) => id),
    );
  });

  it('finds nothing of an attempt that was not accepted, beside others to the same phone', async () => {
    const { sandbox, line } = await connect();
    await provider.verbs.send(line, outgoing(phone('0000'), { text: 'story 0009', reference: 'other' }));
    assert.deepEqual(await attempt('0009', line), []);
    assert.equal(sandbox.messages().length, 1);
  });
}

const CORPUS = [
  'a',
  'Déjà vu',
  'é'.repeat(160),
  'x'.repeat(161),
  'Ω'.repeat(300),
  '€'.repeat(81),
  '’',
  '漢'.repeat(71),
];

export function describeLength(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('counts as we do', async () => {
    const { line } = await connect();
    for (const text of CORPUS) assert.deepEqual(await verbOf(provider, 'length')(line, text), measure(text));
  });
}

export function describeSenders(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('lists senders, each of which it takes', async () => {
    const { line } = await connect();
    const senders = await verbOf(provider, 'senders')(line);
    assert.ok(senders.length > 0);
    for (const sender of senders) provider.checkSender(sender);
  });
}
