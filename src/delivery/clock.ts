/**
 * The clock by which things wait: the one on the wall, which may be put back, by NTP or by hand; then this one goes on.
 * So nothing waits for hours to come again.
 */

/**
 * Milliseconds for which a timer may be trusted that stands for a time of the clock: one that is put on, by NTP after a
 * start without it, say, or a machine that was asleep, is noticed by then.
 */
export const LONGEST_SLEEP = 60_000;

export class Clock {
  /** What it showed when it was last looked at, and when that was by a clock that nobody sets. */
  #last = 0;
  #steady = 0;

  /** Epoch milliseconds; never less than before. */
  now(): number {
    const wall = Date.now();
    const steady = performance.now();
    if (wall >= this.#last) {
      this.#last = wall;
      this.#steady = steady;
    } else {
      // What is less than a millisecond counts the next time.
      const passed = Math.floor(steady - this.#steady);
      this.#last += passed;
      this.#steady += passed;
    }
    return this.#last;
  }

  /** What it shows when the clock on the wall shows that. */
  at(wall: number): number {
    return wall + this.now() - Date.now();
  }

  /** Milliseconds since the clock on the wall showed that, as far as can be known when it was put back in between. */
  since(wall: number): number {
    const passed = Date.now() - wall;
    return passed >= 0 ? passed : this.now() - wall;
  }
}
