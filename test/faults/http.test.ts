/** Each fault of the table on the wire of each vendor: what the attempt comes to, and that nothing is left of it. */
import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { BY_HTTP, type Fault } from './by-http.ts';
import { authority } from './certificates.ts';
import { inTrouble, message, taken, verdictOf, type Wire, wires } from './wires.ts';
import { ACCEPTED, classOf, UNKNOWN } from './verdicts.ts';

describe('a message by HTTP, when there is', () => {
  const { all, elsewhere } = wires();
  const trusted = getCACertificates('default');

  before(() => setDefaultCACertificates([...trusted, authority]));
  after(() => setDefaultCACertificates(trusted));
  afterEach(() => assert.equal(elsewhere(), 0, 'no other host is called'));

  for (const { title, faults } of BY_HTTP) {
    describe(title, () => {
      for (const fault of faults) {
        it(`${fault.what}: ${classOf(fault.is)}`, async () => {
          await Promise.all(all.map((wire) => tried(wire, fault)));
        });
      }
    });
  }
});

/** Where the class is unknown, it is the same whether the vendor has the message or not: that is why it is unknown. */
async function tried(wire: Wire, fault: Fault): Promise<void> {
  const isAnswer = typeof fault.how !== 'string' && 'answer' in fault.how;
  const worlds = isAnswer && fault.is === UNKNOWN ? [true, false] : [isAnswer && fault.is === ACCEPTED];
  for (const seen of worlds) {
    const text = `${fault.what}, ${seen}`;
    const calls = await inTrouble(wire, fault, { seen }, async (line) => {
      const verdict = await verdictOf(wire.provider.verbs.send(line, message(text)));
      assert.equal(verdict, fault.is, `${wire.provider.id}, the vendor ${seen ? 'has it' : 'has it not'}`);
      return wire.gate.calls;
    });
    assert.equal(taken(wire, text), seen ? 1 : 0, `what ${wire.provider.id} has`);
    if (typeof fault.how === 'string') continue;
    assert.ok(calls === 1 || (calls === 2 && fault.calls === 2), `${wire.provider.id} was called ${calls} times`);
  }
}
