/**
 * The contract of a store: what delivery needs to remember. Every promise resolves when what it says is kept. What is
 * asked for in one turn of the event loop is kept in that order, and all together by a store that can; a store that
 * cannot keep it rejects with SMS_STORE, and the next call tries again.
 */
import type { Alphabet, Receipt, Status, StatusReport } from '../sms/types';

/**
 * `waiting` for its time, its turn or a retry; `sending`, a byte may have left; `unknown`, being looked up at the
 * vendor; `held` for a person; `expired`, to be told so.
 */
export type OutboxState = 'waiting' | 'sending' | 'unknown' | 'held' | 'expired';

/** One message to one recipient, from the moment it is promised until it is settled. */
export interface OutboxEntry {
  /** Ours, the same for every attempt. */
  reference: string;
  /** The account that sends it now. */
  account: string;
  /** Who is told of the outcome: the id of the sms-send node. */
  owner: string;
  /** Whether the owner is told what becomes of it after it was accepted. */
  follow: boolean;
  /** What the owner wants back with the outcome; anything that JSON can carry. */
  context: unknown;
  /** The process that took it in, and still has the message itself while it lives. */
  life: string;
  /** When it was taken in, epoch milliseconds. */
  createdAt: number;
  /** It goes to those, too, who want no messages. */
  transactional: boolean;
  to: string;
  text: string;
  /** Asked for by the message; null for the account's own. */
  sender: string | null;
  /**
   * Where it goes, as of the last attempt, or else of when it was taken in: a vendor, or its sandbox. Empty after it was
   * handed over to another account, until that has tried; one of an earlier version does not say.
   */
  line?: string;
  /** The parameters of `provider`, as the message gave them. */
  options: Record<string, unknown>;
  provider: string;
  alphabet: Alphabet;
  parts: number;
  /** Accounts to go on with when this one cannot send. */
  fallback: string[];
  dedupe: string | null;
  state: OutboxState;
  attempts: number;
  /** When the recipient is to get it, epoch milliseconds; null for as soon as possible. */
  at: number | null;
  /** Epoch milliseconds: not to be touched before. */
  notBefore: number;
  /** Epoch milliseconds: not to be sent after. */
  expiresAt: number;
  /** When the last attempt began. */
  startedAt: number;
  /** Since when the account could not send it; null while nothing has failed. */
  unsentSince: number | null;
  /** Look-ups at the vendor that were answered. */
  lookups: number;
  /** What the vendor said of the last attempt that failed. */
  said?: { providerCode?: string; providerMessage?: string; correlationId?: string; httpStatus?: number };
}

/** What may be claimed at once of what is added. */
export interface HandOut {
  /** The time, as {@link OutboxStore.claim} has it. */
  now: number;
  /** Asked for each: whether one more may be. The answer may be of no use when the store has to begin anew. */
  may(): boolean;
}

/** The messages on their way to the vendor. */
export interface OutboxStore {
  /**
   * All or none. With `handOut` a store that can claims some of them in the same piece, in the way of {@link claim}: those
   * that are due, to whose recipient nothing else is there, while no other one that is due waits. They are returned.
   * @throws SmsError SMS_STORE when none is there; InDoubt when that is not known.
   */
  add(entries: readonly OutboxEntry[], handOut?: HandOut): Promise<OutboxEntry[]>;
  /**
   * Entries that are due, oldest first, no more than one a recipient and none to a recipient with an earlier one under
   * way. A `waiting` one is stored as `sending`, with its attempt counted, before it is handed out; an `unknown` one
   * is handed out as it is.
   */
  claim(account: string, now: number, limit: number): Promise<OutboxEntry[]>;
  /**
   * Stores an entry in its new state, which ends its claim. One that stood apart, held or expired, and is to wait again
   * goes behind the others to its recipient; one that is there no more does not come back.
   */
  save(entry: OutboxEntry): Promise<void>;
  /**
   * Settles an entry: does what `work` asks of this store in the turn in which it is called, unless another process has
   * settled the entry, or has it in hand; then nothing of it is done, and false. What was asked for before, and may have
   * been done, is asked for again, and known by a mark that it sets.
   */
  fenced(reference: string, mark: { scope: string; key: string }, work: () => Promise<unknown>): Promise<boolean>;
  /**
   * Of a claimed entry: may another process have it by now, as this one was not heard of for too long? To be asked
   * before a byte leaves.
   */
  isLost(reference: string): Promise<boolean>;
  /**
   * Of a claimed entry: nobody in this process has it in hand any more, and how it ended could not be stored. A store
   * that processes share hands it out again, as that of a process that died; in another one who resumes takes it up.
   */
  letGo(reference: string): Promise<void>;
  remove(reference: string): Promise<void>;
  /** Hands a claimed entry over to another account, in its new state. */
  move(entry: OutboxEntry, account: string): Promise<void>;
  /**
   * Entries that waited beyond their time, some of them when they are many: stored as `expired`, out of everybody's
   * way, until they are removed.
   */
  takeExpired(account: string, now: number): Promise<OutboxEntry[]>;
  /** When claim or takeExpired will next have something to do, as things are; null when nothing waits. */
  nextDue(account: string): Promise<number | null>;
  find(reference: string): Promise<OutboxEntry | null>;
  /** Oldest first, by `createdAt`; without a limit all of them, which may be many. */
  list(account: string, state: OutboxState, options?: { to?: string; limit?: number }): Promise<OutboxEntry[]>;
  /** At a cost that does not grow with what waits, but for the first time. */
  counts(account: string): Promise<OutboxCounts>;
}

/** How many there are in each state, and `createdAt` of the oldest of them all. */
export type OutboxCounts = Record<OutboxState, number> & { oldest: number | null };

/** An accepted message whose life goes on. */
export interface TrackedMessage {
  account: string;
  id: string;
  reference: string;
  /** Who is told of changes; null for nobody. */
  owner: string | null;
  /** The process that took the message in. */
  life: string;
  to: string;
  status: Status;
  final: boolean;
  providerStatus: string | null;
  acceptedAt: number;
  /** When to ask the vendor next. */
  askAt: number;
  /** How often it was asked. */
  asked: number;
  /** When to give up waiting for a final status. */
  finalBy: number;
  /** What the owner wants back with each report; anything that JSON can carry. */
  context: unknown;
  /** How often it was saved; 0 for one that never was. */
  version: number;
  /** The last report that moved it, for those who ask. */
  report: StatusReport | null;
  receipt: Receipt | null;
  /** When it was taken in, epoch milliseconds; one of an earlier version does not say. */
  takenAt?: number;
  /** When it is to go out, epoch milliseconds, where the vendor holds it until then. */
  dueAt?: number;
  /** Each status that it had, the first when it was accepted; one of an earlier version does not say. */
  steps?: { status: Status; at: number }[];
}

/** A message that is written out already: of what it was made of nothing is held any more. */
export type TrackedDraft = Pick<TrackedMessage, 'account' | 'id' | 'reference' | 'version'>;

export interface TrackedStore {
  /** Writes a message out, for this store, to be saved later. */
  draft(message: TrackedMessage): TrackedDraft;
  /**
   * False, and nothing is stored, when another has saved it since this one was read; else its version has grown by one.
   */
  save(message: TrackedMessage | TrackedDraft): Promise<boolean>;
  find(account: string, id: string): Promise<TrackedMessage | null>;
  findReference(account: string, reference: string): Promise<TrackedMessage | null>;
  /** Messages accepted for a recipient since a time. */
  sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]>;
  /** Those accepted last, final or not, the newest first; a store may remember no more than its last 1000 for this. */
  recent(account: string, limit: number): Promise<TrackedMessage[]>;
  /** Messages without a final status whose `askAt` (Infinity for never) or `finalBy` has come, least recently saved first. */
  due(account: string, now: number, limit: number): Promise<TrackedMessage[]>;
  /** Messages without a final status that were asked about less than `asked` times, least recently saved first. */
  open(account: string, limit: number, asked: number): Promise<TrackedMessage[]>;
  /** When `due` will next have something; null when nothing is open. */
  nextDue(account: string): Promise<number | null>;
}

/** Small facts, most of them with an end: cursors, what was seen, what was taken, what is still to be told. */
export interface MarkStore {
  /** False when the key is there already. `ttl` in milliseconds, Infinity for no end. */
  add(scope: string, key: string, ttl: number, value?: string): Promise<boolean>;
  get(scope: string, key: string): Promise<string | null>;
  set(scope: string, key: string, value: string, ttl: number): Promise<void>;
  /** With a beginning, only a mark whose value begins so. */
  remove(scope: string, key: string, beginning?: string): Promise<void>;
  /** In the order of their keys (by UTF-16 unit or by byte: keys are ASCII), those after `after`. */
  list(scope: string, options?: { after?: string; limit?: number }): Promise<{ key: string; value: string }[]>;
}

/** The rate of an account over all who share the store. */
export interface RateStore {
  /**
   * Takes the next slots, `spacing` milliseconds each, unless that moment is still to come: then nothing is taken.
   * Returns the milliseconds to wait until then, 0 when they were taken.
   */
  take(account: string, spacing: number, count: number): Promise<number>;
}

export interface Store {
  readonly outbox: OutboxStore;
  readonly tracked: TrackedStore;
  readonly marks: MarkStore;
  /** What is shared with other processes; null for a store of this one alone, which keeps its own rate. */
  readonly rates: RateStore | null;
  /** Opens it now; otherwise the first call does. @throws SmsError SMS_STORE, and may be asked again */
  open(): Promise<void>;
  close(): Promise<void>;
}
