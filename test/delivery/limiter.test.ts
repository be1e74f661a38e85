/** The rate of an account, and a clock that is put back. */
import assert from 'node:assert/strict';
import { Limiter } from '../../dist/src/delivery/limiter.js';

describe('a clock that is put back', () => {
  const HOUR = 3600_000;

  it('keeps the spacing, and nobody waits until it is that time again', () => {
    const limiter = new Limiter(10);
    const now = 10 * HOUR;
    assert.equal(limiter.take(now), 0);
    assert.equal(limiter.take(now), 100);
    assert.equal(limiter.wait(now + 50), 150);
    const back = now - HOUR;
    assert.equal(limiter.wait(back), 200);
    assert.equal(limiter.take(back + 200), 0);
    assert.equal(limiter.take(back + 200), 100);
  });
});
