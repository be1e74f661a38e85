/** The Redis of the matrix: one server, a database for each run, so that none finds what another left. */
import { spawnSync } from 'node:child_process';
import { startRedis } from '../support/redis.ts';

const PROGRAM = 'redis-server';
/** As many as a server has. */
const DATABASES = 64;

/** Whether there is one to start. */
export function hasRedis(): boolean {
  return spawnSync(PROGRAM, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Starts it when it is first asked, and returns the address of an empty database; it ends with this process. */
export function redisDatabases(): () => Promise<string> {
  let server: ReturnType<typeof startRedis> | undefined;
  let used = 0;
  return async () => {
    // Only tests are skipped.
    server ??= startRedis({ skip: () => {} } as Mocha.Context, '--databases', String(DATABASES));
    const database = used % DATABASES;
    used += 1;
    return `${(await server).url}/${database}`;
  };
}
