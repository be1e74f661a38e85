/** Answers that would fill the memory, met by a process of their own: it lives, and grows by no more than it should. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Break, Step } from './gate.ts';
import type { Flooded, Memory } from './memory-child.ts';
import { openDoor } from './talk.ts';
import { addressBy, type Wire, wires } from './wires.ts';

const MB = 1 << 20;
const FLOOD = 50 * MB;
/** Four answers at once, of each of which 8 MB are read at most, and what the collector leaves lying. */
const MOST = 110 * MB;

const head = (more: string) => `HTTP/1.1 200 OK\r\n${more}\r\n\r\n`;
const bomb = gzipSync(Buffer.alloc(4 * FLOOD, 0x20));
const FLOODS: Record<string, () => Step[]> = {
  '50 MB': () => [head(`content-length: ${FLOOD}`), { flood: FLOOD }],
  '50 MB without a length': () => [head('connection: close'), { flood: FLOOD }, 'end'],
  '50 MB of headers': () => ['HTTP/1.1 200 OK\r\nx: ', { flood: FLOOD }],
  '200 MB, compressed': () => [head(`content-encoding: gzip\r\ncontent-length: ${bomb.length}`), bomb],
};

describe('an answer that would fill the memory', () => {
  const { all } = wires();

  for (const [what, answer] of Object.entries(FLOODS)) {
    it(`${what}: is not kept, whoever the vendor is`, async () => {
      const trouble = { break: { answer } satisfies Break, seen: false, kind: 'call', from: 1 } as const;
      for (const { gates } of all) gates.message.trouble = trouble;
      check(await inChild(all.map(accountOf)), 'unknown');
    });
  }

  it('50 MB without a line: is not kept of a mail or file server', async () => {
    const digitaleo = all.find(({ provider }) => provider.id === 'digitaleo');
    assert.ok(digitaleo);
    const { sandbox } = digitaleo;
    const how = () => [{ flood: FLOOD }, 'end' as const];
    const doors = await Promise.all([
      openDoor(sandbox.smtp?.port ?? 0, { at: 'mail', how, seen: false }),
      openDoor(sandbox.ftp?.port ?? 0, { at: 'RNTO', how, seen: false }),
    ]);
    const [smtp, ftp] = doors.map(({ port }) => port);
    const base = { provider: 'digitaleo', credentials: sandbox.credentials };
    const byMail = { transport: 'smtp', smtpHost: '127.0.0.1', smtpPort: smtp, mailFrom: 'plant@example.org' };
    const byFile = { transport: 'ftp', ftpHost: '127.0.0.1', ftpPort: ftp };
    check(await inChild([byMail, byFile].map((settings) => ({ ...base, settings }))), 'unknown');
    await Promise.all(doors.map((door) => door.close()));
  });
});

function accountOf({ provider, sandbox, gates }: Wire): Flooded {
  const { baseUrl, tokenUrl, credentials } = sandbox;
  const spot = { host: '127.0.0.1', port: gates.message.port, secure: false };
  return { provider: provider.id, baseUrl: addressBy(baseUrl, spot), tokenUrl, credentials, settings: {} };
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
  assert.equal(found.length, accounts.length);
  return found;
}

function check(found: Memory[], outcome: string): void {
  for (const { outcomes, most, left } of found) {
    assert.deepEqual([...new Set(outcomes)], [outcome]);
    assert.ok(most < MOST, `at most ${Math.round(most / MB)} MB`);
    assert.ok(left < MOST / 2, `${Math.round(left / MB)} MB are left`);
  }
}
