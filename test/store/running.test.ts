/** What is under way: who waits for it waits for that, and for no more. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Running } from '../../dist/src/store/running.js';

describe('what is under way', () => {
  /** Whether a promise has been fulfilled by now. */
  async function isOver(promise: Promise<unknown>): Promise<boolean> {
    await turn();
    return Promise.race([promise.then(() => true), turn(false)]);
  }

  it('is waited for, however it ends; what begins meanwhile is not', async () => {
    const running = new Running();
    assert.equal(await isOver(running.over()), true, 'nothing is');
    const [one, other, later] = [1, 2, 3].map(() => Promise.withResolvers<void>());
    assert(one && other && later);
    running.begin(one.promise);
    running.begin(other.promise).catch(() => {});
    const over = running.over();
    running.begin(later.promise);
    one.resolve();
    assert.equal(await isOver(over), false);
    const both = running.over();
    other.reject(new Error('no matter'));
    assert.equal(await isOver(over), true);
    assert.equal(await isOver(both), false, 'it was under way when this was asked');
    later.resolve();
    assert.equal(await isOver(both), true);
  });

  it('is over when nothing is under way, whatever began meanwhile', async () => {
    const running = new Running();
    const [one, later] = [1, 2].map(() => Promise.withResolvers<void>());
    assert(one && later);
    running.begin(one.promise);
    const none = running.none();
    running.begin(later.promise);
    one.resolve();
    assert.equal(await isOver(none), false);
    later.resolve();
    assert.equal(await isOver(none), true);
  });

  it('is over for all who wait for nothing to be under way, whoever else waits', async () => {
    const running = new Running();
    const [one, other, later] = [1, 2, 3].map(() => Promise.withResolvers<void>());
    assert(one && other && later);
    running.begin(one.promise);
    const both = [running.none(), running.none()];
    running.begin(other.promise);
    const over = running.over();
    one.resolve();
    assert.deepEqual(await Promise.all(both.map(isOver)), [false, false], 'another waits for what began meanwhile');
    running.begin(later.promise);
    other.resolve();
    await over;
    assert.deepEqual(await Promise.all(both.map(isOver)), [false, false]);
    later.resolve();
    await Promise.all(both);
  });

  it('leaves nothing behind, however often it was waited for', async () => {
    const running = new Running();
    for (let i = 0; i < 3; i += 1) {
      running.begin(Promise.resolve());
      assert.equal(await running.over(), undefined);
    }
  });
});
