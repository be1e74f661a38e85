/**
 * News of messages: out of the vendor's queue, where reading removes; or what becomes of those still on their way, which
 * are asked about. Whoever finds it out, by a push, say, each node that reads news is told.
 */
import { verbOf } from '../providers/capabilities';
import type { ProviderReport } from '../providers/provider';
import type { StatusReport } from '../sms/types';
import type { Account } from './account';
import { Lease } from './lease';
import { LIFE } from './life';
import type { Letter } from './post';

export interface NewsRequest {
  /** The node that is told. */
  reader: string;
  limit: number;
  /** Milliseconds between two readings of a node that reads by itself; null when a message asks for this one. */
  every: number | null;
}

/** The kind of a letter whose body is a StatusReport; out of a queue, it is one that the tracker may not have yet. */
const NEWS = 'news';
/** A full answer means that there may be more; so many in a row are read at the most. */
const MOST_READINGS = 50;
/** Milliseconds that a reading which a message asks for waits for that of another process. */
const PATIENCE = 60_000;

type Give = (report: StatusReport) => void;

export class News {
  #account: Account;
  #turn: Promise<unknown> = Promise.resolve();
  /** Nodes that are told what becomes of messages. */
  #readers = new Set<string>();
  /** Read, and not stored because the store failed. */
  #unkept: Letter[] = [];

  constructor(account: Account) {
    this.#account = account;
  }

  /** What is found out from now on is left for this node until it reads. */
  attend(reader: string): void {
    this.#readers.add(reader);
  }

  /** It reads no more. */
  leave(reader: string): void {
    this.#readers.delete(reader);
  }

  /** A letter for each of them, not stored yet; none where they have it from the vendor's queue. */
  copies(report: StatusReport): Letter[] {
    if (this.#hasQueue) return [];
    return [...this.#readers].map((reader) => this.#account.post.compose(reader, NEWS, report, LIFE, true));
  }

  /** Gives what an earlier reading left untold, then what is new; returns how many reports came out. */
  async read(request: NewsRequest, give: Give): Promise<number> {
    const { settings, id } = this.#account;
    const lease = new Lease(settings.store, `news:${id}:${request.reader}`);
    // What this process found out is told by it, whoever asks.
    if (request.every !== null && !(await lease.turn(request.every))) {
      return this.#hasQueue ? 0 : this.#inTurn(() => this.#tellLeft(request.reader, give));
    }
    const work = () => (this.#hasQueue ? this.#drain(request, give) : this.#sweep(request, give));
    const patience = request.every === null ? PATIENCE : 0;
    // Of two who read at once, the second would be told what the first one is about to tell.
    return this.#inTurn(async () => (await lease.during(work, patience)) ?? 0);
  }

  /** Gives what was read out of the queue before, and not told; returns how many reports came out. */
  async readLeft(reader: string, give: Give): Promise<number> {
    return this.#hasQueue ? this.#inTurn(() => this.#tellLeft(reader, give)) : 0;
  }

  get #hasQueue(): boolean {
    return this.#account.provider.verbs.statusQueue !== undefined;
  }

  async #drain({ reader, limit }: NewsRequest, give: Give): Promise<number> {
    let told = await this.#tellLeft(reader, give);
    for (let readings = 0; readings < MOST_READINGS; readings += 1) {
      const reports = await this.#account.vendor.takeNews(limit);
      told += await this.#tell(await this.#keep(reader, reports), give);
      if (reports.length < limit) break;
    }
    return told;
  }

  async #sweep({ reader, limit, every }: NewsRequest, give: Give): Promise<number> {
    verbOf(this.#account.provider, 'status');
    const isHere = this.#readers.has(reader);
    this.attend(reader);
    try {
      await this.#account.tracker.sweep(limit, every === null ? 'open' : 'due');
    } finally {
      if (!isHere) this.leave(reader);
    }
    return this.#tellLeft(reader, give);
  }

  /** All of it is stored before the first is told: the vendor has it no more. */
  async #keep(reader: string, reports: readonly ProviderReport[]): Promise<Letter[]> {
    const { post, tracker } = this.#account;
    const letters = reports.map((report) => post.compose(reader, NEWS, tracker.complete(report)));
    this.#unkept.push(...letters);
    await this.#store();
    return letters;
  }

  async #store(): Promise<void> {
    await Promise.all(this.#unkept.map((letter) => this.#account.post.store(letter)));
    this.#unkept = [];
  }

  async #tellLeft(reader: string, give: Give): Promise<number> {
    const { post, id } = this.#account;
    if (this.#unkept.length > 0) {
      const letters = this.#unkept;
      await this.#store();
      for (const letter of letters) post.leave(letter);
    }
    const isOwn = ({ kind, body }: Letter) => kind === NEWS && (body as StatusReport).account === id;
    let told = 0;
    for await (const page of post.pages(reader)) {
      for (const letter of page) if (!isOwn(letter)) post.leave(letter);
      told += await this.#tell(page.filter(isOwn), give);
    }
    return told;
  }

  /** A message of ours is told as the tracker has it; the queue may also have those of others. */
  async #tell(letters: readonly Letter[], give: Give): Promise<number> {
    const { post, tracker } = this.#account;
    let told = 0;
    try {
      for (const letter of letters) {
        const report = letter.body as StatusReport;
        give((this.#hasQueue && (await tracker.report(report))) || report);
        post.done(letter);
        told += 1;
      }
    } finally {
      for (const letter of letters.slice(told)) post.leave(letter);
    }
    return told;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
