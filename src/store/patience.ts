/**
 * How long another is waited for. Only time in which this process could hear it counts: after one that it spent on
 * something else, or asleep, an answer may be there that was not looked at.
 */

/** Pieces that a wait is made of; between two of them what came in is looked at. */
const PIECES = 4;

/** @param wait milliseconds; returns what ends it before */
export function patience(wait: number, done: () => void): () => void {
  let left = PIECES;
  let timer = setTimeout(tick, wait / PIECES);
  function tick(): void {
    left -= 1;
    if (left === 0) done();
    else timer = setTimeout(tick, wait / PIECES);
  }
  return () => clearTimeout(timer);
}
