/** The debug sidebar of a Node-RED: what the debug nodes of its flows show, heard as the editor hears it. */
import { once } from 'node:events';
import type { NodeRed } from '../support/node-red.ts';

export interface Shown {
  /** The id of the debug node. */
  node: string;
  value: unknown;
}

interface Waiting {
  fits: (shown: Shown) => boolean;
  resolve: (shown: Shown) => void;
}

export class Sidebar {
  readonly shown: Shown[] = [];
  #socket: WebSocket;
  #waiting = new Set<Waiting>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#hear(String(data)));
  }

  static async open(nodeRed: NodeRed): Promise<Sidebar> {
    const socket = new WebSocket(`${nodeRed.url.replace(/^http/, 'ws')}/comms`);
    const sidebar = new Sidebar(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ subscribe: 'debug' }));
    return sidebar;
  }

  /** What a debug node shows, or has shown, that is as wanted; what it showed instead, when that takes too long. */
  wait(node: string, wanted: (value: unknown) => boolean, milliseconds: number): Promise<Shown> {
    const fits = (shown: Shown) => shown.node === node && wanted(shown.value);
    const before = this.shown.find(fits);
    if (before) return Promise.resolve(before);
    return new Promise((resolve, reject) => {
      const waiting = { fits, resolve };
      this.#waiting.add(waiting);
      setTimeout(() => {
        if (!this.#waiting.delete(waiting)) return;
        const instead = this.shown.filter((shown) => shown.node === node).map(({ value }) => JSON.stringify(value));
        reject(new Error(`It showed: ${instead.join('\n') || 'nothing'}`));
      }, milliseconds).unref();
    });
  }

  close(): void {
    this.#socket.close();
  }

  #hear(data: string): void {
    const heard = JSON.parse(data) as { topic: string; data: { id: string; msg: string; format: string } }[];
    for (const { topic, data } of Array.isArray(heard) ? heard : []) {
      if (topic !== 'debug') continue;
      this.#show({
        node: data.id,
        value: /^(object|array|error)/i.test(data.format) ? JSON.parse(data.msg) : data.msg,
      });
    }
  }

  #show(shown: Shown): void {
    this.shown.push(shown);
    for (const waiting of this.#waiting) {
      if (!waiting.fits(shown)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(shown);
    }
  }
}
