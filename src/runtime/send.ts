/** The work of sms-send: one message in, one message out for each recipient, and one for each later status. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import type { Outcome, Owner, SettledMessage } from '../delivery/accounts';
import type { SendRequest } from '../delivery/prepare';
import { type SmsError, toSmsError } from '../sms/errors';
import type { AccountReference, AlphabetChoice, Receipt, StatusReport } from '../sms/types';
import type { MarkStore, OutboxEntry } from '../store';
import { accountFor } from './account-of';
import { evaluator, pathOf } from './evaluate';
import { type Circumstances, describe, failOne } from './fail';
import { FollowedMessages } from './followed';
import { contextOf, copyFor, type Job, type JobContext, messageFor } from './job';
import { Jobs, KeptJobs } from './jobs';
import { type AccountNodeDef, type Done, type Message, numberOr, type Send } from './nodes';
import { type Recipient, recipientsOf } from './recipients';
import { sharedOf } from './registry';
import { whenStarted } from './started';
import { StatusLine } from './status';
import { toStored } from './storable';

export interface SendDef extends AccountNodeDef {
  fallback: string[];
  alphabet: AlphabetChoice;
  maxParts: number | string;
  queue: boolean;
  expires: number | string;
  dedupeSeconds: number | string;
  follow: boolean;
  transactional: boolean;
}

type Values = Record<'to' | 'text' | 'sender' | 'at' | 'options' | 'dedupe', unknown>;

/** A message that was read, while its recipients are being looked at. */
interface Taken {
  account: Account;
  job: Job;
  recipients: readonly Recipient[];
  values: Values;
}

export class SendNode implements Owner {
  #RED: NodeAPI;
  #node: Node;
  #config: SendDef;
  #status: StatusLine;
  #evaluate: (message: Message) => Promise<Values>;
  #jobs: Jobs;
  #followed = new FollowedMessages();
  /** Messages are read one after the other, however long one takes … */
  #read: Promise<unknown> = Promise.resolve();
  /** … and go into the store in that order. */
  #stored: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(RED: NodeAPI, node: Node, config: SendDef) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.#status = new StatusLine(RED, node);
    this.#evaluate = evaluator(RED, node, config, ['to', 'text', 'sender', 'at', 'options', 'dedupe'], {
      to: 'to',
      text: 'payload',
    });
    const kept = this.#inherited();
    this.#jobs = new Jobs(RED, node, kept);
    this.#waiting = kept.open;
    const { accounts, troubles } = sharedOf(RED);
    const used = [config.provider, ...(config.fallback ?? [])].filter(Boolean);
    node.on(
      'close',
      troubles.watch(used, (account, trouble) => this.#status.trouble(account, trouble)),
    );
    whenStarted(RED, node, () => {
      const disown = accounts.own(node.id, this);
      node.on('close', disown);
    });
    node.on('input', (message, send, done) => this.#input(message as Message, send as Send, done));
  }

  settled(message: SettledMessage, outcome: Outcome, account: AccountReference): void | Promise<void> {
    this.#waiting = Math.max(0, this.#waiting - 1);
    const context = contextOf(message.context);
    const tell = (job: Job) => {
      if (outcome.receipt) this.#accepted(job, context.index, outcome.receipt, message.follow);
      else this.#failed(job, context.index, outcome.error, { account, to: message.to, attempts: message.attempts });
    };
    const job = this.#jobs.find(context, () => this.#marks(account.account));
    // What it came with has to be read first.
    if (job instanceof Promise) return job.then((found) => this.#guarded(() => tell(found)));
    tell(job);
  }

  moved(report: StatusReport, given: unknown): void | Promise<void> {
    const followed = this.#followed.of(report.id, report.final);
    if (followed) return this.#report(report, copyFor(this.#RED, followed.origin, followed.index));
    const context = contextOf(given);
    const tell = (job: Job) => this.#report(report, copyFor(this.#RED, job, context.index));
    const job = this.#jobs.find(context, () => this.#marks(report.account));
    if (job instanceof Promise) return job.then((found) => this.#guarded(() => tell(found)));
    tell(job);
  }

  /** The jobs of this node from before it was deployed again. */
  #inherited(): KeptJobs {
    const { jobs } = sharedOf(this.#RED);
    const known = jobs.get(this.#node.id) ?? new KeptJobs();
    jobs.set(this.#node.id, known);
    this.#node.on('close', (removed: boolean, done: () => void) => {
      if (removed) jobs.delete(this.#node.id);
      done();
    });
    return known;
  }

  /** Where a job may be written down: in the store of the account that sent it, or of another that handed it over. */
  #marks(account: string): MarkStore[] {
    const { accounts } = sharedOf(this.#RED);
    const all = [accounts.get(account), ...accounts.all()];
    return [...new Set(all.flatMap((one) => one?.settings.store.marks ?? []))];
  }

  #input(message: Message, send: Send, done: Done): void {
    const before = this.#stored;
    const reading = this.#read.then(() => this.#take(message, send, done));
    this.#read = reading.catch(() => {});
    const work = reading.then(async (taken) => {
      if (!taken) return;
      const entries = await this.#check(taken);
      await before;
      await this.#submit(taken, entries);
    });
    this.#stored = Promise.allSettled([before, work]);
    this.#guarded(() => work);
  }

  /** What the message asks for; undefined when that cannot be known, or when it goes without the queue. */
  async #take(message: Message, send: Send, done: Done): Promise<Taken | undefined> {
    let account: Account | undefined;
    try {
      account = accountFor(this.#RED, this.#config, message);
      const values = await this.#evaluate(message);
      const recipients = recipientsOf(values.to);
      const isList = Array.isArray(values.to);
      const parts = isList ? { id: message._msgid ?? this.#RED.util.generateId(), count: recipients.length } : null;
      const path = isList ? pathOf(this.#config, 'to', 'to') : null;
      const job = this.#jobs.begin({ message, parts, path }, { send, done });
      const taken = { account, job, recipients, values };
      if (this.#config.queue !== false) return taken;
      this.#guarded(() => this.#sendNow(taken));
    } catch (thrown) {
      const error = toSmsError(thrown);
      this.#status.failed(error);
      describe(message, error, { account });
      this.#guarded(() => done(error));
    }
    return undefined;
  }

  /** The recipients who can be sent to; the others are told of at once. */
  async #check({ account, job, recipients, values }: Taken): Promise<OutboxEntry[]> {
    const context = this.#contextOf(job, true);
    const ready: OutboxEntry[] = [];
    for (let first = 0; first < recipients.length; first += TOGETHER) {
      // A long list leaves room for others.
      if (first > 0) await new Promise((resolve) => setImmediate(resolve));
      const checked = recipients.slice(first, first + TOGETHER).map(async (recipient, i) => {
        const index = first + i;
        try {
          return await account.prepare(this.#request(job, recipient, values, { ...context, index }));
        } catch (thrown) {
          this.#failed(job, index, toSmsError(thrown), { account, to: named(recipient.to), attempts: 0 });
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
    this.#waiting += entries.length;
    this.#status.show('waiting', this.#waiting);
    this.#jobs.keep(job);
    const last = entries.reduce((latest, { expiresAt }) => Math.max(latest, expiresAt), 0);
    // In the turn of the SMS themselves.
    const written = job.parts ? this.#write(job, account, last) : undefined;
    const stored = account
      .submit(entries)
      .then(() => written)
      .catch((thrown) => {
        const error = toSmsError(thrown, 'SMS_STORE');
        this.#waiting -= entries.length;
        for (const { context, to } of entries) {
          this.#guarded(() => this.#failed(job, contextOf(context).index, error, { account, to, attempts: 0 }));
        }
      });
    // Messages with a key take longer on their way into the store than others.
    if (entries.some(({ dedupe }) => dedupe !== null)) await stored;
  }

  /** Writes down what came with several SMS; the SMS themselves go out even without it. Never rejects. */
  async #write(job: Job, { settings }: Account, lastSent: number): Promise<void> {
    const until = lastSent + settings.finalWithin * 3600_000 + TOLD_WITHIN;
    try {
      await this.#jobs.write(job, settings.store.marks, until);
    } catch (error) {
      this.#node.warn(toSmsError(error).message);
    }
  }

  async #sendNow({ account, job, recipients, values }: Taken): Promise<void> {
    this.#jobs.hold(job);
    const context = this.#contextOf(job, this.#config.follow !== false);
    await Promise.all(
      recipients.map(async (recipient, index) => {
        try {
          const entry = await account.prepare(this.#request(job, recipient, values, { ...context, index }));
          this.#waiting += 1;
          // What becomes of it is told to whoever is this node by then: it may be deployed again meanwhile.
          await account.sendNow(entry);
        } catch (thrown) {
          this.#failed(job, index, toSmsError(thrown), { account, to: named(recipient.to), attempts: 0 });
        }
      }),
    );
  }

  #contextOf(job: Job, isStored: boolean): JobContext {
    const message = isStored && job.parts === null ? { message: toStored(job.message) } : {};
    return { job: job.id, index: 0, ...message };
  }

  #request(job: Job, { to, fields }: Recipient, values: Values, context: JobContext): SendRequest {
    const config = this.#config;
    const { text, sender, at, options, dedupe } = values;
    return {
      owner: this.#node.id,
      follow: config.follow !== false,
      context,
      transactional: config.transactional === true || job.message.transactional === true,
      to,
      fields,
      text,
      sender,
      at,
      options,
      dedupe,
      alphabet: config.alphabet || 'auto',
      maxParts: numberOr(config.maxParts, 0),
      expires: numberOr(config.expires, 86_400),
      fallback: config.fallback ?? [],
      dedupeSeconds: numberOr(config.dedupeSeconds, 3600),
      queue: config.queue !== false,
    };
  }

  #accepted(job: Job, index: number, receipt: Receipt, follow: boolean): void {
    if (follow) this.#follow(job, index, receipt);
    this.#status.show(receipt.status, this.#waiting || '');
    const message = messageFor(this.#RED, job, index);
    message.payload = receipt;
    job.send(message);
    this.#jobs.settle(job, index);
  }

  #follow(job: Job, index: number, { id, account }: Receipt): void {
    this.#followed.add(id, job, index);
    // Without the queue nothing of it was written down before.
    const found = sharedOf(this.#RED).accounts.get(account);
    if (found && job.parts && !this.#jobs.isWritten(job)) this.#guarded(() => this.#write(job, found, Date.now()));
  }

  #failed(job: Job, index: number, error: SmsError, circumstances: Circumstances): void {
    this.#status.failed(error);
    const message = messageFor(this.#RED, job, index);
    if (job.parts === null) {
      describe(message, error, circumstances);
      this.#jobs.settle(job, index, error);
      return;
    }
    failOne(this.#node, message, error, circumstances);
    this.#jobs.settle(job, index);
  }

  #report(report: StatusReport, message: Message): void {
    // What belongs to the moment of the receipt does not belong to a report that comes later.
    const { req, res, payload, parts, sms, error, ...rest } = message;
    this.#status.show(report.status, this.#waiting || '');
    this.#node.send([
      null,
      { ...rest, _msgid: rest._msgid ?? this.#RED.util.generateId(), payload: report } as Message,
    ]);
  }

  /** Node-RED itself refuses some messages, such as one that cannot be copied for a Catch node. */
  #guarded(work: () => void | Promise<void>): void {
    const refused = (error: unknown) => this.#node.error(toSmsError(error).message);
    try {
      work()?.catch(refused);
    } catch (error) {
      refused(error);
    }
  }
}

function named(to: unknown): string | undefined {
  return typeof to === 'string' || typeof to === 'number' ? String(to).slice(0, 40) : undefined;
}

/** Recipients that are checked at once. */
const TOGETHER = 500;
/** How long after its last report a message may still be asked for, in milliseconds: by a letter that waits for its node. */
const TOLD_WITHIN = 30 * 24 * 3600_000;
