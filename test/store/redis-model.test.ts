/** Two stores on one Redis against the one in memory: the same random steps, whoever takes them, the same answers. */
import assert from 'node:assert/strict';
import { memoryStore, type OutboxEntry, redisStore, type Store } from '../../dist/src/store/index.js';
import { newPrefix, type RedisServer, sharedRedis } from '../support/redis.ts';
import { numbers } from './numbers.ts';
import { ACCOUNT, entry, references, T } from './sqlite-entries.ts';

const ACCOUNTS = [ACCOUNT, 'other: one.'] as const;
const STATES = ['waiting', 'sending', 'unknown', 'held', 'expired'] as const;

describe('the outbox in Redis, of two processes, and the one in memory', () => {
  let redis: RedisServer;
  before(async function () {
    redis = await sharedRedis(this);
  });

  for (const seed of [1, 2, 3, 4]) {
    it(`answer alike in 300 random steps (seed ${seed})`, async () => {
      const prefix = newPrefix();
      const pair = [1, 2].map(() => redisStore({ url: redis.url, prefix })) as [Store, Store];
      try {
        await new Walk(memoryStore(), pair, numbers(seed)).run(300);
      } finally {
        await Promise.all(pair.map((store) => store.close()));
      }
    });
  }
});

/** What is claimed: as the model handed it out, and as one of the two did. */
interface Claimed {
  model: OutboxEntry;
  real: OutboxEntry;
  by: Store;
}

class Walk {
  #model: Store;
  #pair: [Store, Store];
  #draw: (below: number) => number;
  #now = T;
  #claimed: Claimed[] = [];
  #known: string[] = [];

  constructor(model: Store, pair: [Store, Store], draw: (below: number) => number) {
    this.#model = model;
    this.#pair = pair;
    this.#draw = draw;
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.#now += 1 + this.#draw(4000);
      const kind = this.#draw(12);
      if (kind < 4) await this.#add();
      else if (kind < 6) await this.#claim(step);
      else if (kind < 9) await this.#settle();
      else if (kind < 10) await this.#remove();
      else await this.#decide(step);
      if (step % 20 === 0) await this.#compare(step);
    }
    await this.#empty();
  }

  get #either(): Store {
    return this.#pair[this.#draw(2) as 0 | 1];
  }

  async #add(): Promise<void> {
    const entries = Array.from({ length: 1 + this.#draw(4) }, () =>
      entry(`+32${this.#draw(5)}`, {
        account: ACCOUNTS[this.#draw(4) === 0 ? 1 : 0],
        notBefore: this.#draw(3) === 0 ? this.#now + this.#draw(20_000) : this.#now,
        expiresAt: this.#now + 5000 + this.#draw(60_000),
      }),
    );
    this.#known.push(...references(entries));
    for (const { outbox } of [this.#model, this.#either]) await outbox.add(structuredClone(entries));
  }

  async #claim(step: number): Promise<void> {
    for (const account of ACCOUNTS) {
      const by = this.#either;
      const taken = await inOrder([this.#model, this.#either], (store) => store.outbox.takeExpired(account, this.#now));
      assert.deepEqual(taken[1], taken[0], `expired in step ${step}`);
      const claimed = await inOrder([this.#model, by], (store) => store.outbox.claim(account, this.#now, 100));
      assert.deepEqual(claimed[1], claimed[0], `claimed in step ${step}`);
      for (const [i, model] of claimed[0].entries()) this.#claimed.push({ model, real: claimed[1][i] ?? model, by });
    }
  }

  async #settle(): Promise<void> {
    const [one] = this.#claimed.splice(this.#draw(Math.max(1, this.#claimed.length)), 1);
    if (!one) return;
    const [kind, notBefore] = [this.#draw(8), this.#now + this.#draw(9000)];
    for (const [entry, { outbox }] of [
      [one.model, this.#model],
      [one.real, one.by],
    ] as const) {
      if (kind < 2) await outbox.remove(entry.reference);
      else if (kind === 2) await outbox.save(Object.assign(entry, { state: 'held' }));
      else if (kind === 3) await outbox.save(Object.assign(entry, { state: 'unknown', notBefore }));
      else if (kind === 4) await outbox.move(Object.assign(entry, { state: 'waiting', notBefore }), ACCOUNTS[1]);
      else if (kind === 5) await outbox.save(Object.assign(entry, { state: 'waiting', notBefore, attempts: 0 }));
      else if (kind === 6) await outbox.save(Object.assign(entry, { state: 'expired' }));
      else await outbox.save(Object.assign(entry, { state: 'waiting', notBefore }));
    }
  }

  /** Of what is claimed, too, by the one that has it. */
  async #remove(): Promise<void> {
    const reference = this.#known[this.#draw(this.#known.length)] ?? 'none';
    const by = this.#claimed.find(({ real }) => real.reference === reference)?.by ?? this.#either;
    this.#claimed = this.#claimed.filter(({ real }) => real.reference !== reference);
    for (const { outbox } of [this.#model, by]) await outbox.remove(reference);
  }

  /** What stands apart is sent again by a person. */
  async #decide(step: number): Promise<void> {
    const reference = this.#known[this.#draw(this.#known.length)] ?? 'none';
    const stores = [this.#model, this.#either] as const;
    const [model, real] = await Promise.all(stores.map(({ outbox }) => outbox.find(reference)));
    assert.deepEqual(real, model, `found in step ${step}`);
    if (model?.state !== 'held' && model?.state !== 'expired') return;
    const change = { state: 'waiting', attempts: this.#draw(2), notBefore: this.#now + this.#draw(3000) } as const;
    const again = { ...model, ...change, expiresAt: this.#now + 9000 + this.#draw(60_000) };
    for (const { outbox } of stores) await outbox.save({ ...again });
  }

  async #compare(step: number): Promise<void> {
    const alike = async (what: string, ask: (store: Store) => Promise<unknown>) => {
      assert.deepEqual(await ask(this.#either), await ask(this.#model), `${what} after step ${step}`);
    };
    const options = { to: `+32${this.#draw(5)}`, limit: 1 + this.#draw(9) };
    for (const account of ACCOUNTS) {
      await alike('counts', ({ outbox }) => outbox.counts(account));
      for (const state of STATES) {
        await alike(state, ({ outbox }) => outbox.list(account, state));
        await alike(`some ${state}`, ({ outbox }) => outbox.list(account, state, { limit: options.limit }));
        await alike(`${state} to one`, ({ outbox }) => outbox.list(account, state, options));
      }
    }
  }

  /** Whatever is left comes out in the end, by itself. */
  async #empty(): Promise<void> {
    for (const { real, by } of this.#claimed) await by.outbox.remove(real.reference);
    for (const account of ACCOUNTS) {
      for (let waits = true; waits; ) {
        this.#now += 100_000;
        await this.#either.outbox.takeExpired(account, this.#now);
        const { outbox } = this.#either;
        const claimed = await outbox.claim(account, this.#now, 100);
        for (const { reference } of claimed) await outbox.remove(reference);
        const { waiting, sending, unknown } = await outbox.counts(account);
        waits = waiting + sending + unknown > 0;
        assert(!waits || claimed.length > 0, `nothing comes of ${waiting}, ${sending}, ${unknown}`);
      }
      assert.equal(await this.#either.outbox.nextDue(account), null);
    }
  }
}

async function inOrder(
  [model, real]: readonly [Store, Store],
  ask: (store: Store) => Promise<OutboxEntry[]>,
): Promise<[OutboxEntry[], OutboxEntry[]]> {
  // Which recipient comes first among equals is left to a store.
  const sorted = async (store: Store) => (await ask(store)).sort((a, b) => (a.reference < b.reference ? -1 : 1));
  return [await sorted(model), await sorted(real)];
}
