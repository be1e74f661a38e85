/** Every provider keeps the contract; a new one needs a line in the index and nothing here. */
import { providers } from '../../dist/src/providers/index.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { providerContract } from './contract.ts';

for (const provider of providers) providerContract(provider, (options) => startSandbox(provider.id, options));
