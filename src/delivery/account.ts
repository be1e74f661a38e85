/** One account at a vendor: what all nodes that use it share. */
import { verbOf } from '../providers/capabilities';
import { CONNECTIONS } from '../providers/http';
import type { Accepted, Provider } from '../providers/provider';
import { Session } from '../providers/session';
import { type SmsError, toSmsError } from '../sms/errors';
import type { AccountReference, StatusReport } from '../sms/types';
import { InDoubt, type OutboxEntry } from '../store';
import type { AccountSettings } from './account-settings';
import type { Accounts } from './accounts';
import { Calls } from './calls';
import { Clock } from './clock';
import { onlyOne } from './decisions';
import { confirmation, freeKey } from './dedupe';
import { settleDoubt } from './doubt';
import { heldByNobody, heldTooLong } from './endings';
import { Gathering } from './gathering';
import { Health } from './health';
import { forgetHeld } from './held';
import { History } from './history';
import { Inbox } from './inbox';
import type { Owner } from './letters';
import { type Lives, livesOf } from './life';
import { lineOf, misplaced, outOfSight } from './line';
import { findAttempt, recall, remember } from './lookup';
import { News, type NewsRequest } from './news';
import { OptOuts } from './opt-outs';
import { Outbox } from './outbox';
import { Pacing } from './pacing';
import { type Letter, type Post, postOf } from './post';
import { prepare, type SendRequest } from './prepare';
import { strikeOut } from './roster';
import { sendAll } from './sending';
import { keepTold, settleNow, settling, type Told } from './settling';
import { statusOf, waitUntilFinal } from './status';
import { StoredTokens } from './tokens';
import { Tracker } from './tracker';
import { attemptNow } from './unqueued';
import { Vendor } from './vendor';

export class Account {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
  readonly settings: AccountSettings;
  /** Where its messages go: written down with each of them. */
  readonly line: string;
  readonly outbox: Outbox;
  readonly tracker: Tracker;
  readonly clock = new Clock();
  readonly inbox: Inbox;
  readonly optOuts: OptOuts;
  readonly history: History;
  /** What else can be asked of the vendor. */
  readonly vendor: Vendor;
  /** The letters of the store, which the account may share with others. */
  readonly post: Post;
  /** Makes the address that the vendor pushes a message's statuses to; set by the node that receives them. */
  callbackUrl: ((reference: string) => string | null) | null = null;
  #accounts: Accounts;
  #pacing: Pacing;
  #health: Health;
  #lives: Lives;
  #endLife: () => void;
  #calls: Calls;
  #news: News;
  /** What became of messages without a queue, until it is stored. */
  #told = new Gathering<Told>((all) => keepTold(this, all));
  #closing = new AbortController();

  constructor(settings: AccountSettings, accounts: Accounts) {
    const { id, name, provider, store, rate } = settings;
    this.id = id;
    this.name = name;
    this.provider = provider;
    this.settings = settings;
    this.line = lineOf(settings);
    this.#accounts = accounts;
    const { signal } = this.#closing;
    this.#pacing = new Pacing({ account: id, store, rate, ready: () => this.#logIn(), signal });
    this.#calls = new Calls(() => this.#connect());
    this.vendor = new Vendor(provider, settings.region, this.#calls);
    this.#health = new Health({
      probe: () => store.marks.set('probe', id, '', PROBE_FOR),
      store: store.marks,
      troubled: (error, isFirst) => settings.troubled?.(error, isFirst),
      recovered: () => settings.recovered?.(),
    });
    this.#lives = livesOf(store);
    this.#endLife = this.#lives.begin(id);
    this.post = postOf(store);
    this.optOuts = new OptOuts({ account: id, marks: store.marks, statuses: provider.optedOut ?? [] });
    this.history = new History({ account: id, marks: store.marks, counts: () => store.outbox.counts(id) });
    this.outbox = this.#newOutbox();
    this.tracker = new Tracker({
      account: this.reference,
      clock: this.clock,
      store: store.tracked,
      isShared: store.rates !== null,
      marks: store.marks,
      finalWithin: settings.finalWithin,
      ask: provider.verbs.status ? (ids) => this.#calls.make((line) => verbOf(provider, 'status')(line, ids)) : null,
      post: this.post,
      tell: (letter, report, context) => this.tell(letter, (node) => node.moved(report, context)),
      reached: (status) => {
        if (status === 'delivered') this.history.count('delivered');
        if (status === 'failed' || status === 'expired') this.history.count('failed');
      },
      copies: (report) => this.#news.copies(report),
      heard: (report) => this.optOuts.heardStatus(report),
      failed: (error) => this.#health.noticed(error),
    });
    this.inbox = new Inbox({
      account: this.reference,
      store,
      optOuts: this.optOuts,
      read: provider.verbs.inbound
        ? (query) => this.#calls.make((line) => verbOf(provider, 'inbound')(line, query))
        : null,
      mark: provider.verbs.markRead
        ? (rows) => this.#calls.make((line) => verbOf(provider, 'markRead')(line, rows))
        : null,
    });
    this.#news = new News(this);
  }

  get reference(): AccountReference {
    return { provider: this.provider.id, account: this.id, accountName: this.name };
  }

  /** Goes on with what waits in the store; never rejects. */
  async resume(): Promise<void> {
    this.outbox.resume();
    this.history.watch();
    await this.tracker.resume();
  }

  /** Checks everything that can be checked before the vendor is asked. @throws SmsError */
  prepare(request: SendRequest): Promise<OutboxEntry> {
    const entry = prepare(this, request);
    entry.catch((error) => this.#health.noticed(error));
    return entry;
  }

  /**
   * Takes messages into the outbox; of those of which the store does not know whether it has them, their node is told
   * later. @throws SmsError when they could not be taken: then nothing will be sent
   */
  async submit(entries: readonly OutboxEntry[]): Promise<void> {
    const { store } = this.settings;
    try {
      const confirm = await confirmation(store, entries);
      this.#lives.confirm();
      const [taken, confirmed] = await Promise.allSettled([this.outbox.submit(entries), confirm()]);
      if (taken.status === 'rejected') throw taken.reason;
      this.history.watch();
      if (confirmed.status === 'rejected') this.#health.failed(confirmed.reason);
    } catch (thrown) {
      const error = toSmsError(thrown, 'SMS_STORE');
      this.#health.noticed(error);
      if (error instanceof InDoubt) {
        settleDoubt(this, this.#accounts, entries, error).catch((troubled) => this.troubled(troubled));
        return;
      }
      const freed = this.insist(() => Promise.all(entries.map((entry) => freeKey(store, entry))));
      freed.catch(() => {});
      throw error;
    }
  }

  /**
   * One attempt, now, whose outcome the owner is told like that of a queued one; an unknown one is SMS_UNCERTAIN at
   * once. Nothing is stored before the vendor has answered. Resolves when it was told; never rejects.
   */
  async sendNow(entry: OutboxEntry): Promise<void> {
    try {
      const settled = attemptNow(this, entry, this.#pacing.isUnlimited ? null : () => this.#pacing.turn());
      await this.#calls.during(settled.then((settlement) => settleNow(this, this.#accounts, settlement)));
    } catch (error) {
      this.troubled(error);
    }
  }

  /** Gives a letter to the node that it is for, in the words that are at hand. */
  tell(letter: Letter, say: (owner: Owner) => unknown): void {
    try {
      this.#accounts.tell(this.post, letter, say);
    } catch (error) {
      // A node that breaks when it is told does no harm to its message.
      this.troubled(error);
    }
  }

  /** Passes on what went wrong and belongs to no message. */
  troubled(error: unknown): void {
    this.#health.heard(error);
  }

  /** Asks a store that fails until it does it. @throws what it says while the account is being closed */
  insist<T>(work: () => Promise<T>): Promise<T> {
    return this.#health.insist(work, () => this.#closing.signal.aborted);
  }

  /** Closing waits for it. */
  during<T>(work: Promise<T>): Promise<T> {
    return this.#calls.during(work);
  }

  /** What became of a message that is in no outbox is stored in a moment, together with that of others. */
  keepSoon(told: Told): void {
    const kept = this.#told.add(told);
    if (kept) this.#calls.during(kept).catch((error) => this.troubled(error));
  }

  /** One report for each id, in as few calls as the vendor allows. */
  status(ids: readonly string[]): Promise<(StatusReport | SmsError)[]> {
    return this.#calls.during(statusOf(this, ids));
  }

  /** The same, when all are final or the time (milliseconds) is over. */
  waitUntilFinal(ids: readonly string[], time: number, signal: AbortSignal): Promise<(StatusReport | SmsError)[]> {
    return waitUntilFinal(this, ids, time, signal);
  }

  /** News out of the vendor's own queue where it has one, else about the messages that are on their way. */
  news(request: NewsRequest, give: (report: StatusReport) => void): Promise<number> {
    return this.#news.read(request, give);
  }

  /** From now on what becomes of messages is left for a node until it reads its news; or not any more. */
  attendNews(reader: string, attends: boolean): void {
    if (attends) this.#news.attend(reader);
    else this.#news.leave(reader);
  }

  /** Gives a node the news that were read for it before the process ended, say, and not told. */
  newsLeft(reader: string, give: (report: StatusReport) => void): Promise<number> {
    return this.#news.readLeft(reader, give);
  }

  /**
   * Waits for what is under way, ends the timers and the sockets.
   * @param removed the account is no more: what waits in the outbox is told so
   */
  async close(removed = false): Promise<void> {
    this.#closing.abort();
    // A vendor that hangs must not keep Node-RED from closing: its calls are cut off, and looked up later.
    const cut = setTimeout(() => this.#calls.disconnect(), LONGEST_CLOSE);
    await this.#calls.close([this.outbox.close(), this.tracker.close()]);
    clearTimeout(cut);
    try {
      if (removed && !(await this.#lives.hasElsewhere(this.id))) await this.#abandon();
    } finally {
      await this.post.flush();
      await this.history.close();
      this.#health.close();
      this.#endLife();
      await this.#calls.disconnect();
    }
  }

  async #abandon(): Promise<void> {
    const { store } = this.settings;
    await this.outbox.abandon();
    await this.tracker.abandon();
    const forgotten = await forgetHeld(store.outbox, this.id);
    if (forgotten > 0) this.troubled(heldTooLong(this.name, forgotten));
    const { held } = await store.outbox.counts(this.id);
    // They are told of at each start, until an account of that id is there again for them, or for as long as they are kept.
    if (held > 0) this.troubled(heldByNobody(this.name, held));
    else await strikeOut(store, this.id);
  }

  async #connect(): Promise<Session> {
    const { store, timeout, connect } = this.settings;
    const line = await connect();
    const troubled = (error: unknown) => this.#health.noticed(error);
    const keeper = store.rates ? new StoredTokens(store, { account: this.id, ...line }, troubled) : undefined;
    return new Session(this.provider, { timeout, keeper, ...line });
  }

  /** Waits until a call could be made, or the account is being closed; what goes wrong the next message meets. */
  async #logIn(): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      const line = this.#calls.session();
      line.then((session) => session.logIn()).then(done, done);
    });
  }

  /** Sends in the slot that the messages have, or in a later one when that is lost. */
  async #send(entries: readonly OutboxEntry[]): Promise<(Accepted | SmsError)[]> {
    await this.#pacing.renew(entries);
    return sendAll(this, entries);
  }

  #newOutbox(): Outbox {
    const { id, provider, store, lookups, uncertain, failoverAfter } = this.settings;
    const { limiter, slots } = this.#pacing;
    return new Outbox({
      account: id,
      store: store.outbox,
      isShared: store.rates !== null,
      clock: this.clock,
      limiter,
      slots,
      concurrency: CONNECTIONS,
      lookups,
      uncertain,
      failoverAfter,
      batch: provider.verbs.sendMany ? (provider.batch ?? MOST_TOGETHER) : 1,
      batchKey: ({ sender, options, at }) => JSON.stringify([sender, options, at]),
      send: (entries) => this.#send(entries),
      refuse: async (entry) => misplaced(entry, this.line) ?? this.optOuts.refuse(entry),
      recall: (entry) => recall(this, entry),
      remember: (reference, accepted) => remember(this, reference, accepted),
      lookup: provider.verbs.lookup ? (entry) => findAttempt(this, entry, this.#accounts.all()) : null,
      outOfSight: (entry) => outOfSight(entry, this.line),
      settling: (settlement) => settling(this, settlement),
      alone: onlyOne(store.marks, id),
      health: this.#health,
      handOver: (account) => {
        const next = this.#accounts.get(account);
        // From one store into another there is no way in one piece: a crash would lose the message, or double it.
        if (next?.settings.store.outbox !== store.outbox) return false;
        next.outbox.wake();
        return true;
      },
    });
  }
}

/** A mark that says nothing: that it can be written does. */
const PROBE_FOR = 60_000;
/** Node-RED gives a node 15 seconds to close. */
const LONGEST_CLOSE = 12_000;
/** Of a vendor that names no limit: no more are uncertain together when an answer gets lost. */
const MOST_TOGETHER = 500;
