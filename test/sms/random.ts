/** Random texts that are the same in every run. */

/** Numbers from 0 to 1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PALETTES = [
  'abc XYZ 019 éèàùÇñß\n',
  'ab€[]{}\\^~|\f',
  'ab çêîôûëïœŒ’“”–…\u00a0\u200b',
  'ж你مα',
  '😀👍🏽🇧🇪❤️👨‍👩‍👧',
  'e\u0301a\u0308\ufe0f\u200d1½²',
].map((palette) => Array.from(palette));
const LONE = ['\ud83d', '\ude00'];

/** Up to `longest` characters, from a few palettes; now and then with half a surrogate pair. */
export function randomText(next: () => number, longest: number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const alphabets = [pick(PALETTES), pick(PALETTES.slice(0, 2))];
  if (next() < 0.1) alphabets.push(LONE);
  const length = Math.floor(next() * longest);
  return Array.from({ length }, () => pick(pick(alphabets))).join('');
}
