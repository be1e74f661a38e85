/** A list that remembers only the newest records, at little cost per record. */

export interface Bounded<T> {
  push(record: T): void;
  /** Oldest first. */
  all(): T[];
}

export function createBounded<T>(keep: number): Bounded<T> {
  const records: T[] = [];
  return {
    push(record) {
      records.push(record);
      if (records.length >= 2 * keep) records.splice(0, records.length - keep);
    },
    all: () => (keep > 0 ? records.slice(-keep) : []),
  };
}
