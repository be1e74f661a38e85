/** The stores: one line each. */
export { memoryStore } from './memory';
export type * from './store';
