/** A promise that nobody listens to ends Node-RED when it rejects: here it fails the test in which it does. */
const rejections: unknown[] = [];

process.on('unhandledRejection', (reason) => rejections.push(reason));

function check(): void {
  const [first] = rejections.splice(0);
  if (first !== undefined) throw new Error('A rejection that nobody listened to', { cause: first });
}

export const mochaHooks = { afterEach: check, afterAll: check };
