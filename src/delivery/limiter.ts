/** The rate of an account that no other process has: messages a second, evenly spaced, over all nodes that use it. */
import { Leaving, type Pace, type Slot } from './leaving';

export class Limiter implements Pace {
  readonly leaving: Leaving;
  #spacing: number;
  #ready: () => Promise<void>;
  /** Milliseconds of a clock that is never put back. */
  #next = 0;
  /** The one that was taken last. */
  #last: Slot | undefined;

  /** @param rate messages a second; 0 for no limit @param ready as {@link Pace} has it */
  constructor(rate: number, ready: () => Promise<void> = () => Promise.resolve()) {
    this.#spacing = rate > 0 ? 1000 / rate : 0;
    this.#ready = ready;
    this.leaving = new Leaving(this);
  }

  get isUnlimited(): boolean {
    return this.#spacing === 0;
  }

  ready(): Promise<void> {
    return this.#ready();
  }

  wait(): number {
    return Math.max(0, this.#next - performance.now());
  }

  async take(messages: number): Promise<Slot | null> {
    await this.ready();
    return this.wait() > 0 ? null : this.#take(messages);
  }

  revive(slot: Slot): boolean {
    if (slot !== this.#last) return false;
    slot.at = performance.now();
    this.#next = slot.at + this.#spacing * slot.messages;
    return true;
  }

  /** Milliseconds until one more message may leave, behind those who wait in line. */
  pause(): number {
    return this.wait() + this.#spacing * this.leaving.waiting;
  }

  /** How many messages may leave right now, `most` at the most: as many as one call takes, which the next one makes up for. */
  allowance(most: number, batch = 1): number {
    if (this.#spacing === 0) return most;
    return this.pause() === 0 ? Math.min(batch, most) : 0;
  }

  /** These messages are to leave now. */
  begin(messages: readonly object[]): void {
    if (this.#spacing > 0) this.leaving.assign(this.#take(messages.length), messages);
  }

  #take(messages: number): Slot {
    const at = performance.now();
    this.#next = Math.max(this.#next, at) + this.#spacing * messages;
    this.#last = { at, messages };
    return this.#last;
  }
}
