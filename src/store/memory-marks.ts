/** Marks in maps, one a scope; those whose time is over are swept when the maps have doubled. */
import type { MarkStore } from './store';

interface Mark {
  value: string;
  until: number;
}

const SWEEP_FROM = 1024;

export class MemoryMarks implements MarkStore {
  #scopes = new Map<string, Map<string, Mark>>();
  #count = 0;
  #sweepAt = SWEEP_FROM;

  async add(scope: string, key: string, ttl: number, value = ''): Promise<boolean> {
    // Without a pause between looking and taking: two may want it at once.
    if (this.#valid(scope, key)) return false;
    this.#put(scope, key, value, ttl);
    return true;
  }

  async get(scope: string, key: string): Promise<string | null> {
    return this.#valid(scope, key)?.value ?? null;
  }

  async set(scope: string, key: string, value: string, ttl: number): Promise<void> {
    this.#put(scope, key, value, ttl);
  }

  async remove(scope: string, key: string, beginning = ''): Promise<void> {
    if (this.#scopes.get(scope)?.get(key)?.value.startsWith(beginning)) this.#delete(scope, key);
  }

  async list(
    scope: string,
    options: { after?: string; limit?: number } = {},
  ): Promise<{ key: string; value: string }[]> {
    const { after, limit } = options;
    const now = Date.now();
    const marks = [...(this.#scopes.get(scope) ?? [])]
      .filter(([key, { until }]) => until > now && (after === undefined || key > after))
      .map(([key, { value }]) => ({ key, value }));
    return marks.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  #valid(scope: string, key: string): Mark | undefined {
    const mark = this.#scopes.get(scope)?.get(key);
    return mark && mark.until > Date.now() ? mark : undefined;
  }

  #put(scope: string, key: string, value: string, ttl: number): void {
    let marks = this.#scopes.get(scope);
    if (!marks) {
      marks = new Map();
      this.#scopes.set(scope, marks);
    }
    if (!marks.has(key)) this.#count += 1;
    marks.set(key, { value, until: Date.now() + ttl });
    if (this.#count >= this.#sweepAt) this.#sweep();
  }

  #delete(scope: string, key: string): void {
    const marks = this.#scopes.get(scope);
    if (!marks?.delete(key)) return;
    this.#count -= 1;
    if (marks.size === 0) this.#scopes.delete(scope);
  }

  #sweep(): void {
    const now = Date.now();
    for (const [scope, marks] of this.#scopes) {
      for (const [key, { until }] of marks) if (until <= now) this.#delete(scope, key);
    }
    this.#sweepAt = Math.max(SWEEP_FROM, this.#count * 2);
  }
}
