/** Where a node is told of its messages, when several processes with that node share a Redis. */
import assert from 'node:assert/strict';
import { redisStore, type Store } from '../../dist/src/store/index.js';
import { newPrefix, type RedisServer, sharedRedis } from '../support/redis.ts';
import { type Process, type Setting, startProcess } from './shared-process.ts';
import { rigs, type Vendor, wait } from './support.ts';

describe('what a node is to be told, where several processes have it,', function () {
  this.timeout(20_000);
  const newRig = rigs();
  let redis: RedisServer;
  let store: Store;
  let vendor: Vendor;
  let prefix: string;
  let running: Process[];
  before(async function () {
    redis = await sharedRedis(this);
  });
  beforeEach(async () => {
    prefix = newPrefix();
    store = redisStore({ url: redis.url, prefix });
    vendor = await newRig(store).vendor(() => 'accept');
    running = [];
  });
  afterEach(() => Promise.all(running.map((one) => one.crash())));

  async function start(more: Partial<Setting> = {}): Promise<Process> {
    const { baseUrl, tokenUrl, credentials } = vendor;
    const one = await startProcess({ url: redis.url, prefix, line: { baseUrl, tokenUrl, credentials }, ...more });
    running.push(one);
    return one;
  }

  async function until(holds: () => unknown, milliseconds = 6000): Promise<void> {
    for (const end = Date.now() + milliseconds; !(await holds()); await wait(10)) {
      assert(Date.now() < end, JSON.stringify(running.map(({ heard }) => heard)));
    }
  }

  /** The others know at once, and not only when its last sign has faded. */
  async function crash(one: Process): Promise<void> {
    await one.crash();
    await store.marks.remove('life', one.life);
  }

  const phones = (count: number) => Array.from({ length: count }, (_, i) => `+32470${String(112_100 + i)}`);
  const settled = ({ heard }: Process) =>
    heard.filter(({ what }) => what === 'settled').map(({ reference }) => reference);
  const letters = () => store.marks.list('post:send');

  it('is told where the message was taken in, soon, though another one has sent it', async () => {
    const [taking, sending] = [await start(), await start()];
    const references = await taking.ask('take', phones(20), false);
    const began = Date.now();
    await sending.ask('resume');
    await until(() => settled(taking).length === 20);
    assert(Date.now() - began < 3000);
    assert.deepEqual(settled(taking).sort(), [...references].sort());
    assert.deepEqual(sending.heard, []);
    await until(async () => (await letters()).length === 0);
  });

  it('comes in its order: the receipt from another process, then what this one hears', async () => {
    const [taking, sending] = [await start(), await start()];
    const references = await taking.ask('take', phones(10), false);
    await sending.ask('resume');
    await Promise.all(
      references.map(async (reference, i) => {
        await taking.ask('accepted', reference);
        // By the one that has not been told yet, or by the other one.
        await (i % 2 === 0 ? taking : sending).ask('report', reference, 'delivered');
      }),
    );
    await until(() => taking.heard.length === 20);
    for (const reference of references) {
      const told = taking.heard.filter((one) => one.reference === reference).map(({ word }) => word);
      assert.deepEqual(told, ['accepted', 'delivered']);
    }
    assert.deepEqual(sending.heard, []);
  });

  it('is told by one of the others when that process has died, the receipt and all that follows by the same one', async () => {
    const [taking, sending, third] = [await start(), await start(), await start()];
    const references = await taking.ask('take', phones(20), false);
    await crash(taking);
    await Promise.all([sending.ask('resume'), third.ask('resume')]);
    await until(() => settled(sending).length + settled(third).length === 20);
    await Promise.all(
      references.map((reference, i) => (i % 2 === 0 ? sending : third).ask('report', reference, 'delivered')),
    );
    await until(() => sending.heard.length + third.heard.length === 40);
    const heir = sending.heard.length > 0 ? sending : third;
    assert.equal(heir.heard.length, 40);
    for (const reference of references) {
      const told = heir.heard.filter((one) => one.reference === reference).map(({ word }) => word);
      assert.deepEqual(told, ['accepted', 'delivered']);
    }
  });

  it('and was not told by a process that died over it, is told by one of the others, once', async () => {
    const [dying, other] = [await start({ isMute: true }), await start()];
    const references = await dying.ask('take', phones(10), true);
    await until(() => settled(dying).length === 10);
    const second = await start();
    await wait(700);
    assert.deepEqual([other, second].flatMap(settled), [], 'while it lives it may tell them yet');
    await crash(dying);
    const others = [other, second, await start()];
    await until(() => others.flatMap(settled).length === 10, 7000);
    await wait(700);
    assert.deepEqual(others.flatMap(settled).sort(), [...references].sort());
  });

  it('waits for one that has the node, where those that send have not', async () => {
    const [taking, sending] = [await start(), await start({ hasNode: false })];
    await taking.ask('take', phones(5), false);
    await crash(taking);
    await sending.ask('resume');
    await until(async () => (await letters()).length === 5);
    const later = await start();
    await until(() => settled(later).length === 5);
    const [reference = ''] = settled(later);
    await sending.ask('report', reference, 'delivered');
    await until(() => later.heard.length === 6);
    assert.deepEqual(sending.heard, []);
  });

  it('is told by one that has the node, when it is there before', async () => {
    const [taking, sending, other] = [await start(), await start({ hasNode: false }), await start()];
    await taking.ask('take', phones(5), false);
    await crash(taking);
    await wait(100);
    await sending.ask('resume');
    await until(() => settled(other).length === 5, 3000);
    assert.deepEqual(sending.heard, []);
  });

  it('is told to those who read news once, where it was heard; and by another one when that process has died', async () => {
    const [one, other] = [await start(), await start()];
    const references = await one.ask('take', phones(10), true);
    for (const reference of references) await one.ask('accepted', reference);
    for (const process of [one, other]) assert.deepEqual(await process.ask('news', 'reader'), []);
    const heardBy = async (process: Process, some: string[]) => {
      for (const reference of some) await process.ask('report', reference, 'delivered');
    };
    await heardBy(one, references.slice(0, 4));
    await heardBy(other, references.slice(4, 8));
    assert.deepEqual(await one.ask('news', 'reader'), references.slice(0, 4));
    assert.deepEqual(await other.ask('news', 'reader'), references.slice(4, 8));
    await heardBy(one, references.slice(8));
    assert.deepEqual(await other.ask('news', 'reader'), [], 'it is told by one that lives');
    await crash(one);
    assert.deepEqual(await other.ask('news', 'reader'), references.slice(8));
    assert.deepEqual(await other.ask('news', 'reader'), []);
  });
});
