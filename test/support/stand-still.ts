/** Keeps this process from anything else, as a long calculation of another node does, or a machine that sleeps. */
export function standStill(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}
