/** BullMQ and the client that it talks to Redis with: optional, and loaded when they are first needed. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { SmsError } from '../sms/errors';

export interface RedisModules {
  bullmq: typeof import('bullmq');
  Redis: typeof import('ioredis').Redis;
}

/** @throws SmsError SMS_STORE, and looks again when it is asked again */
export function loadRedisModules(): RedisModules {
  const main = require.main?.filename;
  const folders = [__dirname, process.cwd(), ...(main ? [path.dirname(main)] : [])];
  try {
    const file = require.resolve('bullmq', { paths: folders });
    const bullmq = require(file) as RedisModules['bullmq'];
    // The same as BullMQ's own: it knows its clients by what they can do.
    const { Redis } = createRequire(file)('ioredis') as typeof import('ioredis');
    if (typeof bullmq.createRedisBackend !== 'function') throw new Error('BullMQ is older than 6.7');
    return { bullmq, Redis };
  } catch (error) {
    throw new SmsError(
      'SMS_STORE',
      'A store in Redis needs BullMQ: type npm install bullmq@6 ioredis in the user folder of Node-RED (~/.node-red, ' +
        `if nothing else was said). (${error instanceof Error ? error.message.split('\n')[0] : error})`,
      { cause: error, retryable: true },
    );
  }
}
