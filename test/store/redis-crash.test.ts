/** The store in Redis when a process dies: at every step, nothing is lost, nothing stuck, nothing sent again unseen. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type OutboxEntry, type OutboxStore, redisStore, type Store } from '../../dist/src/store/index.js';
import { cutAfter } from '../support/cut.ts';
import { newPrefix, type RedisServer, sharedRedis } from '../support/redis.ts';
import { ACCOUNT, entry, references } from './sqlite-entries.ts';

/** Milliseconds until what a dead process had is another's. */
const QUICK = { lockDuration: 300, stalledInterval: 100 };

describe('the store in Redis, when a process dies', function () {
  this.timeout(40_000);
  let redis: RedisServer;
  before(async function () {
    redis = await sharedRedis(this);
  });
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

  it('hands what it had claimed to another, as unknown, and what waits behind it afterwards', async () => {
    const prefix = newPrefix();
    const store = open(redis.url, prefix);
    const first = Array.from({ length: 20 }, (_, i) => entry(`+32${i}`, { lookups: 3 }));
    const second = Array.from({ length: 20 }, (_, i) => entry(`+32${i}`));
    await store.outbox.add([...first, ...second]);
    const other = begin(redis.url, prefix, 'hold');
    await once(other.stdout, 'data');
    assert.deepEqual(await store.outbox.claim(ACCOUNT, Date.now(), 100), []);
    assert((await store.outbox.nextDue(ACCOUNT)) !== null, 'it is looked at again');
    await pause(2 * QUICK.lockDuration);
    assert.deepEqual(await store.outbox.claim(ACCOUNT, Date.now(), 100), [], 'while it lives they are its own');
    other.kill('SIGKILL');
    await once(other, 'exit');
    const back = await collect(store, first.length);
    assert.deepEqual(references(back).sort(), references(first).sort());
    for (const { state, attempts, lookups } of back) assert.deepEqual([state, attempts, lookups], ['unknown', 1, 0]);
    for (const { reference } of back) await store.outbox.remove(reference);
    const behind = await collect(store, second.length);
    for (const { state } of behind) assert.equal(state, 'sending');
    assert.deepEqual(references(behind).sort(), references(second).sort());
  });

  it('keeps each message that was acknowledged, however often processes are killed', async () => {
    const prefix = newPrefix();
    const told = new Map<string, Set<string>>();
    for (let round = 0; round < 4; round += 1) {
      const other = begin(redis.url, prefix, `round${round}`);
      const lines = createInterface(other.stdout);
      lines.on('line', (line) => {
        const [what = '', reference = ''] = line.split(' ');
        told.set(what, (told.get(what) ?? new Set()).add(reference));
      });
      await once(lines, 'line');
      await pause(100 + 60 * round);
      other.kill('SIGKILL');
      await once(lines, 'close');
    }
    const [added = new Set<string>(), removing = new Set<string>()] = [told.get('added'), told.get('removing')];
    assert(added.size > 50 && removing.size > 5, `${added.size} added, ${removing.size} removed`);
    const store = open(redis.url, prefix);
    const left = await drain(store);
    for (const reference of added) assert(left.has(reference) || removing.has(reference), `${reference} is lost`);
    for (const reference of told.get('removed') ?? []) assert(!left.has(reference), `${reference} comes again`);
    for (const reference of told.get('claimed') ?? []) {
      const isKnown = told.get('saving')?.has(reference) || left.get(reference) !== 'sending';
      assert(isKnown, `${reference} may have left`);
    }
  });

  it('leaves nothing stuck or lost when it dies at any of its round trips', async () => {
    const steps = await run(redis, Number.POSITIVE_INFINITY, true);
    assert(steps > 30, `${steps} round trips`);
    for (let from = 0; from <= steps; from += 24) {
      const points = Array.from({ length: Math.min(24, steps - from + 1) }, (_, i) => from + i);
      await Promise.all(points.map((at) => run(redis, at, at % 2 === 0)));
    }
  });
});

function begin(...words: string[]) {
  const file = path.join(import.meta.dirname, 'redis-child.ts');
  return spawn(process.execPath, [file, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
}

const stores: Store[] = [];

/** Closed after the test. */
function open(url: string, prefix: string): Store {
  const store = redisStore({ url, prefix, ...QUICK });
  stores.push(store);
  return store;
}

/** What is claimed of an account, until it is so many. */
async function collect(store: Store, count: number): Promise<OutboxEntry[]> {
  const entries: OutboxEntry[] = [];
  for (const end = Date.now() + 10_000; entries.length < count; await pause(20)) {
    assert(Date.now() < end, `${entries.length} of ${count} came`);
    entries.push(...(await store.outbox.claim(ACCOUNT, Date.now(), 100)));
  }
  return entries;
}

/** Everything that is left, in the state in which it was handed out at first; it is removed. */
async function drain({ outbox }: Store): Promise<Map<string, string>> {
  const left = new Map<string, string>();
  const take = async ({ reference, state }: OutboxEntry) => {
    assert(!left.has(reference), `${reference} came twice`);
    left.set(reference, state);
    await outbox.remove(reference);
  };
  const accounts = [ACCOUNT, 'other'];
  // What is due comes by itself; what is scheduled when the time is further on.
  for (const ahead of [0, 60_000]) {
    for (const end = Date.now() + 20_000; ; ) {
      const now = Date.now() + ahead;
      let came = 0;
      for (const account of accounts) {
        await outbox.takeExpired(account, now);
        const claimed = await outbox.claim(account, now, 100);
        came += claimed.length;
        for (const state of ['held', 'expired'] as const) claimed.push(...(await outbox.list(account, state)));
        for (const one of claimed) await take(one);
      }
      const open = (await Promise.all(accounts.map((account) => due(outbox, account, now)))).flat();
      if (open.length === 0) break;
      assert(Date.now() < end, `stuck: ${JSON.stringify(open)}`);
      if (came === 0) await pause(20);
    }
  }
  return left;
}

async function due(outbox: OutboxStore, account: string, now: number): Promise<OutboxEntry[]> {
  const states = ['waiting', 'sending', 'unknown'] as const;
  const entries = await Promise.all(states.map((state) => outbox.list(account, state)));
  return entries.flat().filter(({ state, notBefore }) => state !== 'waiting' || notBefore <= now);
}

/** A life of some messages that ends after so many round trips; returns how many there were. */
async function run(redis: RedisServer, passed: number, isAnswered: boolean): Promise<number> {
  const [prefix, way] = [newPrefix(), await cutAfter(redis.port, passed, isAnswered)];
  const store = open(`redis://127.0.0.1:${way.port}`, prefix);
  const facts = { added: new Set<string>(), gone: new Set<string>(), sending: new Set<string>() };
  try {
    await live(store, facts);
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'SMS_STORE', String(error));
  }
  const count = way.count;
  await way.close();
  const other = open(redis.url, prefix);
  const left = await drain(other);
  const at = `after ${passed} round trips, ${isAnswered ? '' : 'not '}answered`;
  for (const one of facts.added) assert(left.has(one) || facts.gone.has(one), `${one} lost ${at}`);
  for (const reference of facts.sending) assert.notEqual(left.get(reference), 'sending', `${reference} again ${at}`);
  return count;
}

async function live({ outbox }: Store, facts: Record<'added' | 'gone' | 'sending', Set<string>>): Promise<void> {
  const add = async (...entries: OutboxEntry[]) => {
    await outbox.add(entries);
    for (const { reference } of entries) facts.added.add(reference);
  };
  const claim = async () => {
    const claimed = await outbox.claim(ACCOUNT, Date.now(), 10);
    for (const { reference } of claimed) facts.sending.add(reference);
    return claimed;
  };
  const save = async (one: OutboxEntry, change: Partial<OutboxEntry>) => {
    facts.sending.delete(one.reference);
    await outbox.save(Object.assign(one, change));
  };
  const remove = async ({ reference }: OutboxEntry) => {
    facts.gone.add(reference);
    facts.sending.delete(reference);
    await outbox.remove(reference);
  };
  const soon = Date.now() + 60;
  await add(entry('+1'), entry('+1'), entry('+1', { notBefore: soon }), entry('+2'), entry('+3', { expiresAt: soon }));
  await add(entry('+4', { notBefore: Date.now() + 30_000 }), entry('+4', { expiresAt: soon }), entry('+5'));
  const [a, b, ...others] = await claim();
  if (!a || !b) return;
  await save(a, { state: 'waiting', notBefore: soon });
  await save(b, { state: 'unknown', notBefore: soon });
  for (const one of others) await save(one, { state: 'waiting', notBefore: Date.now() + 300 });
  await pause(80);
  await outbox.takeExpired(ACCOUNT, Date.now());
  const [again, moving, ...rest] = await claim();
  if (!again || !moving) return;
  await remove(again);
  facts.sending.delete(moving.reference);
  await outbox.move(Object.assign(moving, { state: 'waiting', notBefore: 0 }), 'other');
  for (const one of rest) await save(one, { state: 'held' });
  await add(entry('+1'), entry('+5'));
  for (const one of await claim()) await remove(one);
  const [held] = await outbox.list(ACCOUNT, 'held');
  if (held) await outbox.save({ ...held, state: 'waiting', notBefore: 0 });
  for (const one of await claim()) await remove(one);
}
