/**
 * The stores that this process has open, each once, however many accounts use it. One is closed when nobody has used it
 * for longer than a redeploy takes.
 */
import type { Store } from '../store';

/** Which store, and how it is made. */
export interface StoreChoice {
  /** What no two may have open at once: a file, a server as one node means it. */
  key: string;
  /** How it is made, as far as two of one key may differ. */
  settings: string;
  make(): Store;
  /** Whether somebody has taken away what was in it. */
  isGone?(): boolean;
  /** What is in it is gone when it is closed: it stays open until it is forgotten. */
  forgetful?: true;
}

export interface UsedStore {
  readonly store: Store;
  /** The user is gone. */
  release(): void;
}

interface Open {
  choice: StoreChoice;
  store: Store;
  users: number;
  closing: NodeJS.Timeout | undefined;
  forgotten: boolean;
}

const open = new Map<string, Open>();

export function use(choice: StoreChoice): UsedStore {
  const one = known(choice) ?? added(choice);
  clearTimeout(one.closing);
  one.users += 1;
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    one.users -= 1;
    settle(one);
  };
  return { store: one.store, release };
}

/** What is in a forgetful store is wanted no longer. */
export function forget(key: string): void {
  const one = open.get(key);
  if (!one) return;
  one.forgotten = true;
  settle(one);
}

/** Closes what nobody uses at the moment. */
export async function closeUnused(): Promise<void> {
  await Promise.all([...open.values()].filter(({ users }) => users === 0).map(close));
}

/** One that is made differently by now makes room, unless it is still in use: then it goes on as it is. */
function known(choice: StoreChoice): Open | undefined {
  const one = open.get(choice.key);
  if (!one || one.forgotten) return undefined;
  if (one.choice.settings === choice.settings || one.users > 0) return one;
  close(one);
  return undefined;
}

function added(choice: StoreChoice): Open {
  if (open.size === 0) process.once('exit', closeAtExit);
  const one = { choice, store: choice.make(), users: 0, closing: undefined, forgotten: false };
  open.set(choice.key, one);
  return one;
}

function settle(one: Open): void {
  if (one.users > 0) return;
  clearTimeout(one.closing);
  if (one.forgotten) close(one);
  else if (!one.choice.forgetful) one.closing = setTimeout(() => close(one), KEPT_FOR_REDEPLOY).unref();
}

function close(one: Open): Promise<void> {
  clearTimeout(one.closing);
  if (open.get(one.choice.key) === one) open.delete(one.choice.key);
  if (open.size === 0) process.off('exit', closeAtExit);
  // What it was asked to keep is kept, or was refused to those who asked.
  return one.store.close().catch(() => {});
}

/** A store in a file writes down at once what is still in its hands. */
function closeAtExit(): void {
  for (const one of open.values()) close(one);
}

/** A redeploy takes less. */
const KEPT_FOR_REDEPLOY = 2000;
