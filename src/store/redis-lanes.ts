/**
 * What makes the turn of a recipient come: a queue of BullMQ for each account, with delayed jobs that each name a lane,
 * claimed by a worker whose lock is renewed while the claim lasts. When the process dies the lock ends, and BullMQ
 * hands the stalled job to whoever asks next.
 */
import { randomBytes } from 'node:crypto';
import type { IRedisTransaction, Job, Queue, RedisClient, Worker } from 'bullmq';
import { keyOf } from './redis-entry';
import type { Connection, RedisLink } from './redis-link';

export interface LaneOptions {
  prefix: string;
  /** Milliseconds after which the claims of a process that died are no longer its own. */
  lockDuration: number;
  /** Milliseconds between two looks for such claims; locks are renewed as often. */
  stalledInterval: number;
}

/** A job that is yet to be added. */
export interface NewJob {
  account: string;
  id: string;
  at: number;
}

/** A job that has come: its lane is left to it until it is ended or put off. */
export interface Turn {
  account: string;
  to: string;
  token: string;
  job: Job;
  /** When its lock was last asked for, and given. */
  lockedAt: Moment;
}

/** By the clock on the wall, which may be put back, and by the one that may stand still while the machine sleeps. */
interface Moment {
  wall: number;
  steady: number;
}

interface Desk {
  client: RedisClient;
  queue: Queue;
  worker: Worker;
}

/** Locks that are renewed in one call. */
const PORTION = 500;
/** What is further away than this comes then, and is put off again. */
const FURTHEST = 365 * 24 * 3600_000;
/** What BullMQ tells of its jobs is read by nobody. */
const EVENTS = 100;

export class Lanes {
  #link: RedisLink;
  #options: LaneOptions;
  #desks = new Map<string, Desk>();
  #turns = new Set<Turn>();
  /** Of this store, in the names of jobs and locks. */
  #name = randomBytes(6).toString('base64url');
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(link: RedisLink, options: LaneOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** @param at when it is to come, epoch milliseconds */
  newJob(account: string, to: string, at: number): NewJob {
    return { account, id: `${keyOf(to)}.${this.#unique()}`, at };
  }

  /** A transaction that adds jobs, and is to be gone on with. */
  begin(connection: Connection, jobs: readonly NewJob[]): IRedisTransaction {
    const made = this.#make(connection, jobs);
    const transaction = connection.client.multi();
    // What becomes of it is what becomes of the transaction.
    for (const job of made) job.addJob(transaction).catch(() => {});
    return transaction;
  }

  /** Adds jobs that may be there already. */
  async add(connection: Connection, jobs: readonly NewJob[]): Promise<void> {
    await Promise.all(this.#make(connection, jobs).map((job) => job.addJob(connection.client)));
  }

  /** The jobs that have come, so many at the most. @throws SmsError SMS_STORE, when it is not known of any */
  async come(account: string, most: number): Promise<Turn[]> {
    const { worker } = await this.#desk(account);
    const lockedAt = moment();
    const next = () => worker.getNextJob(this.#unique(), { block: false });
    const results = await Promise.allSettled(Array.from({ length: most }, next));
    const turns: Turn[] = [];
    for (const result of results) {
      const job = result.status === 'fulfilled' ? result.value : undefined;
      if (job?.id && job.token) turns.push({ account, to: laneOf(job.id), token: job.token, job, lockedAt });
    }
    for (const turn of turns) this.#turns.add(turn);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected' && turns.length === 0) throw this.#link.error(failed.reason);
    return turns;
  }

  /**
   * Ends a turn, or puts it off. One that cannot be told to BullMQ now stalls, and comes again by itself.
   * @param at epoch milliseconds; null for the end
   */
  async settle(turn: Turn, at: number | null): Promise<void> {
    this.#turns.delete(turn);
    const { job, token } = turn;
    try {
      if (at === null) await job.moveToCompleted('', token, false);
      else await job.moveToDelayed(Date.now() + delayOf(at), token);
    } catch {
      // It stalls.
    }
  }

  /** Its lock may be over. */
  isLate({ lockedAt }: Turn): boolean {
    const { wall, steady } = moment();
    return Math.max(wall - lockedAt.wall, steady - lockedAt.steady) >= this.#options.lockDuration;
  }

  /** It is another's by now: its lock is not renewed. */
  forget(turn: Turn): void {
    this.#turns.delete(turn);
  }

  /** A job that was put off comes earlier. One that is not put off is here already. */
  async hurry(account: string, id: string, at: number): Promise<void> {
    try {
      const { queue } = await this.#desk(account);
      await queue.getBackend().changeDelay(id, delayOf(at));
    } catch {
      // Without it, it comes when it was to come before.
    }
  }

  /** Is it nowhere? What is left of it is removed then. @throws SmsError SMS_STORE */
  async isLost(account: string, id: string): Promise<boolean> {
    const { queue } = await this.#desk(account);
    try {
      if ((await queue.getJobState(id)) !== 'unknown') return false;
      await queue.remove(id);
      return true;
    } catch (error) {
      throw this.#link.error(error);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const desks = [...this.#desks.values()];
    this.#desks.clear();
    await Promise.allSettled(desks.flatMap(({ queue, worker }) => [queue.close(), worker.close()]));
  }

  #make(connection: Connection, jobs: readonly NewJob[]): Job[] {
    return jobs.map(({ account, id, at }) => {
      const { queue } = this.#deskOf(connection, account);
      return new connection.bullmq.Job(queue, 'lane', {}, { jobId: id, delay: delayOf(at) }, id);
    });
  }

  async #desk(account: string): Promise<Desk> {
    return this.#deskOf(await this.#link.ready(), account);
  }

  #deskOf({ bullmq, client }: Connection, account: string): Desk {
    let desk = this.#desks.get(account);
    if (desk?.client !== client) {
      const { prefix, lockDuration, stalledInterval } = this.#options;
      const options = { connection: client, prefix, skipVersionCheck: true, skipWaitingForReady: true };
      const [name, streams] = [`outbox-${keyOf(account)}`, { events: { maxLen: EVENTS } }];
      const forWorker = { ...options, autorun: false, lockDuration, stalledInterval, removeOnComplete: { count: 0 } };
      desk = {
        client,
        queue: new bullmq.Queue(name, { ...options, streams }),
        // By hand and without blocking: it needs no connection of its own.
        worker: new bullmq.Worker(name, null, forWorker, (of, given) => bullmq.createRedisBackend(of, given)),
      };
      // Whoever asked is told.
      desk.queue.on('error', () => {});
      desk.worker.on('error', () => {});
      this.#desks.set(account, desk);
      this.#timer ??= setInterval(() => this.#look(), stalledInterval).unref();
    }
    return desk;
  }

  /** Never rejects: what does not succeed now does the next time. */
  async #look(): Promise<void> {
    if (this.#isLooking || !this.#link.isUp) return;
    this.#isLooking = true;
    try {
      for (const [account, { worker }] of this.#desks) {
        await this.#renew(account, worker);
        await worker.getBackend().moveStalledJobsToWait();
      }
    } catch {
      // Redis is out of reach; those who need it say so.
    } finally {
      this.#isLooking = false;
    }
  }

  async #renew(account: string, worker: Worker): Promise<void> {
    const turns = [...this.#turns].filter((turn) => turn.account === account);
    for (let from = 0; from < turns.length; from += PORTION) {
      const portion = turns.slice(from, from + PORTION);
      const ids = portion.map(({ job }) => String(job.id));
      const tokens = portion.map(({ token }) => token);
      const lockedAt = moment();
      const lost = new Set(await worker.extendJobLocks(ids, tokens, this.#options.lockDuration));
      for (const [i, turn] of portion.entries()) if (!lost.has(ids[i] ?? '')) turn.lockedAt = lockedAt;
    }
  }

  #unique(): string {
    this.#count += 1;
    return `${this.#name}${this.#count.toString(36)}`;
  }
}

/** The recipient is in the name of the job. */
export function laneOf(id: string): string {
  return decodeURIComponent(id.slice(0, id.lastIndexOf('.')));
}

function moment(): Moment {
  return { wall: Date.now(), steady: performance.now() };
}

function delayOf(at: number): number {
  return Math.ceil(Math.min(Math.max(at - Date.now(), 0), FURTHEST));
}
