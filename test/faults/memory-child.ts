/** Sends to a vendor that answers far too much, and says what that did to the memory of this process. Run with --expose-gc. */
import { providerOf } from '../../dist/src/providers/index.js';
import type { Settings } from '../../dist/src/providers/provider.js';
import { Session } from '../../dist/src/providers/session.js';
import type { SmsError } from '../../dist/src/sms/errors.js';

export interface Flooded {
  /** With what. */
  what: string;
  provider: string;
  baseUrl?: string;
  tokenUrl?: string;
  credentials: Record<string, string>;
  settings: Settings;
}

export interface Memory {
  what: string;
  provider: string;
  outcomes: string[];
  /** Bytes of the process on top of what there was before, at the highest. */
  most: number;
  /** Bytes that are still held on to at the end, likewise. */
  left: number;
}

const [, , given = '{}'] = process.argv;
const AT_ONCE = 4;

function used(): number {
  return process.memoryUsage().rss;
}

/** What is still held on to, whatever the system has given; buffers are given back a little later than objects. */
async function held(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

async function flooded({ what, provider: id, settings, ...account }: Flooded): Promise<Memory> {
  const plain = providerOf(id);
  const provider = plain.withSettings?.(settings) ?? plain;
  const line = new Session(provider, { ...account, settings, timeout: 5000 });
  const message = { to: '+32470004321', text: 'x', sender: null, options: {}, callbackUrl: null };
  const once = (reference: string) =>
    provider.verbs.send(line, { ...message, reference }).then(
      () => 'accepted',
      ({ outcome }: SmsError) => outcome,
    );
  // What has to be loaded is there.
  await once('first');
  const [before, heldBefore] = [used(), await held()];
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, used() - before);
  }, 2);
  const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => once(`message-${n}`)));
  clearInterval(watch);
  await line.close();
  return { what, provider: id, outcomes, most, left: (await held()) - heldBefore };
}

const found: Memory[] = [];
for (const one of JSON.parse(given) as Flooded[]) found.push(await flooded(one));
process.send?.(found);
