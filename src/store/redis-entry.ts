/** An entry of the outbox as it travels to Redis and back: strings, as Redis cuts numbers to whole ones. */
import type { OutboxEntry, OutboxState } from './store';

/** In the order of FIELDS in the script. */
export function valuesOf(entry: OutboxEntry): string[] {
  const { reference, account, to, state, attempts, notBefore, expiresAt, startedAt, createdAt, lookups, ...rest } =
    entry;
  const numbers = [attempts, notBefore, expiresAt, startedAt, createdAt, lookups];
  return [reference, keyOf(account), keyOf(to), state, ...numbers.map(String), JSON.stringify(rest)];
}

export function entryOf(values: readonly string[]): OutboxEntry {
  const [reference = '', account = '', to = '', state, ...others] = values;
  const [attempts = 0, notBefore = 0, expiresAt = 0, startedAt = 0, createdAt = 0, lookups = 0] = others.map(Number);
  return {
    ...(JSON.parse(values.at(-1) ?? '') as OutboxEntry),
    reference,
    account: decodeURIComponent(account),
    to: decodeURIComponent(to),
    state: state as OutboxState,
    attempts,
    notBefore,
    expiresAt,
    startedAt,
    createdAt,
    lookups,
  };
}

/** An account or a recipient as part of a key, whose parts colons part. */
export function keyOf(name: string): string {
  return encodeURIComponent(name);
}
