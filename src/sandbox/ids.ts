/** Ids and tokens that look like the vendors': random, or from a seed the same in every run. */
import { createHash, randomBytes } from 'node:crypto';

export interface Ids {
  /** `bytes` (at most 32) as lower-case hex. */
  hex(bytes: number): string;
  uuid(): string;
}

export function createIds(seed?: string | number): Ids {
  let count = 0;
  const draw = (bytes: number): Buffer =>
    seed === undefined
      ? randomBytes(bytes)
      : createHash('sha256').update(`${seed}/${count++}`).digest().subarray(0, bytes);
  const hex = (bytes: number): string => draw(bytes).toString('hex');
  const uuid = (): string => hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { hex, uuid };
}
