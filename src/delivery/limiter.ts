/** The account's rate: messages a second, evenly spaced, over all nodes that use it. */

export class Limiter {
  #spacing: number;
  #next = 0;
  /** When a slot was last taken. */
  #taken = 0;

  /** @param rate messages a second; 0 for no limit */
  constructor(rate: number) {
    this.#spacing = rate > 0 ? 1000 / rate : 0;
  }

  /** Milliseconds until one more message may leave. */
  wait(now: number): number {
    this.#follow(now);
    return Math.max(0, this.#next - now);
  }

  /** Takes the next slot, or as many as one call takes, and returns how long to wait for it. */
  take(now: number, messages = 1): number {
    if (this.#spacing === 0) return 0;
    this.#follow(now);
    this.#taken = now;
    const at = Math.max(this.#next, now);
    this.#next = at + this.#spacing * messages;
    return at - now;
  }

  /** How many messages may leave right now, `most` at the most: as many as one call takes, which the next one makes up for. */
  allowance(now: number, most: number, batch = 1): number {
    if (this.#spacing === 0) return most;
    return this.wait(now) === 0 ? Math.min(batch, most) : 0;
  }

  /** A clock that was put back does not make the next slot come later. */
  #follow(now: number): void {
    if (now >= this.#taken) return;
    this.#next -= this.#taken - now;
    this.#taken = now;
  }
}
