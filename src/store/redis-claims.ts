/** What this process has claimed of the outbox in Redis, and how it comes by it. */
import type { Amends } from './redis-amends';
import { entryOf, keyOf } from './redis-entry';
import { type Lanes, laneOf, type Turn } from './redis-lanes';
import type { RedisTurns } from './redis-turns';
import type { OutboxEntry } from './store';

/** Lanes that are asked for in one go, and jobs for one claim that turn out to have nothing to do. */
const [MOST, IDLE] = [32, 500];
/** Jobs that are looked at in one go. */
const PORTION = 1000;
/** Milliseconds after which jobs that should have come, and did not, are looked for. */
const LOST = 60_000;

/** What is remembered of an account. */
interface Account {
  /** How many lanes may be expected to have their turn. */
  expected: number;
  /** When it was last asked in vain; 0 when it was not in vain. */
  askedAt: number;
  searchedAt: number;
}

export class Claims {
  #turns: RedisTurns;
  #lanes: Lanes;
  #amends: Amends;
  #claimed = new Map<string, Turn>();
  #accounts = new Map<string, Account>();

  constructor(turns: RedisTurns, lanes: Lanes, amends: Amends) {
    this.#turns = turns;
    this.#lanes = lanes;
    this.#amends = amends;
  }

  async claim(account: string, now: number, limit: number): Promise<OutboxEntry[]> {
    const known = this.account(account);
    const claimed: OutboxEntry[] = [];
    try {
      if (now > Date.now()) await this.#bringForward(account, now);
      let [come, wanted, turns]: [number, number, Turn[]] = [0, 0, []];
      while (claimed.length < limit && come < limit + IDLE && turns.length === wanted) {
        wanted = Math.min(limit - claimed.length, known.expected, MOST);
        turns = await this.#lanes.come(account, wanted);
        claimed.push(...(await this.#take(account, now, turns)));
        known.expected = turns.length < wanted ? turns.length + 1 : 2 * wanted;
        come += turns.length;
      }
      known.askedAt = come === 0 && limit > 0 ? Date.now() : 0;
      if (known.askedAt > 0) await this.#search(account, known);
    } catch (error) {
      // What is claimed is handed out; the trouble will be met again.
      if (claimed.length === 0) throw error;
    }
    return claimed;
  }

  /** The claim on an entry. */
  of(reference: string): Turn | undefined {
    return this.#claimed.get(reference);
  }

  /** Claims on an account's entries. */
  count(account: string): number {
    let count = 0;
    for (const turn of this.#claimed.values()) if (turn.account === account) count += 1;
    return count;
  }

  account(account: string): Account {
    let known = this.#accounts.get(account);
    if (!known) {
      known = { expected: 1, askedAt: 0, searchedAt: Date.now() };
      this.#accounts.set(account, known);
    }
    return known;
  }

  /** @param again when the job of the claim has to come again, as Redis tells it; empty for never */
  async end(reference: string, turn: Turn, again: unknown): Promise<void> {
    if (this.#claimed.get(reference) === turn) this.#claimed.delete(reference);
    await this.#lanes.settle(turn, again ? Number(again) : null);
  }

  /** It is another's by now. */
  lose(reference: string, turn: Turn): void {
    if (this.#claimed.get(reference) === turn) this.#claimed.delete(reference);
    this.#lanes.forget(turn);
  }

  async #take(account: string, now: number, turns: readonly Turn[]): Promise<OutboxEntry[]> {
    if (turns.length === 0) return [];
    const named = turns.flatMap(({ job, to, token }) => [String(job.id), keyOf(to), token]);
    let answers: [string, string[]?][];
    try {
      answers = (await this.#turns.write('outbox.claim', keyOf(account), now, ...named)) as typeof answers;
    } catch (error) {
      for (const turn of turns) this.#amends.owe(() => this.#giveBack(turn));
      throw error;
    }
    const claimed: OutboxEntry[] = [];
    const idle: Promise<void>[] = [];
    for (const [i, turn] of turns.entries()) {
      const [again, values] = answers[i] ?? [''];
      if (values) {
        const entry = entryOf(values);
        const former = this.#claimed.get(entry.reference);
        this.#claimed.set(entry.reference, turn);
        // What came back because its lock was not renewed in time is still in the hands of this process.
        if (former) this.#lanes.forget(former);
        else claimed.push(entry);
      } else {
        idle.push(this.#lanes.settle(turn, again ? Number(again) : null));
      }
    }
    await Promise.all(idle);
    return claimed;
  }

  /** Nobody was told whether it was claimed. */
  async #giveBack(turn: Turn): Promise<void> {
    const again = await this.#turns.write('outbox.giveBack', ...namesOf(turn));
    await this.#lanes.settle(turn, again ? Number(again) : null);
  }

  /** The caller's clock is ahead of ours: what comes until then comes now. */
  async #bringForward(account: string, now: number): Promise<void> {
    const jobs = await this.#coming(account, `(${Date.now()}`, now);
    await Promise.all(jobs.map((job) => this.#lanes.hurry(account, job, 0)));
  }

  /** BullMQ may lose a job when Redis has no memory left: such ones are replaced. */
  async #search(account: string, known: Account): Promise<void> {
    const now = Date.now();
    if (now - known.searchedAt < LOST) return;
    known.searchedAt = now;
    for (const lost of await this.#coming(account, '-inf', now - LOST)) {
      if (!(await this.#lanes.isLost(account, lost))) continue;
      const to = laneOf(lost);
      const job = this.#lanes.newJob(account, to, now);
      await this.#turns.writeWith([job], 'outbox.replace', keyOf(account), keyOf(to), lost, job.id);
    }
  }

  async #coming(account: string, from: string, to: number): Promise<string[]> {
    return (await this.#turns.read('outbox.coming', keyOf(account), from, to, PORTION)) as string[];
  }
}

/** By what the script knows a claim. */
export function namesOf({ account, to, token, job }: Turn): string[] {
  return [keyOf(account), keyOf(to), token, String(job.id)];
}
