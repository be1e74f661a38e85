/** Sends to a vendor that answers far too much, and says what that did to the memory of this process. Run with --expose-gc. */
import { providerOf } from '../../dist/src/providers/index.js';
import type { Settings } from '../../dist/src/providers/provider.js';
import { Session } from '../../dist/src/providers/session.js';
import type { SmsError } from '../../dist/src/sms/errors.js';

export interface Flooded {
  provider: string;
  baseUrl?: string;
  tokenUrl?: string;
  credentials: Record<string, string>;
  settings: Settings;
}

export interface Memory {
  outcomes: string[];
  /** Bytes on top of what there was before: at the highest, and at the end. */
  most: number;
  left: number;
}

const [, , given = '{}'] = process.argv;
const AT_ONCE = 4;
const ROUNDS = 3;

function used(): number {
  return process.memoryUsage().rss;
}

function cleared(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return used();
}

async function flooded({ provider: id, settings, ...account }: Flooded): Promise<Memory> {
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
  const before = cleared();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, used() - before);
  }, 2);
  const outcomes: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const references = Array.from({ length: AT_ONCE }, (_, n) => `round-${round}-${n}`);
    outcomes.push(...(await Promise.all(references.map(once))));
  }
  clearInterval(watch);
  await line.close();
  return { outcomes, most, left: cleared() - before };
}

const found: Memory[] = [];
for (const one of JSON.parse(given) as Flooded[]) found.push(await flooded(one));
process.send?.(found);
