/** Messages on their way into the store: read one after the other, checked for all their recipients, stored in the order they came. */
import { toSmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import { contextOf } from './job';
import type { Input, SendContext, SendInput, Taken } from './send-input';
import { Waiting } from './waiting';

/** Recipients that are checked at once. */
const TOGETHER = 500;
/** Messages that are on their way into the store: what is made of them is many times what they are. */
const MOST_ON_THE_WAY = 100;

export class QueuedSends {
  #context: SendContext;
  #input: SendInput;
  /** Messages wait as they came, so that a flood of them costs little more than they themselves: … */
  #inputs = new Waiting<Input>();
  /** … they are read one after the other, however long one takes, … */
  #isReading = false;
  /** … and submitted to the store in that order. */
  #submitted: Promise<unknown> = Promise.resolve();
  /** Those that were submitted are in the store. */
  #stored: Promise<unknown> = Promise.resolve();
  /** Messages that were read, and are not in the store yet. */
  #onTheWay = 0;

  constructor(context: SendContext, input: SendInput) {
    this.#context = context;
    this.#input = input;
  }

  take(input: Input): void {
    this.#inputs.add(input);
    if (!this.#isReading) this.#context.outcomes.guarded(() => this.#read());
  }

  /** Goes on with those that come meanwhile. */
  async #read(): Promise<void> {
    this.#isReading = true;
    for (let input = this.#inputs.take(); input; input = this.#inputs.take()) {
      try {
        const account = this.#input.accountFor(input.message);
        this.#pass(this.#input.read(input, account, await this.#input.evaluate(input.message)));
      } catch (thrown) {
        this.#input.unread(input, thrown);
      }
      if (this.#onTheWay >= MOST_ON_THE_WAY) await this.#submitted.then(() => this.#stored);
    }
    this.#isReading = false;
  }

  #pass(taken: Taken): void {
    this.#onTheWay += 1;
    const before = this.#submitted;
    const submit = async (entries: readonly OutboxEntry[]) => {
      await before;
      await this.#submit(taken, entries);
    };
    const work = this.#check(taken)
      .then(submit)
      .finally(() => {
        this.#stored.then(() => {
          this.#onTheWay -= 1;
        });
      });
    // Without a result, which would hold that of the one before it, and so on.
    this.#submitted = Promise.allSettled([before, work]).then(nothing);
    this.#context.outcomes.guarded(() => work);
  }

  /** The recipients who can be sent to; the others are told of at once. */
  async #check({ account, job, recipients, values }: Taken): Promise<OutboxEntry[]> {
    const context = this.#input.contextOf(job, true);
    const ready: OutboxEntry[] = [];
    for (let first = 0; first < recipients.length; first += TOGETHER) {
      // A long list leaves room for others.
      if (first > 0) await new Promise((resolve) => setImmediate(resolve));
      const checked = recipients.slice(first, first + TOGETHER).map(async (recipient, i) => {
        const request = this.#input.requestOf(job, recipient, values, { ...context, index: first + i });
        try {
          return await account.prepare(request);
        } catch (thrown) {
          this.#input.refused({ account, job }, request, recipient, thrown);
          return undefined;
        }
      });
      for (const entry of await Promise.all(checked)) if (entry) ready.push(entry);
    }
    return ready;
  }

  /** Resolves when the next message may go into the store behind this one; never rejects. */
  async #submit({ account, job }: Taken, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { status, jobs, outcomes } = this.#context;
    status.show('waiting', outcomes.wait(entries.length));
    jobs.keep(job);
    const last = entries.reduce((latest, { expiresAt }) => Math.max(latest, expiresAt), 0);
    // In the turn of the SMS themselves.
    const written = job.parts ? outcomes.write(job, account, last) : undefined;
    const stored = account
      .submit(entries)
      .then(() => written)
      .catch((thrown) => {
        const error = toSmsError(thrown, 'SMS_STORE');
        outcomes.wait(-entries.length);
        for (const { context, to } of entries) {
          const { index } = contextOf(context);
          outcomes.guarded(() => outcomes.failed(job, index, error, { account, to, attempts: 0 }));
        }
      });
    this.#stored = stored;
    // Messages with a key take longer on their way into the store than others.
    if (entries.some(({ dedupe }) => dedupe !== null)) await stored;
  }
}

function nothing(): void {}
