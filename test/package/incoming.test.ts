/** webhook-in in a real Node-RED that is killed while a vendor pushes: what was answered with 200 is told. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type NodeRed, startNodeRed } from '../support/node-red.ts';

const SECRET = 'only-the-vendor-knows';
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Pushes' },
  {
    id: 'account',
    type: 'sms-provider',
    name: 'Real',
    provider: 'zoomconnect',
    sandbox: false,
    baseUrl: 'http://127.0.0.1:9/app',
    credentials: { email: 'me@example.org', token: 'mine', webhookSecret: SECRET },
  },
  { id: 'hook', type: 'webhook-in', z: 'tab', provider: 'account', path: '/push', wires: [['told'], ['told'], []] },
  { id: 'told', type: 'function', z: 'tab', func: "console.log('TOLD ' + msg.payload.id);", outputs: 0, wires: [] },
];

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const PUSHES = 200;
/** So many are on their way at a time. */
const TOGETHER = 4;

describe('webhook-in in a Node-RED that is killed', () => {
  const userDir = mkdtempSync(join(tmpdir(), 'sms-incoming-'));
  let running: NodeRed | undefined;
  after(async () => {
    await running?.kill();
    rmSync(userDir, { recursive: true, force: true });
  });

  it('tells all that it had answered with 200, and each push once but for those in the middle', async () => {
    const port = await freePort();
    const start = () => startNodeRed({ flows: FLOW, userDir, port });
    const first = await start();
    running = first;
    let taken = 0;
    let killed: Promise<void> | undefined;

    async function again(): Promise<void> {
      await first.kill();
      running = await start();
    }

    /** As a vendor does: again until it is answered with 200. */
    async function push(id: string): Promise<void> {
      const isReply = Number(id) % 2 === 0;
      const body = isReply
        ? { from: '27721234567', message: id, messageId: id }
        : { messageId: id, status: 'DELIVERED' };
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}/push/${SECRET}`, {
          method: 'POST',
          body: JSON.stringify(body),
        }).catch(() => null);
        if (answer?.status === 200) break;
        await wait(50);
      }
      taken += 1;
      if (taken === PUSHES / 2) killed = again();
    }

    const ids = Array.from({ length: PUSHES }, (_, i) => String(1000 + i));
    const lane = async (nth: number) => {
      for (let i = nth; i < ids.length; i += TOGETHER) await push(ids[i] ?? '');
    };
    await Promise.all(Array.from({ length: TOGETHER }, (_, nth) => lane(nth)));
    await killed;
    const heard = () => [first, running].flatMap((one) => one?.logs().match(/(?<=^TOLD )\d+/gm) ?? []);
    for (const limit = Date.now() + 5000; new Set(heard()).size < PUSHES && Date.now() < limit; ) await wait(20);
    const told = heard();
    assert.deepEqual([...new Set(told)].sort(), ids);
    assert(told.length - ids.length <= 2 * TOGETHER, `${told.length - ids.length} were told twice`);
  }).timeout(40_000);
});
