/** One process killed at one step, with all its cells at once; then another one, which is left alone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutboxState } from '../../dist/src/store/index.js';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
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
  log: string;
}

const STOP_AT = fileURLToPath(new URL('stop-at.cjs', import.meta.url));
/** Milliseconds in which all messages come to the step, or to their end. */
const FIRST_LIFE = 20_000;
/** Longer than any pause between two attempts or look-ups here. */
const STUCK = 4000;
/** A claim of a dead process is another's after the store has noticed. */
const SECOND_LIFE = 90_000;
/** Milliseconds in which what should not come would have come. */
const QUIET = 700;

export async function run({ step, store, cells, redisUrl, prepare }: Run): Promise<RunResult> {
  const userDir = mkdtempSync(join(tmpdir(), 'crash-'));
  const vendor = await startVendor(cells, step);
  const messages = cells.flatMap((cell) => cell.messages);
  const start = (env: Record<string, string>) => {
    const flows = flowOf(cells, vendor, store, redisUrl);
    return startNodeRed({ userDir, flows, env, settings: { httpAdminRoot: '/admin', apiMaxLength: '50mb' } });
  };
  try {
    prepare?.(userDir);
    let stopped = new Set<string>();
    let before = '';
    let nodeRed: NodeRed;
    if (step === 'never') {
      nodeRed = await start({});
      await give(nodeRed, cells, () => true);
      await untilTold(nodeRed, messages, () => 1);
    } else {
      nodeRed = await start({ NODE_OPTIONS: `--require "${STOP_AT}"`, CRASH_STEP: step, CRASH_VENDOR: vendor.url });
      await give(nodeRed, cells, () => true);
      stopped = await untilStopped(nodeRed, cells, vendor);
      await nodeRed.kill();
      before = nodeRed.logs();
      vendor.release();
      nodeRed = await start({});
    }
    const isWanted = whoIsGivenAgain(cells, step);
    await give(nodeRed, cells, isWanted);
    const repeats = messages.filter(({ key, repeated }) => repeated && isWanted(key) && step !== 'before-store').length;
    const wanted = (key: string) => (step === 'after-emit' && stopped.has(key) ? 1 : told(before, key) > 0 ? 0 : 1);
    await untilTold(nodeRed, messages, step === 'never' ? () => 1 : wanted, repeats);
    const held = await untilNothingWaits(nodeRed);
    await pause(QUIET);
    const exitCode = await nodeRed.stop();
    const log = `${before}\n----\n${nodeRed.logs()}`;
    return { fates: fates(cells, stopped, vendor, [before, nodeRed.logs()]), held, exitCode, log };
  } finally {
    await vendor.close();
    rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
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

/**
 * Resolves with the messages that have come to the step, when all others have met their end; or stand behind one of
 * their account, which lets one at a time try while its vendor is in trouble.
 */
async function untilStopped(nodeRed: NodeRed, cells: readonly Cell[], vendor: CountingVendor): Promise<Set<string>> {
  let stopped = new Set<string>();
  let missing: Message[] = [];
  let [count, since] = [0, Date.now()];
  const look = () => {
    const log = nodeRed.logs();
    const told = toldIn(log);
    const ended = new Set(told.map(({ key }) => key));
    stopped = new Set([...stoppedIn(log), ...vendor.stopped]);
    if (stopped.size + told.length !== count) [count, since] = [stopped.size + told.length, Date.now()];
    const isStuck = Date.now() - since > STUCK;
    const isOpen = ({ key }: Message) => !stopped.has(key) && !ended.has(key);
    const standing = cells.filter(({ messages }) => !isStuck || !messages.some(({ key }) => stopped.has(key)));
    missing = standing.flatMap(({ messages }) => messages.filter(isOpen));
    return missing.length === 0;
  };
  const complaint = () => `neither stopped nor told: ${missing.map(({ key }) => key)}\n${tail(nodeRed)}`;
  await until(look, FIRST_LIFE, complaint);
  return stopped;
}

async function untilTold(
  nodeRed: NodeRed,
  messages: readonly Message[],
  wanted: (key: string) => number,
  repeats = 0,
): Promise<void> {
  const missing = () => {
    const counts = new Map<string, number>();
    const all = toldIn(nodeRed.logs());
    for (const { key } of all.filter(isOutcome)) counts.set(key, (counts.get(key) ?? 0) + 1);
    const refused = all.length - all.filter(isOutcome).length;
    const untold = messages.filter(({ key }) => (counts.get(key) ?? 0) < wanted(key)).map(({ key }) => key);
    return refused < repeats ? [...untold, `${repeats - refused} repeats`] : untold;
  };
  await until(
    () => missing().length === 0,
    SECOND_LIFE,
    () => `not told of: ${missing()}\n${tail(nodeRed)}`,
  );
}

interface Overview {
  accounts: { id: string; counts: Record<OutboxState, number> | null }[];
}

/** Resolves with what is held, when nothing is under way any more. */
async function untilNothingWaits(nodeRed: NodeRed): Promise<Map<string, number>> {
  let overview: Overview = { accounts: [] };
  const isDone = async () => {
    overview = (await nodeRed.admin('GET', '/sms/accounts')).body as Overview;
    return overview.accounts.every(({ counts }) => {
      return counts && counts.waiting + counts.sending + counts.unknown + counts.expired === 0;
    });
  };
  await until(isDone, FIRST_LIFE, () => `still under way: ${JSON.stringify(overview)}\n${tail(nodeRed)}`);
  return new Map(overview.accounts.map(({ id, counts }) => [id, counts?.held ?? 0]));
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
const tail = (nodeRed: NodeRed) => nodeRed.logs().slice(-3000);

async function until(holds: () => boolean | Promise<boolean>, limit: number, complaint: () => string): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    assert(Date.now() < end, complaint());
    await pause(50);
  }
}
