/** The letters of the post in the store: written, found again, removed; and which of them somebody has in hand. */
import type { MarkStore } from '../store';
import { Dictionary } from '../store/dictionary';
import { Running } from '../store/running';
import type { Handover } from './handover';
import { LIFE } from './life';

export interface Letter {
  /** The id of the node that it is for. */
  owner: string;
  /** Sorts by time; ends with the life of the process that wrote it. */
  key: string;
  kind: string;
  /** What JSON can carry. */
  body: unknown;
  /** The process whose node is meant, while that one lives. */
  life: string;
  /** It comes behind what the node was told of before, and it is not certain that it will be told until it is. */
  isLater: boolean;
}

/** A letter in the store; of one that is later, whether it is to be told. */
interface Stored extends Pick<Letter, 'kind' | 'body' | 'life'> {
  later?: 'maybe' | 'yes';
}

const KEPT_FOR = 30 * 24 * 3600_000;
/** Letters that are read at once. */
const PAGE = 500;
/** Milliseconds after a store that failed. */
const RETRY = 1000;

export class Mailbag {
  #marks: MarkStore;
  #handover: Handover | null;
  /** Keys of the letters that somebody has, or that are not yet removed. */
  #busy = new Dictionary<true>();
  /** For each list that is on its way, what was removed since it was asked for. */
  #lists = new Set<Set<string>>();
  /** Letters that were given in this turn of the event loop … */
  #passing = new Dictionary<Letter>();
  /** … and those of which that was in vain. */
  #recalled = new Set<Letter>();
  #removing = new Running();
  /** Not removed because the store failed. */
  #leftOver = new Set<Letter>();
  #timer: NodeJS.Timeout | undefined;

  /** @param handover null where no other process has the store */
  constructor(marks: MarkStore, handover: Handover | null) {
    this.#marks = marks;
    this.#handover = handover;
  }

  /** Nobody finds it until it is put back. */
  take({ key }: Letter): void {
    this.#busy.set(key, true);
  }

  putBack(letter: Letter): void {
    this.#recalled.delete(letter);
    this.#busy.delete(letter.key);
  }

  /** @param isCertain of one that is later, too. @throws SmsError SMS_STORE */
  async write({ owner, key, kind, body, life, isLater }: Letter, isCertain: boolean): Promise<void> {
    const stored: Stored = { kind, body, life, ...(isLater ? { later: isCertain ? 'yes' : 'maybe' } : {}) };
    await this.#marks.set(scopeOf(owner), key, JSON.stringify(stored), KEPT_FOR);
  }

  /** It is about to be given to its node, which passes it on in the next turn of the event loop. */
  begin(letter: Letter): void {
    this.#passing.set(letter.key, letter);
    // Before that, as it was asked for before: what is passed on is not recalled.
    setImmediate(() => this.#passing.delete(letter.key));
  }

  /** What nodes are passing on stays: they end before they do. */
  recall(ends: (owner: string) => boolean): void {
    for (const letter of this.#passing.values()) if (ends(letter.owner)) this.#recalled.add(letter);
  }

  /** Nobody waits for it: a store that fails is asked again. */
  remove(letter: Letter): void {
    this.#during(async () => {
      // Until its node passes it on it has not been told.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#recalled.delete(letter)) this.putBack(letter);
      else await this.#erase(letter);
    });
  }

  /** Waits for what is being removed. */
  async flush(): Promise<void> {
    this.#removeLeftOver();
    await this.#removing.over();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * The letters for a node that nobody has, oldest first, taken; those of another process that is alive are left to it.
   * @param isNews without those that this process itself has left there, unless they are later ones
   */
  async *pages(owner: string, isNews = false): AsyncGenerator<Letter[]> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { free, last } = await this.#page(owner, after);
      yield await this.#ours(owner, free, isNews);
      after = last;
    }
  }

  /** Those that nobody has, and where the next page begins. */
  async #page(owner: string, after: string) {
    const gone = new Set<string>();
    this.#lists.add(gone);
    try {
      const found = await this.#marks.list(scopeOf(owner), { after, limit: PAGE });
      // Without a pause after the list: what is free now may be had by another a moment later.
      const free = found.filter(({ key }) => !this.#busy.has(key) && !gone.has(key));
      for (const { key } of free) this.#busy.set(key, true);
      return { free, last: found.length === PAGE ? found.at(-1)?.key : undefined };
    } finally {
      this.#lists.delete(gone);
    }
  }

  /** Those that are this process's to tell; the others are put back, and all of them when the store fails. */
  async #ours(owner: string, found: readonly { key: string; value: string }[], isNews: boolean): Promise<Letter[]> {
    const isOurs = this.#handover?.judge(owner);
    const letters: Letter[] = [];
    try {
      for (const { key, value } of found) {
        const { kind, body, life, later } = JSON.parse(value) as Stored;
        if (isNews && life === LIFE && writerOf(key) === LIFE && later === undefined) continue;
        if (!isOurs || (await isOurs(life, writerOf(key), later !== 'maybe'))) {
          letters.push({ owner, key, kind, body, life: LIFE, isLater: later !== undefined });
        }
      }
    } catch (error) {
      for (const { key } of found) this.#busy.delete(key);
      throw error;
    }
    const taken = new Set(letters.map(({ key }) => key));
    for (const { key } of found) if (!taken.has(key)) this.#busy.delete(key);
    // Whatever the clocks of several machines say, what comes later comes later.
    return letters.sort((one, other) => Number(one.isLater) - Number(other.isLater));
  }

  #removeLeftOver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const letter of this.#leftOver) this.#during(() => this.#erase(letter));
  }

  #during(work: () => Promise<void>): void {
    this.#removing.begin(work());
  }

  async #erase(letter: Letter): Promise<void> {
    try {
      await this.#marks.remove(scopeOf(letter.owner), letter.key);
      this.#leftOver.delete(letter);
      this.#busy.delete(letter.key);
      for (const gone of this.#lists) gone.add(letter.key);
    } catch {
      this.#leftOver.add(letter);
      this.#timer ??= setTimeout(() => this.#removeLeftOver(), RETRY).unref();
    }
  }
}

/** Where a letter is in the store. */
export function markOf({ owner, key }: Letter): { scope: string; key: string } {
  return { scope: scopeOf(owner), key };
}

function scopeOf(owner: string): string {
  return `post:${owner}`;
}

function writerOf(key: string): string {
  return key.split('-').slice(2).join('-');
}
