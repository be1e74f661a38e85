/** Phone numbers as ZoomConnect takes them: local South African ones and international ones; it states no rule. */

const LOCAL = /^0(\d{9})$/;
const INTERNATIONAL = /^(?:\+|00)?([1-9]\d{6,14})$/;

/** E.164, or null for what cannot be a number. */
export function toInternational(number: string): string | null {
  const bare = number.trim().replace(/(?<=\d)[ .()/-]+(?=\d)/g, '');
  const local = LOCAL.exec(bare)?.[1];
  if (local !== undefined) return `+27${local}`;
  const digits = INTERNATIONAL.exec(bare)?.[1];
  return digits === undefined ? null : `+${digits}`;
}

/** For comparing: E.164, or the digits of what is none, such as a short code. */
export const comparable = (number: string): string => toInternational(number) ?? number.replace(/\D/g, '');
