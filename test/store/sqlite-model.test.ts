/** The embedded outbox against the one in memory: the same random steps, the same answers. */
import assert from 'node:assert/strict';
import { embeddedStore, memoryStore, type OutboxEntry, type Store } from '../../dist/src/store/index.js';
import { numbers } from './numbers.ts';
import { ACCOUNT, entry, handOut, references, T } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

const STATES = ['waiting', 'sending', 'unknown', 'held', 'expired'] as const;

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
      const kind = this.#draw(12);
      if (kind < 4) await this.#add();
      else if (kind < 6) await this.#claim(step);
      else if (kind < 9) await this.#settle();
      else if (kind < 10) await this.#remove();
      else await this.#decide(step);
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
    const most = this.#draw(6);
    const claimed = await Promise.all(
      this.#stores.map(({ outbox }) => outbox.add(structuredClone(entries), handOut(this.#now, most))),
    );
    assert.deepEqual(claimed[1], claimed[0], 'claimed as it was taken in');
    for (const [i, one] of (claimed[0] ?? []).entries()) this.#claimed.push([one, claimed[1]?.[i] ?? one]);
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
    const [kind, notBefore] = [this.#draw(8), this.#now + this.#draw(9000)];
    for (const [i, one] of pair.entries()) {
      const outbox = this.#stores[i]?.outbox;
      if (kind < 2) await outbox?.remove(one.reference);
      else if (kind === 2) await outbox?.save(Object.assign(one, { state: 'held' }));
      else if (kind === 3) await outbox?.save(Object.assign(one, { state: 'unknown', notBefore }));
      else if (kind === 7) await outbox?.save(Object.assign(one, { state: 'expired' }));
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

  /** What stands apart, or is under way elsewhere, is sent again or put aside by a person. */
  async #decide(step: number): Promise<void> {
    const reference = this.#known[this.#draw(this.#known.length)] ?? 'none';
    const found = await Promise.all(this.#stores.map(({ outbox }) => outbox.find(reference)));
    assert.deepEqual(found[1], found[0], `found in step ${step}`);
    if (found[0]?.state !== 'held' && found[0]?.state !== 'expired') return;
    const change = { state: 'waiting', attempts: this.#draw(2), notBefore: this.#now + this.#draw(3000) } as const;
    const expiresAt = this.#now + 9000 + this.#draw(60_000);
    for (const [i, { outbox }] of this.#stores.entries()) {
      const one = found[i];
      if (one) await outbox.save({ ...one, ...change, expiresAt });
    }
  }

  async #compare(step: number): Promise<void> {
    const alike = async (what: string, ask: (store: Store) => Promise<unknown>) => {
      const [first, second] = await Promise.all(this.#stores.map(ask));
      assert.deepEqual(second, first, `${what} after step ${step}`);
    };
    const [to, limit] = [`+32${this.#draw(5)}`, 1 + this.#draw(9)];
    for (const account of [ACCOUNT, 'other']) {
      await alike('counts', ({ outbox }) => outbox.counts(account));
      for (const state of STATES) {
        await alike(state, ({ outbox }) => outbox.list(account, state));
        await alike(`some ${state}`, ({ outbox }) => outbox.list(account, state, { limit }));
        await alike(`${state} to one`, ({ outbox }) => outbox.list(account, state, { to, limit }));
        const sum = (await this.#stores[1]?.outbox.counts(account))?.[state];
        assert.equal((await this.#stores[1]?.outbox.list(account, state))?.length, sum, `${state} counted`);
      }
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
