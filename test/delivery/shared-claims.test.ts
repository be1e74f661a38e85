/** An account that cannot reach Redis for longer than its claims last, while another goes on with what it had. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
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
  let prefix: string;
  before(async function () {
    redis = await sharedRedis(this);
  });
  beforeEach(async () => {
    prefix = newPrefix();
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

  /** One whose message the vendor has, and has not answered yet, when it is cut off; `answer` lets the vendor answer. */
  const cutOff = async () => {
    const { account, vendor, owner, store } = rig(far);
    const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<'accept'>()];
    const line = await vendor(() => {
      called.resolve();
      return answer.promise;
    });
    const stopped = account(line, { timeout: 20_000 });
    const { reference } = await send(stopped, '+32470112001');
    await called.promise;
    way.cut();
    return {
      ...{ stopped, owner, reference, line },
      answer: async () => {
        way.mend();
        await soon(() => store.open());
        answer.resolve('accept');
        await stopped.close();
      },
    };
  };

  it('lets go of what it could not end before it was closed: the next account of that id finds out', async () => {
    const { account, vendor, owner, store } = rig(far);
    const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<'accept'>()];
    const line = await vendor(() => {
      called.resolve();
      return answer.promise;
    });
    const first = account(line);
    await send(first, '+32470112001');
    await called.promise;
    way.cut();
    answer.resolve('accept');
    await soon(async () => assert.equal(line.taken.length, 1));
    await first.close();
    way.mend();
    await soon(() => store.open());
    await account(line).resume();
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
    assert.equal(line.calls.length, 1);
  });

  it('tells what became of a message of which a Redis that lost all knows nothing', async () => {
    const { account, vendor, owner } = rig(near);
    const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<'accept'>()];
    const line = await vendor(() => {
      called.resolve();
      return answer.promise;
    });
    const { reference } = await send(account(line), '+32470112001');
    await called.promise;
    redis.cli('flushall');
    answer.resolve('accept');
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
    assert.equal((await near.tracked.findReference('account', reference))?.id, 'id-1');
  });

  it('says nothing of a message that another has settled by now', async () => {
    const { owner, reference, answer } = await cutOff();
    const taken = await takenOver();
    await near.outbox.remove(taken.reference);
    await answer();
    assert.deepEqual(owner.outcomes, []);
    assert.deepEqual(await near.marks.list('post:send'), [], 'no letter tells of it either');
    assert.equal(await near.tracked.findReference('account', reference), null);
  });

  it('says nothing of one that another is looking up, who hears of the answer', async () => {
    const { owner, reference, answer } = await cutOff();
    const taken = await takenOver();
    await answer();
    assert.deepEqual(owner.outcomes, []);
    assert.equal((await near.outbox.find(reference))?.state, 'unknown');
    assert.equal(JSON.parse((await near.marks.get('heard:account', taken.reference)) ?? '{}').id, 'id-1');
  });

  it('settles one that another holds by now for a person, as it knows better', async () => {
    const { owner, reference, answer } = await cutOff();
    const taken = await takenOver();
    await near.outbox.save(Object.assign(taken, { state: 'held' }));
    await answer();
    assert.equal(owner.outcomes.length, 1);
    assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
    assert.equal(await near.outbox.find(reference), null);
  });

  it('says nothing when it was stopped in the meantime, and wakes', async () => {
    const { vendor } = rig(far);
    const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<'accept'>()];
    const { baseUrl, tokenUrl, credentials } = await vendor(() => {
      called.resolve();
      return answer.promise;
    });
    const script = path.join(import.meta.dirname, 'stopped-child.ts');
    const line = JSON.stringify({ baseUrl, tokenUrl, credentials });
    const child = spawn(process.execPath, [script, redis.url, prefix, line], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    await called.promise;
    child.kill('SIGSTOP');
    const taken = await takenOver();
    await near.outbox.remove(taken.reference);
    answer.resolve('accept');
    child.kill('SIGCONT');
    child.stdin.end();
    await ended;
    assert.equal(said.trim(), 'closed');
    assert.deepEqual(await near.marks.list('post:send'), []);
  });

  it('tells of its message once when it has not heard that the end of it was stored', async () => {
    const { account, vendor, owner, store } = rig(far);
    const sending = account(await vendor(() => 'accept'));
    way.cutAt('outbox.remove');
    const { reference } = await send(sending, '+32470112001');
    await soon(async () => assert.equal(await near.outbox.find(reference), null));
    assert.deepEqual(owner.outcomes, []);
    way.mend();
    await soon(() => store.open());
    await owner.until(() => owner.outcomes.length === 1);
    await pause(100);
    assert.equal(owner.outcomes.length, 1);
  });

  describe('and has not heard whether a message was taken in', () => {
    const to = '+32470112001';
    const key = { dedupe: 'key', dedupeSeconds: 600 };

    it('does not speak of an error when another has sent it, and refuses it with the same key', async () => {
      const [{ account, vendor, owner, store }, { account: another }] = [rig(far), rig(near)];
      const line = await vendor(() => 'accept');
      const taking = account(line);
      way.cutAt('outbox.add');
      const { reference } = await send(taking, to, 'Hello', key);
      await another(line).resume();
      await soon(async () => assert.equal(line.taken.length, 1));
      await soon(async () => assert.equal(await near.outbox.find(reference), null));
      way.mend();
      await soon(() => store.open());
      await pause(1200);
      assert.deepEqual(owner.outcomes, []);
      await assert.rejects(send(taking, to, 'Hello', key), { code: 'SMS_DUPLICATE' });
      assert.equal(line.taken.length, 1);
    });

    it('takes it back when nobody has tried it, and says so when that is certain: its key is free', async () => {
      const { account, vendor, owner, store } = rig(far);
      const line = await vendor(() => 'accept');
      const taking = account(line);
      way.cutAt('outbox.add');
      const { reference } = await send(taking, to, 'Hello', key);
      await pause(300);
      assert.equal(owner.outcomes.length, 0, 'nobody knows');
      assert.equal((await near.outbox.find(reference))?.state, 'waiting');
      way.mend();
      await soon(() => store.open());
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.error?.code, 'SMS_STORE');
      assert.equal(await near.outbox.find(reference), null);
      await send(taking, to, 'Hello', key);
      await owner.until(() => owner.outcomes.length === 2);
      assert.equal(line.taken.length, 1);
    });

    it('says so after a deploy, too', async () => {
      const { account, vendor, owner, store } = rig(far);
      const line = await vendor(() => 'accept');
      const taking = account(line);
      way.cutAt('outbox.add');
      await send(taking, to, 'Hello', key);
      await taking.close();
      const next = account(line);
      way.mend();
      await soon(() => store.open());
      await owner.until(() => owner.outcomes.length === 1);
      assert.equal(owner.outcomes[0]?.error?.code, 'SMS_STORE');
      await send(next, to, 'Hello', key);
      await owner.until(() => owner.outcomes.length === 2);
    });
  });
});
