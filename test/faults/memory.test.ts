/** Answers that would fill the memory, met by a process of their own: it lives, and grows by no more than it should. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Settings } from '../../dist/src/providers/provider.js';
import type { Step } from './gate.ts';
import type { Flooded, Memory } from './memory-child.ts';
import { type Door, openDoor } from './talk.ts';
import { addressBy, type Moment, type Wire, wires } from './wires.ts';

const MB = 1 << 20;
const FLOOD = 50 * MB;
/** Four answers at once, of each of which 8 MB are read at most, and what the collector leaves lying. */
const MOST = 110 * MB;
const LEFT = 10 * MB;

const head = (more: string) => `HTTP/1.1 200 OK\r\n${more}\r\n\r\n`;
const bomb = gzipSync(Buffer.alloc(4 * FLOOD, 0x20));
/** Each through a door of its own. */
const FLOODS: readonly [what: string, through: Moment, answer: () => Step[]][] = [
  ['50 MB', 'message', () => [head(`content-length: ${FLOOD}`), { flood: FLOOD }]],
  ['50 MB without a length', 'lost message', () => [head('connection: close'), { flood: FLOOD }, 'end']],
  ['50 MB of headers', 'look-up', () => ['HTTP/1.1 200 OK\r\nx: ', { flood: FLOOD }]],
  ['200 MB, compressed', 'page', () => [head(`content-encoding: gzip\r\ncontent-length: ${bomb.length}`), bomb]],
];

describe('an answer that would fill the memory', () => {
  const { all } = wires();
  const doors: Door[] = [];
  after(() => Promise.all(doors.map((door) => door.close())));

  it('is not kept, whatever it is and whoever the vendor', async () => {
    const flooded: Flooded[] = [];
    for (const [what, through, answer] of FLOODS) {
      for (const { provider, sandbox, gates } of all) {
        const { [through]: gate } = gates;
        gate.trouble = { break: { answer }, seen: false, kind: 'call', from: 1 };
        const { baseUrl, tokenUrl, credentials } = sandbox;
        const address = addressBy(baseUrl, { host: '127.0.0.1', port: gate.port, secure: false });
        flooded.push({ what, provider: provider.id, baseUrl: address, tokenUrl, credentials, settings: {} });
      }
    }
    for (const settings of await mailAndFile(all, doors)) {
      const { credentials } = all.find(({ provider }) => provider.id === 'digitaleo')?.sandbox ?? assert.fail();
      flooded.push({ what: '50 MB without a line', provider: 'digitaleo', credentials, settings });
    }
    const found = await inChild(flooded);
    assert.equal(found.length, flooded.length);
    for (const { what, provider, outcomes, most, left } of found) {
      assert.deepEqual([...new Set(outcomes)], ['unknown'], `${provider}, ${what}`);
      assert.ok(most < MOST, `${provider}, ${what}: ${Math.round(most / MB)} MB at most`);
      assert.ok(left < LEFT, `${provider}, ${what}: ${Math.round(left / MB)} MB are left`);
    }
  }).timeout(60_000);
});

async function mailAndFile(all: readonly Wire[], doors: Door[]): Promise<Settings[]> {
  const { smtp, ftp } = all.find(({ provider }) => provider.id === 'digitaleo')?.sandbox ?? assert.fail();
  const how = () => [{ flood: FLOOD }, 'end' as const];
  const byMail = await openDoor(smtp?.port ?? 0, { at: 'mail', how, seen: false });
  const byFile = await openDoor(ftp?.port ?? 0, { at: 'RNTO', how, seen: false });
  doors.push(byMail, byFile);
  return [
    { transport: 'smtp', smtpHost: '127.0.0.1', smtpPort: byMail.port, mailFrom: 'plant@example.org' },
    { transport: 'ftp', ftpHost: '127.0.0.1', ftpPort: byFile.port },
  ];
}

async function inChild(accounts: Flooded[]): Promise<Memory[]> {
  const script = fileURLToPath(new URL('memory-child.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(accounts)], { execArgv: ['--expose-gc'] });
  let found: Memory[] = [];
  child.on('message', (message) => {
    found = message as Memory[];
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, 'the process lives until it is done');
  return found;
}
