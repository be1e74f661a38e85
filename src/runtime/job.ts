/** One message that came into sms-send: what it came with, who it goes to, and which of them are settled. */
import type { Node, NodeAPI } from 'node-red';
import type { Done, Message, Send } from './nodes';
import { fromStored, type Stored } from './storable';

/** What a message came with. */
export interface Origin {
  message: Message;
  /** Ties the outputs together for a Join node; null for a single recipient. */
  parts: { id: string; count: number } | null;
  /** The property of the message that holds the list of recipients; null where it came from elsewhere. */
  path: string | null;
}

export interface Job extends Origin {
  id: string;
  send: Send;
  done: Done;
  /** A bit for each recipient who is settled; null for a single one. */
  settled: Uint8Array | null;
  /** How many are not. */
  open: number;
  /** What the store has of the message is all of it: nobody has to remember it. */
  isStored: boolean;
  /** Who speaks for it: the node that took the message in, or the one that is there now. */
  speaker: object | null;
}

/** What goes with each SMS through the store, and comes back with its outcome and its reports. */
export interface JobContext {
  job: string;
  /** Which recipient of several. */
  index: number;
  /** The message itself, where it has a single recipient. */
  message?: Stored;
}

/** What was stored by another version may be anything. */
export function contextOf(value: unknown): JobContext {
  const { job, index, message } = (value ?? {}) as Partial<JobContext>;
  return {
    job: typeof job === 'string' ? job : '',
    index: Number.isInteger(index) ? Number(index) : 0,
    ...(typeof message === 'object' && message !== null ? { message } : {}),
  };
}

/** @param answers who takes what comes of it: the node that took the message in, or the one that is there now */
export function newJob(id: string, origin: Origin, answers: Pick<Job, 'send' | 'done'>): Job {
  const count = origin.parts?.count ?? 1;
  const settled = origin.parts ? new Uint8Array(Math.ceil(count / 8)) : null;
  return { id, ...origin, ...answers, settled, open: count, isStored: false, speaker: null };
}

/** A job whose node was deployed again, or that began before the process did: this node speaks for it. */
export function answersOf(node: Node, message: Message): Pick<Job, 'send' | 'done'> {
  // It is what Node-RED itself calls after `done()`: it tells Complete and Catch nodes.
  const { _complete } = node as unknown as { _complete?: (message: Message, error?: Error) => void };
  const done: Done = (error) => {
    if (typeof _complete === 'function') _complete.call(node, message, error);
    else if (error) node.error(error, message);
  };
  return { send: (outgoing) => node.send(outgoing), done };
}

/** The message of a single recipient, out of the store. */
export function restored(stored: Stored): Origin {
  return { message: fromStored(stored), parts: null, path: null };
}

export function isSettled({ settled, open }: Job, index: number): boolean {
  if (settled === null) return open === 0;
  return ((settled[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

export function markSettled(job: Job, index: number): void {
  if (job.settled) job.settled[index >> 3] = (job.settled[index >> 3] ?? 0) | (1 << (index & 7));
  job.open -= 1;
}

/** What goes out for a recipient: the message itself for a single one, a copy for each of several. */
export function messageFor(RED: NodeAPI, origin: Origin, index: number): Message {
  return origin.parts === null ? origin.message : copyFor(RED, origin, index);
}

/** A copy of the message; of several recipients each has its own in it, and not the list of all of them. */
export function copyFor(RED: NodeAPI, origin: Origin, index: number): Message {
  const { message, parts, path } = origin;
  if (parts === null) return RED.util.cloneMessage(message);
  const list = path === null ? undefined : RED.util.getMessageProperty(message, path);
  const isList = Array.isArray(list);
  const copy = isList ? without(RED, message, String(path), list) : RED.util.cloneMessage(message);
  if (isList) put(RED, copy, String(path), cloned(RED, list[index]));
  return Object.assign(copy, { parts: { ...parts, index, type: 'array' } });
}

/** Copies a message but for its list: five thousand copies of five thousand recipients would be too many. */
function without(RED: NodeAPI, message: Message, path: string, list: unknown[]): Message {
  if (!put(RED, message, path, null)) return RED.util.cloneMessage(message);
  try {
    return RED.util.cloneMessage(message);
  } finally {
    put(RED, message, path, list);
  }
}

/** False where it cannot be: a message may be frozen. */
function put(RED: NodeAPI, message: Message, path: string, value: unknown): boolean {
  try {
    RED.util.setMessageProperty(message, path, value, false);
    return true;
  } catch {
    return false;
  }
}

function cloned(RED: NodeAPI, recipient: unknown): unknown {
  return typeof recipient === 'object' && recipient !== null ? RED.util.cloneMessage(recipient as Message) : recipient;
}
