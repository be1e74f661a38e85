/** JSON that comes from outside. */

/** Levels: no vendor's answer has a tenth of them, and what has a few thousand could be read, but not written down again. */
export const DEEPEST = 500;

/** @throws SyntaxError also for what is nested deeper than {@link DEEPEST} */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Each level takes two characters at least.
  if (text.length > 2 * DEEPEST && isDeeper(value, DEEPEST)) throw new SyntaxError('nested too deeply');
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
