/** What a vendor wrote as text or as a number, as text; empty for anything else, which says nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
