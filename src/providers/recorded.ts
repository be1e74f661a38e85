/** When the vendor may have recorded an attempt. */

/** How far the vendor's clock and ours may be apart. */
const CLOCK_SKEW = 5 * 60_000;

/** Epoch milliseconds. Our clock may have been put right since the attempt began, so that it counts by both times. */
export function recordedWithin(startedAt: number): { since: number; until: number } {
  const now = Date.now();
  return { since: Math.min(startedAt, now) - CLOCK_SKEW, until: Math.max(startedAt, now) + CLOCK_SKEW };
}
