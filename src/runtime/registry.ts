/** What the nodes of one Node-RED share, although each node file is given a RED of its own. */
import type { NodeAPI } from 'node-red';
import { Accounts } from '../delivery/accounts';
import { memoryStore, type Store } from '../store';

export interface Shared {
  accounts: Accounts;
  /** Kept over a redeploy, so that what waits goes on. */
  store: Store;
}

const instances = new WeakMap<object, Shared>();

/** `RED.events` is the one object that all node files of a Node-RED have in common. */
export function sharedOf(RED: NodeAPI): Shared {
  let shared = instances.get(RED.events);
  if (!shared) {
    shared = { accounts: new Accounts(), store: memoryStore() };
    instances.set(RED.events, shared);
  }
  return shared;
}
