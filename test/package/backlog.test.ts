/** A Node-RED in which very much waits takes hardly more memory than one that is idle. A million are those of the bench. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';

const MANY = 200_000;
const BURST = 20_000;
/** What may come on top of the memory of the idle process. */
const MOST = 60;
/** Milliseconds in which V8 gives back what it does not use; it does so when there is little to do. */
const SETTLES_WITHIN = 40_000;

const flowOf = (origin: string) => [
  { id: 'tab', type: 'tab', label: 'Very many' },
  {
    id: 'account',
    type: 'sms-provider',
    provider: 'enco',
    baseUrl: origin,
    tokenUrl: `${origin}/token`,
    rate: 0,
    credentials: { clientId: 'id', clientSecret: 'secret' },
  },
  { id: 'in', type: 'http in', z: 'tab', url: '/give', method: 'post', wires: [['answer', 'take']] },
  { id: 'answer', type: 'http response', z: 'tab', wires: [] },
  {
    ...{ id: 'take', type: 'function', z: 'tab', outputs: 1, wires: [['send']] },
    func: `for (let i = 0; i < msg.payload.count; i += 1)
  node.send({ to: '+324' + (70000000 + i), payload: 'Message ' + i, topic: 'alarm', about: { some: 'thing', list: [1, 2, 3] } });`,
  },
  { id: 'send', type: 'sms-send', z: 'tab', provider: 'account', wires: [['told'], []] },
  { id: 'told', type: 'function', z: 'tab', func: `console.log('SENT ' + msg.payload.id);`, outputs: 0, wires: [] },
];

describe(`a Node-RED in which ${MANY} messages wait`, function () {
  this.timeout(180_000);
  let userDir: string;
  let server: Server;
  let nodeRed: NodeRed | undefined;
  let isThere = true;
  let count = 0;

  before(async function () {
    // The memory of a process is read from /proc.
    if (process.platform !== 'linux') this.skip();
    userDir = mkdtempSync(join(tmpdir(), 'sms-very-many-'));
    server = createServer((incoming, response) => {
      if (!isThere) return void incoming.socket.destroy();
      if (incoming.url === '/token') return void response.end('{"access_token":"token","expires_in":36000}');
      count += 1;
      const body = {
        resourceURL: `http://vendor.example/id-${count}`,
        deliveryInfo: [{ address: '+32470000000', deliveryStatus: 'MessageWaiting' }],
      };
      incoming.resume().on('end', () => {
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  after(async () => {
    await nodeRed?.kill();
    server?.closeAllConnections();
    server?.close();
    if (userDir) rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
  });

  const start = async (flows?: unknown[]) => {
    nodeRed = await startNodeRed({ userDir, ...(flows ? { flows } : {}) });
    return nodeRed;
  };
  const give = (messages: number) =>
    fetch(`${nodeRed?.nodeRoot}/give`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ count: messages }),
    });
  const inStore = async () => {
    const { body } = (await nodeRed?.admin('GET', '/sms/accounts')) ?? {};
    const [account] = (body as { accounts: { counts: { waiting: number; sending: number; unknown: number } }[] })
      .accounts;
    assert(account);
    return account.counts.waiting + account.counts.sending + account.counts.unknown;
  };
  /** Resident, in MB. */
  const memory = () => {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${nodeRed?.process.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  };
  /** The least in so many seconds. */
  const least = async (seconds: number) => {
    let lowest = memory();
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100))
      lowest = Math.min(lowest, memory());
    return lowest;
  };
  /** The most in so many seconds. */
  const most = async (seconds: number) => {
    let highest = 0;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100))
      highest = Math.max(highest, memory());
    return highest;
  };

  it(`takes no more than ${MOST} MB on top of an idle one: at the start, while it tries in vain, and after a flood of ${BURST}`, async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await start(flowOf(address));
    await give(1);
    await nodeRed?.waitForLog(/SENT/);
    const idle = await least(10);

    isThere = false;
    await give(1);
    while ((await inStore()) === 0) await pause(50);
    await nodeRed?.stop();
    multiply(join(userDir, 'sms', 'messages.sqlite'), MANY);
    await start();
    const waiting = await most(6);
    assert((await inStore()) >= MANY);
    assert(waiting < idle + MOST, `${waiting} MB while they wait, ${idle} MB idle`);

    await give(BURST);
    while ((await inStore()) < MANY + BURST) await pause(200);
    let settled = memory();
    for (const end = Date.now() + SETTLES_WITHIN; settled >= idle + MOST && Date.now() < end; settled = memory())
      await pause(500);
    assert(settled < idle + MOST, `${settled} MB after a flood, ${idle} MB idle`);
  });
});

/** Makes so many of the one message that waits in a store, each to another recipient. */
function multiply(file: string, times: number): void {
  const db = new sqlite.DatabaseSync(file);
  const numbered = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${times})`;
  const recipient = `'+336' || (10000000 + i)`;
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
    UPDATE lane SET id = 0;
    UPDATE outbox SET seq = 0, lane = 0, state = 'waiting', attempts = 0;
    ${numbered} INSERT INTO lane (id, account, recipient, due, head)
      SELECT i, account, ${recipient}, not_before + i / 1000, i FROM n, outbox WHERE seq = 0;
    ${numbered} INSERT INTO outbox (seq, reference, account, recipient, lane, asleep, state, attempts, not_before,
        expires_at, started_at, created_at, body)
      SELECT i, 'reference-' || i, account, ${recipient}, i, 0, state, 0, not_before + i / 1000, expires_at, 0,
        created_at + i / 1000, body FROM n, outbox WHERE seq = 0;
    COMMIT`);
  db.close();
}
