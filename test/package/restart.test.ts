/** A real Node-RED that ends while messages wait: killed, stopped, and started again with the vendor back. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { type NodeRed, type NodeRedVersion, startNodeRed } from '../support/node-red.ts';

interface Told {
  name: string;
  to: unknown;
  text: string;
  parts?: { id: string; index: number; count: number };
  whole: boolean;
  live: boolean;
}

/** One line of the log for each message that comes in. */
const tell = (id: string, text: string) => ({
  id,
  type: 'function',
  z: 'tab',
  func: `const whole = msg.when?.getTime?.() === 86400000 && Buffer.isBuffer(msg.bytes) && msg.bytes.toString() === 'ü';
const told = { name: msg.name, to: msg.to, text: ${text}, parts: msg.parts, whole, live: 'req' in msg || 'res' in msg };
console.log('TOLD ${id} ' + JSON.stringify(told));`,
  outputs: 0,
  wires: [],
});

const flowOf = ({ baseUrl, tokenUrl, credentials }: Sandbox) => [
  { id: 'tab', type: 'tab', label: 'Restart' },
  {
    id: 'account',
    type: 'sms-provider',
    provider: 'enco',
    sandbox: false,
    ...{ baseUrl, tokenUrl, credentials },
    // The kill may meet an attempt: nobody knows then how far it had come.
    ...{ uncertain: 'resend', lookups: '0.1,0.3' },
  },
  { id: 'in', type: 'http in', z: 'tab', url: '/give', method: 'post', wires: [['answer', 'take']] },
  { id: 'answer', type: 'http response', z: 'tab', wires: [] },
  {
    ...{ id: 'take', type: 'function', z: 'tab', outputs: 1, wires: [['send']] },
    func: `const { to, name } = msg.payload;
return { ...msg, to, name, payload: 'Hello ' + name, when: new Date(86400000), bytes: Buffer.from('ü'), call: () => 1 };`,
  },
  { id: 'send', type: 'sms-send', z: 'tab', provider: 'account', expires: 600, wires: [['receipt'], ['report']] },
  { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['caught']] },
  { id: 'complete', type: 'complete', z: 'tab', scope: ['send'], wires: [['done']] },
  { id: 'status', type: 'status', z: 'tab', scope: ['send'], wires: [['shown']] },
  {
    ...{ id: 'shown', type: 'function', z: 'tab', outputs: 0, wires: [] },
    func: `console.log('SHOWN ' + msg.status.text);`,
  },
  tell('receipt', 'msg.payload.text'),
  tell('report', 'msg.payload.status'),
  tell('caught', 'msg.error.code'),
  tell('done', 'typeof msg.payload'),
];

for (const version of ['5', '4'] as NodeRedVersion[]) {
  describe(`messages that wait while Node-RED ${version} ends`, function () {
    this.timeout(60_000);
    let userDir: string;
    let vendor: Sandbox | undefined;
    let nodeRed: NodeRed | undefined;
    let logs = '';

    before(() => {
      userDir = mkdtempSync(join(tmpdir(), 'sms-restart-'));
    });

    after(async () => {
      await nodeRed?.kill();
      await vendor?.close();
      rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
    });

    const give = (message: object) =>
      fetch(`${nodeRed?.nodeRoot}/give`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
    const waiting = async () => {
      const { body } = (await nodeRed?.admin('GET', '/sms/accounts')) ?? {};
      const { counts } = (body as { accounts: { counts: Record<string, number> }[] }).accounts[0] ?? {};
      return (counts?.waiting ?? 0) + (counts?.sending ?? 0) + (counts?.unknown ?? 0);
    };
    const until = async (holds: () => unknown, milliseconds = 20_000) => {
      for (const end = Date.now() + milliseconds; !(await holds()); ) {
        assert(Date.now() < end, `It did not happen.\n${nodeRed?.logs().slice(-3000)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const told = (what: string): Told[] => {
      const lines = (logs + (nodeRed?.logs() ?? '')).matchAll(new RegExp(`^TOLD ${what} (.*)$`, 'gm'));
      return Array.from(lines, ([, json = '']) => JSON.parse(json) as Told);
    };
    const shown = () => Array.from((nodeRed?.logs() ?? '').matchAll(/^SHOWN (.*)$/gm), ([, text]) => text);
    const namesOf = (list: readonly Told[]) => list.map(({ name, to }) => `${name} ${JSON.stringify(to)}`).sort();

    it('arrive once each, and their outcomes come out of the same node with what they came with', async () => {
      // Where the vendor is, before it is there.
      const gone = await startSandbox('enco');
      await gone.close();
      const port = Number(new URL(gone.baseUrl).port);
      nodeRed = await startNodeRed({ version, userDir, flows: flowOf(gone) });
      await give({ to: '+32470112001', name: 'first' });
      await give({ to: '+32470112001', name: 'second' });
      await give({ to: ['+32470112002', 'nobody', { to: '+32470112003', own: 1 }], name: 'list' });
      await until(async () => (await waiting()) === 4 && told('caught').length === 1);
      logs += nodeRed.logs();
      await nodeRed.kill('SIGKILL');

      nodeRed = await startNodeRed({ version, userDir });
      assert.equal(await waiting(), 4);
      await until(() => shown().at(-1) === 'waiting 4');
      await give({ to: '+32470112004', name: 'third' });
      await until(async () => (await waiting()) === 5 && shown().at(-1) === 'waiting 5');
      const before = shown().length;
      await nodeRed.deploy(flowOf(gone));
      await until(() => shown().slice(before).at(-1) === 'waiting 5');
      logs += nodeRed.logs();
      assert.equal(await nodeRed.stop(), 0);

      vendor = await startSandbox('enco', { port, pace: 0.1 });
      nodeRed = await startNodeRed({ version, userDir });
      await until(() => told('receipt').length === 5 && told('report').length === 5 && told('done').length === 4);
      await new Promise((resolve) => setTimeout(resolve, 300));

      const arrived = vendor.messages().map(({ to, text }) => `${to} ${text}`);
      assert.deepEqual([...arrived].sort(), [
        '+32470112001 Hello first',
        '+32470112001 Hello second',
        '+32470112002 Hello list',
        '+32470112003 Hello list',
        '+32470112004 Hello third',
      ]);
      assert(arrived.indexOf('+32470112001 Hello first') < arrived.indexOf('+32470112001 Hello second'), 'in order');
      const each = ['first "+32470112001"', 'list "+32470112002"', 'list {"to":"+32470112003","own":1}'];
      each.push('second "+32470112001"', 'third "+32470112004"');
      assert.deepEqual(namesOf(told('receipt')), each);
      assert.deepEqual(namesOf(told('report')), each);
      assert(told('report').every(({ text, parts }) => text === 'delivered' && parts === undefined));
      const list = told('receipt').filter(({ name }) => name === 'list');
      assert.deepEqual(list.map(({ parts }) => [parts?.index, parts?.count]).sort(), [
        [0, 3],
        [2, 3],
      ]);
      assert.deepEqual(namesOf(told('caught')), ['list "nobody"']);
      assert.deepEqual(
        told('done')
          .map(({ name }) => name)
          .sort(),
        ['first', 'list', 'second', 'third'],
      );
      for (const { whole, live } of [...told('receipt'), ...told('report'), ...told('done')]) {
        assert.deepEqual({ whole, live }, { whole: true, live: false });
      }
      logs += nodeRed.logs();
      assert.equal(await nodeRed.stop(), 0);
      assert.doesNotMatch(logs, /Unhandled|SMS_STORE|is locked/i);
    });
  });
}
