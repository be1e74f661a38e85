/** A store that cannot be used, in a real Node-RED: it is said, nothing is kept silently, and it works again by itself. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';

const tell = (id: string, expression: string) => ({
  id,
  type: 'function',
  z: 'tab',
  func: `console.log('TOLD ${id} ' + JSON.stringify(${expression}));`,
  outputs: 0,
  wires: [],
});

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Trouble' },
  { id: 'account', type: 'sms-provider', provider: 'enco', sandbox: true },
  { id: 'in', type: 'http in', z: 'tab', url: '/give', method: 'post', wires: [['answer', 'send']] },
  { id: 'answer', type: 'http response', z: 'tab', wires: [] },
  {
    ...{ id: 'send', type: 'sms-send', z: 'tab', provider: 'account', follow: false, wires: [['receipt'], []] },
    ...{ to: '+32470112001', toType: 'str', text: 'payload.text', textType: 'msg' },
  },
  { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['caught']] },
  { id: 'status', type: 'status', z: 'tab', scope: ['send'], wires: [['shown']] },
  tell('receipt', 'msg.payload.text'),
  tell('caught', '{ code: msg.error.code, says: msg.error.message }'),
  tell('shown', '(msg.status.fill ?? "nothing") + " " + (msg.status.text ?? "")'),
];

describe('a store in trouble, in a real Node-RED', function () {
  this.timeout(60_000);
  let userDir: string;
  let started: NodeRed[] = [];

  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), 'sms-trouble-'));
  });

  afterEach(async () => {
    for (const nodeRed of started) await nodeRed.kill();
    started = [];
    rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
  });

  const start = async (env: Record<string, string> = {}) => {
    const nodeRed = await startNodeRed({ userDir, flows: FLOW, env });
    started.push(nodeRed);
    return nodeRed;
  };
  const give = ({ nodeRed, text }: { nodeRed: NodeRed; text: string }) =>
    fetch(`${nodeRed.nodeRoot}/give`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    });
  const told = (nodeRed: NodeRed, what: string) =>
    Array.from(nodeRed.logs().matchAll(new RegExp(`^TOLD ${what} (.*)$`, 'gm')), ([, json = '']) => JSON.parse(json));
  const shows = (nodeRed: NodeRed) => told(nodeRed, 'shown').at(-1) ?? '';
  const until = async (nodeRed: NodeRed, holds: () => boolean) => {
    for (const end = Date.now() + 15_000; !holds(); await pause(30)) {
      assert(Date.now() < end, `It did not happen.\n${nodeRed.logs().slice(-3000)}`);
    }
  };
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const complaints = (nodeRed: NodeRed) => nodeRed.logs().match(/\[error\].*SMS_STORE.*/g) ?? [];

  /** Red, a coded error for the message that comes in, and one line in the log however long it lasts. */
  const isTold = async (nodeRed: NodeRed, says: RegExp, complained: number) => {
    const before = told(nodeRed, 'caught').length;
    await give({ nodeRed, text: 'refused' });
    await until(nodeRed, () => told(nodeRed, 'caught').length > before && /^red cannot store/.test(shows(nodeRed)));
    const { code, says: said } = told(nodeRed, 'caught').at(-1);
    assert.equal(code, 'SMS_STORE');
    assert.match(said, says);
    await pause(1500);
    assert.equal(complaints(nodeRed).length, complained, complaints(nodeRed).join('\n'));
    assert.match(complaints(nodeRed).at(-1) ?? '', says);
    assert.match(shows(nodeRed), /^red cannot store/);
  };
  /** No restart, no deploy. */
  const isOver = async (nodeRed: NodeRed, text: string) => {
    await until(nodeRed, () => !/^red/.test(shows(nodeRed)));
    await give({ nodeRed, text });
    await until(nodeRed, () => told(nodeRed, 'receipt').includes(text));
    assert(!told(nodeRed, 'receipt').includes('refused'), 'what was refused was not kept');
  };

  it('that has no folder, then a file that is no store, says so and works when that is over', async () => {
    // Nobody can make a folder where a file is, not even the user who may do everything.
    const sms = join(userDir, 'sms');
    writeFileSync(sms, 'in the way');
    const nodeRed = await start();
    await until(nodeRed, () => /^red cannot store/.test(shows(nodeRed)));
    await isTold(nodeRed, /could not be opened/, 1);
    rmSync(sms);
    await isOver(nodeRed, 'after the folder');

    const file = join(sms, 'messages.sqlite');
    writeFileSync(join(sms, 'other'), 'no database, and longer than the header of one would have to be'.repeat(20));
    // Its journal would bring it home.
    rmSync(`${file}-wal`);
    renameSync(join(sms, 'other'), file);
    await isTold(nodeRed, /is no database/, 2);
    rmSync(file);
    await isOver(nodeRed, 'after the damage');
    assert.equal(await nodeRed.stop(), 0);
    assert.doesNotMatch(nodeRed.logs(), /Unhandled/);
  });

  it('that another Node-RED has open says so, and works as soon as that one has gone', async () => {
    const first = await start();
    await give({ nodeRed: first, text: 'of the first' });
    await until(first, () => told(first, 'receipt').length === 1);
    const second = await start();
    await until(second, () => /^red cannot store/.test(shows(second)));
    await isTold(second, /in use by another process/, 1);
    await first.kill();
    await isOver(second, 'of the second');
  });

  it('that Node has no module for says what to do', async () => {
    mkdirSync(join(userDir, 'sms'));
    const nodeRed = await start({ NODE_OPTIONS: '--no-experimental-sqlite' });
    await isTold(nodeRed, /node:sqlite; update Node to 22\.13 or newer, or choose another kind of store/, 1);
    assert.equal(await nodeRed.stop(), 0);
  });
});
