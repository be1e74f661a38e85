/** The main job in a real Node-RED: a flow deployed over the admin API sends an SMS and learns what became of it. */
import assert from 'node:assert/strict';
import { type NodeRed, type NodeRedVersion, startNodeRed } from '../support/node-red.ts';

/** Says what comes in as one line of JSON in Node-RED's log. */
const tell = (id: string, expression: string) => ({
  id,
  type: 'function',
  z: 'tab',
  name: id,
  func: `console.log('${id} ' + JSON.stringify(${expression}));\nreturn null;`,
  outputs: 1,
  wires: [[]],
});

const FLOW = [
  { id: 'tab', type: 'tab', label: 'The main job' },
  { id: 'account', type: 'sms-provider', name: 'Trial', provider: 'enco', sandbox: true, region: 'BE' },
  { id: 'in', type: 'http in', z: 'tab', url: '/job', method: 'post', wires: [['take', 'answer']] },
  { id: 'answer', type: 'http response', z: 'tab', wires: [] },
  {
    id: 'take',
    type: 'function',
    z: 'tab',
    func: 'return { to: msg.payload.to, payload: msg.payload.text, kept: 42 };',
    outputs: 1,
    wires: [['send']],
  },
  {
    id: 'send',
    type: 'sms-send',
    z: 'tab',
    provider: 'account',
    to: 'to',
    toType: 'msg',
    text: 'payload',
    textType: 'msg',
    queue: true,
    follow: true,
    wires: [['RECEIPT'], ['REPORT']],
  },
  { id: 'inbox', type: 'sms-inbound-poll', z: 'tab', provider: 'account', interval: '1', wires: [['REPLY']] },
  { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['CAUGHT']] },
  tell('RECEIPT', '{ ...msg.payload, kept: msg.kept }'),
  tell('REPORT', 'msg.payload'),
  tell('REPLY', 'msg.payload'),
  tell('CAUGHT', '{ code: msg.error.code, message: msg.error.message, kept: msg.kept }'),
];

for (const version of ['5', '4'] as NodeRedVersion[]) {
  describe(`a flow in Node-RED ${version}`, function () {
    this.timeout(30_000);
    let nodeRed: NodeRed;

    const send = (to: string, text: string) =>
      fetch(`${nodeRed.nodeRoot}/job`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to, text }),
      });
    const told = async (what: RegExp, milliseconds = 10_000) => {
      const line = await nodeRed.waitForLog(what, milliseconds);
      return JSON.parse(line.slice(line.indexOf(' '))) as Record<string, unknown>;
    };

    before(async () => {
      nodeRed = await startNodeRed({ version, flows: [], settings: { httpAdminRoot: '/red', httpNodeRoot: '/world' } });
      await nodeRed.deploy(FLOW);
    });

    after(() => nodeRed?.stop());

    it('sends an SMS, follows it until it is delivered, and takes the reply', async () => {
      await send('0470 12 00 01', 'Pump 3 stands still');
      const receipt = await told(/^RECEIPT .*120001/);
      assert.equal(receipt.to, '+32470120001');
      assert.equal(receipt.accountName, 'Trial');
      assert.equal(receipt.parts, 1);
      assert.equal(receipt.kept, 42, 'the properties of the message stay');
      const report = await told(/^REPORT .*"status":"delivered"/);
      assert.equal(report.id, receipt.id);
      assert.equal(report.final, true);
      const reply = await told(/^REPLY .*"text":"OK"/);
      assert.equal(reply.from, '+32470120001');
    });

    it('gives a bad number to Catch with its code, and the next message goes out', async () => {
      await send('not a number', 'Hello');
      const error = await told(/^CAUGHT /);
      assert.equal(error.code, 'SMS_INVALID_NUMBER');
      assert.equal(error.kept, 42);
      await send('+32470120000', 'After the bad one');
      await told(/^RECEIPT .*120000/);
    });

    it('deploys again and stops without a complaint, and sends after that deploy', async () => {
      const before = nodeRed.logs().length;
      await nodeRed.deploy(
        FLOW.map((node) => ('name' in node && node.id === 'send' ? { ...node, name: 'again' } : node)),
      );
      await send('+32470129999', 'After the deploy');
      await told(/^RECEIPT .*129999/);
      assert.equal(await nodeRed.stop(), 0);
      assert.doesNotMatch(nodeRed.logs().slice(before), /\[(warn|error)\]|timed out|Unhandled/i);
    });
  });
}
