/** 5,000 messages at once, each time to another Node-RED that has been at work: sockets, messages a second, memory at the peak. */
import { setTimeout as pause } from 'node:timers/promises';
import { excess, type Findings, median, ratio, rounds } from './measure.ts';
import { NEXMO, OURS, QUEUED, REQUEST, type Subject, start, TWILIO, Vendor } from './subjects.ts';

const BURST = 5000;
const ROUNDS = 5;
/** Messages before it, so many of them under way at a time: what a process takes to get going is not the burst's. */
const [WARM_UP, TOGETHER] = [30_000, 50];

export async function measureGroup(): Promise<Findings> {
  const vendor = await Vendor.start();
  const subjects = [OURS, QUEUED, REQUEST, NEXMO, TWILIO].map((name) => ({ name }));
  const found = await rounds(ROUNDS, subjects, ({ name }) => burst(name, vendor));
  vendor.stop();
  const of = (name: string) => found[name] as NonNullable<(typeof found)[string]>;
  const [ours, request] = [of(OURS), of(REQUEST)];
  return {
    values: {
      'burst.sockets': Math.max(...ours.sockets),
      'burst.rate': ratio(ours.rate, request.rate),
      'burst.memory': median(ours.growth),
    },
    table: {
      head: ['subject', 'sockets', 'messages/s', '', 'MiB more at the peak', 'than http request'],
      rows: subjects.map(({ name }) => {
        const { sockets, rate, growth } = of(name);
        const times = `${ratio(rate, request.rate).toPrecision(3)} ×`;
        return [name, median(sockets), median(rate), times, median(growth), excess(growth, request.growth)];
      }),
    },
  };
}

async function burst(name: string, vendor: Vendor) {
  const subject = await start(name, vendor.http);
  await warmUp(subject, vendor);
  const begin = performance.now();
  const { before, ...run } = await subject.run(BURST, BURST);
  const sockets = await answered(vendor, subject.silent ? BURST : 0);
  const time = subject.silent ? performance.now() - begin : run.time;
  const growth = (await subject.peak()) - before;
  await subject.stop();
  return { sockets, rate: (BURST / time) * 1000, growth };
}

async function warmUp(subject: Subject, vendor: Vendor): Promise<void> {
  if (!subject.silent) await subject.run(WARM_UP, TOGETHER);
  else
    for (let sent = 0; sent < WARM_UP; sent += TOGETHER) {
      await subject.run(TOGETHER, TOGETHER);
      await answered(vendor, TOGETHER);
    }
  await vendor.count();
}

/** The most sockets that were open at a time since the last time, when so many requests were answered. */
async function answered(vendor: Vendor, wanted: number): Promise<number> {
  let { requests, sockets } = await vendor.count();
  while (requests < wanted) {
    await pause(20);
    const more = await vendor.count();
    requests += more.requests;
    sockets = Math.max(sockets, more.sockets);
  }
  return sockets;
}
