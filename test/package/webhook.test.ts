/** webhook-in behind each arrangement of httpAdminRoot and httpNodeRoot: the editor's body parser is in the way or absent. */
import assert from 'node:assert/strict';
import { type NodeRed, type NodeRedVersion, startNodeRed } from '../support/node-red.ts';

const SECRET = 'only-the-vendor-knows';
const PUSH = {
  resourceURL: 'https://api.enco.io/sms/1.0.0/sms/outboundmessages/deliveryinfos/ff595443-0000-0000-9b83-d9acd74fa67c',
  deliveryInfo: [{ address: 'tel:+32000000000', deliveryStatus: 'DeliveredToTerminal' }],
};

const tell = (id: string, expression: string) => ({
  id,
  type: 'function',
  z: 'tab',
  func: `console.log('${id} ' + JSON.stringify(${expression}));\nreturn null;`,
  outputs: 1,
  wires: [[]],
});

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Pushes' },
  {
    id: 'account',
    type: 'sms-provider',
    name: 'Real',
    provider: 'enco',
    sandbox: false,
    // Nobody is there: the push stands in for the answer that cannot be had.
    baseUrl: 'http://127.0.0.1:9/sms/1.0.0',
    tokenUrl: 'http://127.0.0.1:9/token',
    credentials: { clientId: 'me', clientSecret: 'mine', webhookSecret: SECRET },
  },
  {
    id: 'hook',
    type: 'webhook-in',
    z: 'tab',
    provider: 'account',
    path: '/sms/push',
    wires: [['REPORT'], [], ['OTHER']],
  },
  { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['CAUGHT']] },
  { id: 'echo-in', type: 'http in', z: 'tab', url: '/echo', method: 'post', wires: [['echo-out']] },
  { id: 'echo-out', type: 'http response', z: 'tab', wires: [] },
  tell('REPORT', 'msg.payload'),
  tell('OTHER', 'msg.payload'),
  tell('CAUGHT', 'msg.error.code'),
];

const ARRANGEMENTS: { version: NodeRedVersion; settings: Record<string, unknown> }[] = [
  { version: '5', settings: {} },
  { version: '5', settings: { httpAdminRoot: '/admin' } },
  { version: '4', settings: { httpAdminRoot: '/admin', httpNodeRoot: '/world' } },
  { version: '4', settings: { httpNodeRoot: '/world' } },
];

for (const { version, settings } of ARRANGEMENTS) {
  describe(`webhook-in in Node-RED ${version} with ${JSON.stringify(settings)}`, function () {
    this.timeout(30_000);
    let nodeRed: NodeRed;

    const push = (path: string, body: string | undefined, method = 'POST', type = 'application/json') =>
      fetch(`${nodeRed.nodeRoot}${path}`, { method, headers: { 'content-type': type }, body });

    before(async () => {
      nodeRed = await startNodeRed({ version, flows: FLOW, settings });
    });

    after(() => nodeRed?.stop());

    it('tells a push whose address carries the secret, as a segment or as ?key=', async () => {
      assert.equal((await push(`/sms/push/${SECRET}`, JSON.stringify(PUSH))).status, 200);
      const line = await nodeRed.waitForLog(/^REPORT /, 10_000);
      const report = JSON.parse(line.slice(7)) as Record<string, unknown>;
      assert.equal(report.id, 'ff595443-0000-0000-9b83-d9acd74fa67c');
      assert.equal(report.status, 'delivered');
      assert.equal(report.to, '+32000000000');
      assert.equal((await push(`/sms/push?key=${SECRET}`, '{"another": "event"}')).status, 200);
      await nodeRed.waitForLog(/^OTHER {"another":"event"}/, 5_000);
    });

    it('reads the bytes as they came, whatever content type they are said to be', async () => {
      assert.equal(
        (await push(`/sms/push/${SECRET}`, '{"typed": "form"}', 'POST', 'application/x-www-form-urlencoded')).status,
        200,
      );
      await nodeRed.waitForLog(/^OTHER {"typed":"form"}/, 5_000);
    });

    it('answers 401 to a wrong or missing secret, and tells nothing', async () => {
      const before = nodeRed.logs().length;
      for (const path of ['/sms/push/wrong', '/sms/push', '/sms/push?key=wrong', `/sms/push/x${SECRET}`]) {
        assert.equal((await push(path, JSON.stringify(PUSH))).status, 401, path);
      }
      assert.doesNotMatch(nodeRed.logs().slice(before), /REPORT|OTHER|CAUGHT/);
    });

    it('refuses 2 MB with 413 and what is no push with 400, to Catch, and takes the next one', async () => {
      assert.equal((await push(`/sms/push/${SECRET}`, 'x'.repeat(2 * 1024 * 1024))).status, 413);
      await nodeRed.waitForLog(/^CAUGHT "SMS_BAD_RESPONSE"/, 5_000);
      assert.equal((await push(`/sms/push/${SECRET}`, '<html>')).status, 400);
      assert.equal((await push(`/sms/push/${SECRET}`, undefined, 'GET')).status, 400);
      assert.equal((await push(`/sms/push/${SECRET}`, '{"next": "one"}')).status, 200);
      await nodeRed.waitForLog(/^OTHER {"next":"one"}/, 5_000);
    });

    it('leaves the bodies of other routes alone', async () => {
      const answer = await push('/echo', '{"a": 1}');
      assert.deepEqual(await answer.json(), { a: 1 });
    });

    it('never shows the secret', () => {
      assert.doesNotMatch(nodeRed.logs(), new RegExp(SECRET));
    });
  });
}

describe('webhook-in where Node-RED serves no nodes (httpNodeRoot: false)', function () {
  this.timeout(30_000);
  let nodeRed: NodeRed;

  before(async () => {
    const [tab, account, ...others] = FLOW;
    const send = {
      ...{ id: 'send', type: 'sms-send', z: 'tab', provider: 'account', wires: [[], ['REPORT']] },
      ...{ to: '+32470120000', toType: 'str', text: 'Hello', textType: 'str' },
    };
    const once = { id: 'once', type: 'inject', z: 'tab', once: true, onceDelay: 0.1, props: [], wires: [['send']] };
    const sandboxed = { ...account, sandbox: true };
    nodeRed = await startNodeRed({
      flows: [tab, sandboxed, ...others, send, once],
      settings: { httpNodeRoot: false },
    });
  });

  after(() => nodeRed?.stop());

  it('says that nothing can reach it, and what becomes of a message is asked for', async () => {
    assert.equal(await nodeRed.waitForLog(/^CAUGHT /, 10_000), 'CAUGHT "SMS_CONFIG"');
    assert.match(await nodeRed.waitForLog(/^REPORT /, 15_000), /"delivered"/);
    const { body } = await nodeRed.admin('GET', '/webhook-in/hook/address');
    assert.match(JSON.stringify(body), /httpNodeRoot is false/);
  });
});
