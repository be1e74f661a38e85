/** Those that wait: first come, first served. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Waiting } from '../../dist/src/runtime/waiting.js';

describe('those that wait', () => {
  it('leave in the order in which they came, whoever comes meanwhile', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.array(fc.boolean(), { maxLength: 200 }), (many, steps) => {
        const waiting = new Waiting<number>();
        const wanted: number[] = [];
        for (let i = 0; i < many; i += 1) waiting.add(-1);
        for (let i = 0; i < many; i += 1) {
          waiting.add(i);
          wanted.push(i);
          assert.equal(waiting.take(), -1);
        }
        for (const [i, isComing] of steps.entries()) {
          if (isComing) {
            waiting.add(i);
            wanted.push(i);
          } else assert.equal(waiting.take(), wanted.shift());
          assert.equal(waiting.isEmpty, wanted.length === 0);
        }
      }),
    );
  });
});
