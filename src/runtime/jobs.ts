/**
 * The messages that sms-send is at: here as they came, as long as they are few; the others in the store only, which is
 * asked when their outcome is told. What is told after a restart finds them there, too.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Node, NodeAPI } from 'node-red';
import type { MarkStore } from '../store';
import { Dictionary } from '../store/dictionary';
import { answersOf, isSettled, type Job, type JobContext, markSettled, newJob, type Origin, restored } from './job';
import type { Message } from './nodes';
import { fromStored, type Stored, toStored } from './storable';

/** The message of several recipients, as it is stored: once, and not with each of them. */
interface Carried extends Omit<Origin, 'message'> {
  message: Stored;
  /** Epoch milliseconds. */
  until: number;
}

/** The jobs of a node that are here. They outlive the node when it is deployed again. */
export class KeptJobs {
  /** Recipients who are not settled. */
  open = 0;
  #jobs = new Dictionary<Job>();

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  add(job: Job): void {
    this.#jobs.set(job.id, job);
    this.open += job.open;
  }

  /** One more of its recipients is settled. */
  settled(job: Job): void {
    if (!this.#jobs.has(job.id)) return;
    this.open -= 1;
    if (job.open === 0) this.#jobs.delete(job.id);
  }
}

/** Where a job is written down, and until when (epoch milliseconds). */
interface Written {
  marks: MarkStore;
  until: number;
}

export class Jobs {
  #RED: NodeAPI;
  #node: Node;
  #kept: KeptJobs;
  #written = new WeakMap<Job, Written>();
  #fetched = new Map<string, Promise<Job>>();
  #closing = new AbortController();

  /** @param kept those of this node from before it was deployed again */
  constructor(RED: NodeAPI, node: Node, kept: KeptJobs) {
    this.#RED = RED;
    this.#node = node;
    this.#kept = kept;
    node.on('close', () => this.#closing.abort());
  }

  begin(origin: Origin, answers: Pick<Job, 'send' | 'done'>): Job {
    const job = newJob(newId(), origin, answers);
    job.speaker = this;
    return job;
  }

  /** The job is waited for: from now on it is here, unless many are: what comes of it finds it in the store. */
  keep(job: Job): void {
    if (this.#kept.open < MOST_KEPT && job.open > 0) this.#kept.add(job);
  }

  /** Kept whatever happens: the store knows nothing of it. */
  hold(job: Job): void {
    this.#kept.add(job);
  }

  /**
   * Writes a job of several recipients down, to be called in the turn in which they are stored.
   * @param until epoch milliseconds until which somebody may ask for it
   */
  async write(job: Job, marks: MarkStore, until: number): Promise<void> {
    const { parts, path } = job;
    const { stored: message } = toStored(job.message, topOf(path));
    const carried: Carried = { message, parts, path, until };
    this.#written.set(job, { marks, until });
    const ttl = until - Date.now();
    const settled = chunksOf(job)
      .filter((chunk) => bitsOf(job, chunk).some((byte) => byte !== 0))
      .map((chunk) => this.#writeSettled(job, chunk));
    await Promise.all([marks.set(this.#scope('carried'), job.id, JSON.stringify(carried), ttl), ...settled]);
  }

  isWritten(job: Job): boolean {
    return this.#written.has(job);
  }

  /**
   * The job that something is told of; without a trace of it, one that came with nothing.
   * @param stores where it may be written down. Rejects only when the node closes before they could be asked
   */
  find(context: JobContext, stores: () => MarkStore[]): Job | Promise<Job> {
    const kept = this.#kept.get(context.job);
    if (kept) return this.#owned(kept);
    if (context.message)
      return Object.assign(this.#adopted(context.job, restored(context.message)), { isStored: true });
    return context.job === '' ? this.#lost('') : this.#fetch(context.job, stores);
  }

  /** One recipient is settled; with the last one the message is done with. */
  settle(job: Job, index: number, error?: Error): void {
    if (isSettled(job, index)) return;
    markSettled(job, index);
    this.#kept.settled(job);
    // Nobody waits for it: without it, a Complete node might be told once too little after a crash.
    if (this.#written.has(job)) this.#writeSettled(job, index >> CHUNK_BITS).catch(() => {});
    if (job.open === 0) job.done(error);
  }

  #fetch(id: string, stores: () => MarkStore[]): Promise<Job> {
    const known = this.#fetched.get(id);
    // The one that was asked for last is forgotten last.
    if (known) this.#fetched.delete(id);
    const job = known ?? this.#read(id, stores);
    this.#fetched.set(id, job);
    job.catch(() => this.#fetched.delete(id));
    if (this.#fetched.size > MOST_FETCHED) {
      for (const oldest of this.#fetched.keys()) {
        this.#fetched.delete(oldest);
        break;
      }
    }
    return job;
  }

  async #read(id: string, stores: () => MarkStore[]): Promise<Job> {
    for (;;) {
      try {
        return await this.#readNow(id, stores());
      } catch {
        await pause(RETRY, undefined, { ref: false, signal: this.#closing.signal });
      }
    }
  }

  async #readNow(id: string, stores: readonly MarkStore[]): Promise<Job> {
    for (const marks of stores) {
      const found = await marks.get(this.#scope('carried'), id);
      if (found === null) continue;
      const { message, until, ...origin } = JSON.parse(found) as Carried;
      const job = this.#adopted(id, { ...origin, message: fromStored(message) });
      await Promise.all(chunksOf(job).map((chunk) => this.#readSettled(job, marks, chunk)));
      this.#written.set(job, { marks, until });
      return job;
    }
    return this.#lost(id);
  }

  #owned(job: Job): Job {
    if (job.speaker === this) return job;
    return Object.assign(job, answersOf(this.#node, job.message), { speaker: this });
  }

  #adopted(id: string, origin: Origin): Job {
    return newJob(id, origin, answersOf(this.#node, origin.message));
  }

  #lost(id: string): Job {
    const message: Message = { _msgid: this.#RED.util.generateId() };
    return this.#adopted(id, { message, parts: null, path: null });
  }

  async #writeSettled(job: Job, chunk: number): Promise<void> {
    const { marks, until } = this.#written.get(job) ?? {};
    const bits = Buffer.from(bitsOf(job, chunk)).toString('base64');
    await marks?.set(this.#scope('settled'), `${job.id}:${chunk}`, bits, Math.max(1, (until ?? 0) - Date.now()));
  }

  async #readSettled(job: Job, marks: MarkStore, chunk: number): Promise<void> {
    const bits = await marks.get(this.#scope('settled'), `${job.id}:${chunk}`);
    if (bits === null) return;
    const first = chunk << CHUNK_BITS;
    const bytes = Buffer.from(bits, 'base64');
    for (let i = 0; i < bytes.length * 8; i += 1) {
      const isSet = ((bytes[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
      if (isSet && !isSettled(job, first + i)) markSettled(job, first + i);
    }
  }

  #scope(what: 'carried' | 'settled'): string {
    return `${what}:${this.#node.id}`;
  }
}

/** What the ids of this process begin with; how many there have been. */
const RUN = randomBytes(9).toString('base64url');
let jobs = 0;

/** Of no other job, in whichever process. */
function newId(): string {
  jobs += 1;
  return `${RUN}-${jobs.toString(36)}`;
}

/** The bits of so many recipients are written together: 2 to this power. */
const CHUNK_BITS = 10;

function chunksOf({ parts }: Job): number[] {
  return Array.from({ length: Math.ceil((parts?.count ?? 0) / (1 << CHUNK_BITS)) }, (_, chunk) => chunk);
}

function bitsOf({ settled }: Job, chunk: number): Uint8Array {
  const bytes = 1 << (CHUNK_BITS - 3);
  return settled?.subarray(chunk * bytes, (chunk + 1) * bytes) ?? new Uint8Array();
}

/** The property of the message in which a path begins. */
function topOf(path: string | null): string | null {
  return /^(?:msg\.)?([^.[]+)/.exec(path ?? '')?.[1] ?? null;
}

/** Recipients whose messages are here as they came: a million that wait are no burden. */
const MOST_KEPT = 5000;
/** Messages that were read out of the store, of those that were asked for last. */
const MOST_FETCHED = 100;
/** Milliseconds until a store that failed is asked again. */
const RETRY = 1000;
