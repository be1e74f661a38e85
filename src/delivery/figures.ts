/** The figures of a slot of time: how they add up, and how a mark has those of an hour. */

/** `sent`, `delivered` and `failed` in that time; the most that waited and were held at any one moment of it. */
export interface Figures {
  sent: number;
  delivered: number;
  failed: number;
  waiting: number;
  held: number;
}

/** Milliseconds that the shortest slot lasts. */
export const SLOT = 5 * 60_000;
/** As 2026-01-31T08, which sorts as time does. */
const HOUR_LENGTH = 13;

export function none(): Figures {
  return { sent: 0, delivered: 0, failed: 0, waiting: 0, held: 0 };
}

/** What happened adds up; of what was there at a moment the most counts. */
export function add(to: Figures, from: Figures): void {
  to.sent += from.sent;
  to.delivered += from.delivered;
  to.failed += from.failed;
  to.waiting = Math.max(to.waiting, from.waiting);
  to.held = Math.max(to.held, from.held);
}

/** Adds slots, each by its beginning, to those that are there. */
export function enter(all: Map<number, Figures>, slots: Iterable<[number, Figures]>): void {
  for (const [at, figures] of slots) {
    const known = all.get(at);
    if (known) add(known, figures);
    else all.set(at, { ...figures });
  }
}

type Row = [slot: number, sent: number, delivered: number, failed: number, waiting: number, held: number];

/** The value of a mark: a row for each slot of the hour with something in it. */
export function rowsOf(slots: ReadonlyMap<number, Figures>): string {
  const rows = [...slots].map(([at, { sent, delivered, failed, waiting, held }]): Row => {
    return [(at / SLOT) % 12, sent, delivered, failed, waiting, held];
  });
  return JSON.stringify(rows);
}

/** The slots in a mark, whose key begins with its hour. */
export function slotsOf(key: string, value: string): Map<number, Figures> {
  const hour = Date.parse(`${key.slice(0, HOUR_LENGTH)}:00:00.000Z`);
  const slots = (JSON.parse(value) as Row[]).map(
    ([slot, sent, delivered, failed, waiting, held]): [number, Figures] => {
      return [hour + slot * SLOT, { sent, delivered, failed, waiting, held }];
    },
  );
  return new Map(slots);
}

export function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, HOUR_LENGTH);
}

export function startOf(time: number, step: number): number {
  return time - (time % step);
}
