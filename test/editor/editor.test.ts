/** The editor in a real browser. One browser for all of it, one Node-RED for each flow and version: starting takes the time. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type NodeRed, type NodeRedOptions, startNodeRed } from '../support/node-red.ts';
import { ROOT } from '../support/packed.ts';
import { Editor, startBrowser, type World } from './browser.ts';
import { checks } from './checks.ts';
import { choices } from './choices.ts';
import { counter } from './counter.ts';
import { counterInDialog, counterLooks, counterOfProviders } from './counter-dialog.ts';
import { dialogs } from './dialogs.ts';
import { fallback } from './fallback.ts';
import { ACCOUNT, ANSWERS, flow } from './fixtures.ts';
import { marks } from './marks.ts';
import { oldFlows } from './old-flows.ts';
import { providerDialogs, flow as providerFlow } from './providers.ts';
import { requests } from './requests.ts';
import { example, runtime } from './runtime.ts';
import { settings } from './settings.ts';
import { words, flow as wordsFlow } from './words.ts';

const SECRETS = { [ACCOUNT]: { clientId: 'me', clientSecret: 'hush', webhookSecret: 'webhook hush' } };
const INVENTED: NodeRedOptions = { flows: flow, credentials: SECRETS, settings: { httpAdminRoot: '/red' } };

describe('the editor', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async function () {
    browser = await startBrowser(this);
  });

  after(() => browser?.close());

  /** Node-RED for the tests of one suite. */
  const withNodeRed = (options: NodeRedOptions) => {
    let nodeRed: NodeRed | undefined;
    before(async () => {
      nodeRed = await startNodeRed(options);
    });
    after(() => nodeRed?.stop());
    return () => {
      assert.ok(nodeRed);
      return nodeRed;
    };
  };

  describe('with invented providers', () => {
    const nodeRed = withNodeRed(INVENTED);
    let light: World;
    let dark: World;
    before(async () => {
      light = { nodeRed: nodeRed(), editor: await Editor.open(browser, nodeRed().url, 'light', ANSWERS) };
      dark = { nodeRed: nodeRed(), editor: await Editor.open(browser, nodeRed().url, 'dark', ANSWERS) };
    });
    describe('dialogs in Node-RED 5, dark', () => dialogs(() => dark, 'dark'));
    describe('dialogs in Node-RED 5, light', () => dialogs(() => light, 'light', true));
    describe('marks in Node-RED 5, dark', () => marks(() => dark, false));
    describe('marks in Node-RED 5, light', () => marks(() => light));
    describe('a text in Node-RED 5, dark', () => counterLooks(() => dark));
    describe('a text in Node-RED 5, light', () => counterLooks(() => light));
    describe('a text that is written', () => counter(() => light));
    describe('a text in its dialog', () => counterInDialog(() => light));
    describe('sms-request', () => requests(() => light));
    describe('what is checked while one edits', () => checks(() => light));
    describe('old flows', () => oldFlows(() => light));
    describe('what the dialogs do', () => settings(() => light));
    describe('fallback accounts', () => fallback(() => light));
    describe('what an account has to choose from', () => choices(() => light));
  });

  describe('with invented providers, in Node-RED 4', () => {
    const nodeRed = withNodeRed({ ...INVENTED, version: '4' });
    let light: World;
    before(async () => {
      light = { nodeRed: nodeRed(), editor: await Editor.open(browser, nodeRed().url, 'light', ANSWERS) };
    });
    describe('dialogs in Node-RED 4, light', () => dialogs(() => light, 'light'));
    describe('marks in Node-RED 4, light', () => marks(() => light, false));
    describe('a text in Node-RED 4, light', () => counterLooks(() => light));
  });

  describe('with the real providers', () => {
    const settings = { httpAdminRoot: '/red', httpNodeRoot: '/world' };
    const nodeRed = withNodeRed({ flows: [...example, ...providerFlow, ...wordsFlow], settings });
    let world: World & { dark: Editor };
    before(async () => {
      const editor = await Editor.open(browser, nodeRed().url, 'light');
      world = { nodeRed: nodeRed(), editor, dark: await Editor.open(browser, nodeRed().url, 'dark') };
    });
    describe('the dialogs and the runtime', () => runtime(() => world));
    describe('the dialogs and the providers', () => providerDialogs(() => world));
    describe('what is refused', () => words(() => world));
    describe('a text and the providers', () => counterOfProviders(() => world));
  });
});

describe('the sources of the editor', () => {
  it('name no provider: what they show comes from the catalog', async () => {
    const { providers } = await import('../../dist/src/providers/index.js');
    const files = readdirSync(join(ROOT, 'nodes'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.(html|js|css)$/.test(name) && !name.includes('locales'))) {
      const text = readFileSync(join(ROOT, 'nodes', file), 'utf8');
      for (const { id } of providers) assert.doesNotMatch(text, new RegExp(`\\b${id}\\b`, 'i'), file);
    }
  });
});
