/**
 * A process that sends one message by way of a store in Redis, and says on its standard output what its node is told;
 * it ends with its standard input. Arguments: url, prefix, the vendor as JSON.
 */
import { Account } from '../../dist/src/delivery/account.js';
import { Accounts } from '../../dist/src/delivery/accounts.js';
import { redisStore } from '../../dist/src/store/index.js';
import { OWNER, request, STANDARD } from './support.ts';

const [url = '', prefix = '', vendor = '{}'] = process.argv.slice(2);
const store = redisStore({ url, prefix, lockDuration: 300, stalledInterval: 50 });
const accounts = new Accounts();
const connect = async () => JSON.parse(vendor);
const account = new Account({ ...STANDARD, timeout: 20_000, store, connect }, accounts);
accounts.own(OWNER, { settled: () => console.log('told'), moved: () => {} });
accounts.add(account);
process.stdin.resume().on('end', async () => {
  await account.close();
  await store.close();
  console.log('closed');
  process.exit();
});
await account.submit([await account.prepare(request('+32470112001', 'Hello'))]);
