/** A part of the crash matrix: the steps and faults by which messages get lost or doubled elsewhere. `npm run crash-matrix` is the whole. */
import assert from 'node:assert/strict';
import { type Fault, type Policy, type Step, VENDORS, type Vendor } from './matrix.ts';
import { type Matrix, runAll } from './plan.ts';
import { type Verdict, verdictOn } from './verdict.ts';

describe('Node-RED killed while it sends', function () {
  this.timeout(120_000);
  const steps: Step[] = ['after-store', 'after-accept', 'after-settle'];
  let matrix: Matrix;

  before(async () => {
    const vendors: Vendor[] = ['callr', 'enco', 'mail'];
    const faults: Fault[] = ['none', 'reset-before', 'reset-after'];
    matrix = await runAll({ stores: ['embedded'], steps, vendors, faults, atOnce: 2 });
  });

  const fatesAt = (step: Step) => matrix.outcomes.find(({ run }) => run.step === step)?.fates ?? [];
  const verdictsAt = (step: Step, lookup: string, fault: Fault, policy: Policy): Verdict[] => {
    const meant = fatesAt(step).filter(({ cell }) => VENDORS[cell.vendor].lookup === lookup);
    const fates = meant.filter(({ cell }) => cell.fault === fault && cell.policy === policy);
    return [...new Set(fates.map(verdictOn))];
  };

  it('loses nothing, and sends nothing twice that could be looked up', () => {
    assert.deepEqual(matrix.problems, []);
  });

  it('was killed with every message at its step that came to it', () => {
    for (const step of steps) {
      const fates = fatesAt(step).filter(({ cell }) => step === 'after-store' || cell.fault === 'none');
      assert(fates.length > 0 && fates.every(({ stopped }) => stopped), step);
    }
  });

  it('sends what was only in the store', () => {
    for (const policy of ['hold', 'resend', 'drop'] as const) {
      for (const lookup of ['reference', 'text', 'nothing']) {
        assert.deepEqual(verdictsAt('after-store', lookup, 'none', policy), ['sent'], `${lookup}, ${policy}`);
      }
    }
  });

  it('finds what the vendor had accepted', () => {
    for (const policy of ['hold', 'resend', 'drop'] as const) {
      for (const lookup of ['reference', 'text']) {
        assert.deepEqual(verdictsAt('after-accept', lookup, 'none', policy), ['sent'], `${lookup}, ${policy}`);
      }
    }
  });

  it('does as the account says where there is nothing to look in', () => {
    assert.deepEqual(verdictsAt('after-accept', 'nothing', 'none', 'hold'), ['held']);
    assert.deepEqual(verdictsAt('after-accept', 'nothing', 'none', 'drop'), ['dropped']);
    assert.deepEqual(verdictsAt('after-accept', 'nothing', 'none', 'resend'), ['twice']);
  });
});
