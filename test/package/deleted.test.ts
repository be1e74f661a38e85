/** An account is deleted, and with it the last one of its store, while messages wait: the flow that gave them is told. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';

const node = (id: string, type: string, more: object = {}) => ({ id, type, z: 'tab', wires: [[]], ...more });
const said = node('said', 'debug', { active: true, tosidebar: false, console: true, complete: 'error.message' });
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Deleted' },
  node('in', 'http in', { url: '/send', method: 'get', wires: [['change']] }),
  node('change', 'change', {
    rules: [
      { t: 'set', p: 'to', pt: 'msg', to: '+32470112001', tot: 'str' },
      { t: 'set', p: 'payload', pt: 'msg', to: 'waits', tot: 'str' },
    ],
    wires: [['send', 'answer']],
  }),
  node('send', 'sms-send', { provider: 'account', wires: [[], []] }),
  node('answer', 'http response'),
  node('catch', 'catch', { scope: null, wires: [['said']] }),
  said,
];

describe('an account that is deleted in a deploy', function () {
  this.timeout(60_000);
  let vendor: Server;
  let nodeRed: NodeRed;

  afterEach(async () => {
    await nodeRed?.kill();
    vendor?.close();
    vendor?.closeAllConnections();
  });

  it('has its messages told to Catch when the deploy is over', async () => {
    let called = () => {};
    const isCalled = new Promise<void>((resolve) => {
      called = resolve;
    });
    vendor = createServer((_request, response) => {
      called();
      response.writeHead(503).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => vendor.once('listening', resolve));
    const origin = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
    const account = {
      id: 'account',
      type: 'sms-provider',
      provider: 'enco',
      baseUrl: origin,
      tokenUrl: `${origin}/token`,
      credentials: { clientId: 'id', clientSecret: 'secret' },
    };
    nodeRed = await startNodeRed({ flows: [account, ...FLOW] });
    await fetch(`${nodeRed.nodeRoot}/send`);
    await isCalled;
    await nodeRed.deploy(FLOW);
    const told = await nodeRed.waitForLog(/\[debug:said\]/);
    assert.match(told, /deleted or disabled while the message to \+32470112001 waited/);
  });
});
