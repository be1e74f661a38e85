/**
 * The store in Redis, by BullMQ: several processes share one outbox, one record of what became of each message, and one
 * rate. What a process had claimed when it died is handed out to another, as `unknown`.
 */

import { Lanes } from './redis-lanes';
import { RedisLink } from './redis-link';
import { RedisMarks } from './redis-marks';
import { RedisOutbox } from './redis-outbox';
import { RedisRates } from './redis-rates';
import { RedisTracked } from './redis-tracked';
import { RedisTurns } from './redis-turns';
import type { Store } from './store';

export interface RedisStoreOptions {
  /** redis://user:password@host:port/database, or rediss:// for TLS. */
  url: string;
  /** What the names of all keys begin with, for a Redis that others use, too. `sms` unless said otherwise. */
  prefix?: string;
  /** Days for which a message is remembered after its final status, one at least. 30 unless said otherwise. */
  keepDays?: number;
  /** Told once of what is no error, and should be known. */
  warn?: (sentence: string) => void;
  /** Milliseconds after which what a process had claimed is another's, if it was not heard of. 20000 unless said otherwise. */
  lockDuration?: number;
  /** Milliseconds between two looks for that. 5000 unless said otherwise. */
  stalledInterval?: number;
}

/**
 * Opens with its first call, and again by itself when the connection was lost; what is asked in between fails within
 * seconds with SMS_STORE.
 */
export function redisStore(options: RedisStoreOptions): Store {
  const { url, prefix = 'sms', keepDays = 30, warn = () => {} } = options;
  const { lockDuration = 20_000, stalledInterval = 5000 } = options;
  const link = new RedisLink(url, warn);
  const lanes = new Lanes(link, { prefix, lockDuration, stalledInterval });
  const turns = new RedisTurns(link, lanes, prefix);
  return {
    outbox: new RedisOutbox(turns, lanes, stalledInterval),
    tracked: new RedisTracked(turns, keepDays),
    marks: new RedisMarks(turns),
    rates: new RedisRates(turns),
    open: async () => {
      await link.ready();
    },
    close: async () => {
      await turns.flush();
      await lanes.close();
      await link.close();
    },
  };
}
