/**
 * A process that takes pushes, or empties a status queue, into a store, and says on its standard output what it tells a
 * flow; it kills itself at the moment that it is told. Arguments: file, what, moment, which one, the vendor as JSON.
 */
import fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Account } from '../../dist/src/delivery/account.js';
import { Accounts } from '../../dist/src/delivery/accounts.js';
import { parsePush, takePush } from '../../dist/src/delivery/push.js';
import { providerOf } from '../../dist/src/providers/index.js';
import { embeddedStore } from '../../dist/src/store/index.js';

const [file = '', what = '', moment = '', which = '0', vendor = '{}'] = process.argv.slice(2);
const line = JSON.parse(vendor);
let count = 0;

/** Synchronous: what was said is out when the process dies. */
const say = (text: string) => fs.writeSync(1, `${text}\n`);
const dies = (now: string) => {
  if (now === moment && count === Number(which)) process.kill(process.pid, 'SIGKILL');
};

const accounts = new Accounts();
const account = new Account(
  {
    id: 'account',
    name: 'Account',
    provider: providerOf(what === 'push' ? 'zoomconnect' : 'digitaleo'),
    sender: null,
    region: '',
    rate: 0,
    timeout: 2000,
    uncertain: 'hold',
    lookups: [],
    failoverAfter: 30,
    finalWithin: 72,
    store: embeddedStore({ file }),
    connect: async () => line,
  },
  accounts,
);
accounts.add(account);

if (what === 'push') takePushes();
else await readQueue();

function takePushes(): void {
  accounts.attend('hook', ({ kind, body }) => {
    const { id, payload = id } = body as { id?: string; payload?: string };
    say(`told ${kind} ${payload ?? JSON.stringify(body)}`);
  });
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    count += 1;
    const events = parsePush(account, { method: 'POST', headers: {}, query: {}, body });
    const letters = await takePush(account, 'hook', events);
    dies('stored');
    response.end(() => {
      dies('answered');
      for (const letter of letters) account.post.give(letter);
      dies('given');
    });
  });
  server.listen(0, '127.0.0.1', () => say(`ready ${(server.address() as AddressInfo).port}`));
}

async function readQueue(): Promise<void> {
  const give = ({ id, providerStatus }: { id: string; providerStatus: string | null }) => {
    count += 1;
    dies('stored');
    say(`told ${id} ${providerStatus}`);
    dies('given');
  };
  await account.newsLeft('queue', give);
  await account.news({ reader: 'queue', limit: 100, every: null }, give);
  await account.post.flush();
  say('ready 0');
}
