/** Hears what a Node-RED says, line by line, as long as it runs. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The end of a message, as its flow was told of it. */
export interface End {
  key: string;
  /** Null for a receipt, else the code of the error. */
  code: string | null;
}

export interface Census {
  /** Bytes in use after a garbage collection. */
  heap: number;
  /** By what listens to what. */
  listeners: Record<string, number>;
  /** By their class. */
  objects: Record<string, number>;
  /** Files of stores that are open. */
  files: number;
  /** Connections to the vendor. */
  sockets: number;
}

/** Milliseconds by which the event loop was late. */
export interface Delay {
  median: number;
  p99: number;
  max: number;
}

export class Ear {
  /** By message: its ends, of which it should have one. */
  readonly ends = new Map<string, (string | null)[]>();
  /** By message: when its first end was heard of, milliseconds of a clock that is never put back. */
  readonly endedAt = new Map<string, number>();
  /** By message: its final reports, of which it should have one at most. */
  readonly finals = new Map<string, number>();
  /** Complaints of Node-RED or of a node. */
  readonly complaints: string[] = [];
  /** How often the flows have started. */
  starts = 0;
  #process: ChildProcess;
  #answers: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];

  constructor(process: ChildProcess) {
    this.#process = process;
    process.once('exit', (code) => {
      for (const { reject } of this.#answers)
        reject(new Error(`Node-RED ended with ${code}: ${this.complaints.at(-1)}`));
    });
    for (const input of [process.stdout, process.stderr]) {
      if (input) createInterface({ input }).on('line', (line) => this.#hear(line));
    }
  }

  census(): Promise<Census> {
    return this.#ask('census') as Promise<Census>;
  }

  delay(): Promise<Delay> {
    return this.#ask('delay') as Promise<Delay>;
  }

  #ask(word: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#answers.push({ resolve, reject });
      this.#process.stdin?.write(`${word}\n`);
    });
  }

  #hear(line: string): void {
    const [, what = '', json = ''] = /^(END|FINAL|PROBE) (.*)$/.exec(line) ?? [];
    if (what === 'END') {
      const { key, code } = JSON.parse(json) as End;
      if (!this.ends.has(key)) this.endedAt.set(key, performance.now());
      this.ends.set(key, [...(this.ends.get(key) ?? []), code]);
    } else if (what === 'FINAL') this.finals.set(json, (this.finals.get(json) ?? 0) + 1);
    else if (what === 'PROBE') this.#answers.shift()?.resolve(JSON.parse(json));
    else if (/Started (modified )?(flows|nodes)/.test(line)) this.starts += 1;
    else if (/\[(warn|error)\]|Unhandled|Uncaught|MaxListeners/.test(line)) this.complaints.push(line);
  }
}
