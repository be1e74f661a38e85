/** BullMQ and the client that it talks to Redis with: optional, and loaded when they are first needed. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { SmsError } from '../sms/errors';

export interface RedisModules {
  bullmq: typeof import('bullmq');
  Redis: typeof import('ioredis').Redis;
}

/** What to type for them. */
export const INSTALL = 'npm install bullmq@6 ioredis@6';

/** @throws SmsError SMS_STORE, and looks again when it is asked again */
export function loadRedisModules(): RedisModules {
  const main = require.main?.filename;
  const folders = [__dirname, process.cwd(), ...(main ? [path.dirname(main)] : [])];
  try {
    const file = require.resolve('bullmq', { paths: folders });
    const bullmq = require(file) as RedisModules['bullmq'];
    if (typeof bullmq.createRedisBackend !== 'function') throw new Error('BullMQ is older than 6.7');
    const requireBeside = createRequire(file);
    // Earlier ones may take a connection that broke in its first moment for a good one, for ever.
    const { version } = requireBeside('ioredis/package.json') as { version: string };
    if (Number.parseInt(version, 10) < 6) throw new Error(`ioredis is version ${version}`);
    const { Redis } = requireBeside('ioredis') as typeof import('ioredis');
    return { bullmq, Redis };
  } catch (error) {
    throw new SmsError(
      'SMS_STORE',
      `A store in Redis needs BullMQ: type ${INSTALL} in the user folder of Node-RED (~/.node-red, ` +
        `if nothing else was said). (${error instanceof Error ? error.message.split('\n')[0] : error})`,
      { cause: error, retryable: true },
    );
  }
}
