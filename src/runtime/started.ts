/**
 * A node is there at once, and what works in it is loaded and begun later: when something is asked of any node of this
 * package, or by itself when Node-RED has been idle for a moment after its start. From then on new nodes begin at once.
 */
import type { EventEmitter } from 'node:events';
import type { RequestHandler } from 'express';
import type { Node, NodeAPI } from 'node-red';
import type { Message, Send, TakesInput } from './nodes';

/** Milliseconds after the flows have started: what waits in a store goes on then, and what is wrong with an account is told. */
const IDLE_AFTER = 1000;

/**
 * Begins the work of a node when it is time.
 * @param begin may rely on all nodes that were made before this one: they have begun
 * @returns what `begin` made, which is made now if it is not yet
 */
export function beginLater<T>(RED: NodeAPI, node: Node, begin: () => T): () => T {
  const start = startOf(RED);
  let begun: { made: T } | undefined;
  const made = () => {
    begun ??= { made: begin() };
    return begun.made;
  };
  if (start.isAwake) made();
  else {
    const attempt = attemptOf(node, made);
    start.asleep.add(attempt);
    node.on('close', () => start.asleep.delete(attempt));
  }
  return () => {
    start.wake();
    return made();
  };
}

/** The same for a node that takes messages: `begin` makes what takes them. */
export function takeLater(RED: NodeAPI, node: Node, begin: () => TakesInput): void {
  const taker = beginLater(RED, node, begin);
  node.on('input', (message, send, done) => taker()(message as Message, send as Send, done));
}

/** Waits until all nodes of a deploy are there: what a node sends before then may find nobody at the other end. */
export function whenStarted(RED: NodeAPI, node: Node, work: () => void): void {
  const { works } = startOf(RED);
  const attempt = attemptOf(node, work);
  works.add(attempt);
  node.on('close', () => works.delete(attempt));
}

/** One that breaks keeps no other one from its work, and ends no process. */
function attemptOf(node: Node, work: () => void): () => void {
  return () => {
    try {
      work();
    } catch (error) {
      node.error(error);
    }
  };
}

/** At the first request below one of `paths` the admin API is given what `serve` adds to it, which then answers that request, too. */
export function onFirstRequest(RED: NodeAPI, paths: string[], serve: () => void): void {
  let isServed = false;
  const handler: RequestHandler = (_request, _response, next) => {
    if (!isServed) {
      isServed = true;
      startOf(RED).wake();
      serve();
    }
    next();
  };
  RED.httpAdmin.use(paths, handler);
}

/** All nodes begin now. */
export function wake(RED: NodeAPI): void {
  startOf(RED).wake();
}

class Start {
  isAwake = false;
  /** What begins the nodes that have not begun, in the order in which they were made. */
  readonly asleep = new Set<() => void>();
  readonly works = new Set<() => void>();
  #areRunning = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(events: EventEmitter) {
    events.on('flows:started', () => {
      this.#areRunning = true;
      this.#work();
      if (!this.isAwake) this.#timer ??= setTimeout(() => this.wake(), IDLE_AFTER).unref();
    });
    // How a node ends depends on what it had begun: an account that was deleted has messages to settle.
    events.on('flows:stopping', () => {
      this.#areRunning = false;
      this.wake();
    });
  }

  wake(): void {
    if (this.isAwake) return;
    this.isAwake = true;
    clearTimeout(this.#timer);
    for (const begin of this.asleep) begin();
    this.asleep.clear();
    if (this.#areRunning) this.#work();
  }

  #work(): void {
    const now = [...this.works];
    this.works.clear();
    for (const work of now) work();
  }
}

const starts = new WeakMap<object, Start>();

/** One for all nodes of a Node-RED: `RED.events` is what their files have in common. */
function startOf({ events }: NodeAPI): Start {
  let start = starts.get(events);
  if (!start) {
    start = new Start(events);
    starts.set(events, start);
  }
  return start;
}
