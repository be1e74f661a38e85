/** The statuses that there are, and waiting for a final one. */
import type { Sandbox } from '../../../dist/src/sandbox/index.js';

export const STATUSES = ['scheduled', 'queued', 'sent', 'delivered', 'failed', 'expired', 'unknown', 'received'];

export function finalOf(sandbox: Sandbox, id: string): Promise<void> {
  const isFinal = (status: string) => status === 'delivered' || status === 'failed' || status === 'expired';
  return new Promise((resolve) => {
    if (sandbox.messages().some((message) => message.id === id && isFinal(message.status))) return resolve();
    const stop = sandbox.on('status', (message) => {
      if (message.id !== id || !isFinal(message.status)) return;
      stop();
      resolve();
    });
  });
}
