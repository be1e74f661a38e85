/** Asks the vendor what became of messages that are on their way, as often as is decent, and gives up those that are overdue. */
import type { ProviderReport } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { StatusReport } from '../sms/types';
import type { TrackedMessage, TrackedStore } from '../store';
import { Running } from '../store/running';
import { type Clock, LONGEST_SLEEP } from './clock';
import { MOST_QUESTIONS, nextQuestion } from './schedule';

export interface AskingOptions {
  account: string;
  clock: Clock;
  store: TrackedStore;
  /** Whether other processes have the store open, too. */
  isShared: boolean;
  /** Asks the vendor for statuses; null when it has no such call. */
  ask: ((ids: readonly string[]) => Promise<(ProviderReport | SmsError)[]>) | null;
  /** Takes in an answer; the report when it moved its message. */
  report(heard: ProviderReport): Promise<StatusReport | null>;
  /** Says the last word about a message; the report, or null when another word was faster. */
  giveUp(message: TrackedMessage): Promise<StatusReport | null>;
  /** What is to be done before anything is asked; it may be asked again. */
  first(): Promise<void>;
  /** Told of what went wrong while nobody waited for it. */
  failed(error: unknown): void;
}

const BATCH = 50;
/** Milliseconds between two batches, when many messages are due: what is to be sent meanwhile goes first. */
const BETWEEN = 100;
/** Milliseconds after a store that failed. */
const RETRY = 10_000;
/** How often, in milliseconds, what is overdue is looked for while a node sweeps. */
const SWEPT_PAUSE = 60_000;
/** How often, in milliseconds, a process looks for what others have accepted, who may be dead by then. */
const OTHERS_PAUSE = 30_000;

export class Asking {
  #options: AskingOptions;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #running = new Running();
  #closed = false;
  /** Nodes that tell by themselves, so that less is asked. */
  #feeders = { push: 0, sweep: 0 };
  #pushSeen = false;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  addFeeder(kind: 'push' | 'sweep'): () => void {
    this.#feeders[kind] += 1;
    return () => {
      this.#feeders[kind] -= 1;
      this.during(this.#goOn());
    };
  }

  pushed(): void {
    this.#pushSeen = true;
  }

  /** Goes on with the messages that were on their way before; never rejects. */
  resume(): Promise<void> {
    return this.during(this.#goOn());
  }

  /** When to ask about a message the next time; epoch milliseconds, Infinity for never. @param from when it went out, or is to */
  next(from: number, asked: number): number {
    return nextQuestion(this.#options.clock, from, asked, this.#feeders.push > 0 && this.#pushSeen);
  }

  /** Looks for something to do at that time at the latest. */
  plan(at: number): void {
    if (this.#closed || at === Number.POSITIVE_INFINITY || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const wait = Math.min(Math.max(at - this.#options.clock.now(), 1), LONGEST_SLEEP);
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.during(this.#wake());
    }, wait);
  }

  /** Closing waits for it; when it fails, the vendor or the store is asked again later. Never rejects. */
  during(work: Promise<void>): Promise<void> {
    const over = work.catch((error) => {
      this.#options.failed(error);
      this.plan(this.#options.clock.now() + RETRY);
    });
    return this.#running.begin(over);
  }

  /** Asks about the messages whose time it is, or about all that are still on their way; returns what moved one. */
  async sweep(limit: number, which: 'due' | 'open'): Promise<StatusReport[]> {
    const { store, account, clock } = this.#options;
    const now = clock.now();
    const messages =
      which === 'due' ? await store.due(account, now, limit) : await store.open(account, limit, MOST_QUESTIONS);
    const givenUp = await this.#giveUp(messages.filter((message) => message.finalBy <= now));
    return [...givenUp, ...(await this.#ask(messages.filter((message) => message.finalBy > now)))];
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running.none();
  }

  async #goOn(): Promise<void> {
    const { store, account, first } = this.#options;
    await first();
    this.#planNext(await store.nextDue(account), 0);
  }

  /** Gives up what is overdue, asks about what is due (a sweeping node does it instead), and plans the next time. */
  async #wake(): Promise<void> {
    const { store, account, clock, first } = this.#options;
    await first();
    const now = clock.now();
    const due = await store.due(account, now, BATCH);
    await this.#giveUp(due.filter(({ finalBy }) => finalBy <= now));
    const isSwept = this.#feeders.sweep > 0;
    if (!isSwept) await this.#ask(due.filter(({ finalBy }) => finalBy > now));
    const soonest = clock.now() + (due.length < BATCH ? 1 : BETWEEN);
    this.#planNext(await store.nextDue(account), isSwept ? now + SWEPT_PAUSE : soonest);
  }

  /** @param next null for nothing @param soonest epoch milliseconds */
  #planNext(next: number | null, soonest: number): void {
    const others = this.#options.isShared ? this.#options.clock.now() + OTHERS_PAUSE : Number.POSITIVE_INFINITY;
    this.plan(Math.max(Math.min(next ?? Number.POSITIVE_INFINITY, others), soonest));
  }

  async #ask(messages: readonly TrackedMessage[]): Promise<StatusReport[]> {
    const { ask, store, report } = this.#options;
    if (!ask || messages.length === 0) return [];
    for (const message of messages) {
      message.asked += 1;
      message.askAt = this.next(message.dueAt ?? message.acceptedAt, message.asked);
    }
    // Who has moved one meanwhile has news of it.
    const saved = await Promise.all(messages.map((message) => store.save(message)));
    const asked = messages.filter((_message, i) => saved[i]);
    const answers = asked.length === 0 ? [] : await ask(asked.map(({ id }) => id));
    const moved: StatusReport[] = [];
    for (const answer of answers) {
      const news = answer instanceof SmsError ? null : await report(answer);
      if (news) moved.push(news);
    }
    return moved;
  }

  async #giveUp(overdue: readonly TrackedMessage[]): Promise<StatusReport[]> {
    const { store, giveUp } = this.#options;
    const reports: StatusReport[] = [];
    for (const { account, id } of overdue) {
      let message = await store.find(account, id);
      // Its final status may have come while others were given up.
      while (message && !message.final) {
        const report = await giveUp(message);
        if (report) reports.push(report);
        message = report ? null : await store.find(account, id);
      }
    }
    return reports;
  }
}
