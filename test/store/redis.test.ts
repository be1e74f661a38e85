/** The store in Redis keeps the contract of every store. */
import { redisStore } from '../../dist/src/store/index.js';
import { newPrefix, type RedisServer, sharedRedis } from '../support/redis.ts';
import { storeContract } from './contract.ts';

describe('with a Redis', () => {
  let redis: RedisServer;
  before(async function () {
    redis = await sharedRedis(this);
  });
  storeContract('in Redis', () => redisStore({ url: redis.url, prefix: newPrefix() }));
});
