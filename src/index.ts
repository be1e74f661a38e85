/** The library entry: everything that knows nothing of Node-RED. */
export * from './delivery';
export * from './providers';
export * from './sandbox';
export * from './sms';
export * from './store';
