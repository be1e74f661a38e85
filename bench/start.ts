/** What a package costs a Node-RED that starts with it and a flow that uses it, until its flows run. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startNodeRed } from '../test/support/node-red.ts';
import { installPackage, manifest } from '../test/support/packed.ts';
import { excess, type Findings, median, rounds } from './measure.ts';

const ROUNDS = 21;
const EMPTY = 'nothing';
const OURS = 'this package';

interface Subject {
  name: string;
  peer?: string;
  flow: Record<string, unknown>[];
}

const SUBJECTS: readonly Subject[] = [
  { name: EMPTY, flow: [] },
  {
    name: OURS,
    flow: [
      {
        ...{ id: 'account', type: 'sms-provider', provider: 'enco', baseUrl: 'http://127.0.0.1:9' },
        credentials: { clientId: 'id', clientSecret: 'secret' },
      },
      { id: 'send', type: 'sms-send', z: 'tab', provider: 'account', to: 'to', toType: 'msg', wires: [[], []] },
    ],
  },
  {
    name: 'twilio node',
    peer: 'node-red-node-twilio',
    flow: [
      { id: 'key', type: 'twilio-api', sid: 'AC123', from: '+3250000', credentials: { token: 'token' } },
      { id: 'send', type: 'twilio out', z: 'tab', twilio: 'key', twilioType: 'sms', wires: [] },
    ],
  },
  {
    name: 'nexmo node',
    peer: 'node-red-contrib-nexmo',
    flow: [
      { id: 'key', type: 'nexmobasic', credentials: { apikey: 'key', apisecret: 'secret' } },
      { id: 'send', type: 'sendsms', z: 'tab', creds: 'key', to: 'to', fr: 'fr', text: 'text', wires: [[]] },
    ],
  },
];

export async function measureGroup(): Promise<Findings> {
  // The first one finds nothing in the caches of the disk.
  for (const subject of SUBJECTS) await started(subject);
  const found = await rounds(ROUNDS, SUBJECTS, started);
  const of = (name: string) => found[name] as NonNullable<(typeof found)[string]>;
  const [ours, empty] = [of(OURS), of(EMPTY)];
  return {
    // Whatever else the machine does only adds to a start: the fastest of each are compared.
    values: {
      'start.time': Math.min(...ours.time) - Math.min(...empty.time),
      'start.memory': excess(ours.memory, empty.memory),
    },
    table: {
      head: [
        'installed, and in the flow',
        'ms, fastest',
        'ms, p50',
        'more',
        'ms of CPU',
        'more',
        'MB',
        'more',
        'MB in use',
        'more',
      ],
      rows: SUBJECTS.map(({ name }) => {
        const figures = [of(name).time, of(name).cpu, of(name).memory, of(name).held];
        const base = [empty.time, empty.cpu, empty.memory, empty.held];
        return [
          name,
          Math.min(...of(name).time),
          ...figures.flatMap((values, i) => [median(values), excess(values, base[i] ?? [])]),
        ];
      }),
    },
  };
}

let folder: string | undefined;

/** The folder of the package, beside what it depends on. */
async function installedOnce(): Promise<string> {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'sms-installed-'));
    process.once('exit', () => rmSync(folder as string, { recursive: true, force: true }));
    await installPackage(join(folder, 'node_modules'));
  }
  return join(folder, 'node_modules', manifest.name);
}

async function started({ name, peer, flow }: Subject) {
  const userDir = mkdtempSync(join(tmpdir(), 'sms-start-'));
  const modules = join(userDir, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(import.meta.dirname, 'nodes'), join(modules, 'bench-nodes'));
  if (peer) symlinkSync(join(import.meta.dirname, 'node_modules', peer), join(modules, peer));
  // As the others: a link to what was installed once; an empty folder keeps the package from being installed.
  mkdirSync(join(modules, dirname(manifest.name)));
  if (name === OURS) symlinkSync(await installedOnce(), join(modules, manifest.name));
  else mkdirSync(join(modules, manifest.name));
  const flows = [
    { id: 'tab', type: 'tab', label: 'Start' },
    { id: 'told', type: 'bench-start', z: 'tab', wires: [] },
  ];
  const nodeRed = await startNodeRed({
    userDir,
    flows: [...flows, ...flow],
    env: { NODE_OPTIONS: '--expose-gc' },
  });
  const line = await nodeRed.waitForLog(/BENCH/);
  await nodeRed.kill();
  rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
  return JSON.parse(line.slice(line.indexOf('{'))) as Record<'time' | 'cpu' | 'memory' | 'held', number>;
}
