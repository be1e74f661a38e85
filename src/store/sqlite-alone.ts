/**
 * Entries that were claimed when they were taken in, while nothing else was there for their recipient: they need no lane
 * until another one comes for it, or they are tried again. Known in memory only: after a crash nobody has a claim.
 */
import { Dictionary } from './dictionary';

export class Alone {
  /** The seq of each, by its account and recipient. */
  #entries = new Dictionary<number>();
  /** What there was before the transaction under way changed it. */
  #before = new Map<string, number | undefined>();

  of(account: string, recipient: string): number | undefined {
    return this.#entries.get(nameOf(account, recipient));
  }

  put(account: string, recipient: string, seq: number): void {
    this.#change(nameOf(account, recipient), seq);
  }

  /** It is there no more, or has a lane from now on. */
  drop(account: string, recipient: string, seq: number): void {
    const name = nameOf(account, recipient);
    if (this.#entries.get(name) === seq) this.#change(name, undefined);
  }

  committed(): void {
    this.#before.clear();
  }

  undone(): void {
    for (const [name, seq] of this.#before) this.#set(name, seq);
    this.#before.clear();
  }

  /** There is another file. */
  forget(): void {
    this.#entries.clear();
    this.#before.clear();
  }

  #change(name: string, seq: number | undefined): void {
    if (!this.#before.has(name)) this.#before.set(name, this.#entries.get(name));
    this.#set(name, seq);
  }

  #set(name: string, seq: number | undefined): void {
    if (seq === undefined) this.#entries.delete(name);
    else this.#entries.set(name, seq);
  }
}

function nameOf(account: string, recipient: string): string {
  return `${account}\n${recipient}`;
}
