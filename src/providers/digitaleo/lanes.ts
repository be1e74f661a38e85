/** A server that takes mails or files wants few connections at once: who comes later waits. */

interface Lanes {
  free: number;
  waiting: (() => void)[];
}

const byOwner = new WeakMap<object, Lanes>();
/** As many as common servers allow from one address. */
const LANES = 5;

/** Runs the work as soon as fewer than five others of the same owner are running. */
export async function inLane<T>(owner: object, work: () => Promise<T>): Promise<T> {
  const lanes = byOwner.get(owner) ?? { free: LANES, waiting: [] };
  byOwner.set(owner, lanes);
  if (lanes.free > 0) lanes.free -= 1;
  else await new Promise<void>((resolve) => lanes.waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = lanes.waiting.shift();
    if (next) next();
    else lanes.free += 1;
  }
}
