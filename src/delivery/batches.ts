/** Which messages go in one call, and which of them a refusal of the whole call says nothing about. */
import type { Accepted } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';

/** Messages of one key together, no more than `batch` in a call. */
export function callsOf(
  entries: readonly OutboxEntry[],
  batch: number,
  keyOf: (entry: OutboxEntry) => string,
): OutboxEntry[][] {
  if (batch === 1) return entries.map((entry) => [entry]);
  const calls: OutboxEntry[][] = [];
  for (const group of Map.groupBy(entries, keyOf).values()) {
    for (let i = 0; i < group.length; i += batch) calls.push(group.slice(i, i + batch));
  }
  return calls;
}

/** What may be the fault of one message. */
const OF_A_MESSAGE = /^SMS_(REJECTED|UNSUPPORTED|TOO_LONG|INVALID_\w+)$/;

/** Those that one and the same refusal met, which may be about another one of them: alone, each gets an answer of its own. */
export function refusedTogether(
  entries: readonly OutboxEntry[],
  answers: readonly (Accepted | SmsError | undefined)[],
): Set<OutboxEntry> {
  const byAnswer = Map.groupBy(entries.keys(), (i) => answers[i]);
  const together = [...byAnswer].filter(([answer, met]) => met.length > 1 && isOfAMessage(answer));
  return new Set(together.flatMap(([, met]) => met.flatMap((i) => entries[i] ?? [])));
}

function isOfAMessage(answer: unknown): boolean {
  if (!(answer instanceof SmsError) || answer.retryable || answer.accountRefused) return false;
  return answer.outcome === 'not-sent' && OF_A_MESSAGE.test(answer.code);
}
