/** What an SMS is. Pure functions, no I/O. */
export * from './errors';
export * from './types';
