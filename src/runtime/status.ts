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

/** Words are kept once, in the catalogue of the account node. */
const CATALOGUE = '@smsflow/node-red-sms/sms-provider:sms-provider.status';

export type Word = Status | 'waiting' | 'listening' | 'done' | 'noSecret';

export class StatusLine {
  #RED: NodeAPI;
  #node: Node;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  /** A word, with a number or a name behind it. */
  show(word: Word, behind: string | number = ''): void {
    const text = [this.#RED._(`${CATALOGUE}.${word}`), behind].filter((part) => part !== '').join(' ');
    this.#node.status({ ...LOOKS[word], text });
  }

  /** Red, with a few words for the code. */
  failed({ code }: SmsError): void {
    this.#node.status({ fill: 'red', shape: 'ring', text: this.#RED._(`${CATALOGUE}.${code}`) });
  }

  clear(): void {
    this.#node.status({});
  }
}
