/** Waits until all nodes of a deploy are there: what a node sends before then may find nobody at the other end. */
import type { Node, NodeAPI } from 'node-red';

/** One listener for all nodes of a Node-RED, which warns of more than ten. */
const waiting = new WeakMap<object, Set<() => void>>();

export function whenStarted(RED: NodeAPI, node: Node, work: () => void): void {
  const works = worksOf(RED);
  works.add(work);
  node.on('close', () => works.delete(work));
}

function worksOf({ events }: NodeAPI): Set<() => void> {
  const known = waiting.get(events);
  if (known) return known;
  const works = new Set<() => void>();
  waiting.set(events, works);
  events.on('flows:started', () => {
    const now = [...works];
    works.clear();
    for (const work of now) work();
  });
  return works;
}
