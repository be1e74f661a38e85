/** Entries and tracked messages for the tests of the embedded store. */
import type { HandOut, OutboxEntry, TrackedMessage } from '../../dist/src/store/index.js';

export const ACCOUNT = 'account';
/** Ahead of the clock. */
export const T = Date.now() + 1e9;

let count = 0;

export function entry(to: string, more: Partial<OutboxEntry> = {}): OutboxEntry {
  count += 1;
  return {
    reference: `reference-${count}`,
    account: ACCOUNT,
    owner: 'send',
    follow: true,
    context: null,
    life: 'life',
    createdAt: 1000 + count,
    transactional: false,
    to,
    text: `Text ${count}`,
    sender: null,
    options: {},
    provider: 'enco',
    alphabet: 'GSM-7',
    parts: 1,
    fallback: [],
    dedupe: null,
    state: 'waiting',
    attempts: 0,
    at: null,
    notBefore: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
    startedAt: 0,
    unsentSince: null,
    lookups: 0,
    ...more,
  };
}

export function tracked(id: string, more: Partial<TrackedMessage> = {}): TrackedMessage {
  return {
    account: ACCOUNT,
    id,
    reference: `reference of ${id}`,
    owner: 'send',
    life: 'life',
    to: '+3201',
    status: 'sent',
    final: false,
    providerStatus: null,
    acceptedAt: 1000,
    askAt: 2000,
    asked: 0,
    finalBy: 100_000,
    context: null,
    version: 0,
    report: null,
    receipt: null,
    ...more,
  };
}

export const references = (entries: readonly OutboxEntry[]) => entries.map(({ reference }) => reference);

/** So many of what is added may be claimed at once. */
export function handOut(now: number, limit: number): HandOut {
  let left = limit;
  return { now, may: () => left-- > 0 };
}
