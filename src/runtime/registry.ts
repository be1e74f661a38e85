/** What the nodes of one Node-RED share, although each node file is given a RED of its own. */
import type { NodeAPI } from 'node-red';
import { Accounts } from '../delivery/accounts';
import type { Store } from '../store';
import type { KeptJobs } from './jobs';
import type { SandboxLine } from './line';
import type { StoreChoice } from './open-stores';
import { Troubles } from './troubles';

export interface Shared {
  accounts: Accounts;
  troubles: Troubles;
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
    shared = { accounts: new Accounts(), troubles: new Troubles(), jobs, sandboxes, stores };
    instances.set(RED.events, shared);
    const { accounts } = shared;
    // A message that a node has sent and Node-RED has not delivered yet is lost when the nodes behind it end, too.
    RED.events.on('flows:stopping', (stop: Stop) => accounts.recall((owner) => endsWithOthers(stop, owner)));
  }
  return shared;
}

/** What Node-RED says of a deploy that begins, or of its end. */
interface Stop {
  type?: string;
  diff?: Partial<Record<'changed' | 'removed' | 'linked' | 'rewired', string[]>>;
}

/** Whether those that a node is wired to end together with it. */
function endsWithOthers({ type, diff = {} }: Stop, id: string): boolean {
  const { changed = [], removed = [], linked = [], rewired = [] } = diff;
  return type === 'full' || (type === 'flows' && [changed, removed, linked, rewired].some((ids) => ids.includes(id)));
}
