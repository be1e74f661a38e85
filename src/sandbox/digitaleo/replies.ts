/** What phones write back, and how Digitaleo tells of it: status, ping (§2.11) and reply mail (§2.10). */
import { measure } from '../../sms/segments';
import type { InboundRecord, PhoneMessage } from '../types';
import type { Digitaleo, Sms } from './account';
import { SHORT_NUMBER } from './account';
import { mailReply } from './reply-mail';

/**
 * A phone writes to the account's number; that answers the last SMS which it has got from there.
 * @throws RangeError for another number
 */
export function receive(digitaleo: Digitaleo, { from, to = SHORT_NUMBER, text }: PhoneMessage): InboundRecord {
  if (to !== SHORT_NUMBER) throw new RangeError(`Nobody here has the number ${to}; there is: ${SHORT_NUMBER}.`);
  const received = [...digitaleo.sms.values()].filter((sms) => sms.to === from && sms.sender === '' && wasSent(sms));
  return answered(digitaleo, { from, to, text }, received.at(-1));
}

const wasSent = ({ record }: Sms): boolean => ['on', 'ok', 'rep', 'no'].includes(record.providerStatus);

/**
 * A phone's answer to an SMS, or one to nothing in particular, which every account gets; assumption.
 * Nobody can answer a sender of letters, and without `type=2` only an activated account gets replies (§2.10).
 */
export function answered(digitaleo: Digitaleo, sms: Required<PhoneMessage>, original: Sms | undefined): InboundRecord {
  const { world, assume, accounts } = digitaleo;
  const routed = !original?.sender && (assume.repliesActivated || original?.repliesWanted === true);
  const owners = original ? [original.account] : accounts;
  const record = world.messages.receive({
    id: digitaleo.nextSmsId(),
    ...sms,
    parts: Math.max(1, measure(sms.text).parts),
    owners: routed ? owners.map(({ clientId }) => clientId) : [],
    ...(original ? { inReplyTo: original.id } : {}),
  });
  if (!routed) return record;
  if (!original) {
    for (const { settings } of owners) notify(digitaleo, record.id, settings.inboundUrl);
    return record;
  }
  original.response = sms.text;
  world.messages.move(original.record, 'delivered', 'rep');
  const { statusUrl, inboundUrl } = original.account.settings;
  if (inboundUrl !== statusUrl) notify(digitaleo, original.id, inboundUrl);
  mailReply(digitaleo, original, sms.text);
  return record;
}

/** Tells the account's address that an SMS has another status. */
export function ping(digitaleo: Digitaleo, { id, account }: Sms): void {
  notify(digitaleo, id, account.settings.statusUrl);
}

/** A GET with nothing but `sms_id` (§2.11); the address may have a query already. */
function notify({ world }: Digitaleo, id: string, url: string | null | undefined): void {
  if (url) world.callbacks.get(id, `${url}${url.includes('?') ? '&' : '?'}sms_id=${id}`);
}
