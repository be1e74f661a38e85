/** A process that prepares a message with a key, or hands it in, says so, and waits to be killed. */
import { Account } from '../../dist/src/delivery/account.js';
import { Accounts } from '../../dist/src/delivery/accounts.js';
import { embeddedStore } from '../../dist/src/store/index.js';
import { request, STANDARD } from './support.ts';

const [file = '', step = ''] = process.argv.slice(2);
const hangs = () => new Promise<never>(() => {});
const account = new Account({ ...STANDARD, store: embeddedStore({ file }), connect: hangs }, new Accounts());
const entry = await account.prepare(request('+32470112001', 'Hello', { dedupe: 'key', queue: step !== 'now' }));
if (step === 'submit') await account.submit([entry]);
process.send?.(step);
setInterval(() => {}, 1000);
