/** The library entry: everything that knows nothing of Node-RED. */
export * from './sms';
