/** What a node shows of itself: a colour and a few words, in the language of the Node-RED it runs in. */
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { SmsError } from '../sms/errors';
import type { Status } from '../sms/types';

const LOOKS: Record<string, Pick<NodeStatus, 'fill' | 'shape'>> = {
  scheduled: { fill: 'blue', shape: 'ring' },
  queued: { fill: 'blue', shape: 'ring' },
  waiting: { fill: 'blue', shape: 'ring' },
  sent: { fill: 'blue', shape: 'dot' },
  listening: { fill: 'blue', shape: 'dot' },
  delivered: { fill: 'green', shape: 'dot' },
  received: { fill: 'green', shape: 'dot' },
  done: { fill: 'green', shape: 'dot' },
  failed: { fill: 'red', shape: 'ring' },
  expired: { fill: 'red', shape: 'ring' },
  unknown: { fill: 'yellow', shape: 'ring' },
};

/** Milliseconds between two of one kind: no eye follows more, and each goes to every editor that is open. */
const PAUSE = 200;

/** Words are kept once, in the catalogue of the account node. */
const CATALOGUE = '@smsflow/node-red-sms/sms-provider:sms-provider.status';

export type Word = Status | 'waiting' | 'listening' | 'done' | 'noSecret';

export class StatusLine {
  #RED: NodeAPI;
  #node: Node;
  /** What is shown unless there is trouble. */
  #status: () => NodeStatus = nothing;
  /** What keeps an account of the node from working, by the id of the account. */
  #troubles = new Map<string, SmsError>();
  /** What the node shows, and since when (performance time). */
  #shown: { kind: string; at: number } = { kind: '', at: 0 };
  #timer: NodeJS.Timeout | undefined;
  /** What was looked up already: to look up a word takes as long as to send an SMS off. */
  #words = new Map<string, string>();

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
    node.on('close', () => clearTimeout(this.#timer));
  }

  /** A word, with a number or a name behind it. */
  show(word: Word, behind: string | number = ''): void {
    this.#show(
      () => ({ ...LOOKS[word], text: behind === '' ? this.#said(word) : `${this.#said(word)} ${behind}` }),
      word,
    );
  }

  /** Red, with a few words for the code. What a trouble of the account brings about is over with the trouble. */
  failed(error: SmsError): void {
    const isOfTrouble = [...this.#troubles.values()].some(({ code }) => code === error.code);
    if (!isOfTrouble) this.#show(() => this.#red(error), error.code);
  }

  /** Shown in place of everything else until null says that it is over. */
  trouble(account: string, trouble: SmsError | null): void {
    if (trouble) this.#troubles.set(account, trouble);
    else this.#troubles.delete(account);
    this.#put();
  }

  clear(): void {
    this.#show(nothing, '');
  }

  /** Of many that differ in a number only, the first is shown at once, and the last of them a little later. */
  #show(status: () => NodeStatus, kind: string): void {
    this.#status = status;
    if (this.#troubles.size > 0) return;
    const now = performance.now();
    if (kind !== this.#shown.kind || now - this.#shown.at >= PAUSE) {
      this.#shown = { kind, at: now };
      this.#put();
    } else this.#timer ??= setTimeout(() => this.#put(), PAUSE).unref();
  }

  #put(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [trouble] = this.#troubles.values();
    this.#node.status(trouble ? this.#red(trouble) : this.#status());
  }

  #red({ code }: SmsError): NodeStatus {
    return { fill: 'red', shape: 'ring', text: this.#said(code) };
  }

  #said(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const text = this.#RED._(`${CATALOGUE}.${word}`);
    this.#words.set(word, text);
    return text;
  }
}

function nothing(): NodeStatus {
  return {};
}
