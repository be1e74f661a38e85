/** The stores: one line each, loaded when one is made. */
export { InDoubt } from './in-doubt';
export { memoryStore } from './memory';
export type { RedisStoreOptions } from './redis';
export type { EmbeddedStoreOptions } from './sqlite';
export type * from './store';

type Redis = typeof import('./redis');
type Embedded = typeof import('./sqlite');

export const redisStore: Redis['redisStore'] = (options) => (require('./redis') as Redis).redisStore(options);
export const embeddedStore: Embedded['embeddedStore'] = (options) =>
  (require('./sqlite') as Embedded).embeddedStore(options);
