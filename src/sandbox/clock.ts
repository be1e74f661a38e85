/** The time of one sandbox: its clock, the pace of its messages, and timers that all end with it. */
import type { Delays } from './types';

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Now, as an ISO 8601 UTC string. */
  iso(): string;
  delays: Delays;
  /** Runs `task` once, unless the clock stops before; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
  stop(): void;
}

const DEFAULT_DELAYS: Delays = { network: 300, outcome: 1200, expiry: 3000, reply: 1000, retry: 1000 };

/** A timer of Node takes no more ms than this; an SMS may be scheduled for next year. */
const LONGEST = 2 ** 31 - 1;

export function createClock(now: () => number = Date.now, pace: number | Partial<Delays> = 1): Clock {
  const pending = new Set<{ cancel(): void }>();
  let stopped = false;
  return {
    now,
    iso: () => new Date(now()).toISOString(),
    delays: delaysOf(pace),
    after(ms, task) {
      if (stopped) return () => {};
      let timer: NodeJS.Timeout;
      const wait = (left: number): void => {
        timer = setTimeout(() => (left > LONGEST ? wait(left - LONGEST) : end()), Math.min(left, LONGEST));
      };
      const entry = { cancel: () => clearTimeout(timer) };
      const end = (): void => {
        pending.delete(entry);
        safely(task);
      };
      pending.add(entry);
      wait(ms);
      return () => {
        pending.delete(entry);
        entry.cancel();
      };
    },
    stop() {
      stopped = true;
      for (const { cancel } of pending) cancel();
      pending.clear();
    },
  };
}

/** Whatever `task` throws becomes a warning: a sandbox may live inside someone's Node-RED, which it must not end. */
export function safely(task: () => void): void {
  try {
    task();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function delaysOf(pace: number | Partial<Delays>): Delays {
  if (typeof pace !== 'number') return { ...DEFAULT_DELAYS, ...pace };
  const { network, outcome, expiry, reply, retry } = DEFAULT_DELAYS;
  return {
    network: network * pace,
    outcome: outcome * pace,
    expiry: expiry * pace,
    reply: reply * pace,
    retry: retry * pace,
  };
}
