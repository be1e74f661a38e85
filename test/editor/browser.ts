/** Node-RED's editor in a real browser: how the tests open it, drop a node and look at its dialog. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { NodeRed } from '../support/node-red.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * In the page: what glides in or out is there at once, in the order in which it would have come, and what is looked at
 * every other second is looked at more often. What waits for a person waits as long as ever.
 */
const hurry = () => {
  const [later, again] = [window.setTimeout, window.setInterval];
  const soon = (work: TimerHandler, wait = 0, ...rest: unknown[]) =>
    later(work, wait >= 100 && wait <= 300 ? wait / 10 : wait, ...rest);
  const often = (work: TimerHandler, wait = 0, ...rest: unknown[]) =>
    again(work, wait === 2000 ? wait / 5 : wait, ...rest);
  Object.assign(window, { setTimeout: soon, setInterval: often });
  document.addEventListener('DOMContentLoaded', () => {
    const style = document.createElement('style');
    style.textContent = '.red-ui-tray { transition: none !important }';
    document.head.append(style);
    (globalThis as unknown as { $: { fx: { off: boolean } } }).$.fx.off = true;
  });
};

/** Node-RED's own: a tip may come before the box that it is shown in. */
const TIPS =
  /^TypeError: Cannot read properties of undefined \(reading 'html'\)\s+at \w+ \([^)]*\/red\/red\.min\.js[^)]*\)\s*$/;

export type Theme = 'light' | 'dark';

/** An editor, and the Node-RED that it belongs to. */
export interface World {
  nodeRed: NodeRed;
  editor: Editor;
}

/** Starts Chromium; without one the suite is skipped, except in CI, where it has to be there. */
export async function startBrowser(suite: Mocha.Context): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    if (process.env.CI === 'true') throw new Error(`No Chromium at ${CHROMIUM}`);
    console.log(`      no Chromium at ${CHROMIUM} (set CHROMIUM to another path): the dialogs are not looked at`);
    suite.skip();
  }
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** One page with the editor loaded, and what its console said that it should not have. */
export class Editor {
  readonly page: Page;
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => {
      const said = error.stack ?? String(error);
      if (!TIPS.test(said)) this.complaints.push(said);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} ${message.location().url}`);
    });
  }

  /** `answers`: paths of the admin API below `url` that the browser answers itself, with this JSON; `locale`: its language. */
  static async open(
    browser: Browser,
    url: string,
    theme: Theme,
    answers: Record<string, unknown> = {},
    locale = 'en-US',
    pace: 'hurried' | 'real' = 'hurried',
  ): Promise<Editor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, locale });
    await context.addInitScript((value) => localStorage.setItem('view-dark-theme', value), theme);
    if (pace === 'hurried') await context.addInitScript(hurry);
    const page = await context.newPage();
    for (const [path, json] of Object.entries(answers)) {
      await page.route(`${url}/${path}`, (route) => route.fulfill({ json }));
    }
    const editor = new Editor(page);
    await page.goto(url);
    await page.waitForFunction(() => {
      const { RED } = globalThis as unknown as { RED?: { workspaces?: { active(): unknown } } };
      return (
        Boolean(RED?.workspaces?.active()) && !document.querySelector('#red-ui-loading-progress:not([style*="none"])')
      );
    });
    return editor;
  }

  /** Opens the dialog of a node that is in the flow, and answers its tray. */
  async edit(id: string): Promise<Locator> {
    await this.page.evaluate((node) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const found = RED.nodes.node(node);
      if (found._def.category === 'config') RED.editor.editConfig('', found.type, found.id);
      else RED.editor.edit(found);
    }, id);
    return this.tray();
  }

  /** The dialog on top, when it has come in. */
  async tray(): Promise<Locator> {
    const tray = this.page.locator('.red-ui-tray').last();
    await tray.locator('.sms-dialog').waitFor();
    await this.page.waitForFunction(() => {
      const trays = document.querySelectorAll<HTMLElement>('.red-ui-tray');
      const last = trays[trays.length - 1];
      return last !== undefined && last.getBoundingClientRect().right <= window.innerWidth + 1;
    });
    await this.page.evaluate(async () => {
      const { smsEditor } = globalThis as unknown as { smsEditor: { providers(): Promise<unknown> } };
      await smsEditor.providers();
      await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    });
    return tray;
  }

  /** Presses Done (or Update, or Add) in the dialog on top. */
  done(): Promise<void> {
    return this.#leave('.primary');
  }

  cancel(): Promise<void> {
    return this.#leave('[id$="cancel"]');
  }

  /** Closes what a test that failed left open. */
  async cancelAll(): Promise<void> {
    while ((await this.page.locator('.red-ui-tray').count()) > 0) await this.cancel();
  }

  /** A dialog below the one that closes comes back, as an element that was taken out in the meantime. */
  async #leave(button: string): Promise<void> {
    const tray = await this.page.locator('.red-ui-tray').last().elementHandle();
    await this.page.locator(`.red-ui-tray-toolbar ${button}`).last().click();
    await tray?.waitForElementState('hidden');
    await this.page.waitForFunction((left) => !left?.isConnected, tray);
  }

  /** The values that would be deployed for a node. */
  async stored(id: string): Promise<Record<string, unknown>> {
    return this.page.evaluate((node) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      return JSON.parse(JSON.stringify(RED.nodes.convertNode(RED.nodes.node(node))));
    }, id);
  }

  /** The nodes that Node-RED marks with a triangle, each with the reasons. */
  async invalid(): Promise<string[]> {
    return this.page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const found: string[] = [];
      const look = (node: EditedNode) => {
        RED.editor.validateNode(node);
        if (!node.valid) found.push(`${node.type} ${node.id}: ${JSON.stringify(node.validationErrors)}`);
      };
      RED.nodes.eachNode(look);
      RED.nodes.eachConfig(look);
      return found;
    });
  }

  /** As Menu → Import does. */
  async import(nodes: readonly unknown[]): Promise<void> {
    await this.page.evaluate((flow) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      RED.nodes.import(flow, { generateIds: true });
    }, nodes);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

interface EditedNode {
  id: string;
  type: string;
  valid: boolean;
  validationErrors: unknown;
  _def: { category: string };
}

/** The little of the editor's API that the tests call. */
export interface EditorApi {
  nodes: {
    node(id: string): EditedNode;
    convertNode(node: unknown): unknown;
    import(nodes: readonly unknown[], options?: { generateIds: boolean }): void;
    eachNode(look: (node: EditedNode) => void): void;
    eachConfig(look: (node: EditedNode) => void): void;
  };
  editor: {
    edit(node: unknown): void;
    editConfig(name: string, type: string, id: string): void;
    validateNode(node: unknown): boolean;
  };
}
