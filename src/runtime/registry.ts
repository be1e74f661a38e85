/** What the nodes of one Node-RED share, although each node file is given a RED of its own. */
import type { NodeAPI } from 'node-red';
import { Accounts } from '../delivery/accounts';
import { memoryStore, type Store } from '../store';
import type { SandboxLine } from './line';

export interface Shared {
  accounts: Accounts;
  /** Kept over a redeploy, so that what waits goes on. */
  store: Store;
  /** What the sending nodes had under way when they were deployed again, by the id of the node. */
  jobs: Map<string, unknown>;
  /** The sandboxes, by the id of the account: their messages outlive a redeploy. */
  sandboxes: Map<string, SandboxLine>;
}

const instances = new WeakMap<object, Shared>();

/** `RED.events` is the one object that all node files of a Node-RED have in common. */
export function sharedOf(RED: NodeAPI): Shared {
  let shared = instances.get(RED.events);
  if (!shared) {
    shared = { accounts: new Accounts(), store: memoryStore(), jobs: new Map(), sandboxes: new Map() };
    instances.set(RED.events, shared);
  }
  return shared;
}
