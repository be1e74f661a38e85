/** Whether a secret or a signature is the right one, without telling by the time it takes how much of it was right. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Of any two lengths. */
export function isSame(given: string | Buffer, expected: string | Buffer): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}
