/** Many calls without a crowd: one that waited for a socket all its time would fail for nothing. */

/** Runs a call for each item, at most `limit` at a time; the answers come in the order of the items. */
export async function atMost<T, R>(limit: number, items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const waiting = items.entries();
  const work = async () => {
    for (const [index, item] of waiting) answers[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return answers;
}
