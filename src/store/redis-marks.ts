/** Marks in Redis; its own clock ends them. */
import { keyOf } from './redis-entry';
import type { RedisTurns } from './redis-turns';
import type { MarkStore } from './store';

/** Marks that one call looks at. */
const PAGE = 500;

export class RedisMarks implements MarkStore {
  #turns: RedisTurns;

  constructor(turns: RedisTurns) {
    this.#turns = turns;
  }

  async add(scope: string, key: string, ttl: number, value = ''): Promise<boolean> {
    return (await this.#turns.write('marks.add', keyOf(scope), key, value, timeOf(ttl))) === '1';
  }

  async get(scope: string, key: string): Promise<string | null> {
    return (await this.#turns.read('marks.get', keyOf(scope), key)) as string | null;
  }

  async set(scope: string, key: string, value: string, ttl: number): Promise<void> {
    await this.#turns.write('marks.set', keyOf(scope), key, value, timeOf(ttl));
  }

  async remove(scope: string, key: string, beginning = ''): Promise<void> {
    await this.#turns.write('marks.remove', keyOf(scope), key, beginning);
  }

  async list(
    scope: string,
    { after, limit = Number.POSITIVE_INFINITY }: { after?: string; limit?: number } = {},
  ): Promise<{ key: string; value: string }[]> {
    const marks: { key: string; value: string }[] = [];
    let from = after === undefined ? '-' : `(${after}`;
    while (from !== '' && marks.length < limit) {
      const most = Math.min(PAGE, limit - marks.length);
      const answer = (await this.#turns.read('marks.list', keyOf(scope), from, most)) as string[];
      const [next = '', ...found] = answer;
      for (let i = 0; i < found.length; i += 2) marks.push({ key: found[i] ?? '', value: found[i + 1] ?? '' });
      from = next;
    }
    return marks;
  }
}

/** Redis takes whole milliseconds, one at the least. */
function timeOf(ttl: number): string {
  return ttl === Number.POSITIVE_INFINITY ? '' : String(Math.max(1, Math.ceil(ttl)));
}
