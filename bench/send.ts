/** A closed loop of 50 over plain HTTP: each message goes out when one of those before it was answered. */
import { type Findings, median, ratio, rounds } from './measure.ts';
import { NEXMO, OURS, QUEUED, REQUEST, start, UNFOLLOWED, Vendor } from './subjects.ts';

const TOGETHER = 50;
const ROUNDS = 5;
/** Messages of a subject in a round, and before the first one. */
const MESSAGES = 10_000;
const WARM_UP = 10_000;
/** In each round, right before what is measured. */
const WARM_AGAIN = 3000;

const SUBJECTS = [OURS, UNFOLLOWED, QUEUED, REQUEST, NEXMO, 'axios, hand-written', 'undici dispatch, bare'];

export async function measureGroup(): Promise<Findings> {
  const { found, table } = await closedLoop(SUBJECTS, ({ http }) => http);
  const ours = found[OURS] as Figures;
  const request = found[REQUEST] as Figures;
  return {
    values: { 'send.rate': ratio(ours.rate, request.rate), 'send.cpu': ratio(ours.cpu, request.cpu) },
    table,
  };
}

export interface Figures {
  /** Messages a second. */
  rate: number[];
  /** Milliseconds a message. */
  cpu: number[];
}

/** The loop, for some subjects, each in a Node-RED that stays; all are compared with the http request node. */
export async function closedLoop(names: readonly string[], originOf: (vendor: Vendor) => string) {
  const vendor = await Vendor.start();
  const subjects = [];
  for (const name of names) subjects.push(await start(name, originOf(vendor)));
  for (const subject of subjects) await subject.run(WARM_UP, TOGETHER);
  const found = await rounds(ROUNDS, subjects, async (subject) => {
    // What was put aside while the others had their turn (memory, compiled code) is there again.
    await subject.run(WARM_AGAIN, TOGETHER);
    const { time, cpu } = await subject.run(MESSAGES, TOGETHER);
    return { rate: (MESSAGES / time) * 1000, cpu: cpu / MESSAGES };
  });
  await Promise.all(subjects.map((subject) => subject.stop()));
  vendor.stop();
  const base = found[REQUEST] ?? (found[OURS] as Figures);
  const rows = Object.entries(found).map(([name, { rate, cpu }]) => [
    name,
    median(rate),
    `${ratio(rate, base.rate).toPrecision(3)} ×`,
    `${median(cpu).toPrecision(2)} ms`,
    `${ratio(cpu, base.cpu).toPrecision(2)} ×`,
  ]);
  return { found, table: { head: ['subject', 'messages/s', '', 'CPU a message', ''], rows } };
}
