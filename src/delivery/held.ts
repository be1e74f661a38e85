/** What is in an account's outbox, and what a person decides about the messages that are held for one. */
import { SmsError } from '../sms/errors';
import type { OutboxEntry, OutboxState, OutboxStore } from '../store';
import type { Account } from './account';
import { senderOf } from './sending';

/** How many messages of an outbox are in each state, and how long the oldest of them has been there. */
export type OutboxSummary = Record<OutboxState, number> & {
  /** When it was taken in, ISO 8601; null for an empty outbox. */
  oldest: string | null;
  /** Whole seconds since then. */
  age: number | null;
};

/** A message of which it is not known whether the vendor has it. */
export interface HeldMessage {
  reference: string;
  to: string;
  sender: string | null;
  text: string;
  parts: number;
  /** When it was taken in, ISO 8601. */
  createdAt: string;
  /** When the attempt began that may have reached the vendor, ISO 8601. */
  since: string;
  attempts: number;
  /** Look-ups at the vendor that were answered, and did not find it. */
  lookups: number;
  providerCode: string | null;
  providerMessage: string | null;
  correlationId: string | null;
  httpStatus: number | null;
}

/**
 * `sendAgain`, which may send it twice; `drop`, which forgets it; `markSent`, after which its node is given a receipt
 * whose id is our reference.
 */
export type Verdict = 'sendAgain' | 'drop' | 'markSent';

export interface Decided {
  /** The references of the messages to which it was done. */
  done: string[];
  /** Those under which no message of the account is held. */
  notHeld: string[];
}

/** @throws SmsError SMS_STORE */
export async function outboxOf({ id, settings }: Account): Promise<OutboxSummary> {
  const { oldest, ...counts } = await settings.store.outbox.counts(id);
  if (oldest === null) return { ...counts, oldest, age: null };
  const age = Math.max(0, Math.floor((Date.now() - oldest) / 1000));
  return { ...counts, oldest: new Date(oldest).toISOString(), age };
}

/** Oldest first. @throws SmsError SMS_STORE */
export async function heldBy(account: Account, choice: { to?: string; limit: number }): Promise<HeldMessage[]> {
  const entries = await account.settings.store.outbox.list(account.id, 'held', choice);
  return entries.map((entry) => described(account, entry));
}

/** Of two who decide about the same message, the second finds it no longer held. @throws SmsError SMS_STORE */
export async function decide(account: Account, verdict: Verdict, references: readonly string[]): Promise<Decided> {
  const asked = [...new Set(references)];
  // Asked for together, so that a store which can keeps them together.
  const found = await Promise.all(asked.map((reference) => account.outbox[verdict](reference)));
  return { done: asked.filter((_reference, i) => found[i]), notHeld: asked.filter((_reference, i) => !found[i]) };
}

/** How long, in milliseconds, a message is held for an account that is gone. */
const HELD_FOR = 30 * 24 * 3600_000;

/** Of an account that is gone: what was held for so long that nobody will decide about it. @throws SmsError SMS_STORE */
export async function forgetHeld(store: OutboxStore, account: string): Promise<number> {
  const held = await store.list(account, 'held');
  const old = held.filter(({ createdAt }) => createdAt < Date.now() - HELD_FOR);
  await Promise.all(old.map(({ reference }) => store.remove(reference)));
  return old.length;
}

export function notHeld(account: Account, reference: string): SmsError {
  return new SmsError(
    'SMS_INVALID_OPTION',
    `No message of ${account.name} is held under the reference '${reference.slice(0, 60)}': somebody has decided about it, or it is not of this account. Ask for what is held now.`,
  );
}

function described(account: Account, entry: OutboxEntry): HeldMessage {
  const { reference, to, text, parts, createdAt, startedAt, attempts, lookups, said = {} } = entry;
  return {
    reference,
    to,
    sender: senderOf(account, entry),
    text,
    parts,
    createdAt: new Date(createdAt).toISOString(),
    since: new Date(startedAt).toISOString(),
    attempts,
    lookups,
    providerCode: said.providerCode ?? null,
    providerMessage: said.providerMessage ?? null,
    correlationId: said.correlationId ?? null,
    httpStatus: said.httpStatus ?? null,
  };
}
