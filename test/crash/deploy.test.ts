/** Deploys that replace a node behind sms-send, in a real Node-RED, while messages are being settled. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';

const COUNT = 160;
/** A second: fast enough for one to be told at any moment of a deploy. */
const RATE = 80;

/** @param nth of the node that is replaced, which takes its time to end */
const flowsWith = (nth: number) =>
  [
    { id: 'tab', type: 'tab', label: 'Replaced' },
    { id: 'account', type: 'sms-provider', name: 'Trial', provider: 'enco', sandbox: true, rate: RATE },
    { id: 'in', type: 'http in', z: 'tab', url: '/job', method: 'post', wires: [['take', 'answer']] },
    { id: 'answer', type: 'http response', z: 'tab', wires: [] },
    {
      id: 'take',
      type: 'function',
      z: 'tab',
      func: 'return { to: msg.payload, payload: "Hello" };',
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
      follow: false,
      wires: [['behind'], []],
    },
    {
      id: 'behind',
      type: 'function',
      z: 'tab',
      func: `console.log('TOLD ' + msg.payload.to + ' by ${nth}');
        if (context.get('nth') === ${nth}) return;
        context.set('nth', ${nth});
        node.on('close', (removed, done) => setTimeout(done, 150));`,
      outputs: 1,
      wires: [[]],
    },
  ].map((node) => ('wires' in node ? { x: 100, y: 100, ...node } : node));

describe('a deploy that replaces the node behind sms-send', function () {
  this.timeout(40_000);
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await startNodeRed({ flows: flowsWith(0) });
  });
  after(() => nodeRed?.stop());

  const told = () =>
    [...nodeRed.logs().matchAll(/TOLD (\+\d+) by (\d+)/g)].map(([, to = '', nth = '']) => ({ to, nth }));

  it('loses no receipt, and repeats hardly one', async () => {
    const phones = Array.from({ length: COUNT }, (_, i) => `+3247011${String(2000 + i)}`);
    await fetch(`${nodeRed.nodeRoot}/job`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(phones),
    });
    await nodeRed.waitForLog(/TOLD/);
    let deploys = 0;
    while (new Set(told().map(({ to }) => to)).size < COUNT && deploys < 60) {
      deploys += 1;
      const answer = await nodeRed.admin('POST', '/flows', flowsWith(deploys), { 'Node-RED-Deployment-Type': 'nodes' });
      assert(answer.status < 300, answer.text);
      await pause(100);
    }
    const all = told();
    assert.deepEqual([...new Set(all.map(({ to }) => to))].sort(), phones);
    assert(new Set(all.map(({ nth }) => nth)).size > 3, `${deploys} deploys on the way`);
    assert(all.length - COUNT <= deploys, `${all.length - COUNT} were repeated in ${deploys} deploys`);
  });
});
