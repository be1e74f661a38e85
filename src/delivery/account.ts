/** One account at a vendor: what all nodes that use it share. */
import { setTimeout as pause } from 'node:timers/promises';
import { demand, isAble, verbOf } from '../providers/capabilities';
import { CONNECTIONS } from '../providers/http';
import type { Capability, Params, Provider, ProviderReport, Quote } from '../providers/provider';
import { Session, type SessionOptions } from '../providers/session';
import { measureFor } from '../providers/transcript';
import { SmsError, toSmsError } from '../sms/errors';
import { toE164 } from '../sms/phone';
import type { AccountReference, AlphabetChoice, Measurement, StatusReport } from '../sms/types';
import type { OutboxEntry, Store } from '../store';
import type { Accounts } from './accounts';
import { brokenOff } from './attempts';
import { Inbox } from './inbox';
import { Limiter } from './limiter';
import { findAttempt } from './lookup';
import { News, type NewsRequest } from './news';
import { OptOuts } from './opt-outs';
import { Outbox, type Settlement } from './outbox';
import { type Post, postOf } from './post';
import { prepare, type SendRequest } from './prepare';
import { forgetDuplicate, sendAll, settle } from './sending';
import { statusOf, waitUntilFinal } from './status';
import { Tracker } from './tracker';

export interface AccountSettings {
  id: string;
  name: string;
  provider: Provider;
  /** Default sender ID; null for the vendor's choice. */
  sender: string | null;
  /** ISO country of national numbers; empty for international numbers only. */
  region: string;
  /** Messages a second; 0 for no limit. */
  rate: number;
  /** Milliseconds a call may take. */
  timeout: number;
  uncertain: 'hold' | 'resend' | 'drop';
  /** Seconds. */
  lookups: readonly number[];
  /** Seconds. */
  failoverAfter: number;
  /** Hours. */
  finalWithin: number;
  store: Store;
  /** Where the vendor is and with which credentials; asked once, on first use. */
  connect: () => Promise<Pick<SessionOptions, 'baseUrl' | 'tokenUrl' | 'credentials' | 'settings'>>;
  /** Told of troubles that belong to no message, such as a store that fails. */
  troubled?: (error: SmsError) => void;
}

export class Account {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
  readonly settings: AccountSettings;
  readonly outbox: Outbox;
  readonly tracker: Tracker;
  readonly inbox: Inbox;
  readonly optOuts: OptOuts;
  /** The letters of the store, which the account may share with others. */
  readonly post: Post;
  /** Makes the address that the vendor pushes a message's statuses to; set by the node that receives them. */
  callbackUrl: ((reference: string) => string | null) | null = null;
  #accounts: Accounts;
  #limiter: Limiter;
  #session: Promise<Session> | undefined;
  /** Calls that are not the outbox's own. */
  #calls = new Set<Promise<unknown>>();
  #news: News;
  #closing = new AbortController();
  #closed = false;

  constructor(settings: AccountSettings, accounts: Accounts) {
    const { id, name, provider, store, rate } = settings;
    this.id = id;
    this.name = name;
    this.provider = provider;
    this.settings = settings;
    this.#accounts = accounts;
    this.#limiter = new Limiter(rate);
    this.post = postOf(store);
    this.optOuts = new OptOuts({ account: id, marks: store.marks, statuses: provider.optedOut ?? [] });
    this.outbox = this.#newOutbox();
    this.tracker = new Tracker({
      account: this.reference,
      store: store.tracked,
      marks: store.marks,
      finalWithin: settings.finalWithin,
      ask: provider.verbs.status ? (ids) => this.#call((line) => verbOf(provider, 'status')(line, ids)) : null,
      moved: (report, owner) => accounts.tell(owner, (node) => node.moved(report)),
    });
    this.inbox = new Inbox({
      account: this.reference,
      store,
      optOuts: this.optOuts,
      read: provider.verbs.inbound ? (query) => this.#call((line) => verbOf(provider, 'inbound')(line, query)) : null,
      mark: provider.verbs.markRead ? (rows) => this.#call((line) => verbOf(provider, 'markRead')(line, rows)) : null,
    });
    this.#news = new News(this);
  }

  get reference(): AccountReference {
    return { provider: this.provider.id, account: this.id, accountName: this.name };
  }

  /** Goes on with what waits in the store. */
  async resume(): Promise<void> {
    this.outbox.wake();
    await this.tracker.resume();
  }

  /** The line to the vendor; opened on first use. @throws SmsError SMS_CONFIG, and may be asked again */
  session(): Promise<Session> {
    if (this.#closed) return Promise.reject(isClosing());
    this.#session ??= this.#connect().catch((error) => {
      this.#session = undefined;
      throw toSmsError(error);
    });
    return this.#session;
  }

  /** Checks everything that can be checked before the vendor is asked. @throws SmsError */
  prepare(request: SendRequest): Promise<OutboxEntry> {
    return prepare(this, request);
  }

  /** Takes messages into the outbox. @throws SmsError when they could not be: then nothing will be sent */
  async submit(entries: readonly OutboxEntry[]): Promise<void> {
    try {
      await this.outbox.submit(entries);
    } catch (error) {
      for (const entry of entries) forgetDuplicate(this, entry);
      throw toSmsError(error, 'SMS_STORE');
    }
  }

  /** One attempt, now, whose outcome the owner is told like that of a queued one; an unknown one is SMS_UNCERTAIN at once. */
  async sendNow(entry: OutboxEntry): Promise<void> {
    let settlement: Settlement;
    try {
      await this.#turn();
      Object.assign(entry, { attempts: 1, startedAt: Date.now() });
      const [answer] = await this.#during(sendAll(this, [entry]));
      if (!answer || answer instanceof SmsError) throw answer;
      settlement = { entry, accepted: answer };
    } catch (thrown) {
      settlement = { entry, error: thrown instanceof SmsError ? thrown : brokenOff(thrown) };
    }
    try {
      settle(this, this.#accounts, settlement);
    } catch (error) {
      this.settings.troubled?.(toSmsError(error));
    }
  }

  /** One report for each id, in as few calls as the vendor allows. */
  status(ids: readonly string[]): Promise<(StatusReport | SmsError)[]> {
    return this.#during(statusOf(this, ids));
  }

  /** The same, when all are final or the time (milliseconds) is over. */
  waitUntilFinal(ids: readonly string[], time: number, signal: AbortSignal): Promise<(StatusReport | SmsError)[]> {
    return waitUntilFinal(this, ids, time, signal);
  }

  /** What a text costs by our own count. */
  measure(text: unknown, alphabet: AlphabetChoice): Measurement {
    return measureFor(this.provider, text, alphabet);
  }

  /**
   * What the vendor says that a text costs: its quote where it has one and there is a number, else its count.
   * @throws SmsError SMS_UNSUPPORTED; SMS_INVALID_NUMBER where the vendor needs a number to tell
   */
  ask(text: unknown, alphabet: AlphabetChoice, to: unknown): Promise<Measurement | Quote> {
    const { provider, settings } = this;
    const measured = measureFor(provider, text, alphabet);
    const hasNumber = to !== undefined && to !== null && to !== '';
    if (!provider.verbs.quote || (provider.verbs.length && !hasNumber)) {
      return this.#call((line) => verbOf(provider, 'length')(line, measured.text));
    }
    const number = toE164(to, settings.region || undefined);
    return this.#call((line) => verbOf(provider, 'quote')(line, number, measured.text));
  }

  /** News out of the vendor's own queue where it has one, else about the messages that are on their way. */
  news(request: NewsRequest, give: (report: StatusReport) => void): Promise<number> {
    return this.#news.read(request, give);
  }

  /** Gives a node the news that were read for it before the process ended, say, and not told. */
  newsLeft(reader: string, give: (report: StatusReport) => void): Promise<number> {
    return this.#news.readLeft(reader, give);
  }

  /** Takes news out of the vendor's queue, where they are gone then. */
  takeNews(limit: number): Promise<ProviderReport[]> {
    return this.#call((line) => verbOf(this.provider, 'statusQueue')(line, limit));
  }

  call(operation: string, params: Params): Promise<unknown> {
    return this.#call((line) => line.call(operation, params));
  }

  async pages(operation: string, params: Params): Promise<AsyncGenerator<unknown>> {
    return (await this.session()).pages(operation, params);
  }

  senders(): Promise<string[]> {
    return this.#call((line) => verbOf(this.provider, 'senders')(line));
  }

  can(capability: Capability): boolean {
    return isAble(this.provider, capability);
  }

  demand(capability: Capability): void {
    demand(this.provider, capability);
  }

  /**
   * Waits for what is under way, ends the timers and the sockets.
   * @param removed the account is no more: what waits in the outbox is told so
   */
  async close(removed = false): Promise<void> {
    this.#closing.abort();
    // A vendor that hangs must not keep Node-RED from closing: its calls are cut off, and looked up later.
    const cut = setTimeout(() => this.#disconnect(), LONGEST_CLOSE);
    await Promise.all([this.outbox.close(), this.tracker.close(), ...this.#calls]);
    this.#closed = true;
    await Promise.all(this.#calls);
    clearTimeout(cut);
    if (removed) await this.outbox.abandon();
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    await session?.close();
  }

  async #connect(): Promise<Session> {
    const line = await this.settings.connect();
    return new Session(this.provider, { timeout: this.settings.timeout, ...line });
  }

  #call<T>(use: (line: Session) => Promise<T>): Promise<T> {
    return this.#during(this.session().then(use));
  }

  /** Closing waits for it. */
  #during<T>(work: Promise<T>): Promise<T> {
    const end = () => {
      this.#calls.delete(over);
    };
    const over: Promise<void> = work.then(end, end);
    this.#calls.add(over);
    return work;
  }

  /** Waits as the rate of the account demands. */
  async #turn(): Promise<void> {
    const wait = this.#limiter.take(Date.now());
    if (wait === 0) return;
    await pause(wait, undefined, { signal: this.#closing.signal }).catch(() => {
      throw isClosing();
    });
  }

  #newOutbox(): Outbox {
    const { id, provider, store, lookups, uncertain, failoverAfter, troubled } = this.settings;
    return new Outbox({
      account: id,
      store: store.outbox,
      limiter: this.#limiter,
      concurrency: CONNECTIONS,
      lookups,
      uncertain,
      failoverAfter,
      batch: provider.verbs.sendMany ? (provider.batch ?? MOST_TOGETHER) : 1,
      batchKey: ({ sender, options, at }) => JSON.stringify([sender, options, at]),
      send: (entries) => sendAll(this, entries),
      lookup: this.provider.verbs.lookup ? (entry) => findAttempt(this, entry) : null,
      settled: (settlement) => settle(this, this.#accounts, settlement),
      troubled: (error) => troubled?.(error),
      handOver: (account) => {
        const next = this.#accounts.get(account);
        next?.outbox.wake();
        return next !== undefined;
      },
    });
  }
}

function isClosing(): SmsError {
  return new SmsError('SMS_CONFIG', 'The account is being closed.');
}

/** Node-RED gives a node 15 seconds to close. */
const LONGEST_CLOSE = 12_000;
/** Of a vendor that names no limit: no more are uncertain together when an answer gets lost. */
const MOST_TOGETHER = 500;
