/** Sending: one message, or several in one call that answers for each. */
import { SmsError, toSmsError } from '../../sms/errors';
import { isoOf } from '../../sms/time';
import { refusal } from '../classify';
import type { Accepted, OutgoingMessage, Params } from '../provider';
import type { Session } from '../session';
import { instantOf, vendorDate } from './dates';
import { faultIn, refusedWith } from './refused';
import { idOf } from './values';
import { LABEL } from './wire';

export const NO_SENDER =
  'ZoomConnect chooses the number that an SMS comes from; leave the sender of the message and of the account empty.';

export async function send(session: Session, message: OutgoingMessage): Promise<Accepted> {
  const body = bodyOf(message);
  const raw = await session.call('zoomconnect.sms.send', body, { check: false });
  return accepted(raw, body);
}

/** The vendor names no limit; when an answer is lost, no more than so many messages are uncertain together. */
const BULK = 500;

/** As many calls as it takes, one after the other; a call that fails leaves the answers of those before it as they are. */
export async function sendMany(
  session: Session,
  messages: readonly OutgoingMessage[],
): Promise<(Accepted | SmsError)[]> {
  const answers: (Accepted | SmsError)[] = [];
  for (let start = 0; start < messages.length; start += BULK) {
    const batch = messages.slice(start, start + BULK);
    try {
      answers.push(...(await sendBatch(session, batch)));
    } catch (error) {
      if (messages.length <= BULK) throw error;
      answers.push(...batch.map(() => toSmsError(error)));
    }
  }
  return answers;
}

/** One that cannot even be written down is answered here; the others go. */
async function sendBatch(session: Session, batch: readonly OutgoingMessage[]): Promise<(Accepted | SmsError)[]> {
  const bodies = batch.map(bodyOrError);
  const sent = bodies.filter((body): body is Params => !(body instanceof SmsError));
  const rows = sent.length > 0 ? await callBulk(session, sent) : [];
  return bodies.map((body) => {
    if (body instanceof SmsError) return body;
    return answerOf(rows[sent.indexOf(body)], body);
  });
}

/** Answers come in the order of the requests; another number of them can be given to nobody. */
async function callBulk(session: Session, sendSmsRequests: Params[]): Promise<unknown[]> {
  const raw = await session.call('zoomconnect.sms.sendBulk', { sendSmsRequests }, { check: false });
  const rows = (raw as { sendSmsResponses?: unknown } | null)?.sendSmsResponses;
  if (Array.isArray(rows) && rows.length === sendSmsRequests.length) return rows;
  throw uncertain(`${LABEL} answered success without an answer for each of ${sendSmsRequests.length} messages.`);
}

function bodyOrError(message: OutgoingMessage): Params | SmsError {
  try {
    return bodyOf(message);
  } catch (error) {
    return toSmsError(error);
  }
}

/**
 * Our reference travels as `dataField`, unless the flow has a use of its own for it.
 * @throws SmsError SMS_UNSUPPORTED for a message with a sender
 */
function bodyOf({ to, text, sender, reference, options, at }: OutgoingMessage): Params {
  if (sender) throw new SmsError('SMS_UNSUPPORTED', NO_SENDER);
  const dateToSend = at && at.getTime() > Date.now() ? { dateToSend: vendorDate(at, 'yyyyMMddHHmm') } : {};
  return { message: text, recipientNumber: to, ...dateToSend, ...options, dataField: carriedField(reference, options) };
}

/** What `dataField` a message went out with. */
export function carriedField(reference: string, options: Params = {}): string {
  return typeof options.dataField === 'string' && options.dataField !== '' ? options.dataField : reference;
}

function answerOf(row: unknown, body: Params): Accepted | SmsError {
  const meaning = refusedWith(row);
  if (meaning !== undefined) return refusal(LABEL, { status: 200, headers: {}, body: '' }, faultIn(row), meaning);
  try {
    return accepted(row, body);
  } catch (thrown) {
    return toSmsError(thrown);
  }
}

/** The vendor's yes is an id and no status. @throws SmsError SMS_UNCERTAIN without one */
function accepted(raw: unknown, { dateToSend }: Params): Accepted {
  const id = idOf((raw as { messageId?: unknown } | null)?.messageId);
  if (id === undefined) throw uncertain(`${LABEL} answered success without the id of the message.`);
  const isLater = (instantOf(dateToSend) ?? 0) > Date.now();
  const status = isLater ? 'scheduled' : 'queued';
  return { id, status, providerStatus: null, acceptedAt: isoOf(Date.now()), raw };
}

function uncertain(sentence: string): SmsError {
  return new SmsError('SMS_UNCERTAIN', sentence, { outcome: 'unknown', retryable: true });
}
