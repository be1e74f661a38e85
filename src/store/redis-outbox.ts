/** The outbox in Redis, shared by all processes that use it. */
import type { SmsError } from '../sms/errors';
import { InDoubt } from './in-doubt';
import { Amends } from './redis-amends';
import { Claims, namesOf } from './redis-claims';
import { entryOf, keyOf, valuesOf } from './redis-entry';
import { Fenced, Unanswered } from './redis-errors';
import type { Lanes } from './redis-lanes';
import type { RedisTurns } from './redis-turns';
import type { OutboxCounts, OutboxEntry, OutboxState, OutboxStore } from './store';

/** Entries that are stored, or read, in one go. */
const PORTION = 500;
/** Milliseconds after which a job that should have come, and did not, is asked for again. */
const AGAIN = 500;
/** Without a claim. */
const NOBODY: readonly string[] = ['', '', '', ''];

export class RedisOutbox implements OutboxStore {
  #turns: RedisTurns;
  #lanes: Lanes;
  #pause: number;
  #amends = new Amends();
  #claims: Claims;

  /** @param pause milliseconds between two looks for the claims of processes that died */
  constructor(turns: RedisTurns, lanes: Lanes, pause: number) {
    this.#turns = turns;
    this.#lanes = lanes;
    this.#pause = pause;
    this.#claims = new Claims(turns, lanes, this.#amends);
  }

  /**
   * All or none: when some are refused, or Redis does not answer, those that may be there are taken back. Who claims
   * them is for the lanes' jobs to say.
   */
  async add(entries: readonly OutboxEntry[]): Promise<OutboxEntry[]> {
    this.#amends.begin();
    for (let from = 0; from < entries.length; from += PORTION) {
      const results = await Promise.allSettled(entries.slice(from, from + PORTION).map((entry) => this.#add(entry)));
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status !== 'rejected') continue;
      const perhaps = entries.slice(0, from + PORTION).filter((_entry, i) => mayBeThere(results[i - from]));
      throw perhaps.length === 0 ? failed.reason : this.#doubt(perhaps, failed.reason);
    }
    return [];
  }

  async claim(account: string, now: number, limit: number): Promise<OutboxEntry[]> {
    await this.#amends.make();
    return this.#claims.claim(account, now, limit);
  }

  async save(entry: OutboxEntry): Promise<void> {
    this.#amends.begin();
    const { account, to, notBefore, reference } = entry;
    const turn = this.#claims.of(reference);
    if (turn) {
      const again = await this.#turns.write('outbox.save', ...namesOf(turn), ...valuesOf(entry));
      return this.#claims.end(reference, turn, again);
    }
    const job = this.#lanes.newJob(account, to, notBefore);
    const names = [...NOBODY.slice(1), job.id];
    await this.#hurry(await this.#turns.writeWith([job], 'outbox.save', ...names, ...valuesOf(entry)));
  }

  async fenced(
    reference: string,
    { scope, key }: { scope: string; key: string },
    work: () => Promise<unknown>,
  ): Promise<boolean> {
    this.#amends.begin();
    const turn = this.#claims.of(reference);
    const [account = '', to = '', token = ''] = turn ? namesOf(turn) : NOBODY;
    try {
      await this.#turns.fenced([account, to, token, reference, keyOf(scope), key], work);
      return true;
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      if (turn) this.#claims.lose(reference, turn);
      return false;
    }
  }

  async isLost(reference: string): Promise<boolean> {
    const turn = this.#claims.of(reference);
    return turn !== undefined && this.#lanes.isLate(turn);
  }

  async letGo(reference: string): Promise<void> {
    const turn = this.#claims.of(reference);
    if (turn) this.#claims.lose(reference, turn);
  }

  async remove(reference: string): Promise<void> {
    this.#amends.begin();
    const turn = this.#claims.of(reference);
    const answer = await this.#turns.write('outbox.remove', reference, ...(turn ? namesOf(turn) : NOBODY));
    await (turn ? this.#claims.end(reference, turn, answer) : this.#hurry(answer));
  }

  async move(entry: OutboxEntry, account: string): Promise<void> {
    this.#amends.begin();
    const { to, notBefore, reference } = entry;
    const [turn, job] = [this.#claims.of(reference), this.#lanes.newJob(account, to, notBefore)];
    const names = [...(turn ? namesOf(turn) : NOBODY), job.id];
    const answer = await this.#turns.writeWith([job], 'outbox.move', ...names, ...valuesOf({ ...entry, account }));
    entry.account = account;
    await (turn ? this.#claims.end(reference, turn, answer) : this.#hurry(answer));
  }

  async takeExpired(account: string, now: number): Promise<OutboxEntry[]> {
    this.#amends.begin();
    const answer = await this.#turns.write('outbox.expire', keyOf(account), now, PORTION);
    const [entries, sooner] = answer as [string[][], string[][]];
    await Promise.all(sooner.map((job) => this.#hurry(job)));
    return entries.map(entryOf);
  }

  /** While another process has claims it is never null: should that one die, they are this one's. */
  async nextDue(account: string): Promise<number | null> {
    const next = (await this.#turns.read('outbox.next', keyOf(account))) as [string, string, string];
    const [comes, ends, claims] = next.map((value) => (value === '' ? Number.POSITIVE_INFINITY : Number(value)));
    const now = Date.now();
    const { askedAt } = this.#claims.account(account);
    const times = [
      Math.max(comes ?? 0, Number(comes) <= now ? askedAt + AGAIN : 0),
      ends ?? 0,
      Number(claims) > this.#claims.count(account) ? now + this.#pause : Number.POSITIVE_INFINITY,
    ];
    const first = Math.min(...times);
    return first === Number.POSITIVE_INFINITY ? null : first;
  }

  async find(reference: string): Promise<OutboxEntry | null> {
    const values = (await this.#turns.read('outbox.find', reference)) as string[] | null;
    return values && entryOf(values);
  }

  async list(
    account: string,
    state: OutboxState,
    { to, limit = Number.POSITIVE_INFINITY }: { to?: string; limit?: number } = {},
  ): Promise<OutboxEntry[]> {
    if (to !== undefined && state !== 'held' && state !== 'expired') {
      // In its lane it is one of few.
      const lane = await this.#turns.read('outbox.lane', keyOf(account), keyOf(to), state, limit);
      return (lane as string[][]).map(entryOf);
    }
    const found: OutboxEntry[] = [];
    const most = to === undefined ? Math.min(PORTION, limit) : PORTION;
    for (let from = 0; found.length < limit; from += most) {
      const page = (await this.#turns.read('outbox.list', keyOf(account), state, from, most)) as string[][];
      found.push(...page.map(entryOf).filter((entry) => to === undefined || entry.to === to));
      if (page.length < most) break;
    }
    return found.slice(0, limit);
  }

  async counts(account: string): Promise<OutboxCounts> {
    const answer = (await this.#turns.read('outbox.counts', keyOf(account))) as string[];
    const [waiting = 0, sending = 0, unknown = 0, held = 0, expired = 0, oldest = null] = answer.map(Number);
    return { waiting, sending, unknown, held, expired, oldest };
  }

  async #add(entry: OutboxEntry): Promise<void> {
    const { account, to, notBefore } = entry;
    const job = this.#lanes.newJob(account, to, notBefore);
    await this.#turns.writeWith([job], 'outbox.add', job.id, ...valuesOf(entry));
    this.#claims.account(account).askedAt = 0;
  }

  #doubt(entries: readonly OutboxEntry[], error: SmsError): InDoubt {
    let taken: Promise<string[]> | undefined;
    const takeBack = () => {
      taken ??= this.#withdraw(entries);
      taken.catch(() => {
        taken = undefined;
      });
      return taken;
    };
    this.#amends.owe(async () => {
      await takeBack();
    });
    this.#amends.begin();
    return new InDoubt(error, takeBack);
  }

  /** The references of those that were tried, and stay. */
  async #withdraw(entries: readonly OutboxEntry[]): Promise<string[]> {
    const asked = entries.map(({ reference, account, fallback }) =>
      this.#turns.write('outbox.withdraw', reference, ...[account, ...fallback].map(keyOf)),
    );
    const answers = (await Promise.all(asked)) as [isTaken: '1' | '0', sooner?: string[]][];
    await Promise.all(answers.map(([, sooner]) => this.#hurry(sooner)));
    return entries.filter((_entry, i) => answers[i]?.[0] === '0').map(({ reference }) => reference);
  }

  /** @param sooner the account, the job and the time, as Redis tells them; null for nothing */
  async #hurry(sooner: unknown): Promise<void> {
    const [account, job, at] = (sooner as string[] | null) ?? [];
    if (account !== undefined && job !== undefined)
      await this.#lanes.hurry(decodeURIComponent(account), job, Number(at));
  }
}

/** It was added, or nobody knows. */
function mayBeThere(result: PromiseSettledResult<void> | undefined): boolean {
  return result?.status !== 'rejected' || result.reason instanceof Unanswered;
}
