/** Reports that come before the receipt of their message: kept for it, by the vendor's id or by our reference. */
import type { ProviderReport } from '../providers/provider';
import type { MarkStore } from '../store';
import { isForward } from './stages';

/** How long a report waits for its receipt. */
const KEPT_FOR = 3600_000;
const PAGE = 500;
const OF_REFERENCE = 'r:';

/** `id` or `reference` says which message it is about. */
export interface EarlyReport {
  key: string;
  heard: ProviderReport;
  reference: string;
}

export class EarlyReports {
  #marks: MarkStore;
  #scope: string;

  constructor(marks: MarkStore, account: string) {
    this.#marks = marks;
    this.#scope = `early:${account}`;
  }

  /** Of several the furthest; one that names no message is not kept. */
  async keep(heard: ProviderReport, reference?: string): Promise<void> {
    const key = heard.id || (reference ? `${OF_REFERENCE}${reference}` : '');
    if (!key) return;
    const kept = await this.#marks.get(this.#scope, key);
    const isNews = kept === null || isForward(JSON.parse(kept) as ProviderReport, heard);
    if (isNews) await this.#marks.set(this.#scope, key, JSON.stringify(heard), KEPT_FOR);
  }

  async areAny(): Promise<boolean> {
    return (await this.#marks.list(this.#scope, { limit: 1 })).length > 0;
  }

  async of(id: string, reference: string): Promise<EarlyReport[]> {
    const keys = [id, `${OF_REFERENCE}${reference}`];
    const kept = await Promise.all(keys.map((key) => this.#marks.get(this.#scope, key)));
    return keys.flatMap((key, i) => reportOf(key, kept[i] ?? null));
  }

  /** Some at a time: an account that others use, too, hears of messages that are not ours. */
  async *all(): AsyncGenerator<EarlyReport> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const early = await this.#marks.list(this.#scope, { after, limit: PAGE });
      for (const { key, value } of early) yield* reportOf(key, value);
      after = early.length === PAGE ? early.at(-1)?.key : undefined;
    }
  }

  forget({ key }: EarlyReport): Promise<void> {
    return this.#marks.remove(this.#scope, key);
  }
}

function reportOf(key: string, kept: string | null): EarlyReport[] {
  if (kept === null) return [];
  const reference = key.startsWith(OF_REFERENCE) ? key.slice(OF_REFERENCE.length) : '';
  return [{ key, heard: JSON.parse(kept) as ProviderReport, reference }];
}
