/** Sending for an account whose transport is SMTP or FTP: messages become files, and nothing is heard of them again. */
import { SmsError, toSmsError } from '../../sms/errors';
import { isoOf } from '../../sms/time';
import type { Accepted, OutgoingMessage, Verbs } from '../provider';
import type { Session } from '../session';
import { checkFtp, upload } from './ftp';
import { inLane } from './lanes';
import { type FileBlock, MAX_PER_FILE, mailingFiles } from './mailing-file';
import { checkMail, sendMail } from './smtp';
import type { Carrier, Delivered, Transport } from './transport';

const CARRIERS: Readonly<Record<Exclude<Transport, 'https'>, Carrier>> = { smtp: sendMail, ftp: upload };

/** Asks the server whether it lets the account in, without sending anything. */
export const PROBES: Readonly<Record<Exclude<Transport, 'https'>, (session: Session) => Promise<string>>> = {
  smtp: checkMail,
  ftp: checkFtp,
};

type Answer = Accepted | SmsError;

/** The verbs of such an account: there are two. */
export function verbsByFile(transport: Exclude<Transport, 'https'>): Verbs {
  const carry = CARRIERS[transport];
  return {
    async send(session, message) {
      const [answer] = await sendAll(session, [message], carry);
      if (answer && !(answer instanceof SmsError)) return answer;
      throw answer ?? new SmsError('SMS_UNSUPPORTED', 'There was nothing to send.');
    },
    sendMany: (session, messages) => sendAll(session, messages, carry),
  };
}

/** A file holds 2,000 messages of one date; who cannot be written into one is refused alone. */
async function sendAll(session: Session, messages: readonly OutgoingMessage[], carry: Carrier): Promise<Answer[]> {
  const answers = new Map<OutgoingMessage, Answer>();
  const sound = await Promise.all(messages.map((message) => check(session, message, answers)));
  for (const batch of batches(messages.filter((_message, index) => sound[index]))) {
    const answer = await deliver(session, batch, carry);
    for (const message of batch) answers.set(message, answer(message));
  }
  return messages.map((message) => answers.get(message) ?? nothingSaid());
}

async function check(
  session: Session,
  message: OutgoingMessage,
  answers: Map<OutgoingMessage, Answer>,
): Promise<boolean> {
  try {
    if (message.alphabet === 'UCS-2') throw noUnicode();
    await fileOf(session, [message]);
    return true;
  } catch (error) {
    answers.set(message, toSmsError(error));
    return false;
  }
}

/** Messages of one date, those of the same text next to each other. */
function batches(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const byDate = Map.groupBy(messages, ({ at }) => at?.getTime() ?? 0);
  return [...byDate.values()].flatMap((group) => {
    const ordered = [...Map.groupBy(group, ({ text }) => text).values()].flat();
    const count = Math.ceil(ordered.length / MAX_PER_FILE);
    return Array.from({ length: count }, (_, i) => ordered.slice(i * MAX_PER_FILE, (i + 1) * MAX_PER_FILE));
  });
}

async function deliver(
  session: Session,
  batch: readonly OutgoingMessage[],
  carry: Carrier,
): Promise<(message: OutgoingMessage) => Answer> {
  try {
    const file = await fileOf(session, batch);
    const raw = await inLane(session, () => carry(session, file, batch[0]?.reference ?? ''));
    return ({ reference }) => accepted(reference, raw);
  } catch (thrown) {
    const error = toSmsError(thrown);
    return () => error;
  }
}

/** The vendor gives no id: ours stands in its place. */
function accepted(reference: string, raw: Delivered): Accepted {
  return { id: reference, status: 'queued', providerStatus: null, acceptedAt: isoOf(Date.now()), raw };
}

async function fileOf(session: Session, batch: readonly OutgoingMessage[]): Promise<string> {
  const blocks: FileBlock[] = [...Map.groupBy(batch, ({ text }) => text)].map(([text, messages]) => ({
    text,
    recipients: messages.map(({ to }) => ({ number: to, fields: null })),
  }));
  const date = batch[0]?.at ?? null;
  const [file = ''] = await session.carry(async ({ accountCode = '' }) => mailingFiles({ accountCode, date, blocks }));
  return file;
}

function noUnicode(): SmsError {
  return new SmsError(
    'SMS_UNSUPPORTED',
    'Digitaleo takes no Unicode by mail or by file: choose the alphabet gsm, or the transport https.',
  );
}

function nothingSaid(): SmsError {
  return new SmsError('SMS_UNCERTAIN', 'It is not known whether the message was taken.', { outcome: 'unknown' });
}
