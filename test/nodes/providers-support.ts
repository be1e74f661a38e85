/** Accounts with `sandbox` whose messages live fast, and a hand on the emulators that they started. */
import { EMULATORS, type Sandbox, type SandboxOptions, startSandbox } from '../../dist/src/sandbox/index.js';
import type {
  CallbackRecord,
  Delays,
  InboundRecord,
  OutboundRecord,
  PhoneMessage,
} from '../../dist/src/sandbox/types.js';
import { account, type Entry, type Message, nodeOf } from './support.ts';

/** The sandbox that an account with `sandbox` has started last. */
export interface Started {
  messages(): OutboundRecord[];
  callbacks(): CallbackRecord[];
  receive(sms: PhoneMessage): InboundRecord;
}

const FAST = { network: 3, outcome: 12, expiry: 30, reply: 10, retry: 10 };

/** While the tests of this suite run; afterwards all emulators are as they were. */
export function quickened(delays: Partial<Delays> = {}): (provider: string) => Started {
  const usual = { ...EMULATORS };
  const started = new Map<string, Started>();
  before(() => {
    for (const [name, start] of Object.entries(EMULATORS)) {
      EMULATORS[name] = async (world) => {
        Object.assign(world.clock.delays, FAST, delays);
        const emulation = await start(world);
        started.set(name, {
          messages: () => [...world.messages.outbound.values()],
          callbacks: world.callbacks.records,
          receive: (sms) => emulation.receive(sms),
        });
        return emulation;
      };
    }
  });
  after(() => {
    Object.assign(EMULATORS, usual);
  });
  return (provider) => {
    const found = started.get(provider);
    if (!found) throw new Error(`No account has started the sandbox of ${provider}`);
    return found;
  };
}

/** What comes to a helper node, from now on. */
export function heard(id: string): Message[] {
  const list: Message[] = [];
  nodeOf(id).on('input', (message: unknown) => list.push(message as Message));
  return list;
}

/** Nodes that only listen. */
export const ears = (...ids: string[]) => ids.map((id) => ({ id, type: 'helper', wires: [] }));

/** Resolves as soon as it holds. */
export async function until(holds: () => boolean, what: string, milliseconds = 5000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`It did not happen in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const PROVIDERS = ['enco', 'digitaleo', 'callr', 'zoomconnect'] as const;

/** The number whose story ends in these digits. */
export const phone = (digits: string) => `+3247000${digits}`;

let count = 0;

/** Sandboxes of the vendors with an account on each, named after its vendor; the accounts of a test are its own. */
export function vendors() {
  const open: Sandbox[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  });
  return async (kind: string, more: Partial<Entry> = {}, options: SandboxOptions = {}) => {
    const sandbox = await startSandbox(kind, { pace: 0.01, hang: 30, ...options });
    open.push(sandbox);
    count += 1;
    const own = { id: `${kind}-${count}`, name: kind, provider: kind, rate: 0, lookups: '0.03,0.06,0.2' };
    return { sandbox, account: account(sandbox, { ...own, ...more }) };
  };
}
