/** A secret in every credential, in a real Node-RED at log level trace that is watched by a browser: seen nowhere, and no vendor's HTML runs. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { providers } from '../../dist/src/providers/index.js';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { Editor, startBrowser } from '../editor/browser.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { ROOT } from '../support/packed.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { assertNoCanary, assertUnseen, canaries, canary, type Echo, echo, HTML } from './canary.ts';

const { hashSync } = createRequire(import.meta.url)('bcryptjs') as { hashSync(text: string, rounds: number): string };

const node = (id: string, type: string, wires: string[][], rest: object = {}): FlowNode => {
  return { id, type, z: 'flow', x: 200, y: 100, wires, ...rest };
};

/** `reader` may look at everything, `nobody` has logged in and may do nothing. */
const USERS = { owner: '*', reader: 'read', nobody: '' };
type User = keyof typeof USERS;
const users = Object.entries(USERS).map(([username, permissions]) => {
  return { username, password: hashSync(username, 4), permissions };
});
const SETTINGS = {
  adminAuth: { type: 'credentials', users },
  logging: { console: { level: 'trace', metrics: true, audit: true } },
};
/** Who may write is shown the address of a webhook, which has its secret in it. */
const SHOWN = /webhook-in\/[^/]+\/url$/;

describe('a secret, and the HTML of a vendor', function () {
  this.timeout(90_000);
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;
  let hostile: Echo;
  let redis: RedisServer;
  const password = canary('redis').replace(/[^\w-]/g, '');
  const vendors: Sandbox[] = [];
  const accounts: { id: string; isGood: boolean; provider: string }[] = [];
  const traffic: { where: string; body: string }[] = [];
  const tokens = new Map<User, string>();

  before(async function () {
    browser = await startBrowser(this);
    redis = await startRedis(this, '--requirepass', password);
    hostile = await echo();
    nodeRed = await startNodeRed({ flows: await flow(), settings: SETTINGS });
    for (const user of Object.keys(USERS) as User[]) tokens.set(user, await logIn(user));
    await sendAll();
    await openEditor();
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await hostile?.close();
    await redis?.kill();
    await Promise.all(vendors.map((vendor) => vendor.close()));
  });

  /** Each provider twice: with a vendor that works, and with one that repeats what it is sent. */
  async function flow(): Promise<FlowNode[]> {
    const entries: FlowNode[] = [];
    for (const { id: provider } of providers) {
      const good = canaries(provider, `good-${provider}`);
      const vendor = await startSandbox(provider, { clients: [good], pace: 0.01, hang: 30 });
      vendors.push(vendor);
      const { baseUrl, tokenUrl } = vendor;
      const store = provider === 'enco' ? 'shared' : '';
      const common = { type: 'sms-provider', provider, region: 'BE', lookups: '0.05', timeout: 1000, rate: 0 };
      const [usual, other] = [`good-${provider}`, `echo-${provider}`];
      entries.push({ ...common, id: usual, name: `Good ${HTML}`, baseUrl, tokenUrl, store, credentials: good });
      const evil = { baseUrl: `${hostile.origin}/api`, tokenUrl: `${hostile.origin}/token` };
      entries.push({ ...common, id: other, name: 'Echo', ...evil, store, credentials: canaries(provider, other) });
      accounts.push({ id: usual, isGood: true, provider }, { id: other, isGood: false, provider });
    }
    const url = `redis://:${password}@127.0.0.1:${redis.port}`;
    const func = 'Object.assign(msg, msg.payload); msg.payload = msg.text; delete msg.req; delete msg.res; return msg;';
    const sending = { provider: 'phones', to: 'to', toType: 'msg', text: 'payload', textType: 'msg', expires: 2 };
    return [
      { id: 'flow', type: 'tab', label: 'Flow' },
      { id: 'shared', type: 'sms-store', kind: 'redis', credentials: { url } },
      ...entries,
      ...accounts.map(({ id }) => node(`hook-${id}`, 'webhook-in', [['told'], ['told'], ['told']], { provider: id })),
      { id: 'phones', type: 'sms-provider', name: 'Phones', provider: 'enco', sandbox: true },
      node('poll', 'sms-inbound-poll', [['told']], { provider: 'phones', interval: 1 }),
      node('in', 'http in', [['as']], { url: '/send', method: 'post' }),
      node('as', 'function', [['which']], { func, outputs: 1 }),
      node('which', 'switch', [['send'], ['direct']], {
        property: 'queue',
        propertyType: 'msg',
        rules: [{ t: 'true' }, { t: 'false' }],
        outputs: 2,
      }),
      node('send', 'sms-send', [['told'], ['told']], { ...sending, queue: true, follow: true }),
      node('direct', 'sms-send', [['told'], ['told']], { ...sending, queue: false }),
      node('catch', 'catch', [['told', 'die']], { scope: null }),
      node('status', 'status', [['told']], { scope: null }),
      node('die', 'function', [[]], {
        func: "if (msg.topic === 'crash') Promise.reject(Object.assign(new Error('the end'), { msg }));",
      }),
      node('told', 'debug', [], {
        active: true,
        tosidebar: true,
        console: true,
        complete: 'true',
        targetType: 'full',
      }),
    ];
  }

  async function logIn(user: User): Promise<string> {
    const form = { client_id: 'node-red-admin', grant_type: 'password', scope: '', username: user, password: user };
    const { body, text } = await nodeRed.admin('POST', '/auth/token', form);
    const { access_token: token } = body as { access_token?: string };
    return token ?? assert.fail(text);
  }

  function admin(method: string, path: string, user?: User, body?: unknown) {
    const token = user && tokens.get(user);
    return nodeRed.admin(method, path, body, token ? { authorization: `Bearer ${token}` } : {});
  }

  async function send(message: object): Promise<void> {
    await fetch(`${nodeRed.nodeRoot}/send`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(300),
    }).catch(() => {});
  }

  /** By each account what is accepted, refused, unknown and lost, and each answer of the hostile vendor. */
  async function sendAll(): Promise<void> {
    const topics: string[] = [];
    const sends = accounts.flatMap(({ id, isGood, provider }) => {
      const number = (digits: string) => (provider === 'enco' ? `+3247012${digits}` : `+3369630${digits}`);
      const digits = isGood ? ['0000', '0005', '0009'] : ['1001', '1002', '1003', '1004'];
      return digits.flatMap((end) =>
        [true, false].map((queue) => {
          const topic = `case-${id}-${end}-${queue}`;
          // What an account that was refused holds back in its queue is told much later.
          if (isGood || !queue) topics.push(topic);
          return send({ account: id, to: number(end), text: `Pump ${HTML.slice(0, 60)}`, topic, queue });
        }),
      );
    });
    await Promise.all(sends);
    for (const topic of topics) await nodeRed.waitForLog(new RegExp(`${topic}'`), 30_000);
    // The vendor routes only what answers one of the account's messages.
    await send({ account: 'phones', to: '+32470120099', text: 'Anybody?', topic: 'case-phones', queue: false });
    await nodeRed.waitForLog(/case-phones'/);
    const written = { from: '+32470120099', text: `I say ${HTML}` };
    const { status, text } = await admin('POST', '/sms/accounts/phones/phone', 'owner', written);
    assert.equal(status, 200, text);
    await nodeRed.waitForLog(/I say </);
  }

  /** The editor of the owner; whatever the browser is given is written down. */
  async function openEditor(): Promise<void> {
    editor = await Editor.open(browser, `${nodeRed.url}/?access_token=${tokens.get('owner')}`, 'light');
    const { page } = editor;
    page.on('response', (response) => {
      const where = `${response.request().method()} ${new URL(response.url()).pathname}`;
      response.text().then(
        (body) => traffic.push({ where, body }),
        () => {},
      );
    });
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => traffic.push({ where: 'comms', body: payload.toString() }));
    });
    await page.reload();
    await page.waitForFunction(() => {
      const { RED } = globalThis as unknown as { RED?: { workspaces?: { active(): unknown } } };
      return Boolean(RED?.workspaces?.active());
    });
  }

  async function nothingRan(where: string): Promise<void> {
    const { page } = editor;
    const found = await page.evaluate(() => {
      const { __ran } = globalThis as { __ran?: number };
      return [__ran, document.querySelectorAll('img[src="x"], svg[onload], [onerror]').length];
    });
    assert.deepEqual(found, [undefined, 0], where);
  }

  it('are where they were put: each way was gone', () => {
    const logs = nodeRed.logs();
    assert.ok(hostile.calls >= 20, `${hostile.calls} calls`);
    for (const code of ['SMS_REJECTED', 'SMS_AUTH', 'SMS_UNCERTAIN']) assert.ok(logs.includes(code), code);
    assert.ok(logs.includes('onerror'), 'the vendor is quoted');
    for (const vendor of vendors) assert.ok(vendor.messages().length > 0, vendor.provider);
  });

  it('run in no dialog, drop-down, notification or sidebar', async () => {
    const { page } = editor;
    await page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
      RED.sidebar.show('sms-monitor');
    });
    const pane = page.locator('.sms-monitor');
    await pane.locator('.sms-charts').waitFor();
    for (const name of ['Good', 'Echo', 'Phones']) {
      for (const button of await pane.getByRole('button', { name: new RegExp(`^${name}`) }).all()) {
        await button.click();
        await page.waitForTimeout(150);
        await nothingRan(`the monitor of ${name}`);
      }
    }
    await pane.getByText('I say').first().waitFor();
    await nothingRan('the phone');
    for (const { id } of accounts.filter(({ isGood }) => !isGood)) {
      const tray = await editor.edit(id);
      await tray.locator('#sms-provider-test').click();
      await tray.locator('#sms-provider-result.sms-good, #sms-provider-result.sms-bad').waitFor();
      await nothingRan(`the dialog of ${id}`);
      await editor.cancelAll();
    }
    for (const id of ['send', 'poll', `hook-${accounts[0]?.id}`]) {
      await editor.edit(id);
      await nothingRan(`the dialog of ${id}`);
      await editor.cancelAll();
    }
  });

  it('are not in what the browser was given', () => {
    assert.ok(traffic.length > 50 && traffic.some(({ where }) => where === 'comms'));
    for (const { where, body } of traffic) if (!SHOWN.test(where)) assertNoCanary(body, where);
  });

  it('are in no log at level trace, no error, no message and no status', () =>
    assertNoCanary(nodeRed.logs(), 'the log'));

  it('are in no file: not in the flows, nor in the store of messages', () => {
    const files = readdirSync(nodeRed.userDir, { recursive: true, withFileTypes: true });
    let looked = 0;
    for (const file of files.filter((one) => one.isFile() && !one.parentPath.includes('node_modules'))) {
      // The test's own: what Node-RED is started with.
      const content = readFileSync(join(file.parentPath, file.name));
      assertNoCanary(content, file.name);
      looked += 1;
    }
    assert.ok(looked > 3);
    assert.ok(files.some(({ name }) => /sqlite|\.db/.test(name)));
  });

  it('are in no key of Redis, the token of the account among them', () => {
    const folder = redis.cli('-a', password, '--no-auth-warning', 'CONFIG', 'GET', 'dir').split('\n').at(-1) ?? '';
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const all = Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
    assert.ok(all.includes('good-enco'), 'the account is there');
    assertNoCanary(all, 'Redis');
    assertUnseen(all, 'Redis', [password]);
  });

  it('are in no answer of the admin API, and who may not write gets nothing done', async () => {
    const routes = ownRoutes();
    assert.ok(routes.length > 10, routes.map(({ path }) => path).join(' '));
    const [account] = accounts;
    for (const { method, path } of routes) {
      for (const id of [account?.id ?? '', `hook-${account?.id}`]) {
        const at = path.replace(':id', id).replace(/:\w+/g, 'sender');
        for (const user of ['owner', 'reader', 'nobody', undefined] as const) {
          const { status, text } = await admin(method, at, user, method === 'POST' ? {} : undefined);
          const where = `${method} ${at} as ${user ?? 'a stranger'}: ${status}`;
          if (!(user === 'owner' && SHOWN.test(at))) assertNoCanary(text, where);
          if (user === undefined || user === 'nobody') assert.equal(status, 401, where);
          const isRead = method === 'GET' ? !SHOWN.test(at) : path.endsWith('/balance');
          if (user === 'reader' && !isRead) assert.equal(status, 401, where);
        }
      }
    }
    for (const user of ['owner', 'reader'] as const) {
      const paths = ['/flows', '/settings', '/nodes', ...accounts.map(({ id }) => `/credentials/sms-provider/${id}`)];
      for (const path of [...paths, '/credentials/sms-store/shared']) {
        const { status, text } = await admin('GET', path, user);
        assert.equal(status, 200, path);
        assertNoCanary(text, path);
        assertUnseen(text, path, [password]);
      }
    }
  });

  it('are not in its last words', async () => {
    const ended = once(nodeRed.process, 'exit');
    await send({ account: 'echo-callr', to: '+33696301999', text: 'x', topic: 'crash', queue: false });
    await ended;
    assert.match(nodeRed.logs(), /the end/);
    assertNoCanary(nodeRed.logs(), 'the last words');
  });
});

/** Every address that our code serves in the admin API, as it stands in the code. */
function ownRoutes(): { method: string; path: string }[] {
  const folder = join(ROOT, 'src', 'runtime');
  const found: { method: string; path: string }[] = [];
  for (const name of readdirSync(folder)) {
    const code = readFileSync(join(folder, name), 'utf8');
    const constants = new Map(
      Array.from(code.matchAll(/^const (\w+) = [`'](.*)[`'];$/gm), ([, key = '', value = '']) => [key, value]),
    );
    const whole = (path: string): string =>
      path.replace(/\$\{(\w+)\}/g, (_all, key) => whole(constants.get(key) ?? 'drop'));
    for (const [, method = '', path = ''] of code.matchAll(/httpAdmin\.(get|post|put|delete)\(\s*([^\s,]+),/g)) {
      const literal = /^['`]/.test(path) ? path.slice(1, -1) : (constants.get(path) ?? assert.fail(path));
      found.push({ method: method.toUpperCase(), path: whole(literal) });
    }
  }
  return found;
}
