/** What the rest of the house relies on in any provider; each runs what it declares that it can do. */
import type { Provider, Verbs } from '../../dist/src/providers/provider.js';
import { describeInbound, describeLength, describeLookup, describeSenders, describeStatus } from './contract/asking.ts';
import { describeCapabilities } from './contract/capabilities.ts';
import {
  describeBalance,
  describeCancel,
  describeHistory,
  describeQuote,
  describeSendMany,
  describeStatusQueue,
} from './contract/further.ts';
import type { Start } from './contract/lines.ts';
import { describeOperations, describeParameters } from './contract/operations.ts';
import { describeSecrets, describeSending } from './contract/sending.ts';

/** `markRead` goes with `inbound`. */
const VERBS: Record<Exclude<keyof Verbs, 'send' | 'markRead'>, (provider: Provider, start: Start) => void> = {
  status: describeStatus,
  inbound: describeInbound,
  lookup: describeLookup,
  length: describeLength,
  senders: describeSenders,
  sendMany: describeSendMany,
  cancel: describeCancel,
  history: describeHistory,
  statusQueue: describeStatusQueue,
  quote: describeQuote,
  balance: describeBalance,
};

/** Registers the suite of one provider; `startSandbox` starts the emulator of its vendor. */
export function providerContract(provider: Provider, startSandbox: Start): void {
  describe(`${provider.id} keeps the contract of a provider`, () => {
    describeOperations(provider);
    describeParameters(provider, startSandbox);
    describeCapabilities(provider);
    describeSending(provider, startSandbox);
    for (const verb of Object.keys(VERBS) as (keyof typeof VERBS)[]) {
      if (provider.verbs[verb]) VERBS[verb](provider, startSandbox);
    }
    describeSecrets(provider, startSandbox);
  });
}
