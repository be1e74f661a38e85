/** What is to be put right in Redis when it answers again. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Amends } from '../../dist/src/store/redis-amends.js';

describe('what is owed to Redis', () => {
  it('is tried at a cost that grows with what it is, however many owe it while Redis fails', async () => {
    const [amends, count] = [new Amends(), 2000];
    let [tries, done, fails] = [0, 0, true];
    const work = async () => {
      tries += 1;
      await turn();
      if (fails) throw new Error('out of reach');
      done += 1;
    };
    for (let i = 0; i < count; i += 1) {
      amends.owe(() => work());
      amends.make();
      if (i % 10 === 0) await turn();
    }
    await amends.make();
    assert(tries <= 2 * count, `${tries} tries`);
    const before = tries;
    await amends.make();
    assert(tries <= before + 1, 'one is tried for all');
    fails = false;
    await amends.make();
    assert.equal(done, count, 'all of it is done when it is waited for');
    assert(tries <= before + 1 + count);
  });

  it('is tried again, and the rest of it done, when one of it fails for ever', async () => {
    const amends = new Amends();
    let done = 0;
    amends.owe(() => Promise.reject(new Error('never')));
    await amends.make();
    const work = async () => {
      done += 1;
    };
    for (let i = 0; i < 5; i += 1) amends.owe(() => work());
    await amends.make();
    await amends.make();
    assert.equal(done, 5);
  });
});
