/** Three real Node-REDs on one Redis, killed at random moments: together they keep what one of them promises. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { Cluster, type Message, type Told } from './cluster.ts';
import { type ClusterVendor, startVendor } from './cluster-vendor.ts';

/** Another one is another run: CLUSTER_SEED=7 npm test -- test/package/cluster.test.ts */
const SEED = Number(process.env.CLUSTER_SEED ?? 1);
/** The one that nobody kills, in its only life. */
const SURVIVOR = '2.0';
const BATCH = 16;
const MESSAGES = 320;
/** Messages a second. */
const RATE = 40;
/** Seconds that a token lives, and from when on it is renewed. */
const [TOKEN_LIVES, TOKEN_RENEWED] = [10, 8];
/** SMS from phones that are read, and as many that are pushed. */
const INBOUND = 24;

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is said of a Redis that a busy machine keeps waiting, and of the connection that is made anew after that. */
const IS_KEPT_WAITING = /SMS_STORE: The Redis at \S+ does not answer;/;
const IS_MADE_ANEW =
  /SMS_STORE: The Redis at \S+ cannot be reached;.*(max retries per request|Stream isn't writeable|Connection is closed)/;

/**
 * Milliseconds in which a node is told what comes in one turn of the event loop. What it was told is written down in
 * the next turn, each letter by itself, and nobody waits for it; so who dies may have told all of one turn, and that is
 * as much as Redis answered at once: mostly one letter, and all that was under way after a machine that stood still.
 */
const ONE_TURN = 100;

/** The most that came within so many milliseconds. */
function most(times: readonly number[], within: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + within).length));
}

describe(`three Node-REDs on one Redis, of which some are killed (seed ${SEED})`, function () {
  this.timeout(90_000);
  const draw = random(SEED);
  const messages: Message[] = Array.from({ length: MESSAGES }, (_, i) => {
    return { key: `k${i}`, to: `+3247011${2000 + (i % 300)}`, text: `Text of k${i}` };
  });
  /** By key: the Node-RED that was given it first. */
  const givenTo = new Map<string, string>();
  let deaths = 0;
  let redis: RedisServer;
  let vendor: ClusterVendor;
  let cluster: Cluster;

  const until = async (what: string, holds: () => unknown, milliseconds: number) => {
    for (const end = Date.now() + milliseconds; !(await holds()); await pause(100)) {
      if (Date.now() > end) throw new Error(`It did not happen: ${what}`);
    }
  };
  const of = (what: Told['what']) => cluster.told().filter((told) => told.what === what);
  const keysOf = (told: readonly Told[]) => new Set(told.map(({ key }) => key));
  const twice = (keys: readonly string[]) => keys.filter((key, i) => keys.indexOf(key) !== i);

  /** All but the one that nobody kills. */
  const dead = () => cluster.logs().flatMap(({ instance }) => (instance === SURVIVOR ? [] : instance));
  const wasKeptWaiting = (life: string) =>
    cluster.logs().some(({ instance, log }) => instance === life && IS_KEPT_WAITING.test(log));
  const isLetter = ({ what }: Told) => what === 'receipt' || what === 'report';
  const isSame = (one: Told, other: Told) =>
    one.what === other.what && one.key === other.key && one.word === other.word;

  function assertOnlyTheLastAreToldAgain(life: string): void {
    // What could not be written down is tried again a second later.
    if (wasKeptWaiting(life)) return;
    const letters = cluster.told().filter(isLetter);
    const own = letters.filter(({ instance }) => instance === life);
    const isToldAgain = (told: Told) =>
      letters.some((other) => other.instance !== life && other.at >= told.at && isSame(told, other));
    const first = own.findIndex(isToldAgain);
    if (first < 0) return;
    const last = own.slice(first);
    assert(last.every(isToldAgain), `${life}: one that was told after another was written down before it`);
    const took = (last.at(-1)?.at ?? 0) - (last[0]?.at ?? 0);
    assert(took <= ONE_TURN, `${life}: ${last.length} letters of ${took} ms were not written down`);
  }

  before(async function () {
    redis = await startRedis(this);
    vendor = await startVendor({ pace: 0.2, tokenLifetime: TOKEN_LIVES });
    cluster = new Cluster({ size: 3, redis: redis.url, vendor, rate: RATE });
    await cluster.start();
    await Promise.all([give(), write(), kill()]);
  });

  after(async () => {
    await cluster?.stop();
    await vendor?.close();
    redis?.process.kill('SIGKILL');
  });

  /** All messages, to whoever is there, some at a time. */
  async function give(): Promise<void> {
    for (let i = 0; i < MESSAGES; i += BATCH) {
      const batch = messages.slice(i, i + BATCH);
      const [nth = 0, life = ''] = pick(cluster.alive());
      for (const { key } of batch) givenTo.set(key, life);
      await cluster.give(nth, batch);
      await pause(draw() * 300);
    }
  }

  /** Phones write, and what one of them wrote is pushed to several by a vendor that repeats itself. */
  async function write(): Promise<void> {
    for (let i = 0; i < INBOUND; i += 1) {
      vendor.receive(`Inbound ${i}`);
      const push = { from: '27721234567', message: `Pushed ${i}`, messageId: `p${i}` };
      const repeat = async () => Promise.all(cluster.alive().map(([nth]) => cluster.push(nth, push)));
      await until('a push is taken in', async () => (await repeat()).includes(200), 20_000);
      await pause(draw() * 250);
    }
  }

  /** The first, which is started again; the second; and the first again. */
  async function kill(): Promise<void> {
    for (const nth of [0, 1, 0]) {
      await pause(600 + draw() * 900);
      deaths += 1;
      await cluster.kill(nth);
      if (deaths === 1) await cluster.startOne(nth);
    }
  }

  function pick<T>(from: readonly T[]): T {
    return from[Math.floor(draw() * from.length)] as T;
  }

  it('send each message once, also those that were on their way when one was killed', async () => {
    await until('nothing is under way', async () => (await cluster.underWay()) === 0, 45_000);
    const taken = vendor.accepted.length;
    // Who has no word that a message was taken gives it again: its key says whether it was.
    await cluster.give(2, messages);
    await until('those that were not taken are sent', () => keysOf(of('receipt')).size === MESSAGES, 30_000);
    await until('the others are refused', () => of('caught').length >= taken, 10_000);
    assert.deepEqual(twice(vendor.accepted.map(({ text }) => text)), []);
    assert.equal(vendor.accepted.length, MESSAGES);
    const refused = of('caught').filter(({ instance, word }) => word !== 'SMS_STORE' || !wasKeptWaiting(instance));
    assert.deepEqual([...new Set(refused.map(({ word }) => word))], ['SMS_DUPLICATE']);
  });

  it('tell each receipt where the message was taken, or, if that one died, at another', () => {
    const receipts = of('receipt');
    const survivors = receipts.filter(({ key }) => givenTo.get(key) === SURVIVOR);
    assert(survivors.length > 50, `${survivors.length}`);
    assert.deepEqual(new Set(survivors.map(({ instance }) => instance)), new Set([SURVIVOR]));
    assert.deepEqual(twice(survivors.map(({ key }) => key)), []);
    for (const life of dead()) assertOnlyTheLastAreToldAgain(life);
  });

  it('tell what became of each message once, behind its receipt', async () => {
    const delivered = () => of('report').filter(({ word }) => word === 'delivered');
    await until('all are delivered', () => keysOf(delivered()).size === MESSAGES, 10_000);
    for (const life of dead()) assertOnlyTheLastAreToldAgain(life);
    const told = cluster.told().filter(({ instance }) => instance === SURVIVOR);
    const places = new Map(told.map(({ what, key }, i) => [`${what} ${key}`, i]));
    for (const { key } of told.filter(({ what }) => what === 'receipt')) {
      const report = places.get(`report ${key}`);
      assert(report === undefined || (places.get(`receipt ${key}`) ?? 0) < report, key);
    }
  });

  it('never exceed the rate of the account, in any second', () => {
    const times = vendor.accepted.map(({ at }) => at);
    assert(most(times, 1000) <= RATE, `${most(times, 1000)} in a second`);
    // Evenly, too: not all of a second's at its beginning.
    assert(most(times, 200) <= RATE / 2, `${most(times, 200)} in a fifth of a second`);
  });

  it('log in once, and renew their login once', async () => {
    const times = await vendor.asked('enco.auth.token');
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    assert(gaps.length >= 1, 'it was renewed');
    assert(Math.min(...gaps) >= (TOKEN_RENEWED - 0.1) * 1000, gaps.join(', '));
  });

  it('give each SMS that came in once, whether it was read or pushed', async () => {
    await until('all were read', () => keysOf(of('polled')).size === INBOUND, 20_000);
    for (const what of ['polled', 'pushed'] as const) {
      const keys = of(what).map(({ key }) => key);
      assert.equal(new Set(keys).size, INBOUND, what);
      assert(twice(keys).length <= deaths, `${what}: ${twice(keys)}`);
    }
  });

  it('ask the vendor for what came in as often as one of them would', async () => {
    const times = await vendor.asked('enco.inbound.dedicated');
    assert(times.length >= 2 && most(times, 3000) <= 5, `${most(times, 3000)} in three seconds`);
  });

  it('end without an error', async () => {
    assert.deepEqual(await cluster.stop(), [0]);
    const complaints = cluster.logs().flatMap(({ log }) => {
      const lines = log.match(/^.*(Unhandled|Uncaught|SMS_(?!DUPLICATE)).*$/gm) ?? [];
      const isExpected = (line: string) =>
        IS_KEPT_WAITING.test(line) || (IS_KEPT_WAITING.test(log) && (IS_MADE_ANEW.test(line) || /^TOLD/.test(line)));
      return lines.filter((line) => !isExpected(line));
    });
    assert.deepEqual(complaints, []);
  });
});
