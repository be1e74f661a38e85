/** The country code that a number begins with. */

/** The codes of one and two digits (ITU-T E.164); all others have three. */
const SHORT = /^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** @returns `33` for `+33696300056`; empty for what is no international number */
export function countryCodeOf(number: string): string {
  const digits = /^\+(\d{7,15})$/.exec(number)?.[1] ?? '';
  return SHORT.exec(digits)?.[1] ?? digits.slice(0, 3);
}
