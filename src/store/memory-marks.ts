/** Marks in a map; those whose time is over are swept when the map has doubled. */
import type { MarkStore } from './store';

const SWEEP_FROM = 1024;

export class MemoryMarks implements MarkStore {
  #marks = new Map<string, { value: string; until: number }>();
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

  async remove(scope: string, key: string): Promise<void> {
    this.#marks.delete(joined(scope, key));
  }

  #valid(scope: string, key: string): { value: string } | undefined {
    const mark = this.#marks.get(joined(scope, key));
    return mark && mark.until > Date.now() ? mark : undefined;
  }

  #put(scope: string, key: string, value: string, ttl: number): void {
    this.#marks.set(joined(scope, key), { value, until: Date.now() + ttl });
    if (this.#marks.size >= this.#sweepAt) this.#sweep();
  }

  #sweep(): void {
    const now = Date.now();
    for (const [key, { until }] of this.#marks) if (until <= now) this.#marks.delete(key);
    this.#sweepAt = Math.max(SWEEP_FROM, this.#marks.size * 2);
  }
}

function joined(scope: string, key: string): string {
  return `${scope}\n${key}`;
}
