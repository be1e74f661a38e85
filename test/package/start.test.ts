/** What a start of Node-RED loads of the package, what comes a moment later, and what is asked for in between. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeRed, type NodeRedOptions, startNodeRed } from '../support/node-red.ts';

/** Says which file of the package is loaded. */
const TELL = `
  const { _extensions } = require('node:module');
  const load = _extensions['.js'];
  _extensions['.js'] = (module, path) => {
    const file = path.split('node-red-sms/dist/')[1];
    if (file) console.log('LOADED ' + file);
    load(module, path);
  };`;

const SECRET = 'a secret of the pushes';
const node = (id: string, type: string, more: object = {}) => ({ id, type, z: 'tab', wires: [[]], ...more });
const sandboxed = (id: string, more: object = {}) => ({
  id,
  type: 'sms-provider',
  provider: 'enco',
  sandbox: true,
  ...more,
});

/** One of each. */
const FLOWS = [
  { id: 'tab', type: 'tab', label: 'Start' },
  { id: 'store', type: 'sms-store', kind: 'embedded' },
  sandboxed('account', { store: 'store' }),
  sandboxed('signing', { provider: 'callr', credentials: { webhookSecret: SECRET } }),
  { id: 'wrong', type: 'sms-provider', name: 'Wrong', provider: 'enco', lookups: 'soon' },
  node('send', 'sms-send', { provider: 'account', wires: [['answer'], []] }),
  node('length', 'sms-length', { provider: 'account' }),
  node('status', 'sms-status', { provider: 'account' }),
  node('request', 'sms-request', { provider: 'account' }),
  node('inbound', 'sms-inbound-poll', { provider: 'account', interval: 60 }),
  node('queue', 'sms-status-queue', { provider: 'account', interval: 60 }),
  node('webhook', 'webhook-in', { provider: 'signing', path: '/push', wires: [[], ['said'], ['said']] }),
  node('said', 'debug', { active: true, tosidebar: false, console: true, complete: 'payload' }),
  node('in', 'http in', { url: '/send', method: 'get', wires: [['change']] }),
  node('change', 'change', {
    rules: [
      { t: 'set', p: 'to', pt: 'msg', to: '+32470112001', tot: 'str' },
      { t: 'set', p: 'payload', pt: 'msg', to: 'Hello', tot: 'str' },
    ],
    wires: [['send']],
  }),
  node('answer', 'http response'),
];

describe('a start of Node-RED', function () {
  this.timeout(60_000);
  let folder: string;
  let nodeRed: NodeRed;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sms-tell-'));
    writeFileSync(join(folder, 'tell.cjs'), TELL);
  });
  afterEach(() => nodeRed?.kill());
  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = (options: NodeRedOptions = {}) =>
    startNodeRed({ flows: FLOWS, env: { NODE_OPTIONS: `--require ${join(folder, 'tell.cjs')}` }, ...options });
  const loaded = (log: string) => [...log.matchAll(/LOADED (\S+)/g)].map(([, file]) => String(file));

  it('loads no more than what makes the nodes; the rest comes by itself, and says what is wrong', async () => {
    nodeRed = await start();
    await nodeRed.waitForLog(/LOADED src.store.sqlite\.js/);
    const [atStart = '', later = ''] = nodeRed.logs().split('Started flows');
    const others = loaded(atStart).filter((file) => !/^nodes/.test(file));
    assert.deepEqual(others.sort(), [
      'src/runtime/credentials.js',
      'src/runtime/migrate.js',
      'src/runtime/routes.js',
      'src/runtime/started.js',
    ]);
    assert(loaded(later).includes('src/delivery/account.js'));
    await nodeRed.waitForLog(/\[sms-provider:Wrong\].*seconds with commas/);
  });

  it('sends a message that comes at once, and takes a push as it came', async () => {
    nodeRed = await start();
    const body = JSON.stringify({ type: 'sms.mo', data: {} }).replace(':', ' :  ');
    const signature = createHmac('sha256', SECRET).update(body).digest('base64');
    const push = (headers: Record<string, string>) =>
      fetch(`${nodeRed.nodeRoot}/push`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
    const [forged, signed, sent] = await Promise.all([
      push({ 'x-callr-hmacsignature': 'forged', 'x-callr-hmacsignaturealgorithm': 'SHA256' }),
      push({ 'x-callr-hmacsignature': signature, 'x-callr-hmacsignaturealgorithm': 'SHA256' }),
      fetch(`${nodeRed.nodeRoot}/send`),
    ]);
    assert.equal(forged.status, 401);
    assert.equal(signed.status, 200);
    assert.equal(sent.status, 200);
    assert.equal(((await sent.json()) as { to: string }).to, '+32470112001');
  });

  it('that is ended at once ends well', async () => {
    nodeRed = await start();
    assert.equal(await nodeRed.stop(), 0);
    assert.doesNotMatch(nodeRed.logs(), /\[error\](?!.*sms-provider:Wrong)/);
  });
});
