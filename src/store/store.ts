/** The contract of a store: what delivery needs to remember. Every promise resolves when what it says is kept. */
import type { Alphabet, Receipt, Status, StatusReport } from '../sms/types';

/**
 * `waiting` for its time, its turn or a retry; `sending`, a byte may have left; `unknown`, being looked up at the
 * vendor; `held` for a person.
 */
export type OutboxState = 'waiting' | 'sending' | 'unknown' | 'held';

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
  to: string;
  text: string;
  /** Asked for by the message; null for the account's own. */
  sender: string | null;
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

/** The messages on their way to the vendor. */
export interface OutboxStore {
  add(entries: readonly OutboxEntry[]): Promise<void>;
  /**
   * Entries that are due, oldest first, no more than one a recipient and none to a recipient with an earlier one under
   * way. A `waiting` one is stored as `sending`, with its attempt counted, before it is handed out; an `unknown` one
   * is handed out as it is.
   */
  claim(account: string, now: number, limit: number): Promise<OutboxEntry[]>;
  /** Stores a claimed entry in its new state, which ends the claim. */
  save(entry: OutboxEntry): Promise<void>;
  remove(reference: string): Promise<void>;
  /** Hands a claimed entry over to another account, in its new state. */
  move(entry: OutboxEntry, account: string): Promise<void>;
  /** Takes out the entries that waited beyond their time. */
  takeExpired(account: string, now: number): Promise<OutboxEntry[]>;
  /** When claim or takeExpired will next have something to do; null when nothing waits. */
  nextDue(account: string): Promise<number | null>;
  list(account: string, state: OutboxState): Promise<OutboxEntry[]>;
}

/** An accepted message whose life goes on. */
export interface TrackedMessage {
  account: string;
  id: string;
  reference: string;
  /** Who is told of changes; null for nobody. */
  owner: string | null;
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
  /** The last report that moved it, for those who ask. */
  report: StatusReport | null;
  receipt: Receipt | null;
}

export interface TrackedStore {
  save(message: TrackedMessage): Promise<void>;
  find(account: string, id: string): Promise<TrackedMessage | null>;
  findReference(account: string, reference: string): Promise<TrackedMessage | null>;
  /** Messages accepted for a recipient since a time. */
  sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]>;
  /** Messages without a final status whose `askAt` (Infinity for never) or `finalBy` has come, least recently saved first. */
  due(account: string, now: number, limit: number): Promise<TrackedMessage[]>;
  /** Messages without a final status that were asked about less than `asked` times, least recently saved first. */
  open(account: string, limit: number, asked: number): Promise<TrackedMessage[]>;
  /** When `due` will next have something; null when nothing is open. */
  nextDue(account: string): Promise<number | null>;
}

/** Small facts with an end: cursors, what was seen, what was taken. */
export interface MarkStore {
  /** False when the key is there already. `ttl` in milliseconds. */
  add(scope: string, key: string, ttl: number, value?: string): Promise<boolean>;
  get(scope: string, key: string): Promise<string | null>;
  set(scope: string, key: string, value: string, ttl: number): Promise<void>;
  remove(scope: string, key: string): Promise<void>;
}

export interface Store {
  readonly outbox: OutboxStore;
  readonly tracked: TrackedStore;
  readonly marks: MarkStore;
  close(): Promise<void>;
}
