/** Very many messages through a real Node-RED and a vendor that fails; then the same while it is deployed again and again. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FlowNode, freePort, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { type Census, type Delay, Ear } from './ear.ts';
import { flowOf } from './flow.ts';
import { LINES, type Message, messagesOf } from './lines.ts';
import { type FailingVendor, type FailingVendorOptions, startFailingVendor, type VendorReport } from './vendor.ts';

export interface LoadOptions {
  /** Given as fast as they are taken. */
  messages: number;
  /** Full deploys, with as many messages before each as {@link EACH}. */
  redeploys: number;
  /** Which calls of the vendor may fail; default those that have a message. */
  spoils?: FailingVendorOptions['spoils'];
  seed?: number;
  /** Milliseconds in which the messages of each phase have to be settled. */
  limit?: number;
}

export interface LoadResult {
  given: Message[];
  /** By message: its ends. */
  ends: ReadonlyMap<string, (string | null)[]>;
  /** By message: its final reports. */
  finals: ReadonlyMap<string, number>;
  vendor: VendorReport;
  complaints: string[];
  /** How many messages are in the store in no final state, when all have been told of. */
  underWay: number;
  /** Seconds, and what the event loop was late by, without deploys and with them. */
  phases: { title: string; messages: number; seconds: number; delay: Delay }[];
  /** By account: seconds in which so much of the first phase was settled. */
  settled: Record<string, Settled>;
  /** When so much of the first phase is settled: megabytes of the heap that are in use. */
  heap: { percent: number; megabytes: number }[];
  /** Before anything was deployed. */
  before: Census;
  /** With the flow deployed, once and many times. */
  running: [Census, Census];
  /** With nothing deployed any more. */
  after: Census;
}

/** Seconds until half of the messages had ended, 99 of 100, and all. */
export interface Settled {
  half: number;
  most: number;
  all: number;
}

/** Messages that are given before each redeploy. */
export const EACH = 20;
/** Given with one request. */
const AT_ONCE = 250;
/** Messages by which everything is loaded that is loaded on first use. */
const FIRST = 10;
/** Messages after which the connections of all accounts are open when the accounts are deleted. */
const LAST = 20;
const SAMPLES = [25, 50, 100];
/** A look-up that a vendor does not answer is made again for two minutes, and messages to its recipient wait. */
const LIMIT = 300_000;
/** Milliseconds in which all is closed that is not used any more. */
const CLOSES_WITHIN = 15_000;
const PROBE = fileURLToPath(new URL('probe.cjs', import.meta.url));
const NOTHING: FlowNode[] = [{ id: 'tab', type: 'tab', label: 'Nothing' }];

export async function load({
  messages,
  redeploys,
  spoils = 'messages',
  seed = 1,
  limit = LIMIT,
}: LoadOptions): Promise<LoadResult> {
  const vendor = await startFailingVendor({ spoils, seed });
  let site: Site | undefined;
  try {
    site = await startSite(vendor, limit);
    const given = messagesOf(FIRST + messages + redeploys * EACH + LAST);
    const all = given.slice(FIRST, FIRST + messages);
    const others = given.slice(FIRST + messages, -LAST);
    const before = await site.ear.census();
    await site.deploy(site.flow);
    await site.give(given.slice(0, FIRST));
    await site.settled(FIRST);

    const heap: LoadResult['heap'] = [];
    const begun = performance.now();
    const first = await site.phase('without a deploy', all.length, async ({ give, settled, ear }) => {
      const giving = give(all);
      giving.catch(() => {});
      for (const percent of SAMPLES) {
        await settled(FIRST + (all.length * percent) / 100);
        heap.push({ percent, megabytes: (await ear.census()).heap / 2 ** 20 });
      }
      await giving;
    });
    const settled = settledOf(all, site.ear, begun);
    const once = await site.ear.census();
    const second = await site.phase(
      `with ${redeploys} deploys`,
      others.length,
      async ({ give, deploy, flow, settled }) => {
        for (let i = 0; i < redeploys; i += 1) {
          await give(others.slice(i * EACH, (i + 1) * EACH));
          await deploy(flow);
        }
        await settled(given.length - LAST);
      },
    );
    const many = await site.quiet();
    const underWay = await site.underWay();
    await site.give(given.slice(-LAST));
    await site.settled(given.length);
    const { ends, finals } = site.ear;
    // Who deletes an account is told what it leaves.
    const complaints = [...site.ear.complaints];
    const after = await site.clear();
    return {
      ...{ given, ends, finals, complaints, underWay, heap, vendor: await vendor.report() },
      ...{ phases: [first, second], settled, before, running: [once, many], after },
    };
  } finally {
    await site?.stop();
    await vendor.close();
  }
}

/** The Node-RED, and what is done to it. */
interface Site {
  flow: FlowNode[];
  ear: Ear;
  give(messages: readonly Message[]): Promise<void>;
  /** A full deploy; resolves when the flows run. */
  deploy(flow: FlowNode[]): Promise<void>;
  /** Resolves when so many messages have ended. */
  settled(count: number): Promise<void>;
  phase(title: string, messages: number, work: (site: Site) => Promise<void>): Promise<LoadResult['phases'][number]>;
  /** Waits until nothing is left of the accounts that were deployed before. */
  quiet(): Promise<Census>;
  /** Deploys nothing, counts the connections at once, and the rest when the store is closed. */
  clear(): Promise<Census>;
  underWay(): Promise<number>;
  stop(): Promise<unknown>;
}

async function startSite(vendor: FailingVendor, limit: number): Promise<Site> {
  const port = await freePort();
  const nodeRed = await startNodeRed({
    ...{ flows: NOTHING, port, settings: { apiMaxLength: '50mb' } },
    env: { NODE_OPTIONS: `--require "${PROBE}"`, LOAD_VENDOR_PORT: String(vendor.port) },
  });
  const ear = new Ear(nodeRed.process);
  const taken = new Map<string, string>();
  const missing = () => {
    const left = [...taken].filter(([key]) => !ear.ends.has(key));
    return `${left.length} are left: ${left.slice(0, 10).join(' ')} ${ear.complaints.slice(-5).join('\n')}`;
  };
  const site: Site = {
    flow: flowOf(vendor, `http://127.0.0.1:${port}`),
    ear,
    async give(messages) {
      for (const { key, line } of messages) taken.set(key, line);
      for (let i = 0; i < messages.length; i += AT_ONCE) await post(nodeRed, messages.slice(i, i + AT_ONCE));
    },
    async deploy(flow) {
      const before = ear.starts;
      const headers = { 'Node-RED-Deployment-Type': 'full' };
      const { status, text } = await nodeRed.admin('POST', '/flows', placed(flow), headers);
      if (status >= 300) throw new Error(`Node-RED refused the flows: ${status} ${text}`);
      await until('the flows run', () => ear.starts > before, limit);
    },
    settled: (count) => until(`${count} messages are settled`, () => ear.ends.size >= count, limit, missing),
    async phase(title, messages, work) {
      await ear.delay();
      const begun = performance.now();
      await work(site);
      return { title, messages, seconds: (performance.now() - begun) / 1000, delay: await ear.delay() };
    },
    async quiet() {
      let census = await ear.census();
      const isQuiet = async () => {
        census = await ear.census();
        return Object.entries(census.objects).every(([name, count]) => name === 'timer' || count <= LINES.length);
      };
      await until('the former accounts are gone', isQuiet, CLOSES_WITHIN, () => JSON.stringify(census));
      return census;
    },
    async clear() {
      await site.deploy(NOTHING);
      let census = await ear.census();
      const { sockets } = census;
      const isClear = async () => {
        census = await ear.census();
        return census.files === 0 && (await vendor.report()).open === 0;
      };
      await until('nothing is open', isClear, CLOSES_WITHIN, () => JSON.stringify(census));
      return { ...census, sockets };
    },
    async underWay() {
      const { body } = await nodeRed.admin('GET', '/sms/accounts');
      const { accounts } = body as { accounts: { counts: Record<string, number> }[] };
      const open = ['waiting', 'sending', 'unknown', 'expired'];
      return accounts.flatMap(({ counts }) => open.map((state) => counts[state] ?? 0)).reduce((a, b) => a + b, 0);
    },
    stop: () => nodeRed.stop(),
  };
  return site;
}

function settledOf(messages: readonly Message[], { endedAt }: Ear, begun: number): LoadResult['settled'] {
  const ofLine = (id: string): Settled => {
    const own = messages.filter(({ line }) => line === id).map(({ key }) => (endedAt.get(key) ?? begun) - begun);
    const seconds = own.sort((a, b) => a - b).map((milliseconds) => milliseconds / 1000);
    const at = (share: number) => seconds[Math.ceil(seconds.length * share) - 1] ?? 0;
    return { half: at(0.5), most: at(0.99), all: at(1) };
  };
  return Object.fromEntries(LINES.map(({ id }) => [id, ofLine(id)]));
}

async function post(nodeRed: NodeRed, messages: readonly Message[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${nodeRed.nodeRoot}/give`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify(messages),
  });
  if (status !== 200) throw new Error(`Node-RED did not take the messages: ${status}`);
}

const placed = (flow: FlowNode[]) => flow.map((node) => ('wires' in node ? { x: 100, y: 100, ...node } : node));

async function until(
  what: string,
  holds: () => unknown,
  milliseconds: number,
  words: () => string = () => '',
): Promise<void> {
  for (const end = Date.now() + milliseconds; !(await holds()); await pause(20)) {
    if (Date.now() > end) throw new Error(`It did not happen: ${what}. ${words()}`);
  }
}
