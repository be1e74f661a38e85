/** Enco's words and forms, in ours. */
import type { StatusMeaning } from '../provider';

/** The five names of the document, and one that it lacks; the meaning is that of the OneAPI convention they come from. */
const MEANINGS: Record<string, StatusMeaning> = {
  MessageWaiting: { status: 'queued', final: false, description: 'Waiting at the vendor' },
  DeliveredToNetwork: { status: 'sent', final: false, description: 'Accepted by the mobile network' },
  DeliveredToTerminal: { status: 'delivered', final: true, description: 'Delivered to the phone' },
  DeliveryUncertain: {
    status: 'unknown',
    final: false,
    description: 'Handed to another network, which did not say more',
  },
  DeliveryImpossible: { status: 'expired', final: true, description: 'Could not be delivered in time' },
  AddressInvalid: { status: 'failed', final: true, description: 'The number is not in use' },
};

export function meaningOf(word: string | null): StatusMeaning {
  const known = word !== null && Object.hasOwn(MEANINGS, word) ? MEANINGS[word] : undefined;
  return known ?? { status: 'unknown', final: false, description: word ?? 'The vendor gave no status' };
}

/** `tel:+32…` and `+32…` both occur. */
export function number(address: string): string {
  const bare = address.replace(/^tel:/i, '').trim();
  return /^[1-9]\d{7,14}$/.test(bare) ? `+${bare}` : bare;
}

/** The id is the last segment of a `resourceURL` or `Location`; the latter ends in a stray quote. In one pass, however long. */
export function idOf(url: unknown): string | undefined {
  if (typeof url !== 'string') return undefined;
  let end = url.length;
  while (end > 0 && isBetween(url.charAt(end - 1))) end -= 1;
  let start = end;
  while (start > 0 && !isBetween(url.charAt(start - 1))) start -= 1;
  return start < end ? url.slice(start, end) : undefined;
}

/** What stands between the segments of a URL, or around it. */
function isBetween(character: string): boolean {
  return character === '/' || character === '"' || character.trim() === '';
}

/** ISO 8601 UTC out of a time with any offset; now, where the vendor sent none that can be read. */
export function utc(time: unknown): string {
  const instant = typeof time === 'string' ? new Date(time) : new Date(Number.NaN);
  return Number.isNaN(instant.getTime()) ? new Date().toISOString() : instant.toISOString();
}

/** `deliveryInfo` is an array of one; another client of this vendor types it as an object. */
export function deliveryInfo(answer: unknown): { address?: string; deliveryStatus?: string } {
  const info = (answer as { deliveryInfo?: unknown } | null)?.deliveryInfo;
  const first = Array.isArray(info) ? info[0] : info;
  if (typeof first !== 'object' || first === null) return {};
  const { address, deliveryStatus } = first as Record<string, unknown>;
  return {
    address: typeof address === 'string' ? address : undefined,
    deliveryStatus: typeof deliveryStatus === 'string' ? deliveryStatus : undefined,
  };
}
