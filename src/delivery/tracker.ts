/**
 * The tracker: one truth about each accepted message. Pushes, queues, polls and look-ups feed it; it only moves
 * forward, keeps a report that comes before its receipt, and has a last word when the vendor has none.
 */
import type { ProviderReport } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { AccountReference, Receipt, Status, StatusReport } from '../sms/types';
import type { MarkStore, TrackedMessage, TrackedStore } from '../store';
import { type EarlyReport, EarlyReports } from './early';
import { movedBody } from './letters';
import type { Letter, Post } from './post';
import { MOST_QUESTIONS, nextQuestion } from './schedule';

export interface TrackerOptions {
  account: AccountReference;
  store: TrackedStore;
  marks: MarkStore;
  /** Hours after which a message without a final status is given up. */
  finalWithin: number;
  /** Asks the vendor for statuses; null when it has no such call. */
  ask: ((ids: readonly string[]) => Promise<(ProviderReport | SmsError)[]>) | null;
  post: Post;
  /** Gives the node that sent a message the letter with a report that moved it, which is stored by then. */
  tell(letter: Letter, report: StatusReport, context: unknown): void;
  /** Takes note of what a status says of the recipient, before the message is moved by it. @throws SmsError SMS_STORE */
  heard(report: ProviderReport): Promise<void>;
  /** Told of what went wrong while nobody waited for it. */
  failed(error: unknown): void;
}

const BATCH = 50;
/** Milliseconds after a store that failed. */
const RETRY = 10_000;
/** How often, in milliseconds, what is overdue is looked for while a node sweeps. */
const SWEPT_PAUSE = 60_000;
const RANK: Record<Status, number> = {
  scheduled: 0,
  queued: 1,
  sent: 2,
  unknown: 3,
  delivered: 9,
  failed: 9,
  expired: 9,
  received: 9,
};

export class Tracker {
  #options: TrackerOptions;
  #early: EarlyReports;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #running = new Set<Promise<void>>();
  #closed = false;
  /** Nodes that feed the tracker themselves, so that it asks less. */
  #feeders = { push: 0, sweep: 0 };
  #pushSeen = false;
  /** Reports from before may wait for receipts from before. */
  #areEarlyLeft = false;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#early = new EarlyReports(options.marks, options.account.account);
  }

  /** A node that receives pushes, or sweeps, for this account; returns what ends it. */
  addFeeder(kind: 'push' | 'sweep'): () => void {
    this.#feeders[kind] += 1;
    return () => {
      this.#feeders[kind] -= 1;
      this.#during(this.#goOn());
    };
  }

  /** A push came in: from now on asking is only for what gets lost. An address that no push reaches proves nothing. */
  pushed(): void {
    this.#pushSeen = true;
  }

  /** Goes on with the messages that were on their way before, and with the reports that were early for them. */
  async resume(): Promise<void> {
    this.#areEarlyLeft = true;
    await this.#during(this.#goOn());
  }

  /**
   * Takes note of an accepted message, in two steps: `store` is for the turn in which other things are stored with it,
   * and may be asked again; `begin`, which never rejects, for when that was done and told. A report that was there
   * before its receipt is told then.
   * @param context what the owner wants back with each report
   * @param isOver nothing more will be heard of it, and nobody is asked
   */
  track(
    receipt: Receipt,
    owner: string | null,
    context: unknown,
    isOver = false,
  ): { store: () => Promise<void>; begin: () => Promise<void> } {
    const message = this.#begun(receipt, owner, context);
    if (isOver) message.final = true;
    return {
      store: () => this.#keep(message),
      begin: async () => {
        if (isOver || this.#closed) return;
        this.#plan(Math.min(message.askAt, message.finalBy));
        await this.#during(this.#applyEarly(message));
      },
    };
  }

  /**
   * Takes in what was heard about a message. Returns the report when it moved the message, null when it is old news.
   * A message that is not known yet is waited for; `reference` is ours, where the push carried it instead of an id.
   */
  async report(heard: ProviderReport, reference?: string): Promise<StatusReport | null> {
    for (;;) {
      let message = await this.#find(heard.id, reference);
      if (!message) {
        await this.#early.keep(heard, reference);
        // Its receipt may have come in between.
        message = await this.#find(heard.id, reference);
      }
      await this.#options.heard({ ...heard, to: heard.to || (message?.to ?? '') });
      if (!message || !isForward(message, heard)) return null;
      const report = this.#complete({ ...heard, id: message.id, to: heard.to || message.to });
      // Of those who move it at the same time one does; the others look again.
      if (await this.#move(message, report)) return report;
    }
  }

  /** The last that is known, for a message of ours. */
  find(id: string): Promise<TrackedMessage | null> {
    return this.#options.store.find(this.#options.account.account, id);
  }

  /** The vendor's id of a message of ours, by our reference. */
  async idOf(reference: string): Promise<string | null> {
    return (await this.#find('', reference))?.id ?? null;
  }

  /** Asks about the messages whose time it is, or about all that are still on their way; returns what moved one. */
  async sweep(limit: number, which: 'due' | 'open'): Promise<StatusReport[]> {
    const { store, account } = this.#options;
    const now = Date.now();
    const messages =
      which === 'due'
        ? await store.due(account.account, now, limit)
        : await store.open(account.account, limit, MOST_QUESTIONS);
    const givenUp = await this.#giveUp(messages.filter((message) => message.finalBy <= now));
    return [...givenUp, ...(await this.#askAbout(messages.filter((message) => message.finalBy > now)))];
  }

  /** What a report says, with the account that it belongs to. */
  complete(heard: ProviderReport): StatusReport {
    return this.#complete(heard);
  }

  /** Counts a question; false when so many were asked. @param most null where the vendor sets no limit, and nothing is counted */
  async mayAsk(id: string, most: number | null): Promise<boolean> {
    while (most !== null) {
      const message = await this.find(id);
      if (!message) return true;
      if (message.asked >= most) return false;
      message.asked += 1;
      if (await this.#options.store.save(message)) return true;
    }
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #begun(receipt: Receipt, owner: string | null, context: unknown): TrackedMessage {
    const { account, id, reference, to, status, providerStatus } = receipt;
    const acceptedAt = Date.parse(receipt.acceptedAt);
    // One that was looked up may have met its end already: the vendor is asked for the report of it.
    const isOver = RANK[status] === 9 && this.#options.ask !== null;
    return {
      account,
      id,
      reference,
      owner,
      to,
      status: isOver ? 'sent' : status,
      final: !isOver && RANK[status] === 9,
      providerStatus,
      acceptedAt,
      askAt: isOver ? Date.now() : this.#askAt(acceptedAt, 0),
      asked: 0,
      finalBy: acceptedAt + this.#options.finalWithin * 3600_000,
      context: owner === null ? null : context,
      version: 0,
      report: null,
      receipt,
    };
  }

  /** An id that the vendor has given before belongs to the message that has it now. */
  async #keep(message: TrackedMessage): Promise<void> {
    const { store } = this.#options;
    while (!(await store.save(message))) {
      const other = await this.find(message.id);
      if (other?.reference === message.reference) return;
      message.version = other?.version ?? 0;
    }
  }

  /** In one turn the message moves and the letter that tells of it is stored; false when another has moved it. */
  async #move(message: TrackedMessage, report: StatusReport): Promise<boolean> {
    const { store, post, tell, failed } = this.#options;
    const { status, final, providerStatus } = report;
    const { owner, context } = message;
    const moved = { ...message, status, final, providerStatus, report };
    const letter = owner === null ? null : post.compose(owner, 'moved', movedBody(report, context));
    const [saved, stored] = await Promise.allSettled([store.save(moved), letter && post.store(letter)]);
    const isMoved = saved.status === 'fulfilled' && saved.value;
    if (letter && !isMoved) post.done(letter);
    if (saved.status === 'rejected') throw saved.reason;
    if (stored.status === 'rejected') failed(stored.reason);
    if (letter && isMoved) tell(letter, report, context);
    return isMoved;
  }

  #find(id: string, reference?: string): Promise<TrackedMessage | null> {
    const { store, account } = this.#options;
    if (id) return store.find(account.account, id);
    return reference ? store.findReference(account.account, reference) : Promise.resolve(null);
  }

  async #askAbout(messages: readonly TrackedMessage[]): Promise<StatusReport[]> {
    const { ask, store } = this.#options;
    if (!ask || messages.length === 0) return [];
    for (const message of messages) {
      message.asked += 1;
      message.askAt = this.#askAt(message.acceptedAt, message.asked);
    }
    // Who has moved one meanwhile has news of it.
    const saved = await Promise.all(messages.map((message) => store.save(message)));
    const asked = messages.filter((_message, i) => saved[i]);
    const answers = asked.length === 0 ? [] : await ask(asked.map(({ id }) => id));
    const moved: StatusReport[] = [];
    for (const answer of answers) {
      if (answer instanceof SmsError) continue;
      const report = await this.report(answer);
      if (report) moved.push(report);
    }
    return moved;
  }

  #askAt(acceptedAt: number, asked: number): number {
    return nextQuestion(acceptedAt, asked, this.#feeders.push > 0 && this.#pushSeen);
  }

  #plan(at: number): void {
    if (this.#closed || at === Number.POSITIVE_INFINITY || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const wait = Math.min(Math.max(at - Date.now(), 1), 24 * 3600_000);
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#during(this.#wake());
    }, wait);
  }

  /** Closing waits for it; when it fails, the vendor or the store is asked again later. */
  #during(work: Promise<void>): Promise<void> {
    const over: Promise<void> = work
      .catch((error) => {
        this.#options.failed(error);
        this.#plan(Date.now() + RETRY);
      })
      .finally(() => this.#running.delete(over));
    this.#running.add(over);
    return over;
  }

  async #goOn(): Promise<void> {
    const { store, account } = this.#options;
    await this.#applyLeft();
    const next = await store.nextDue(account.account);
    if (next !== null) this.#plan(next);
  }

  /** Gives up what is overdue, asks about what is due (a sweeping node does it instead), and plans the next time. */
  async #wake(): Promise<void> {
    const { store, account } = this.#options;
    await this.#applyLeft();
    const now = Date.now();
    const due = await store.due(account.account, now, BATCH);
    await this.#giveUp(due.filter(({ finalBy }) => finalBy <= now));
    const isSwept = this.#feeders.sweep > 0;
    if (!isSwept) await this.#askAbout(due.filter(({ finalBy }) => finalBy > now));
    const next = await store.nextDue(account.account);
    if (next !== null) this.#plan(Math.max(next, isSwept ? now + SWEPT_PAUSE : now + 1));
  }

  async #giveUp(overdue: readonly TrackedMessage[]): Promise<StatusReport[]> {
    const { store } = this.#options;
    const reports: StatusReport[] = [];
    for (const { account, id } of overdue) {
      let message = await store.find(account, id);
      // Its final status may have come while others were given up.
      while (message && !message.final) {
        const report = this.#lastWord(message);
        const isMoved = await this.#move(message, report);
        if (isMoved) reports.push(report);
        message = isMoved ? null : await store.find(account, id);
      }
    }
    return reports;
  }

  #lastWord(message: TrackedMessage): StatusReport {
    return {
      ...this.#complete({
        id: message.id,
        to: message.to,
        status: 'unknown',
        final: true,
        providerStatus: message.providerStatus,
        description: `The vendor gave no final status within ${this.#options.finalWithin} hours`,
        updatedAt: new Date().toISOString(),
        raw: null,
      }),
      timedOut: true,
    };
  }

  #complete(heard: ProviderReport): StatusReport {
    const { id, ...rest } = heard;
    return { id, ...this.#options.account, ...rest };
  }

  async #applyEarly({ id, reference }: TrackedMessage): Promise<void> {
    for (const early of await this.#early.of(id, reference)) await this.#apply(early, id);
  }

  /** A crash may have come between a receipt and the report that was there before it. */
  async #applyLeft(): Promise<void> {
    if (!this.#areEarlyLeft) return;
    for await (const early of this.#early.all()) {
      const message = await this.#find(early.heard.id, early.reference);
      if (message) await this.#apply(early, message.id);
    }
    this.#areEarlyLeft = false;
  }

  /** It is forgotten after it was told: the next time it is old news. */
  async #apply(early: EarlyReport, id: string): Promise<void> {
    await this.report({ ...early.heard, id });
    await this.#early.forget(early);
  }
}

/** Nothing follows a final status but a reply; otherwise a later stage, or another word for the same stage. */
function isForward(message: TrackedMessage, heard: ProviderReport): boolean {
  if (heard.reply && !message.report?.reply) return true;
  if (message.final) return false;
  const [was, is] = [RANK[message.status], heard.final ? 9 : RANK[heard.status]];
  return is > was || (is === was && heard.providerStatus !== message.providerStatus);
}
