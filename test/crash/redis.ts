/** Redis servers of the matrix: one for each run, so that none finds what another left. */
import { existsSync } from 'node:fs';

export interface RedisServers {
  /** Its URL. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

const PROGRAM = '/usr/bin/redis-server';

/** Null where there is no redis-server. */
export function redisServers(): RedisServers | null {
  if (!existsSync(PROGRAM)) return null;
  throw new Error('not yet');
}
