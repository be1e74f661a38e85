/** Our name of a message: a UUID of version 7, which begins with its time, so that an index of a store grows at its end. */
import { randomUUID } from 'node:crypto';

/** Milliseconds in 48 bits. */
const TIME_DIGITS = 12;
/** Of a UUID of version 4: all that is random, behind the digit of the version. */
const RANDOM = 15;

/** The millisecond of the last one, and how it is written. */
let last = 0;
let written = '';

export function newReference(): string {
  const now = Date.now();
  if (now !== last) {
    const time = now.toString(16).padStart(TIME_DIGITS, '0');
    written = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    last = now;
  }
  return written + randomUUID().slice(RANDOM);
}
