/** The embedded outbox against the one in memory: the same random steps, the same answers. */
import assert from 'node:assert/strict';
import { embeddedStore, memoryStore, type OutboxEntry, type Store } from '../../dist/src/store/index.js';
import { ACCOUNT, entry, references, T } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

/** mulberry32: the same numbers for the same seed. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

describe('the outbox in SQLite and the one in memory', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`answer alike in 300 random steps (seed ${seed})`, async () => {
      const stores = [memoryStore(), embeddedStore({ file: newFile(), keepDays: 30 })];
      await new Walk(stores, numbers(seed)).run(300);
      await Promise.all(stores.map((store) => store.close()));
    });
  }
});

class Walk {
  #stores: Store[];
  #draw: (below: number) => number;
  #now = T;
  /** What is claimed: the same entry as each store handed it out. */
  #claimed: OutboxEntry[][] = [];
  #known: string[] = [];

  constructor(stores: Store[], draw: (below: number) => number) {
    this.#stores = stores;
    this.#draw = draw;
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      // What was under way when it expired is looked at again a second later.
      this.#now += 1001 + this.#draw(3000);
      const kind = this.#draw(10);
      if (kind < 4) await this.#add();
      else if (kind < 6) await this.#claim(step);
      else if (kind < 9) await this.#settle();
      else await this.#remove();
      if (step % 20 === 0) await this.#compare(step);
    }
  }

  async #add(): Promise<void> {
    const entries = Array.from({ length: 1 + this.#draw(4) }, () =>
      entry(`+32${this.#draw(5)}`, {
        account: this.#draw(4) === 0 ? 'other' : ACCOUNT,
        notBefore: this.#draw(3) === 0 ? this.#now + this.#draw(20_000) : this.#now,
        expiresAt: this.#now + 5000 + this.#draw(60_000),
      }),
    );
    this.#known.push(...references(entries));
    for (const { outbox } of this.#stores) await outbox.add(structuredClone(entries));
  }

  async #claim(step: number): Promise<void> {
    for (const account of [ACCOUNT, 'other']) {
      const expired = await this.#both(({ outbox }) => outbox.takeExpired(account, this.#now));
      assert.deepEqual(expired[1], expired[0], `expired in step ${step}`);
      const claimed = await this.#both(({ outbox }) => outbox.claim(account, this.#now, 100));
      assert.deepEqual(claimed[1], claimed[0], `claimed in step ${step}`);
      for (const [i, one] of (claimed[0] ?? []).entries()) this.#claimed.push([one, claimed[1]?.[i] ?? one]);
    }
  }

  async #settle(): Promise<void> {
    const [pair] = this.#claimed.splice(this.#draw(Math.max(1, this.#claimed.length)), 1);
    if (!pair) return;
    const [kind, notBefore] = [this.#draw(7), this.#now + this.#draw(9000)];
    for (const [i, one] of pair.entries()) {
      const outbox = this.#stores[i]?.outbox;
      if (kind < 2) await outbox?.remove(one.reference);
      else if (kind === 2) await outbox?.save(Object.assign(one, { state: 'held' }));
      else if (kind === 3) await outbox?.save(Object.assign(one, { state: 'unknown', notBefore }));
      else if (kind === 4) await outbox?.move(Object.assign(one, { state: 'waiting', notBefore }), 'other');
      else if (kind === 5) await outbox?.save(Object.assign(one, { state: 'waiting', notBefore, attempts: 0 }));
      else await outbox?.save(Object.assign(one, { state: 'waiting', notBefore }));
    }
  }

  async #remove(): Promise<void> {
    const reference = this.#known[this.#draw(this.#known.length)] ?? 'none';
    this.#claimed = this.#claimed.filter(([one]) => one?.reference !== reference);
    for (const { outbox } of this.#stores) await outbox.remove(reference);
  }

  async #compare(step: number): Promise<void> {
    for (const state of ['waiting', 'sending', 'unknown', 'held'] as const) {
      const lists = await this.#both(({ outbox }) => outbox.list(ACCOUNT, state));
      assert.deepEqual(lists[1], lists[0], `${state} after step ${step}`);
    }
  }

  /** The answers of both, in one order: which recipient comes first among equals is left to a store. */
  async #both(ask: (store: Store) => Promise<OutboxEntry[]>): Promise<OutboxEntry[][]> {
    const answers = await Promise.all(this.#stores.map(ask));
    return answers.map((entries) =>
      entries.sort((a, b) => (a.reference < b.reference ? -1 : Number(a.reference > b.reference))),
    );
  }
}
