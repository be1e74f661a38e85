/** The work of sms-send: one message in, one message out for each recipient, and one for each later status. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import type { Owner } from '../delivery/accounts';
import { type SmsError, toSmsError } from '../sms/errors';
import type { AlphabetChoice, Receipt, StatusReport } from '../sms/types';
import type { OutboxEntry } from '../store';
import { accountFor } from './account-of';
import { evaluator } from './evaluate';
import { type Circumstances, describe, failOne } from './fail';
import { Followed } from './followed';
import { type AccountNodeDef, type Done, type Message, numberOr, type Send } from './nodes';
import { type Recipient, recipientsOf } from './recipients';
import { sharedOf } from './registry';
import { whenStarted } from './started';
import { StatusLine } from './status';

export interface SendDef extends AccountNodeDef {
  fallback: string[];
  alphabet: AlphabetChoice;
  maxParts: number | string;
  queue: boolean;
  expires: number | string;
  dedupeSeconds: number | string;
  follow: boolean;
}

/** One incoming message until each of its recipients is settled. */
interface Job {
  message: Message;
  send: Send;
  done: Done;
  /** Ties the outputs together for a Join node; null for a single recipient. */
  parts: { id: string; count: number } | null;
  open: number;
}

export class SendNode implements Owner {
  #RED: NodeAPI;
  #node: Node;
  #config: SendDef;
  #status: StatusLine;
  #evaluate: (message: Message) => Promise<Record<'to' | 'text' | 'sender' | 'at' | 'options' | 'dedupe', unknown>>;
  #jobs: Map<string, { job: Job; index: number }>;
  /** Messages are taken in one after the other, however long one takes to check. */
  #turn: Promise<void> = Promise.resolve();
  #followed = new Followed();
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
    this.#jobs = this.#inherited();
    whenStarted(RED, node, () => {
      const disown = sharedOf(RED).accounts.own(node.id, this);
      node.on('close', disown);
    });
    node.on('input', (message, send, done) => {
      this.#turn = this.#turn.then(() => this.#input(message as Message, send as Send, done));
    });
  }

  settled(
    entry: OutboxEntry,
    outcome: { receipt: Receipt; error?: undefined } | { error: SmsError; receipt?: undefined },
    account: Account,
  ): void {
    this.#waiting = Math.max(0, this.#waiting - 1);
    const circumstances = { account, to: entry.to, attempts: entry.attempts };
    const open = this.#jobs.get(entry.reference);
    this.#jobs.delete(entry.reference);
    // Without a job, what it came with is gone; what became of it is told.
    const job = open?.job ?? this.#adopted({ message: {} as Message, parts: null, open: 1 });
    if (outcome.receipt) this.#accepted(job, open?.index ?? 0, outcome.receipt, entry.follow);
    else this.#failed(job, open?.index ?? 0, outcome.error, circumstances);
  }

  moved(report: StatusReport): void {
    // Whoever gets it may change it, and the next report is to come with what the message came with.
    const message = this.#RED.util.cloneMessage(this.#followed.of(report.id, report.final));
    this.#status.show(report.status, this.#waiting || '');
    this.#node.send([
      null,
      { ...message, _msgid: message._msgid ?? this.#RED.util.generateId(), payload: report } as Message,
    ]);
  }

  /** The jobs of this node from before it was deployed again. */
  #inherited(): Map<string, { job: Job; index: number }> {
    const { jobs } = sharedOf(this.#RED);
    const known = (jobs.get(this.#node.id) ?? new Map()) as Map<string, { job: Job; index: number }>;
    for (const { job } of known.values()) Object.assign(job, this.#adopted(job));
    this.#waiting = known.size;
    jobs.set(this.#node.id, known);
    this.#node.on('close', (removed: boolean, done: () => void) => {
      if (removed) jobs.delete(this.#node.id);
      done();
    });
    return known;
  }

  /** The node that took the message in is gone, and with it whoever waited for its `done`: this one speaks for it. */
  #adopted({ message, parts, open }: Pick<Job, 'message' | 'parts' | 'open'>): Job {
    const done = (error?: Error) => {
      if (error) this.#node.error(error, message);
    };
    return { message, parts, open, send: (m) => this.#node.send(m), done };
  }

  /** Never rejects: what goes wrong is settled like any other failure. */
  async #input(message: Message, send: Send, done: Done): Promise<void> {
    try {
      await this.#take(message, send, done);
    } catch (error) {
      // Node-RED itself refuses some messages, such as one that cannot be copied for a Catch node.
      this.#node.error(toSmsError(error).message);
    }
  }

  async #take(message: Message, send: Send, done: Done): Promise<void> {
    let account: Account | undefined;
    try {
      account = accountFor(this.#RED, this.#config, message);
      const values = await this.#evaluate(message);
      const recipients = recipientsOf(values.to);
      const several = Array.isArray(values.to);
      const parts = several ? { id: message._msgid ?? this.#RED.util.generateId(), count: recipients.length } : null;
      const job: Job = { message, send, done, parts, open: recipients.length };
      if (this.#config.queue === false) this.#unqueued(this.#sendNow(account, job, recipients, values));
      else await this.#queue(account, job, recipients, values);
    } catch (thrown) {
      const error = toSmsError(thrown);
      this.#status.failed(error);
      describe(message, error, { account });
      done(error);
    }
  }

  async #queue(
    account: Account,
    job: Job,
    recipients: readonly Recipient[],
    values: Record<string, unknown>,
  ): Promise<void> {
    const ready: OutboxEntry[] = [];
    for (const [index, recipient] of recipients.entries()) {
      try {
        const entry = await account.prepare(this.#request(recipient, values));
        this.#jobs.set(entry.reference, { job, index });
        ready.push(entry);
      } catch (thrown) {
        this.#failed(job, index, toSmsError(thrown), { account, to: named(recipient.to), attempts: 0 });
      }
    }
    if (ready.length === 0) return;
    this.#waiting += ready.length;
    this.#status.show('waiting', this.#waiting);
    try {
      await account.submit(ready);
    } catch (thrown) {
      const error = toSmsError(thrown, 'SMS_STORE');
      for (const entry of ready) this.settled(entry, { error }, account);
    }
  }

  async #sendNow(
    account: Account,
    job: Job,
    recipients: readonly Recipient[],
    values: Record<string, unknown>,
  ): Promise<void> {
    await Promise.all(
      recipients.map(async (recipient, index) => {
        try {
          const entry = await account.prepare(this.#request(recipient, values));
          this.#jobs.set(entry.reference, { job, index });
          this.#waiting += 1;
          // What becomes of it is told to whoever is this node by then: it may be deployed again meanwhile.
          await account.sendNow(entry);
        } catch (thrown) {
          this.#failed(job, index, toSmsError(thrown), { account, to: named(recipient.to), attempts: 0 });
        }
      }),
    );
  }

  /** Without the queue, the next message does not wait for this one. */
  #unqueued(work: Promise<void>): void {
    work.catch((error) => this.#node.error(toSmsError(error).message));
  }

  #request({ to, fields }: Recipient, values: Record<string, unknown>) {
    const config = this.#config;
    const { text, sender, at, options, dedupe } = values;
    return {
      owner: this.#node.id,
      follow: config.follow !== false,
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
    if (follow) this.#followed.add(receipt.id, job.message);
    this.#status.show(receipt.status, this.#waiting || '');
    const message = this.#messageFor(job, index);
    message.payload = receipt;
    job.send(message);
    this.#finish(job);
  }

  #failed(job: Job, index: number, error: SmsError, circumstances: Circumstances): void {
    this.#status.failed(error);
    const message = this.#messageFor(job, index);
    if (job.parts === null) {
      job.open = 0;
      describe(message, error, circumstances);
      job.done(error);
      return;
    }
    failOne(this.#node, message, error, circumstances);
    this.#finish(job);
  }

  /** The message itself for a single recipient, a copy for each of several. */
  #messageFor({ message, parts }: Job, index: number): Message {
    if (parts === null) return message;
    return Object.assign(this.#RED.util.cloneMessage(message), { parts: { ...parts, index, type: 'array' } });
  }

  #finish(job: Job): void {
    job.open -= 1;
    if (job.open === 0) job.done();
  }
}

function named(to: unknown): string | undefined {
  return typeof to === 'string' || typeof to === 'number' ? String(to).slice(0, 40) : undefined;
}
