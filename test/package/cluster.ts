/** Several real Node-REDs with the same flow on one Redis, behind a balancer; each may be killed, and started again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlowNode, freePort, type NodeRed, startNodeRed } from '../support/node-red.ts';
import type { ClusterVendor } from './cluster-vendor.ts';

/** One line that a flow has written. */
export interface Told {
  what: 'receipt' | 'report' | 'caught' | 'polled' | 'pushed';
  /** Which message of ours, or the text of one that came in. */
  key: string;
  /** Of a report the status, of an error the code. */
  word: string;
  /** When, epoch milliseconds. */
  at: number;
  /** Which Node-RED, and in which of its lives. */
  instance: string;
}

export interface Message {
  key: string;
  to: string;
  text: string;
}

const SECRET = 'only-the-vendor-knows';

export interface ClusterOptions {
  size: number;
  redis: string;
  vendor: ClusterVendor;
  /** Messages a second. */
  rate: number;
}

export class Cluster {
  /** Where the vendor pushes to. */
  publicUrl = '';
  #options: ClusterOptions;
  #folders: string[];
  #running: (NodeRed | null)[] = [];
  #ports: number[] = [];
  #lives: { nth: number; instance: string; logs: () => string }[] = [];
  #balancer: Server;
  #pushes = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#folders = Array.from({ length: options.size }, () => mkdtempSync(join(tmpdir(), 'sms-cluster-')));
    this.#balancer = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const { method, url = '' } = request;
        const status = await this.#pass(url, { method, ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}) });
        response.writeHead(status).end();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#balancer.listen(0, '127.0.0.1', resolve));
    this.publicUrl = `http://127.0.0.1:${(this.#balancer.address() as AddressInfo).port}`;
    for (const _ of this.#folders) this.#ports.push(await freePort());
    await Promise.all(this.#folders.map((_folder, nth) => this.startOne(nth)));
  }

  async startOne(nth: number): Promise<void> {
    const { [nth]: userDir } = this.#folders;
    const nodeRed = await startNodeRed({ flows: this.#flow(), userDir, port: this.#ports[nth] });
    this.#running[nth] = nodeRed;
    this.#lives.push({ nth, instance: `${nth}.${this.#livesOf(nth).length}`, logs: nodeRed.logs });
  }

  async kill(nth: number): Promise<void> {
    const nodeRed = this.#running[nth];
    this.#running[nth] = null;
    await nodeRed?.kill();
  }

  /** Those that are running, with the names of their lives. */
  alive(): [nth: number, life: string][] {
    return this.#running.flatMap((nodeRed, nth) => (nodeRed ? [[nth, this.#lifeOf(nth)]] : []));
  }

  /** False when it died before it had them. */
  async give(nth: number, messages: readonly Message[]): Promise<boolean> {
    return (await this.#post(nth, '/give', { method: 'POST', body: JSON.stringify(messages) }))?.status === 200;
  }

  /** The vendor pushes to one of them, by number. */
  async push(nth: number, body: object): Promise<number | undefined> {
    return (await this.#post(nth, `/replies/${SECRET}`, { method: 'POST', body: JSON.stringify(body) }))?.status;
  }

  told(): Told[] {
    return this.#lives.flatMap(({ instance, logs }) =>
      Array.from(logs().matchAll(/^TOLD (\{.*\})$/gm), ([, json = '']) => ({
        ...(JSON.parse(json) as Told),
        instance,
      })),
    );
  }

  /** How many messages are not settled, as one of those that run sees it. */
  async underWay(): Promise<number> {
    const [[nth] = [0]] = this.alive();
    const { body } = (await this.#running[nth]?.admin('GET', '/sms/accounts')) ?? {};
    const { accounts } = body as { accounts: { counts: Record<string, number> | null }[] };
    const all = accounts.flatMap(({ counts }) => Object.values(counts ?? { unknown: 1 }));
    return all.reduce((sum, count) => sum + count, 0);
  }

  /** What each has logged in each of its lives. */
  logs(): { instance: string; log: string }[] {
    return this.#lives.map(({ instance, logs }) => ({ instance, log: logs() }));
  }

  /** The exit codes of those that were running. */
  async stop(): Promise<(number | null)[]> {
    const codes = await Promise.all(this.#running.flatMap((nodeRed) => nodeRed?.stop() ?? []));
    this.#balancer.closeAllConnections();
    this.#balancer.close();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    return codes;
  }

  #livesOf(nth: number): string[] {
    return this.#lives.filter((life) => life.nth === nth).map(({ instance }) => instance);
  }

  #lifeOf(nth: number): string {
    return this.#livesOf(nth).at(-1) ?? '';
  }

  #post(nth: number, path: string, request: RequestInit): Promise<Response | null> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`http://127.0.0.1:${this.#ports[nth]}${path}`, { ...request, headers }).catch(() => null);
  }

  /** To each in its turn; where one is not there, to the next. */
  async #pass(path: string, request: RequestInit): Promise<number> {
    this.#pushes += 1;
    const first = this.#pushes;
    for (let tries = 0; tries < this.#ports.length; tries += 1) {
      const answer = await this.#post((first + tries) % this.#ports.length, path, request);
      // One that starts serves before its flow does.
      if (answer && answer.status !== 404) return answer.status;
    }
    return 502;
  }

  #flow(): FlowNode[] {
    const { vendor, redis, rate } = this.#options;
    const { baseUrl, tokenUrl, credentials } = vendor;
    const common = { type: 'sms-provider', sandbox: false, store: 'store', publicUrl: this.publicUrl };
    return [
      { id: 'tab', type: 'tab', label: 'Cluster' },
      { id: 'store', type: 'sms-store', kind: 'redis', keepDays: 1, credentials: { url: redis } },
      {
        ...{ ...common, id: 'account', name: 'Enco', provider: 'enco', rate, baseUrl, tokenUrl },
        // What the vendor has no record of was not sent: it is sent by another one.
        ...{ lookups: '0.3,1,2', uncertain: 'resend' },
        credentials: { ...credentials, webhookSecret: SECRET },
      },
      {
        ...{ ...common, id: 'other', name: 'ZoomConnect', provider: 'zoomconnect', baseUrl: 'http://127.0.0.1:9/app' },
        credentials: { email: 'me@example.org', token: 'mine', webhookSecret: SECRET },
      },
      { id: 'in', type: 'http in', z: 'tab', url: '/give', method: 'post', wires: [['answer', 'each']] },
      { id: 'answer', type: 'http response', z: 'tab', wires: [] },
      {
        ...{ id: 'each', type: 'function', z: 'tab', outputs: 1, wires: [['send']] },
        func: 'return [msg.payload.map(({ key, to, text }) => ({ key, to, payload: text }))];',
      },
      {
        ...{ id: 'send', type: 'sms-send', z: 'tab', provider: 'account', expires: 600 },
        ...{ dedupe: 'key', dedupeType: 'msg', dedupeSeconds: 600, wires: [['receipt'], ['report']] },
      },
      { id: 'catch', type: 'catch', z: 'tab', scope: ['send'], uncaught: false, wires: [['caught']] },
      {
        ...{ id: 'poll', type: 'sms-inbound-poll', z: 'tab', provider: 'account', address: '666', interval: 1 },
        wires: [['polled']],
      },
      { id: 'hook', type: 'webhook-in', z: 'tab', provider: 'account', path: '/statuses', wires: [[], [], []] },
      { id: 'replies', type: 'webhook-in', z: 'tab', provider: 'other', path: '/replies', wires: [[], ['pushed'], []] },
      tell('receipt', 'msg.key', "''"),
      tell('report', 'msg.key', 'msg.payload.status'),
      tell('caught', 'msg.key', 'msg.error.code'),
      tell('polled', 'msg.payload.text', "''"),
      tell('pushed', 'msg.payload.text', "''"),
    ];
  }
}

/** Node's console writes to a pipe before it returns: what a flow was told is known, whenever the process dies. */
function tell(what: Told['what'], key: string, word: string): FlowNode {
  const func = `console.log('TOLD ' + JSON.stringify({ what: '${what}', key: ${key}, word: ${word}, at: Date.now() }));`;
  return { id: what, type: 'function', z: 'tab', func, outputs: 0, wires: [] };
}
