/**
 * The tracker: one truth about each accepted message. Pushes, queues, polls and look-ups feed it; it only moves
 * forward, keeps a report that comes before its receipt, and has a last word when the vendor has none.
 */
import type { ProviderReport } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { AccountReference, Receipt, Status, StatusReport } from '../sms/types';
import type { MarkStore, TrackedMessage, TrackedStore } from '../store';

export interface TrackerOptions {
  account: AccountReference;
  store: TrackedStore;
  marks: MarkStore;
  /** Hours after which a message without a final status is given up. */
  finalWithin: number;
  /** Asks the vendor for statuses; null when it has no such call. */
  ask: ((ids: readonly string[]) => Promise<(ProviderReport | SmsError)[]>) | null;
  /** Told of each report that moved a message; `owner` is the node that sent it. */
  moved(report: StatusReport, owner: string | null): void;
}

/** Seconds after acceptance at which a message is asked about, when nobody else tells: at most ten times. */
const SCHEDULE = [2, 6, 20, 60, 300, 1200, 3600, 4 * 3600, 12 * 3600, 24 * 3600];
/** The same when pushes or a status queue tell: asking is for what got lost. */
const SPARSE = [120, 900, 3600, 6 * 3600, 24 * 3600];
/** Milliseconds: no two questions about a message come closer. */
const SOON = 1000;
/** Milliseconds between questions when the schedule is over and the last word still missing. */
const LATE = 12 * 3600_000;
const BATCH = 50;
/** Milliseconds after a store that failed. */
const RETRY = 10_000;
/** How often, in milliseconds, what is overdue is looked for while a node sweeps. */
const SWEPT_PAUSE = 60_000;
/** How long a report waits for its receipt. */
const EARLY = 10 * 60_000;

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
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #running: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** Nodes that feed the tracker themselves, so that it asks less. */
  #feeders = { push: 0, sweep: 0 };
  #pushSeen = false;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** A node that receives pushes, or sweeps, for this account; returns what ends it. */
  addFeeder(kind: 'push' | 'sweep'): () => void {
    this.#feeders[kind] += 1;
    return () => {
      this.#feeders[kind] -= 1;
      this.resume().catch(() => this.#plan(Date.now() + RETRY));
    };
  }

  /** A push came in: from now on asking is only for what gets lost. An address that no push reaches proves nothing. */
  pushed(): void {
    this.#pushSeen = true;
  }

  /** Goes on with the messages that were on their way before. */
  async resume(): Promise<void> {
    const next = await this.#options.store.nextDue(this.#options.account.account);
    if (next !== null) this.#plan(next);
  }

  /** Takes note of an accepted message; a report that was there before its receipt is applied now. */
  async accepted(receipt: Receipt, owner: string | null): Promise<void> {
    const acceptedAt = Date.parse(receipt.acceptedAt);
    // One that was looked up may have met its end already: the vendor is asked for the report of it.
    const isOver = RANK[receipt.status] === 9 && this.#options.ask !== null;
    const message: TrackedMessage = {
      account: receipt.account,
      id: receipt.id,
      reference: receipt.reference,
      owner,
      to: receipt.to,
      status: isOver ? 'sent' : receipt.status,
      final: !isOver && RANK[receipt.status] === 9,
      providerStatus: receipt.providerStatus,
      acceptedAt,
      askAt: isOver ? Date.now() : this.#askAt(acceptedAt, 0),
      asked: 0,
      finalBy: acceptedAt + this.#options.finalWithin * 3600_000,
      report: null,
      receipt,
    };
    await this.#options.store.save(message);
    const early = await this.#takeEarly(receipt.id, receipt.reference);
    if (early) await this.report(early);
    this.#plan(Math.min(message.askAt, message.finalBy));
  }

  /**
   * Takes in what was heard about a message. Returns the report when it moved the message, null when it is old news.
   * A message that is not known yet is waited for; `reference` is ours, where the push carried it instead of an id.
   */
  async report(heard: ProviderReport, reference?: string): Promise<StatusReport | null> {
    const message = (await this.#find(heard.id, reference)) ?? (await this.#keepEarly(heard, reference));
    if (!message || !isForward(message, heard)) return null;
    const report = this.#complete({ ...heard, id: message.id, to: heard.to || message.to });
    Object.assign(message, {
      status: report.status,
      final: report.final,
      providerStatus: report.providerStatus,
      report,
    });
    await this.#options.store.save(message);
    this.#options.moved(report, message.owner);
    return report;
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
        : await store.open(account.account, limit, SCHEDULE.length);
    const givenUp = await this.#giveUp(messages.filter((message) => message.finalBy <= now));
    return [...givenUp, ...(await this.#askAbout(messages.filter((message) => message.finalBy > now)))];
  }

  /** What a report says, with the account that it belongs to. */
  complete(heard: ProviderReport): StatusReport {
    return this.#complete(heard);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
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
      await store.save(message);
    }
    const answers = await ask(messages.map(({ id }) => id));
    const moved: StatusReport[] = [];
    for (const answer of answers) {
      if (answer instanceof SmsError) continue;
      const report = await this.report(answer);
      if (report) moved.push(report);
    }
    return moved;
  }

  #askAt(acceptedAt: number, asked: number): number {
    const schedule = this.#feeders.push > 0 && this.#pushSeen ? SPARSE : SCHEDULE;
    if (asked >= SCHEDULE.length) return Number.POSITIVE_INFINITY;
    // Who comes late, after a night switched off, does not make up for what was missed: the next time is one to come.
    const soon = Date.now() + SOON;
    const after = schedule.find((seconds) => acceptedAt + seconds * 1000 > soon);
    return after === undefined ? soon + LATE : acceptedAt + after * 1000;
  }

  #plan(at: number): void {
    if (this.#closed || at === Number.POSITIVE_INFINITY || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const wait = Math.min(Math.max(at - Date.now(), 1), 24 * 3600_000);
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#running = this.#wake().catch(() => this.#plan(Date.now() + RETRY));
    }, wait);
  }

  /** Gives up what is overdue, asks about what is due (a sweeping node does it instead), and plans the next time. */
  async #wake(): Promise<void> {
    const { store, account } = this.#options;
    const now = Date.now();
    const due = await store.due(account.account, now, BATCH);
    await this.#giveUp(due.filter(({ finalBy }) => finalBy <= now));
    const isSwept = this.#feeders.sweep > 0;
    if (!isSwept) await this.#askAbout(due.filter(({ finalBy }) => finalBy > now));
    const next = await store.nextDue(account.account);
    if (next !== null) this.#plan(Math.max(next, isSwept ? now + SWEPT_PAUSE : now + 1));
  }

  async #giveUp(overdue: readonly TrackedMessage[]): Promise<StatusReport[]> {
    const { store, moved } = this.#options;
    const reports: StatusReport[] = [];
    for (const { account, id } of overdue) {
      const message = await store.find(account, id);
      // Its final status may have come while others were given up.
      if (!message || message.final) continue;
      const report = this.#lastWord(message);
      await store.save({ ...message, status: 'unknown', final: true, report });
      moved(report, message.owner);
      reports.push(report);
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

  /** Keeps a report for the receipt; returns the message when the receipt has come in between. */
  async #keepEarly(heard: ProviderReport, reference?: string): Promise<TrackedMessage | null> {
    const { marks } = this.#options;
    const key = heard.id || (reference ? `r:${reference}` : '');
    if (!key) return null;
    const kept = await marks.get(this.#earlyScope, key);
    const isLast = kept !== null && (JSON.parse(kept) as ProviderReport).final;
    if (!isLast) await marks.set(this.#earlyScope, key, JSON.stringify(heard), EARLY);
    return this.#find(heard.id, reference);
  }

  async #takeEarly(id: string, reference: string): Promise<ProviderReport | null> {
    const { marks } = this.#options;
    for (const key of [id, `r:${reference}`]) {
      const kept = await marks.get(this.#earlyScope, key);
      if (kept === null) continue;
      await marks.remove(this.#earlyScope, key);
      return { ...(JSON.parse(kept) as ProviderReport), id };
    }
    return null;
  }

  get #earlyScope(): string {
    return `early:${this.#options.account.account}`;
  }
}

/** Nothing follows a final status but a reply; otherwise a later stage, or another word for the same stage. */
function isForward(message: TrackedMessage, heard: ProviderReport): boolean {
  if (heard.reply && !message.report?.reply) return true;
  if (message.final) return false;
  const [was, is] = [RANK[message.status], heard.final ? 9 : RANK[heard.status]];
  return is > was || (is === was && heard.providerStatus !== message.providerStatus);
}
