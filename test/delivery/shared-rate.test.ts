/** The rate of an account over several processes: three connections to one Redis, and a vendor that looks at its watch. */
import assert from 'node:assert/strict';
import type { Account } from '../../dist/src/delivery/account.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { redisStore, type Store } from '../../dist/src/store/index.js';
import { newPrefix, type RedisServer, sharedRedis } from '../support/redis.ts';
import { direct, failing, type Rig, request, rigs, send, wait } from './support.ts';

const RATE = 40;
let numbers = 0;

/** Another recipient each time. */
function phone(): string {
  numbers += 1;
  return `+324701${String(21_000 + numbers)}`;
}

/** The most that came within so many milliseconds. */
function most(times: readonly number[], within: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + within).length));
}

describe('the rate of an account that several processes share', function () {
  this.timeout(20_000);
  const newRig = rigs();
  let redis: RedisServer;
  let prefix: string;
  let arrived: number[];
  before(async function () {
    redis = await sharedRedis(this);
  });
  beforeEach(() => {
    prefix = newPrefix();
    arrived = [];
  });

  const open = (): Store => redisStore({ url: redis.url, prefix });

  /** As each process has it, with a rig of its own. */
  async function processes(count: number, latency = 0): Promise<{ rig: Rig; account: Account }[]> {
    const first = newRig(open());
    const vendor = await first.sandbox({ latency });
    vendor.on('message', () => arrived.push(performance.now()));
    return Array.from({ length: count }, (_, i) => {
      const rig = i === 0 ? first : newRig(open());
      return { rig, account: rig.account(vendor, { rate: RATE, store: rig.store }) };
    });
  }

  const settled = (all: readonly { rig: Rig }[]) => all.reduce((sum, { rig }) => sum + rig.owner.outcomes.length, 0);

  it('holds over all of them, queued or not, evenly, and is made use of', async () => {
    const all = await processes(3);
    const began = performance.now();
    const queued = all.flatMap(({ account }) => Array.from({ length: 20 }, () => send(account, phone())));
    const now = all.flatMap(({ account, rig }) =>
      Array.from({ length: 8 }, async () =>
        direct(account, rig.owner, await account.prepare(request(phone(), 'Now', { queue: false }))),
      ),
    );
    await Promise.all([...queued, ...now]);
    while (settled(all) < 84) await wait(10);
    assert.equal(arrived.length, 84);
    assert(most(arrived, 1000) <= RATE, `${most(arrived, 1000)} in a second`);
    assert(most(arrived, 100) <= RATE / 10 + 3, `${most(arrived, 100)} in a tenth of a second`);
    const seconds = ((arrived.at(-1) ?? 0) - began) / 1000;
    assert(seconds < (84 / RATE) * 1.7, `${seconds} seconds`);
  });

  it('holds when all of them wait for a login that takes long', async () => {
    const all = await processes(3, 400);
    await Promise.all(all.flatMap(({ account }) => Array.from({ length: 8 }, () => send(account, phone()))));
    await wait(100);
    const counts = await all[0]?.rig.store.outbox.counts('account');
    assert.deepEqual([counts?.waiting, counts?.sending], [24, 0], 'nothing is begun that could not leave');
    while (settled(all) < 24) await wait(10);
    assert(most(arrived, 200) <= RATE / 5 + 3, `${most(arrived, 200)} in a fifth of a second`);
  });

  it('is not used up by those who have nothing to send', async () => {
    const all = await processes(3);
    let taken = 0;
    for (const { account, rig } of all) {
      const { rates } = rig.store;
      assert(rates);
      const real = rates.take.bind(rates);
      rates.take = (...given) => {
        taken += 1;
        return real(...given);
      };
      await account.resume();
    }
    const later = await all[0]?.account.prepare(request(phone(), 'Later', { at: new Date(Date.now() + 3600_000) }));
    assert(later);
    await all[0]?.account.submit([later]);
    await wait(300);
    assert.equal(taken, 0);
  });

  it('that cannot be asked for fails a message that does not wait, with SMS_STORE, and keeps the others', async () => {
    const rig = newRig(open());
    const { rates } = rig.store;
    assert(rates);
    const vendor = await rig.sandbox();
    const store = { ...rig.store, rates: failing(rates, 'take', 2) };
    const account = rig.account(vendor, { rate: RATE, store });
    const entry = await account.prepare(request(phone(), 'Now', { queue: false }));
    await assert.rejects(direct(account, rig.owner, entry), (error) => error instanceof SmsError);
    await send(account, phone());
    await rig.owner.until(() => rig.owner.outcomes.some(({ receipt }) => receipt !== undefined));
    assert.equal(vendor.messages().length, 1);
  });
});
