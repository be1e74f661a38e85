/** An account that cannot reach Redis for longer than its claims last, while another goes on with what it had. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { redisStore, type Store } from '../../dist/src/store/index.js';
import { type Cut, cutAfter } from '../support/cut.ts';
import { newPrefix, type RedisServer, sharedRedis, soon } from '../support/redis.ts';
import { rigs, send } from './support.ts';

const TIMES = { lockDuration: 300, stalledInterval: 50 };

describe('an account that was out of reach of its store', () => {
  const rig = rigs();
  const ends: (() => Promise<unknown>)[] = [];
  let redis: RedisServer;
  let way: Cut;
  let far: Store;
  let near: Store;
  before(async function () {
    redis = await sharedRedis(this);
  });
  beforeEach(async () => {
    const prefix = newPrefix();
    way = await cutAfter(redis.port);
    far = redisStore({ url: `redis://127.0.0.1:${way.port}`, prefix, ...TIMES });
    near = redisStore({ url: redis.url, prefix, ...TIMES });
    ends.push(
      () => way.close(),
      () => near.close(),
    );
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** What the other process does with what has come to it. */
  const takenOver = async () => {
    let [taken] = await near.outbox.claim('account', Date.now(), 1);
    for (const end = Date.now() + 5000; !taken && Date.now() < end; await pause(20)) {
      [taken] = await near.outbox.claim('account', Date.now(), 1);
    }
    assert.equal(taken?.state, 'unknown');
    return taken;
  };

  it('does not send what another has sent by now', async () => {
    const { account, vendor, store } = rig(far);
    const { calls, ...line } = await vendor(() => 'accept');
    const [asked, connected] = [Promise.withResolvers<void>(), Promise.withResolvers<typeof line>()];
    const connect = () => {
      asked.resolve();
      return connected.promise;
    };
    const slow = account(line, { connect, lookups: [60] });
    const { reference } = await send(slow, '+32470112001');
    await asked.promise;
    way.cut();
    const taken = await takenOver();
    await near.outbox.remove(taken.reference);
    way.mend();
    await soon(() => store.open());
    connected.resolve(line);
    await slow.close();
    assert.equal(calls.length, 0);
    assert.equal(await near.outbox.find(reference), null);
  });

  it('sends what nobody else has taken, by the same account: the vendor was not out of reach', async () => {
    const { account, vendor, store, owner } = rig(far);
    const { calls, ...line } = await vendor(() => 'accept');
    const [asked, connected] = [Promise.withResolvers<void>(), Promise.withResolvers<typeof line>()];
    const connect = () => {
      asked.resolve();
      return connected.promise;
    };
    const slow = account(line, { connect, lookups: [0.05], uncertain: 'resend', failoverAfter: 0.5 });
    account(line, { id: 'fallback' });
    const { reference } = await send(slow, '+32470112001', 'Hello', { fallback: ['fallback'] });
    await asked.promise;
    way.cut();
    await pause(2 * TIMES.lockDuration);
    way.mend();
    await soon(() => store.open());
    connected.resolve(line);
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.account, 'account');
    assert.equal(calls.length, 1);
    assert.equal(await near.outbox.find(reference), null);
  });
});
