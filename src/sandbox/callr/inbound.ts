/** What phones write to CALLR's short codes, and which account it goes to. */
import type { InboundRecord } from '../types';
import type { Account, Callr } from './account';
import { newHash, SHARED_ADDRESS } from './account';
import { inboundSms } from './sms';
import { encode } from './text';
import { pushEvent } from './webhooks';

/**
 * A phone writes to a short code. On the shared one its answer goes to the account that last wrote to it from there (the
 * SDK's README: a reply is possible only if `from` was empty); who was never written to reaches nobody. Assumption.
 * @throws RangeError when nobody has that short code
 */
export function receive(
  callr: Callr,
  sms: { from: string; to: string; text: string },
  inReplyTo?: string,
): InboundRecord {
  const owners = ownersOf(callr, sms.from, sms.to);
  const record = callr.world.messages.receive({
    id: newHash(callr),
    ...sms,
    parts: encode(sms.text, callr.assume).parts,
    owners: owners.map(({ login }) => login),
    ...(inReplyTo ? { inReplyTo } : {}),
  });
  for (const owner of owners) pushEvent(callr, owner, 'sms.mo', record.id, inboundSms(callr, record));
  return record;
}

function ownersOf({ accounts, shared }: Callr, phone: string, address: string): Account[] {
  const holders = accounts.filter(({ dedicatedAddresses }) => dedicatedAddresses.includes(address));
  if (address !== SHARED_ADDRESS && holders.length === 0) {
    const numbers = [SHARED_ADDRESS, ...accounts.flatMap(({ dedicatedAddresses }) => dedicatedAddresses)];
    throw new RangeError(`Nobody here has the number ${address}; there are: ${numbers.join(', ')}.`);
  }
  if (address !== SHARED_ADDRESS) return holders;
  const last = shared.get(phone);
  return last ? [last] : [];
}
