/** 5,000 messages at once, each time to a Node-RED that has just started: sockets, messages a second, memory at the peak. */
import { setTimeout as pause } from 'node:timers/promises';
import { excess, type Findings, median, ratio, rounds } from './measure.ts';
import { NEXMO, OURS, QUEUED, REQUEST, start, TWILIO, Vendor } from './subjects.ts';

const BURST = 5000;
const ROUNDS = 3;
const WARM_UP = 50;

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
  await subject.run(WARM_UP, WARM_UP);
  await answered(vendor, subject.silent ? WARM_UP : 0);
  const begin = performance.now();
  const { before, ...run } = await subject.run(BURST, BURST);
  const sockets = await answered(vendor, subject.silent ? BURST : 0);
  const time = subject.silent ? performance.now() - begin : run.time;
  const growth = (await subject.peak()) - before;
  await subject.stop();
  return { sockets, rate: (BURST / time) * 1000, growth };
}

/** The sockets that were opened since the last time, when so many requests were answered. */
async function answered(vendor: Vendor, wanted: number): Promise<number> {
  let { requests, sockets } = await vendor.count();
  while (requests < wanted) {
    await pause(20);
    const more = await vendor.count();
    requests += more.requests;
    sockets += more.sockets;
  }
  return sockets;
}
