/** What a message asks of sms-send, and how it is told when that cannot be done. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import type { SendRequest } from '../delivery/prepare';
import { toSmsError } from '../sms/errors';
import type { AlphabetChoice } from '../sms/types';
import { accountFor, accountIfAny } from './account-of';
import { evaluator, pathOf } from './evaluate';
import { describe } from './fail';
import { contextOf, type Job, type JobContext } from './job';
import type { Jobs } from './jobs';
import { type AccountNodeDef, type Done, type Message, numberOr, type Send } from './nodes';
import type { Outcomes } from './outcomes';
import { type Recipient, recipientsOf } from './recipients';
import type { StatusLine } from './status';
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

export interface Input {
  message: Message;
  send: Send;
  done: Done;
}

export type Values = Record<'to' | 'text' | 'sender' | 'at' | 'options' | 'dedupe', unknown>;

/** A message that was read. */
export interface Taken {
  account: Account;
  job: Job;
  recipients: readonly Recipient[];
  values: Values;
}

/** What all messages of a node share. */
export interface SendContext {
  RED: NodeAPI;
  node: Node;
  config: SendDef;
  status: StatusLine;
  jobs: Jobs;
  outcomes: Outcomes;
}

export class SendInput {
  readonly evaluate: (message: Message) => Values | Promise<Values>;
  #context: SendContext;

  constructor(context: SendContext) {
    const { RED, node, config } = context;
    this.#context = context;
    this.evaluate = evaluator(RED, node, config, ['to', 'text', 'sender', 'at', 'options', 'dedupe'], {
      to: 'to',
      text: 'payload',
    });
  }

  /** @throws SmsError SMS_CONFIG */
  accountFor(message: Message): Account {
    return accountFor(this.#context.RED, this.#context.config, message);
  }

  /** What the message asks for. @throws SmsError */
  read({ message, send, done }: Input, account: Account, values: Values): Taken {
    const { RED, config, jobs } = this.#context;
    const recipients = recipientsOf(values.to);
    const isList = Array.isArray(values.to);
    const parts = isList ? { id: message._msgid ?? RED.util.generateId(), count: recipients.length } : null;
    const path = isList ? pathOf(config, 'to', 'to') : null;
    return { account, job: jobs.begin({ message, parts, path }, { send, done }), recipients, values };
  }

  /** Tells of a message of which that cannot be known. Never throws. */
  unread({ message, done }: Input, thrown: unknown): void {
    const { RED, config, status, outcomes } = this.#context;
    outcomes.guarded(() => {
      const error = toSmsError(thrown);
      status.failed(error);
      describe(message, error, { account: accountIfAny(RED, config, message), attempts: 0 });
      done(error);
    });
  }

  /** Tells of a recipient to whom it is not even tried. Never throws. */
  refused(
    { account, job }: Pick<Taken, 'account' | 'job'>,
    request: SendRequest,
    { to }: Recipient,
    thrown: unknown,
  ): void {
    const { outcomes } = this.#context;
    const { index } = contextOf(request.context);
    const circumstances = { account, to: named(to), attempts: 0 };
    outcomes.guarded(() => outcomes.failed(job, index, toSmsError(thrown), circumstances));
  }

  /** What comes back with the outcome. @param isKept in the store: then with the message itself, if it goes to nobody else */
  contextOf(job: Job, isKept: boolean): JobContext {
    if (!isKept || job.parts !== null) return { job: job.id, index: 0 };
    const { stored, isAll } = toStored(job.message);
    job.isStored = isAll;
    return { job: job.id, index: 0, message: stored };
  }

  requestOf(job: Job, { to, fields }: Recipient, values: Values, context: JobContext): SendRequest {
    const { node, config } = this.#context;
    const { text, sender, at, options, dedupe } = values;
    return {
      owner: node.id,
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
}

function named(to: unknown): string | undefined {
  return typeof to === 'string' || typeof to === 'number' ? String(to).slice(0, 40) : undefined;
}
