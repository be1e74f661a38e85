/** One process killed at one step, with all its cells at once; then another one, which is left alone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutboxState } from '../../dist/src/store/index.js';
import { type NodeRed, type NodeRedOptions, startNodeRed } from '../support/node-red.ts';
import { doneIn, flowOf, given, stoppedIn, type Told, toldIn } from './flow.ts';
import type { Cell, Message, Step, StoreKind } from './matrix.ts';
import { type CountingVendor, startVendor } from './vendor.ts';

export interface Run {
  step: Step;
  store: StoreKind;
  cells: readonly Cell[];
  /** Where the store is, if it is `redis`. */
  redisUrl?: string;
  /** Called with the folder of Node-RED before it starts. */
  prepare?: (userDir: string) => void;
}

/** What became of one message. */
export interface Fate {
  cell: Cell;
  message: Message;
  /** It was at the step when the process was killed. */
  stopped: boolean;
  /** How often the vendor has accepted it. */
  accepted: number;
  /** What the flow was told before the crash, and after it. */
  told: [Told[], Told[]];
  /** How often the flow was told that a repeat is not sent. */
  repeats: number;
  /** How often a Complete node was told. */
  completed: number;
}

export interface RunResult {
  fates: Fate[];
  /** How many messages the store holds for a person, by account. */
  held: Map<string, number>;
  /** Of the last Node-RED; null if it had to be killed. */
  exitCode: number | null;
  /** What did not happen in time. */
  late: string[];
  log: string;
}

const STOP_AT = fileURLToPath(new URL('stop-at.cjs', import.meta.url));
/** Milliseconds in which all messages come to the step, or to their end. */
const FIRST_LIFE = 60_000;
/** Longer than any pause between two attempts or look-ups here. */
const STUCK = 6000;
/** A claim of a dead process is another's after the store has noticed. */
const SECOND_LIFE = 150_000;
/** Milliseconds in which what should not come would have come. */
const QUIET = 700;

export async function run({ step, store, cells, redisUrl, prepare }: Run): Promise<RunResult> {
  const userDir = mkdtempSync(join(tmpdir(), 'crash-'));
  const vendor = await startVendor(cells, step);
  const messages = cells.flatMap((cell) => cell.messages);
  const late: string[] = [];
  const inTime = (sentence: string) => sentence && late.push(sentence);
  const start = (env: Record<string, string>) => {
    const flows = flowOf(cells, vendor, store, redisUrl);
    return startOnFreePort({ userDir, flows, env, settings: { httpAdminRoot: '/admin', apiMaxLength: '50mb' } });
  };
  try {
    prepare?.(userDir);
    let stopped = new Set<string>();
    let before = '';
    let nodeRed: NodeRed;
    if (step === 'never') {
      nodeRed = await start({});
      await give(nodeRed, cells, () => true);
      inTime(await untilTold(nodeRed, messages, () => 1));
    } else {
      nodeRed = await start({ NODE_OPTIONS: `--require "${STOP_AT}"`, CRASH_STEP: step, CRASH_VENDOR: vendor.url });
      await give(nodeRed, cells, () => true);
      inTime(await untilStopped(nodeRed, cells, vendor));
      stopped = stoppedAt(nodeRed, vendor);
      await nodeRed.kill();
      before = nodeRed.logs();
      vendor.release();
      nodeRed = await start({});
    }
    const isWanted = whoIsGivenAgain(cells, step);
    await give(nodeRed, cells, isWanted);
    const repeats = messages.filter(({ key, repeated }) => repeated && isWanted(key) && step !== 'before-store').length;
    const wanted = (key: string) => (step === 'after-emit' && stopped.has(key) ? 1 : told(before, key) > 0 ? 0 : 1);
    inTime(await untilTold(nodeRed, messages, step === 'never' ? () => 1 : wanted, repeats));
    inTime(await untilNothingWaits(nodeRed));
    await pause(QUIET);
    const held = new Map((await accountsOf(nodeRed)).map(({ id, counts }) => [id, counts?.held ?? 0]));
    const exitCode = await nodeRed.stop();
    const log = `${before}\n----\n${nodeRed.logs()}`;
    return { fates: fates(cells, stopped, vendor, [before, nodeRed.logs()]), held, exitCode, late, log };
  } finally {
    await vendor.close();
    rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** With many starting at once, another may have taken the port that was free. */
async function startOnFreePort(options: NodeRedOptions, tries = 3): Promise<NodeRed> {
  try {
    return await startNodeRed(options);
  } catch (error) {
    if (tries === 1 || !/port in use/.test(String(error))) throw error;
    return startOnFreePort(options, tries - 1);
  }
}

/**
 * Who gave a message that never got into the store has no word that it was taken, and gives it again; who has a key
 * against repeats may do so at any time.
 */
function whoIsGivenAgain(cells: readonly Cell[], step: Step): (key: string) => boolean {
  const all = cells.flatMap(({ messages }) => messages);
  const keys = new Set(all.filter(({ repeated }) => repeated || step === 'before-store').map(({ key }) => key));
  return (key) => keys.has(key);
}

async function give(nodeRed: NodeRed, cells: readonly Cell[], wanted: (key: string) => boolean): Promise<void> {
  const { status } = await fetch(`${nodeRed.nodeRoot}/give`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given(cells, wanted)),
  });
  assert.equal(status, 200);
}

const isOutcome = ({ code }: Told) => code !== 'SMS_DUPLICATE';
const told = (log: string, key: string) => toldIn(log).filter((one) => one.key === key && isOutcome(one)).length;

function stoppedAt(nodeRed: NodeRed, vendor: CountingVendor): Set<string> {
  return new Set([...stoppedIn(nodeRed.logs()), ...vendor.stopped]);
}

/**
 * Resolves when all messages have come to the step, or have met their end; or stand behind one of their account, which
 * lets one at a time try while its vendor is in trouble. With a sentence when they do not.
 */
function untilStopped(nodeRed: NodeRed, cells: readonly Cell[], vendor: CountingVendor): Promise<string> {
  let [count, since] = [0, Date.now()];
  return until(FIRST_LIFE, 'neither at the step nor told of', () => {
    const told = toldIn(nodeRed.logs());
    const ended = new Set(told.map(({ key }) => key));
    const stopped = stoppedAt(nodeRed, vendor);
    if (stopped.size + told.length !== count) [count, since] = [stopped.size + told.length, Date.now()];
    const isStuck = Date.now() - since > STUCK;
    const standing = cells.filter(({ messages }) => !isStuck || !messages.some(({ key }) => stopped.has(key)));
    const keys = standing.flatMap(({ messages }) => messages.map(({ key }) => key));
    return keys.filter((key) => !stopped.has(key) && !ended.has(key));
  });
}

function untilTold(
  nodeRed: NodeRed,
  messages: readonly Message[],
  wanted: (key: string) => number,
  repeats = 0,
): Promise<string> {
  return until(SECOND_LIFE, 'not told of', () => {
    const counts = new Map<string, number>();
    const all = toldIn(nodeRed.logs());
    for (const { key } of all.filter(isOutcome)) counts.set(key, (counts.get(key) ?? 0) + 1);
    const refused = all.length - all.filter(isOutcome).length;
    const untold = messages.filter(({ key }) => (counts.get(key) ?? 0) < wanted(key)).map(({ key }) => key);
    return refused < repeats ? [...untold, `${repeats - refused} repeats`] : untold;
  });
}

interface AccountOverview {
  id: string;
  counts: Record<OutboxState, number> | null;
}

async function accountsOf(nodeRed: NodeRed): Promise<AccountOverview[]> {
  const { body } = await nodeRed.admin('GET', '/sms/accounts');
  return (body as { accounts: AccountOverview[] }).accounts;
}

function untilNothingWaits(nodeRed: NodeRed): Promise<string> {
  return until(FIRST_LIFE, 'still under way', async () => {
    const busy = (await accountsOf(nodeRed)).filter(({ counts }) => {
      return !counts || counts.waiting + counts.sending + counts.unknown + counts.expired > 0;
    });
    return busy.map(({ id, counts }) => `${id} ${JSON.stringify(counts)}`);
  });
}

function fates(cells: readonly Cell[], stopped: Set<string>, vendor: CountingVendor, logs: [string, string]): Fate[] {
  const heard = logs.map(toldIn) as [Told[], Told[]];
  const done = logs.flatMap(doneIn);
  return cells.flatMap((cell) =>
    cell.messages.map((message) => {
      const { key } = message;
      const own = heard.map((list) => list.filter((one) => one.key === key)) as [Told[], Told[]];
      return {
        cell,
        message,
        stopped: stopped.has(key),
        accepted: vendor.count(key),
        told: own.map((list) => list.filter(isOutcome)) as [Told[], Told[]],
        repeats: own.flat().length - own.flat().filter(isOutcome).length,
        completed: done.filter((one) => one === key).length,
      };
    }),
  );
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves when nothing is missing; with a sentence that names what is, when the time is over. */
async function until(limit: number, trouble: string, missing: () => string[] | Promise<string[]>): Promise<string> {
  const end = Date.now() + limit;
  for (;;) {
    const left = await missing();
    if (left.length === 0) return '';
    if (Date.now() > end) return `${trouble}: ${left.join(', ')}`;
    await pause(50);
  }
}
