/** What goes into sms-send: each message is read, checked for all its recipients, and stored or sent, in the order they came. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import type { SendRequest } from '../delivery/prepare';
import { toSmsError } from '../sms/errors';
import type { AlphabetChoice } from '../sms/types';
import type { OutboxEntry } from '../store';
import { accountFor, accountIfAny } from './account-of';
import { evaluator, pathOf } from './evaluate';
import { describe } from './fail';
import { contextOf, type Job, type JobContext } from './job';
import { Jobs, KeptJobs } from './jobs';
import { type Line, Lines } from './lines';
import { type AccountNodeDef, type Done, type Message, numberOr, type Send } from './nodes';
import { Outcomes } from './outcomes';
import { type Recipient, recipientsOf } from './recipients';
import { sharedOf } from './registry';
import { whenStarted } from './started';
import { StatusLine } from './status';
import { toStored } from './storable';
import { Waiting } from './waiting';

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

interface Input {
  message: Message;
  send: Send;
  done: Done;
}

interface DirectInput extends Input {
  account: Account;
}

/** A message that was read, while its recipients are being looked at. */
interface Taken {
  account: Account;
  job: Job;
  recipients: readonly Recipient[];
  values: Values;
}

export class SendNode {
  #RED: NodeAPI;
  #node: Node;
  #config: SendDef;
  #status: StatusLine;
  #evaluate: (message: Message) => Values | Promise<Values>;
  #jobs: Jobs;
  #outcomes: Outcomes;
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
  /** Those that go without the queue. */
  #direct: Lines<DirectInput>;

  constructor(RED: NodeAPI, node: Node, config: SendDef) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.#status = new StatusLine(RED, node);
    this.#evaluate = evaluator(RED, node, config, ['to', 'text', 'sender', 'at', 'options', 'dedupe'], {
      to: 'to',
      text: 'payload',
    });
    this.#jobs = new Jobs(RED, node, this.#inherited());
    this.#outcomes = new Outcomes(RED, node, this.#jobs, this.#status);
    this.#direct = new Lines({
      take: (input, line) => this.#takeNow(input, line),
      // One of them may close, which then waits for those that wait here.
      crowded: (over) => {
        for (const account of sharedOf(RED).accounts.all()) account.during(over);
      },
    });
    const { accounts, troubles } = sharedOf(RED);
    const used = [config.provider, ...(config.fallback ?? [])].filter(Boolean);
    node.on(
      'close',
      troubles.watch(used, (account, trouble) => this.#status.trouble(account, trouble)),
    );
    whenStarted(RED, node, () => {
      const disown = accounts.own(node.id, this.#outcomes);
      node.on('close', disown);
      this.#warnOfStores();
    });
    // Whoever is on the way out hands in all that came.
    node.on('close', () => this.#direct.open());
  }

  take(input: Input): void {
    if (this.#config.queue === false) {
      this.#takeDirect(input);
      return;
    }
    this.#inputs.add(input);
    if (!this.#isReading) this.#outcomes.guarded(() => this.#read());
  }

  /** Its account is looked for now: those of a flow that ends are found no more, and still send what came. */
  #takeDirect(input: Input): void {
    try {
      const account = accountFor(this.#RED, this.#config, input.message);
      this.#direct.give(account.id, { ...input, account });
    } catch (thrown) {
      this.#outcomes.guarded(() => this.#unread(input, thrown));
    }
  }

  /** Goes on with those that come meanwhile. */
  async #read(): Promise<void> {
    this.#isReading = true;
    for (let input = this.#inputs.take(); input; input = this.#inputs.take()) {
      try {
        const account = accountFor(this.#RED, this.#config, input.message);
        this.#pass(this.#take(input, account, await this.#evaluate(input.message)));
      } catch (thrown) {
        this.#outcomes.guarded(() => this.#unread(input, thrown));
      }
      if (this.#onTheWay >= MOST_ON_THE_WAY) await this.#submitted.then(() => this.#stored);
    }
    this.#isReading = false;
  }

  /** Without the queue; a promise only where it takes time to read it. Never throws nor rejects. */
  #takeNow({ account, ...input }: DirectInput, line: Line<DirectInput>): Promise<void> | void {
    const unread = (thrown: unknown) => {
      line.leave();
      this.#outcomes.guarded(() => this.#unread(input, thrown));
    };
    try {
      const send = (values: Values) => this.#sendNow(this.#take(input, account, values), line);
      const values = this.#evaluate(input.message);
      if (values instanceof Promise) return values.then(send).catch(unread);
      send(values);
    } catch (thrown) {
      unread(thrown);
    }
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
    this.#outcomes.guarded(() => work);
  }

  /** What the message asks for. @throws SmsError */
  #take({ message, send, done }: Input, account: Account, values: Values): Taken {
    const recipients = recipientsOf(values.to);
    const isList = Array.isArray(values.to);
    const parts = isList ? { id: message._msgid ?? this.#RED.util.generateId(), count: recipients.length } : null;
    const path = isList ? pathOf(this.#config, 'to', 'to') : null;
    return { account, job: this.#jobs.begin({ message, parts, path }, { send, done }), recipients, values };
  }

  /** One of which that cannot be known. */
  #unread({ message, done }: Input, thrown: unknown): void {
    const error = toSmsError(thrown);
    this.#status.failed(error);
    describe(message, error, { account: accountIfAny(this.#RED, this.#config, message) });
    done(error);
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
          this.#refused({ account, job }, index, recipient, thrown);
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
    this.#status.show('waiting', this.#outcomes.wait(entries.length));
    this.#jobs.keep(job);
    const last = entries.reduce((latest, { expiresAt }) => Math.max(latest, expiresAt), 0);
    // In the turn of the SMS themselves.
    const written = job.parts ? this.#outcomes.write(job, account, last) : undefined;
    const stored = account
      .submit(entries)
      .then(() => written)
      .catch((thrown) => {
        const error = toSmsError(thrown, 'SMS_STORE');
        this.#outcomes.wait(-entries.length);
        for (const { context, to } of entries) {
          const { index } = contextOf(context);
          this.#outcomes.guarded(() => this.#outcomes.failed(job, index, error, { account, to, attempts: 0 }));
        }
      });
    this.#stored = stored;
    // Messages with a key take longer on their way into the store than others.
    if (entries.some(({ dedupe }) => dedupe !== null)) await stored;
  }

  /** There is a place in the line for the first recipient; the others take one each. @throws nothing after the first */
  #sendNow({ account, job, recipients, values }: Taken, line: Line<DirectInput>): void {
    this.#jobs.hold(job);
    const context = this.#contextOf(job, this.#config.follow !== false);
    const send = (recipient: Recipient, index: number) => {
      const request = this.#request(job, recipient, values, index === 0 ? context : { ...context, index });
      this.#sendOne({ account, job }, recipient, request, line);
    };
    const sendOthers = async () => {
      for (const [i, recipient] of recipients.slice(1).entries()) {
        await line.enter();
        send(recipient, i + 1);
      }
    };
    send(recipients[0] as Recipient, 0);
    if (recipients.length > 1) this.#outcomes.guarded(sendOthers);
  }

  /** Never rejects. */
  async #sendOne(
    taken: Pick<Taken, 'account' | 'job'>,
    recipient: Recipient,
    request: SendRequest,
    line: Line<DirectInput>,
  ): Promise<void> {
    try {
      const entry = await taken.account.prepare(request);
      this.#outcomes.wait(1);
      // What becomes of it is told to whoever is this node by then: it may be deployed again meanwhile.
      await taken.account.sendNow(entry);
    } catch (thrown) {
      this.#refused(taken, contextOf(request.context).index, recipient, thrown);
    }
    line.leave();
  }

  /** One that is not even tried. */
  #refused({ account, job }: Pick<Taken, 'account' | 'job'>, index: number, { to }: Recipient, thrown: unknown): void {
    const circumstances = { account, to: named(to), attempts: 0 };
    this.#outcomes.guarded(() => this.#outcomes.failed(job, index, toSmsError(thrown), circumstances));
  }

  #contextOf(job: Job, isKept: boolean): JobContext {
    if (!isKept || job.parts !== null) return { job: job.id, index: 0 };
    const { stored, isAll } = toStored(job.message);
    job.isStored = isAll;
    return { job: job.id, index: 0, message: stored };
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

  /** A message cannot go from one store into another. */
  #warnOfStores(): void {
    const { accounts } = sharedOf(this.#RED);
    const store = accounts.get(this.#config.provider)?.settings.store;
    for (const id of this.#config.fallback ?? []) {
      const fallback = accounts.get(id);
      if (!store || !fallback || fallback.settings.store === store) continue;
      const sentence = `The fallback account '${fallback.name}' has another store, so it is never tried: give both accounts the same store.`;
      this.#node.warn(sentence);
    }
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
}

function named(to: unknown): string | undefined {
  return typeof to === 'string' || typeof to === 'number' ? String(to).slice(0, 40) : undefined;
}

function nothing(): void {}

/** Recipients that are checked at once. */
const TOGETHER = 500;
/** Messages that are on their way into the store: what is made of them is many times what they are. */
const MOST_ON_THE_WAY = 100;
