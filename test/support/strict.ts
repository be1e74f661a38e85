/** A promise that nobody listens to ends Node-RED when it rejects: it makes the test fail in which it does. */
process.on('unhandledRejection', (reason) => {
  throw reason;
});
