/** What an outbox needs of its account, and how a message leaves it. */
import type { Accepted } from '../providers/provider';
import type { SmsError } from '../sms/errors';
import type { OutboxEntry, OutboxStore } from '../store';
import type { Clock } from './clock';
import type { Health } from './health';
import type { Limiter } from './limiter';
import type { Slots } from './slots';

/** How one message ended: accepted, or an error that says why not. */
export type Settlement = { entry: OutboxEntry } & (
  | {
      accepted: Accepted;
      error?: undefined;
      /** Nothing more will be heard of it, and nobody is asked. */
      unfollowed?: boolean;
    }
  | { error: SmsError; accepted?: undefined }
);

/** An end on its way into the store, and to the node that waits for it. */
export interface Settling {
  /** What `store` sets. */
  mark: { scope: string; key: string };
  /** Writes all of it down in one turn of the event loop; may be asked again. @throws SmsError SMS_STORE */
  store(): Promise<unknown>;
  tell(): void;
  /** It could not be written down, or another process has settled it. */
  giveUp(): void;
}

export interface OutboxOptions {
  account: string;
  store: OutboxStore;
  /** Whether other processes have the store open, too. */
  isShared: boolean;
  /** By which all of its times are, but for those of the vendor: `startedAt` and `at`. */
  clock: Clock;
  limiter: Limiter;
  /** Where the store keeps the rate for several processes, beside a limiter that sets none. */
  slots?: Slots | null;
  /** Calls under way at once. */
  concurrency: number;
  /** Seconds after an attempt at which an unknown one is looked up. */
  lookups: readonly number[];
  /** What happens to a message that is still unknown after the last look-up. */
  uncertain: 'hold' | 'resend' | 'drop';
  /** Seconds without success after which a fallback account takes over. */
  failoverAfter: number;
  /** How many messages one call takes at the most. */
  batch: number;
  /** Messages of the same key may go in one call. */
  batchKey(entry: OutboxEntry): string;
  /** Why an attempt may not be made; null when it may. @throws SmsError SMS_STORE */
  refuse(entry: OutboxEntry): Promise<SmsError | null>;
  /** Makes one attempt with messages of one key, each with its own answer. @throws SmsError that holds for all of them */
  send(entries: readonly OutboxEntry[]): Promise<(Accepted | SmsError)[]>;
  /** The vendor's yes, where it is known without asking. @throws SmsError SMS_STORE */
  recall(entry: OutboxEntry): Promise<Accepted | null>;
  /** Keeps for `recall` what was heard. @throws SmsError SMS_STORE */
  remember(reference: string, accepted: Accepted): Promise<void>;
  /** Asks the vendor for the attempt; null when it has no such call. */
  lookup: ((entry: OutboxEntry) => Promise<Accepted | null>) | null;
  /** Why the vendor cannot be asked for the attempt, and it must not be repeated; null where neither holds. */
  outOfSight(entry: OutboxEntry): SmsError | null;
  settling(settlement: Settlement): Settling;
  /** Does it unless somebody else is at it; false then. @throws SmsError SMS_STORE */
  alone(reference: string, work: () => Promise<boolean>): Promise<boolean>;
  /** Told when the store fails; the outbox goes on trying. */
  health: Health;
  /** Wakes the account that an entry was handed over to; false when there is none of that name. */
  handOver(account: string): boolean;
}
