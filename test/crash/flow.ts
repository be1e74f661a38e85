/** The flow of the crash matrix: an account for each cell, a node for each message, and what comes out as a line of the log. */
import type { FlowNode } from '../support/node-red.ts';
import { type Cell, type StoreKind, textOf, VENDORS } from './matrix.ts';
import type { CountingVendor } from './vendor.ts';

/** Milliseconds that a call may take to a vendor that answers, however busy this machine is. */
const TIMEOUT = 30_000;
/** To one that does not at first; longer where an answer that comes later than that would make a double one. */
const UNANSWERED = { reference: 4000, text: 4000, nothing: 8000 };
/** Seconds after an attempt. */
const LOOKUPS = '0.5,1,3';

/** What a flow has been told of a message. */
export interface Told {
  key: string;
  /** The message came back with what it was given with. */
  whole: boolean;
  /** Null for a receipt. */
  code: string | null;
  /** The sentence that came with the code. */
  says?: string;
}

export function flowOf(cells: readonly Cell[], vendor: CountingVendor, kind: StoreKind, redisUrl?: string): FlowNode[] {
  const store: FlowNode = { id: 'store', type: 'sms-store', kind, credentials: { url: redisUrl ?? '' } };
  const messages = cells.flatMap((cell) => cell.messages.map((message) => ({ cell, message })));
  return [
    { id: 'tab', type: 'tab', label: 'Crash matrix' },
    ...(kind === 'embedded' ? [] : [store]),
    ...cells.map((cell) => account(cell, vendor, kind === 'embedded' ? '' : 'store')),
    { id: 'in', type: 'http in', z: 'tab', url: '/give', method: 'post', wires: [['answer', 'give']] },
    { id: 'answer', type: 'http response', z: 'tab', wires: [] },
    {
      ...{ id: 'give', type: 'function', z: 'tab', outputs: messages.length },
      func: 'return msg.payload.map((one) => one && { ...one, payload: one.text });',
      wires: messages.map(({ message }) => [nodeOf(message.key)]),
    },
    ...messages.map(({ cell, message }) => sender(message.key, cell.id)),
    { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['caught']] },
    {
      id: 'complete',
      type: 'complete',
      z: 'tab',
      scope: messages.map(({ message }) => nodeOf(message.key)),
      wires: [['done']],
    },
    tell('receipt', 'TOLD', '{ key: msg.payload.text.match(/message(\\d{4})/)[1], kept: msg.key, code: null }'),
    tell(
      'caught',
      'TOLD',
      '{ key: msg.error.source.id.slice(5), kept: msg.key, code: msg.error.code, says: msg.error.message }',
    ),
    tell('done', 'DONE', '{ key: msg.key }'),
  ];
}

/** What the upstream system gives, in the places of their nodes: those that are repeated as lists, of one recipient. */
export function given(cells: readonly Cell[], wanted: (key: string) => boolean): unknown[] {
  return cells
    .flatMap(({ messages }) => messages)
    .map(({ key, to, repeated }) => {
      if (!wanted(key)) return null;
      const text = textOf(key);
      return repeated ? { key, to: [to], text, again: `order ${key}` } : { key, to, text, again: '' };
    });
}

/** The lines that the nodes have written. */
export function toldIn(log: string): Told[] {
  return linesOf<Omit<Told, 'whole'> & { kept?: string }>(log, 'TOLD').map(({ kept, ...told }) => {
    return { ...told, whole: kept === told.key };
  });
}

/** The messages that a Complete node has been told of. */
export function doneIn(log: string): string[] {
  return linesOf<{ key: string }>(log, 'DONE').map(({ key }) => key);
}

/** The messages that have come to the step where the process is to end. */
export function stoppedIn(log: string): string[] {
  return Array.from(log.matchAll(/^STOPPED (.*)$/gm), ([, keys]) => keys?.split(' ') ?? []).flat();
}

function linesOf<T>(log: string, word: string): T[] {
  return Array.from(log.matchAll(new RegExp(`^${word} (\\{.*\\})$`, 'gm')), ([, json]) => JSON.parse(json ?? '') as T);
}

const nodeOf = (key: string) => `send-${key}`;

function account(cell: Cell, vendor: CountingVendor, store: string): FlowNode {
  const { id, policy, fault } = cell;
  const hangs = fault === 'hang-before' || fault === 'hang-after';
  return {
    ...{ id, type: 'sms-provider', name: `Account of ${id}`, sandbox: false, store, rate: '0', region: '' },
    ...{
      timeout: hangs ? UNANSWERED[VENDORS[cell.vendor].lookup] : TIMEOUT,
      uncertain: policy,
      lookups: LOOKUPS,
      failoverAfter: 600,
      finalWithin: 72,
    },
    ...vendor.line(cell),
  };
}

function sender(key: string, provider: string): FlowNode {
  return {
    ...{ id: nodeOf(key), type: 'sms-send', z: 'tab', provider, fallback: [], alphabet: 'auto', maxParts: 0 },
    ...{ to: 'to', toType: 'msg', text: 'payload', textType: 'msg', dedupe: 'again', dedupeType: 'msg' },
    ...{ queue: true, expires: 600, dedupeSeconds: 3600, follow: false },
    wires: [['receipt'], []],
  };
}

/** Node's console writes to a pipe before it returns: what a flow was told is known, whenever the process dies. */
function tell(id: string, word: string, what: string): FlowNode {
  return {
    id,
    type: 'function',
    z: 'tab',
    outputs: 1,
    func: `console.log('${word} ' + JSON.stringify(${what}));`,
    wires: [[]],
  };
}
