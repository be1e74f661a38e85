/** The life of an SMS at Digitaleo: accepted, waiting for its date, on its way, at its end; changed or cancelled before. */
import { measure } from '../../sms/segments';
import type { Status } from '../../sms/types';
import { live, remember } from '../messages';
import type { Story } from '../stories';
import { storyOf } from '../stories';
import type { OutboundRecord } from '../types';
import type { Account, Digitaleo, Draft, Mailing, Sms, StatusRow } from './account';
import { SHORT_NUMBER, WORDS } from './account';
import { badRequest } from './answers';
import { asSent, count, personalise } from './characters';
import { countryCodeOf } from './numbers';
import { answered, ping } from './replies';

/** "Long text messages … up to 1024 characters" (§2.2). */
const MAX_TEXT = 1024;

/** Why a story fails; French, as the document's descriptions are, with a code of the form of §2.8. */
const REASONS: Readonly<Record<string, string>> = {
  failed: 'Numéro non attribué N4:204',
  expired: 'Délai de validité dépassé N5',
};

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  wait: 'SMS programmé',
  on: 'En cours',
  ok: 'SMS reçu',
  rep: 'SMS répondu',
  no: 'Statut inconnu',
};

/** What the phone shows of a draft, and what it costs. @throws Fault for a text that is too long */
export function render({ assume }: Digitaleo, draft: Draft): { text: string; parts: number } {
  const filled = draft.literal ? draft.text : personalise(draft.text, draft.contact, assume.unknownFieldIsEmpty);
  const sent = limited(draft.binary ? filled : asSent(filled), draft.binary, assume.longerTextRefused);
  return { text: sent, parts: Math.max(1, measure(sent, draft.binary ? 'unicode' : 'auto').parts) };
}

function limited(text: string, binary: boolean, refuse: boolean): string {
  const size = (piece: string): number => (binary ? piece.length : count(piece));
  if (size(text) <= MAX_TEXT) return text;
  if (refuse) throw badRequest(`The text has more than ${MAX_TEXT} characters`);
  const characters = [...text].slice(0, MAX_TEXT);
  while (size(characters.join('')) > MAX_TEXT) characters.pop();
  return characters.join('');
}

/** Takes an SMS. @throws Fault for a text that is too long */
export function accept(digitaleo: Digitaleo, account: Account, draft: Draft, mailing?: Mailing): Sms {
  const { world } = digitaleo;
  const { text, parts } = render(digitaleo, draft);
  const id = digitaleo.nextSmsId();
  const story = storyAsTold(digitaleo, storyOf(draft.to));
  const record = world.messages.add({
    id,
    client: account.clientId,
    from: draft.sender || SHORT_NUMBER,
    to: draft.to,
    text,
    parts,
    story: story.digits,
    status: 'scheduled',
    providerStatus: 'wait',
  });
  const due = draft.due ?? world.clock.now();
  const reason = draft.reason ?? abroad(digitaleo, draft.to);
  const sms: Sms = { ...draft, id, account, record, due, story, rows: [], cancel: () => {}, gone: false };
  if (reason !== undefined) sms.reason = reason;
  if (mailing) {
    sms.mailing = mailing;
    mailing.sms.push(sms);
  }
  remember(digitaleo.sms, sms, world.keep);
  note(digitaleo, record);
  schedule(digitaleo, sms);
  return sms;
}

/** Digitaleo knows no expiry: such an SMS fails. */
function storyAsTold({ assume }: Digitaleo, story: Story): Story {
  if (story.end?.status === 'expired') return { ...story, end: { ...story.end, status: 'failed' } };
  const unending = !story.end && !story.hurdle && assume.neverFinalIsNo;
  return unending ? { ...story, end: { status: 'unknown', after: 'expiry' } } : story;
}

function abroad({ assume }: Digitaleo, to: string): string | undefined {
  const foreign = !assume.internationalActivated && countryCodeOf(to) !== assume.countryCode;
  return foreign ? 'Option internationale non activée' : undefined;
}

/** Sends an SMS when its date has come; one in the past is sent at once (§3.4.1). */
export function schedule(digitaleo: Digitaleo, sms: Sms): void {
  const { clock } = digitaleo.world;
  sms.cancel();
  sms.cancel = clock.after(Math.max(clock.delays.network, sms.due - clock.now()), () => send(digitaleo, sms));
}

function send(digitaleo: Digitaleo, sms: Sms): void {
  const { clock, messages } = digitaleo.world;
  if (sms.reason !== undefined) {
    messages.move(sms.record, 'failed', 'ko');
    return;
  }
  messages.move(sms.record, 'sent', 'on');
  live(clock, messages, sms.record, sms.story, {
    word: (status: Status) => WORDS[status] ?? 'no',
    reply: (_message, text) => answered(digitaleo, { from: sms.to, to: sms.record.from, text }, sms),
  });
}

/** Only what still waits can be cancelled (§3.10). */
export function cancel(digitaleo: Digitaleo, sms: Sms): boolean {
  if (sms.record.providerStatus !== 'wait' || sms.gone) return false;
  sms.cancel();
  sms.reason = 'SMS annulé';
  sms.gone = digitaleo.assume.cancelledDisappears;
  digitaleo.world.messages.move(sms.record, 'failed', 'ko');
  return true;
}

/** Writes down the status that an SMS has just taken: in its history, in the queue, and to whoever is to be pinged. */
export function note(digitaleo: Digitaleo, { id, status, providerStatus, life }: OutboundRecord): void {
  const sms = digitaleo.sms.get(id);
  if (!sms) return;
  const row: StatusRow = {
    smsId: id,
    status: providerStatus,
    recipient: sms.to,
    mailingId: sms.mailing?.id ?? null,
    at: Date.parse(life.at(-1)?.at ?? ''),
    description: descriptionOf(digitaleo, sms, providerStatus),
    response: providerStatus === 'rep' ? (sms.response ?? '') : null,
  };
  sms.rows.push(row);
  const { queue } = sms.account;
  queue.push(row);
  if (queue.length > 4 * digitaleo.world.keep) queue.splice(0, queue.length - digitaleo.world.keep);
  if (status !== 'scheduled') ping(digitaleo, sms);
}

function descriptionOf({ assume }: Digitaleo, { reason, record }: Sms, word: string): string {
  if (word !== 'ko') return DESCRIPTIONS[word] ?? '';
  const why = reason ?? REASONS[record.story === '0003' ? 'expired' : 'failed'] ?? '';
  return `Echec : ${assume.technicalCodes ? why : why.replace(/ N\d+(:\d+)?$/, '')}`;
}
