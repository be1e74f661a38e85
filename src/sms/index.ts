/** What an SMS is. Pure functions, no I/O. */
export * from './alphabet';
export * from './compose';
export * from './errors';
export { excerpt } from './excerpt';
export { fold, outsideGsm, replacement } from './folding';
export * from './phone';
export * from './segments';
export * from './template';
export * from './time';
export * from './types';
