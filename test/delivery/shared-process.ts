/** A process of its own on a shared store: a thread, with a life of its own, that is ended as a crash ends one. */
import { Worker } from 'node:worker_threads';
import type { SmsErrorCode } from '../../dist/src/sms/errors.js';
import type { Line } from './support.ts';

/** What its node was told, in that order. */
export interface Heard {
  what: 'settled' | 'moved';
  reference: string;
  /** The status of a report, `accepted`, or the code of an error. */
  word: string | SmsErrorCode;
}

export interface Setting {
  url: string;
  prefix: string;
  line: Line;
  /** Whether the node is there. */
  hasNode?: boolean;
  /** The node takes what it is told and says nothing, as when the process dies over it. */
  isMute?: boolean;
}

/** What it may be asked to do. */
export interface Work {
  /** Takes messages in; sends them, too, if it is to. Answers their references. */
  take(to: readonly string[], sends: boolean): string[];
  /** Sends what is there. */
  resume(): void;
  /** Hears of a message by our reference. */
  report(reference: string, status: 'sent' | 'delivered'): void;
  /** Waits until a message is known as accepted. */
  accepted(reference: string): void;
  /** What a node that reads news is told now, the references; from the first time on news are left for it. */
  news(reader: string): string[];
}

export interface Process {
  life: string;
  heard: Heard[];
  ask<K extends keyof Work>(name: K, ...given: Parameters<Work[K]>): Promise<ReturnType<Work[K]>>;
  /** Nothing is awaited on the way out. */
  crash(): Promise<unknown>;
}

export type FromProcess =
  | { kind: 'begun'; life: string }
  | { kind: 'heard'; heard: Heard }
  | { kind: 'answer'; nth: number; answer?: unknown; error?: string };

export async function startProcess(setting: Setting): Promise<Process> {
  const worker = new Worker(new URL('shared-worker.ts', import.meta.url), { workerData: setting });
  const heard: Heard[] = [];
  const answers = new Map<number, (message: FromProcess & { kind: 'answer' }) => void>();
  let asked = 0;
  const life = await new Promise<string>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message: FromProcess) => {
      if (message.kind === 'begun') resolve(message.life);
      else if (message.kind === 'heard') heard.push(message.heard);
      else answers.get(message.nth)?.(message);
    });
  });
  return {
    life,
    heard,
    ask: (name, ...given) =>
      new Promise((resolve, reject) => {
        asked += 1;
        answers.set(asked, ({ answer, error }) => {
          if (error === undefined) resolve(answer as ReturnType<Work[typeof name]>);
          else reject(new Error(error));
        });
        worker.postMessage({ nth: asked, name, given });
      }),
    crash: () => worker.terminate(),
  };
}
