/**
 * The tracker: one truth about each accepted message. Pushes, queues, polls and look-ups feed it; it only moves
 * forward, keeps a report that comes before its receipt, and has a last word when the vendor has none.
 */
import type { ProviderReport } from '../providers/provider';
import type { SmsError } from '../sms/errors';
import type { AccountReference, Receipt, Status, StatusReport } from '../sms/types';
import type { MarkStore, TrackedDraft, TrackedMessage, TrackedStore } from '../store';
import { Asking } from './asking';
import { Clock } from './clock';
import { type EarlyReport, EarlyReports } from './early';
import { LIFE } from './life';
import { Moves } from './moves';
import type { Letter, Post } from './post';
import { isForward, RANK } from './stages';

export interface TrackerOptions {
  account: AccountReference;
  /** By which it asks, and gives up. */
  clock?: Clock;
  store: TrackedStore;
  /** Whether other processes have the store open, too. */
  isShared?: boolean;
  marks: MarkStore;
  /** Hours after which a message without a final status is given up. */
  finalWithin: number;
  /** Asks the vendor for statuses; null when it has no such call. */
  ask: ((ids: readonly string[]) => Promise<(ProviderReport | SmsError)[]>) | null;
  post: Post;
  /** Gives the node that sent a message the letter with a report that moved it, which is stored by then. */
  tell(letter: Letter, report: StatusReport, context: unknown): void;
  /** Letters for others who are told of it, too; stored with what moved the message, and left for them. */
  copies?(report: StatusReport): Letter[];
  /** Takes note of what a status says of the recipient, before the message is moved by it. @throws SmsError SMS_STORE */
  heard(report: ProviderReport): Promise<void>;
  /** Told of each status that a message takes after the first, and of a first one that is its end. */
  reached?(status: Status): void;
  /** Told of what went wrong while nobody waited for it. */
  failed(error: unknown): void;
}

/** Messages that are read at once; and more questions than are ever asked about one. */
const [PAGE, MANY] = [500, 1_000_000];

/** What is left to do for a message that was accepted. */
export interface Tracked {
  /** For the turn in which other things are stored with it; may be asked again. @throws SmsError SMS_STORE */
  store(): Promise<void>;
  /**
   * When that was done and told; a report that was there before its receipt is told then. Never rejects.
   * @param mayBeEarly false where {@link Tracker.mayBeEarly} said so after it was stored
   */
  begin(mayBeEarly?: boolean): Promise<void> | void;
}

export class Tracker {
  #options: TrackerOptions;
  #clock: Clock;
  #early: EarlyReports;
  #asking: Asking;
  #closed = false;
  #moves: Moves;
  /** Reports from before may wait for receipts from before. */
  #areEarlyLeft = false;

  constructor(options: TrackerOptions) {
    const { store, isShared = false, marks, ask, failed, clock = new Clock() } = options;
    const { account } = options.account;
    this.#options = options;
    this.#clock = clock;
    this.#early = new EarlyReports(marks, account);
    this.#asking = new Asking({
      account,
      clock,
      store,
      isShared,
      ask,
      report: (heard) => this.report(heard),
      giveUp: (message) => this.#giveUp(message),
      first: async () => {
        await this.#moves.settleAll();
        await this.#applyLeft();
      },
      failed,
    });
    this.#moves = new Moves(options, (wait) => this.#asking.plan(clock.now() + wait));
  }

  /** A node that receives pushes, or sweeps, for this account; returns what ends it. */
  addFeeder(kind: 'push' | 'sweep'): () => void {
    return this.#asking.addFeeder(kind);
  }

  /** A push came in: from now on asking is only for what gets lost. An address that no push reaches proves nothing. */
  pushed(): void {
    this.#asking.pushed();
  }

  /** Goes on with the messages that were on their way before, and with the reports that were early for them. */
  async resume(): Promise<void> {
    this.#areEarlyLeft = true;
    await this.#asking.resume();
  }

  /**
   * Takes note of an accepted message, in two steps, of which it holds no more than has to be stored.
   * @param context what the owner wants back with each report
   * @param isOver nothing more will be heard of it, and nobody is asked
   * @param life the process that took the message in
   * @param takenAt when that was
   * @param dueAt when it is to go out, where the vendor holds it until then; its life begins then
   */
  track(
    receipt: Receipt,
    owner: string | null,
    context: unknown,
    isOver = false,
    life = LIFE,
    takenAt = Date.parse(receipt.acceptedAt),
    dueAt: number | null = null,
  ): Tracked {
    const message: TrackedMessage = Object.assign(this.#begun(receipt, owner, context, dueAt), { life, takenAt });
    if (isOver) message.final = true;
    const { status, final, askAt, finalBy } = message;
    const isReached = final && !isOver;
    const draft = this.#options.store.draft(message);
    return this.#tracked(draft, isReached ? status : null, isOver ? null : Math.min(askAt, finalBy));
  }

  /** @param reached its end, where it has met that; @param dueAt null where nobody is asked */
  #tracked(draft: TrackedDraft, reached: Status | null, dueAt: number | null): Tracked {
    return {
      store: () => this.#keep(draft),
      begin: (mayBeEarly = true) => {
        if (reached !== null) this.#options.reached?.(reached);
        if (dueAt === null || this.#closed) return;
        this.#asking.plan(dueAt);
        if (mayBeEarly) return this.#asking.during(this.#applyEarly(draft));
      },
    };
  }

  /** Whether a report waits for its receipt; one that comes later finds what is stored by now. */
  mayBeEarly(): Promise<boolean> {
    return this.#early.areAny().catch(() => true);
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
      if (message && (await this.#moves.settle(message.id))) continue;
      await this.#options.heard({ ...heard, to: heard.to || (message?.to ?? '') });
      if (!message || !isForward({ ...message, reply: message.report?.reply }, heard)) return null;
      const report = this.#complete({ ...heard, id: message.id, to: heard.to || message.to });
      // Of those who move it at the same time one does; the others look again.
      if (await this.#moves.make(message, report)) return report;
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
  sweep(limit: number, which: 'due' | 'open'): Promise<StatusReport[]> {
    return this.#asking.sweep(limit, which);
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

  /** Nobody will ask the vendor again: messages without a final status have their last word now. After {@link close}. */
  async abandon(): Promise<void> {
    const { store, account } = this.#options;
    const why = 'The account was deleted or disabled before the vendor gave a final status';
    for (let open: TrackedMessage[]; ; ) {
      open = await store.open(account.account, PAGE, MANY);
      for (const message of open) await this.#giveUp(message, why);
      if (open.length < PAGE) return;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#asking.close();
    this.#moves.close();
  }

  #begun(
    receipt: Receipt,
    owner: string | null,
    context: unknown,
    dueAt: number | null,
  ): Omit<TrackedMessage, 'life' | 'takenAt'> {
    const { account, id, reference, to, status, providerStatus } = receipt;
    const acceptedAt = Date.parse(receipt.acceptedAt);
    const from = Math.max(acceptedAt, dueAt ?? 0);
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
      askAt: isOver ? this.#clock.now() : this.#asking.next(from, 0),
      asked: 0,
      finalBy: this.#clock.now() + this.#options.finalWithin * 3600_000 - this.#clock.since(from),
      context: owner === null ? null : context,
      version: 0,
      report: null,
      receipt,
      steps: [{ status: isOver ? 'sent' : status, at: acceptedAt }],
      ...(from > acceptedAt ? { dueAt: from } : {}),
    };
  }

  /** An id that the vendor has given before belongs to the message that has it now. */
  async #keep(message: TrackedDraft): Promise<void> {
    const { store } = this.#options;
    while (!(await store.save(message))) {
      const other = await this.find(message.id);
      if (other?.reference === message.reference) return;
      message.version = other?.version ?? 0;
    }
  }

  #find(id: string, reference?: string): Promise<TrackedMessage | null> {
    const { store, account } = this.#options;
    if (id) return store.find(account.account, id);
    return reference ? store.findReference(account.account, reference) : Promise.resolve(null);
  }

  async #giveUp(message: TrackedMessage, why = this.#overdue()): Promise<StatusReport | null> {
    const report = this.#lastWord(message, why);
    return (await this.#moves.make(message, report)) ? report : null;
  }

  #overdue(): string {
    return `The vendor gave no final status within ${this.#options.finalWithin} hours`;
  }

  #lastWord(message: TrackedMessage, description: string): StatusReport {
    return {
      ...this.#complete({
        id: message.id,
        to: message.to,
        status: 'unknown',
        final: true,
        providerStatus: message.providerStatus,
        description,
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

  async #applyEarly({ id, reference }: TrackedDraft): Promise<void> {
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
