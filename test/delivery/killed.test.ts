/** What came in survives a process that is killed: each event told, twice only when it died in the middle of telling. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { digitaleo, lines, mobile } from '../providers/digitaleo-support.ts';
import { outgoing } from '../providers/support.ts';
import { newFile } from '../store/sqlite-files.ts';
import { wait } from './support.ts';

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/** Starts a process and resolves when it is ready or dead, with the port that it listens on. */
async function run(file: string, what: 'push' | 'queue', dies: [moment: string, which: number] | null, vendor = {}) {
  const args = [file, what, dies?.[0] ?? '', String(dies?.[1] ?? 0), JSON.stringify(vendor)];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-child.ts'), ...args]);
  children.add(child);
  let trouble = '';
  child.stderr.on('data', (data) => (trouble += data));
  const told: string[] = [];
  let port = 0;
  const dead = once(child, 'close');
  await new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('told ')) told.push(line.slice(5));
      if (!line.startsWith('ready ')) return;
      port = Number(line.slice(6));
      resolve();
    });
    dead.then(() => resolve());
  });
  const end = async () => {
    child.kill('SIGKILL');
    await dead;
    assert.doesNotMatch(trouble, /Error/);
  };
  return { told, port, dead, end, isKilled: () => child.signalCode === 'SIGKILL' };
}

const twice = (told: readonly string[]) => told.length - new Set(told).size;

describe('a push', () => {
  const pushes = [
    { messageId: 'a', status: 'DELIVERED' },
    { messageId: 'b', from: '+27721234567', message: 'Hello' },
    { event: 'other', payload: 'c' },
    { messageId: 'd', status: 'FAILED' },
  ];
  const all = ['report a', 'inbound b', 'event c', 'report d'];

  /** As vendors do: again until it is answered with 200. */
  async function push(port: number, body: object): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: JSON.stringify(body) });
      return answer.status === 200;
    } catch {
      return false;
    }
  }

  for (const moment of ['stored', 'answered', 'given']) {
    for (const which of [2, 3]) {
      it(`that a process killed at the ${which}. had ${moment} is told`, async () => {
        const file = newFile();
        const first = await run(file, 'push', [moment, which]);
        const open = [];
        for (const body of pushes) if (!(await push(first.port, body))) open.push(body);
        await first.dead;
        assert(first.isKilled());
        const second = await run(file, 'push', null);
        for (const body of open) assert(await push(second.port, body));
        while (new Set([...first.told, ...second.told]).size < all.length) await wait(2);
        await second.end();
        const told = [...first.told, ...second.told];
        assert.deepEqual([...new Set(told)].sort(), [...all].sort());
        // Of an event without an id nobody can tell that it came again.
        const most = moment === 'given' || (moment === 'stored' && which === 3) ? 1 : 0;
        assert(twice(told) <= most, told.join(', '));
      }).timeout(20_000);
    }
  }
});

describe('news out of the queue of a vendor', () => {
  const { connect } = lines();

  for (const [moment, which] of [
    ['stored', 4],
    ['given', 3],
  ] as const) {
    it(`that a process killed at the ${which}. had ${moment} is told`, async () => {
      const { vendor, line } = await connect({ pace: 0.01 });
      for (const digits of ['0056', '0057', '0002']) await digitaleo.verbs.send(line, outgoing(mobile(digits)));
      while (!vendor.messages().every(({ life }) => life.length >= 3)) await wait(5);
      const statuses = vendor.messages().flatMap(({ id, life }) => life.map((step) => `${id} ${step.providerStatus}`));
      const { baseUrl, tokenUrl, credentials } = vendor;
      const file = newFile();
      const first = await run(file, 'queue', [moment, which], { baseUrl, tokenUrl, credentials });
      assert(first.isKilled());
      const second = await run(file, 'queue', null, { baseUrl, tokenUrl, credentials });
      await second.end();
      const told = [...first.told, ...second.told];
      assert.deepEqual([...new Set(told)].sort(), statuses.sort());
      assert.equal(first.told.length, moment === 'given' ? which : which - 1);
      assert(twice(told) <= 1, told.join(', '));
    }).timeout(20_000);
  }
});
