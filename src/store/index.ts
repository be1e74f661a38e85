/** The stores: one line each. */
export { InDoubt } from './in-doubt';
export { memoryStore } from './memory';
export { type RedisStoreOptions, redisStore } from './redis';
export { type EmbeddedStoreOptions, embeddedStore } from './sqlite';
export type * from './store';
