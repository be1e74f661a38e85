/** Each fault of the table on the wire of each vendor: amid a message, a token, a look-up and a second page; and what is left of it. */
import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Params } from '../../dist/src/providers/provider.js';
import { BY_HTTP, type Fault } from './by-http.ts';
import { authority } from './certificates.ts';
import { written } from './gate.ts';
import { ACCEPTED, classOf, MOVED, NOT_LET_IN, REFUSED, UNKNOWN } from './verdicts.ts';
import { inTrouble, type Moment, message, TO, taken, verdictOf, type Wire, wires } from './wires.ts';

describe('by HTTP', () => {
  const { all, elsewhere } = wires();
  const trusted = getCACertificates('default');

  before(() => setDefaultCACertificates([...trusted, authority]));
  after(() => setDefaultCACertificates(trusted));
  afterEach(() => assert.equal(elsewhere(), 0, 'no other host is called'));

  for (const [what, body] of [
    ['HTML', '<!DOCTYPE html><html>Please log in</html>'],
    ['nothing', ''],
    ['a line', 'OK'],
  ] as const) {
    it(`${what} where XML was asked for: unknown`, async () => {
      const wire = all.find(({ provider }) => provider.id === 'digitaleo') ?? assert.fail();
      const how = { answer: () => [written({ status: 200, headers: { 'content-type': 'text/html' }, body })] };
      const params = { text: what, contacts: [{ recipient: TO }], format: 'xml' };
      await inTrouble(wire, 'message', { what, is: UNKNOWN, why: '', how }, async (line) => {
        assert.equal(await verdictOf(line.call('digitaleo.sms.create', params)), UNKNOWN);
      });
      const xml = await inTrouble(wire, 'message', null, (line) => line.call('digitaleo.sms.create', params));
      assert.match(String(xml), /^<\?xml/);
    });
  }

  for (const { title, faults } of BY_HTTP) {
    describe(title.toLowerCase(), () => {
      for (const fault of faults) {
        it(`${fault.what}: ${classOf(fault.is)}`, async () => {
          const works = all.flatMap((wire) => [
            ...momentsOf(fault).map((moment) => sent(wire, moment, fault)),
            withoutToken(wire, fault),
            lookedUp(wire, fault),
            turned(wire, fault),
          ]);
          // None goes on when another fails.
          await Promise.allSettled(works);
          await Promise.all(works);
        });
      }
    });
  }
});

/** No two texts are the same. */
let made = 0;

function isAnswered({ how }: Fault): boolean {
  return typeof how !== 'string' && 'answer' in how;
}

/** Where the class is unknown, it is the same whether the vendor has the message or not: that is why it is unknown. */
function momentsOf(fault: Fault): Moment[] {
  if (fault.is === ACCEPTED) return ['message'];
  return fault.is === UNKNOWN && isAnswered(fault) ? ['message', 'lost message'] : ['lost message'];
}

async function sent(wire: Wire, moment: Moment, fault: Fault): Promise<void> {
  const { id, verbs } = wire.provider;
  const text = `${moment} ${++made}`;
  const calls = await inTrouble(wire, moment, fault, async (line, gate) => {
    const verdict = await verdictOf(verbs.send(line, message(text)));
    if (verdict !== fault.or) assert.equal(verdict, fault.is, `${id}: ${moment}`);
    return gate.calls;
  });
  assert.equal(taken(wire, text), moment === 'message' ? 1 : 0, `what ${id} has`);
  if (typeof fault.how === 'string') return;
  assert.ok(calls === 1 || (calls === 2 && fault.calls === 2), `${id} was called ${calls} times`);
}

/** A call that could not be authorised was never made. */
async function withoutToken(wire: Wire, fault: Fault): Promise<void> {
  const { id, verbs } = wire.provider;
  if (!wire.sandbox.tokenUrl) return;
  const text = `no token ${++made}`;
  await inTrouble(wire, 'token', fault, async (line, gate) => {
    const verdict = await verdictOf(verbs.send(line, message(text)));
    if (fault.is === ACCEPTED) assert.equal(verdict, ACCEPTED, id);
    else assert.match(verdict, isDefinite(fault) ? /not-sent$/ : /not-sent retryable$/, `${id}: token`);
    if (typeof fault.how !== 'string') assert.equal(gate.calls, 1, `${id} asked for a token once`);
  });
  assert.equal(taken(wire, text), fault.is === ACCEPTED ? 1 : 0, `what ${id} has`);
}

/** Whether somebody says no, so that asking again changes nothing. */
function isDefinite({ is }: Fault): boolean {
  return is === MOVED || is === REFUSED || is === NOT_LET_IN;
}

/** A look-up that was not answered finds nothing out: least of all that the vendor does not have the message. */
async function lookedUp(wire: Wire, fault: Fault): Promise<void> {
  const { id, verbs } = wire.provider;
  const { lookup } = verbs;
  assert.ok(lookup);
  const text = `looked up ${++made}`;
  const attempt = { ...message(text), startedAt: Date.now() };
  await inTrouble(wire, 'look-up', null, (line) => verbs.send(line, message(text)));
  await inTrouble(wire, 'look-up', fault, async (line) => {
    const found = lookup(line, attempt);
    if (fault.is === ACCEPTED) assert.equal((await found).length, 1, id);
    else if (isEmptyList(id, fault)) assert.deepEqual(await found, []);
    else assert.match(await verdictOf(found), isDefinite(fault) ? /^SMS/ : / retryable$/, `${id}: look-up`);
  });
  const found = await inTrouble(wire, 'look-up', null, (line) => lookup(line, attempt));
  assert.equal(found.length, 1, `${id}: found when it is over`);
}

/** Where the answer is a list, nothing in it is an answer. */
function isEmptyList(id: string, { what }: Fault): boolean {
  return id === 'enco' && what.endsWith(': []');
}

/** An operation with pages, and how to ask for pages of one. */
const PAGED: Record<string, () => [id: string, params: Params]> = {
  enco: () => ['enco.logs.interval', { type: 'sms-outbound', ...thisHour(), limit: 1 }],
  digitaleo: () => ['digitaleo.sms.read', { way: 'mt', properties: 'id', limit: 1 }],
  callr: () => ['callr.sms.search', { filters: { type: 'OUT' }, options: { offset: 0, limit: 1 } }],
  zoomconnect: () => ['zoomconnect.messages.all', { type: 'OUTBOUND', pageSize: 1 }],
};

function thisHour(): Params {
  const [start, end] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3600_000).toISOString());
  // The months of this vendor are Belgian.
  const [year, month] = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Brussels' }).split('-').map(Number);
  return { year, month, startTime: start, endTime: end };
}

/** A page that does not come is not the end of the list. */
async function turned(wire: Wire, fault: Fault): Promise<void> {
  const { id } = wire.provider;
  if (!isAnswered(fault) || fault.slow || isEmptyList(id, fault)) return;
  const [operation, params] = PAGED[id]?.() ?? assert.fail(`no pages of ${id} are known`);
  const pages: unknown[] = [];
  await inTrouble(wire, 'page', fault, async (line) => {
    const verdict = await verdictOf(
      (async () => {
        for await (const page of line.pages(operation, params)) if (pages.push(page) === 3) return;
      })(),
    );
    const isWell = fault.is === ACCEPTED;
    assert.deepEqual([verdict === ACCEPTED, pages.length], [isWell, isWell ? 3 : 1], `${id}: second page, ${verdict}`);
  });
}
