/** What the nodes of one Node-RED share, although each node file is given a RED of its own. */
import type { Node, NodeAPI } from 'node-red';
import { Accounts } from '../delivery/accounts';
import type { Store } from '../store';
import type { KeptJobs } from './jobs';
import { LeftBefore } from './left-before';
import type { SandboxLine } from './line';
import type { StoreChoice } from './open-stores';
import { Troubles } from './troubles';

export interface Shared {
  accounts: Accounts;
  troubles: Troubles;
  left: LeftBefore;
  /** What the sending nodes had under way when they were deployed again, by the id of the node. */
  jobs: Map<string, KeptJobs>;
  /** The sandboxes, by the id of the account: their messages outlive a redeploy. */
  sandboxes: Map<string, SandboxLine>;
  /** The store that each account had last, by the id of the account. */
  stores: Map<string, { choice: StoreChoice; store: Store }>;
}

const instances = new WeakMap<object, Shared>();

/** `RED.events` is the one object that all node files of a Node-RED have in common. */
export function sharedOf(RED: NodeAPI): Shared {
  let shared = instances.get(RED.events);
  if (!shared) {
    const [jobs, sandboxes, stores] = [new Map(), new Map(), new Map()];
    const accounts = new Accounts();
    const left = new LeftBefore(() => accounts.all());
    shared = { accounts, troubles: new Troubles(), left, jobs, sandboxes, stores };
    instances.set(RED.events, shared);
    // A message that a node has sent and Node-RED has not delivered yet is lost when the nodes behind it end, …
    RED.events.on('flows:stopping', (stop: Stop) => {
      accounts.recall((owner) => losesOthers(RED, stop, owner));
      accounts.pause();
    });
    // … and so is what it sends before there are others in their place.
    RED.events.on('flows:started', () => accounts.goOn());
  }
  return shared;
}

/** What Node-RED says of a deploy that begins, or of its end. */
interface Stop {
  type?: string;
  diff?: Partial<Record<'changed' | 'removed' | 'linked' | 'rewired', string[]>>;
}

/** Whether some of those that a node passes messages on to end: what it is wired to, and who catches its errors. */
function losesOthers(RED: NodeAPI, { type, diff = {} }: Stop, id: string): boolean {
  if (type === 'full') return true;
  const { changed = [], removed = [], linked = [], rewired = [] } = diff;
  const ending = new Set([...changed, ...removed, ...(type === 'flows' ? [...linked, ...rewired] : [])]);
  const node = RED.nodes.getNode(id) as (Node & { wires?: string[][] }) | null;
  const isCatching = (other: string) => RED.nodes.getNode(other)?.type === 'catch';
  // In a subflow all of it ends together.
  const others = [node?.z ?? '', ...(node?.wires ?? []).flat()];
  return others.some((other) => ending.has(other)) || [...ending].some(isCatching);
}
