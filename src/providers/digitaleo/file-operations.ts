/** The operations of the transports that take a file of lines: a mail (§4) or an upload (§5). */
import { randomUUID } from 'node:crypto';
import { type SmsError, toSmsError } from '../../sms/errors';
import type { Operation, Params, SchemaBuilder, TSchema } from '../provider';
import type { Session } from '../session';
import { upload } from './ftp';
import { inLane } from './lanes';
import { LONGEST_TEXT } from './limits';
import { type FileRecipient, mailingFiles } from './mailing-file';
import { CLOSED, type Fields } from './schemas';
import { sendMail } from './smtp';
import type { Carrier, Delivered } from './transport';

const NO_IDS = 'nothing comes back, neither ids nor statuses';

export const fileOperations: readonly Operation[] = [
  byMail('smtp.send', `Send an SMS by mail; ${NO_IDS}`, '§4.2', (t) => ({
    recipients: numbers(t),
    date: t.Optional(date(t)),
  })),
  byMail('smtp.sendPersonalized', `Send an SMS with #1#, #2# … by mail; ${NO_IDS}`, '§4.3', (t) => ({
    recipients: people(t),
    date: t.Optional(date(t)),
  })),
  byMail('smtp.scheduled', `Send an SMS by mail at a date; ${NO_IDS}`, '§4.2', (t) => ({
    recipients: numbers(t),
    date: date(t),
  })),
  {
    id: 'digitaleo.ftp.upload',
    title: `Send an SMS by a file; ${NO_IDS}`,
    method: 'FTP',
    path: '/',
    params: (t) => t.Object({ text: text(t), recipients: people(t), date: t.Optional(date(t)) }, CLOSED),
    result: delivered,
    writes: true,
    source: 'API SMS §5.2',
    run: (session, params) => order(session, params, upload),
  },
];

function byMail(name: string, title: string, section: string, more: (t: SchemaBuilder) => Fields): Operation {
  return {
    id: `digitaleo.${name}`,
    title,
    method: 'SMTP',
    path: '/',
    params: (t) => {
      const description = 'Put the lines into an attachment instead of the body of the mail';
      return t.Object({ text: text(t), ...more(t), attachment: t.Optional(t.Boolean({ description })) }, CLOSED);
    },
    result: delivered,
    writes: true,
    source: `API SMS ${section}`,
    run: (session, params) =>
      order(session, params, (line, file, name) => sendMail(line, file, name, params.attachment === true)),
  };
}

/** Writes everything before anything is sent, so that what is wrong stops all of it. */
async function order(session: Session, params: Params, carry: Carrier): Promise<unknown> {
  const recipients = (params.recipients as unknown[]).map(recipientOf);
  const blocks = [{ text: String(params.text), recipients }];
  const date = params.date === undefined ? null : String(params.date);
  const files = await session.carry(async ({ accountCode = '' }) => mailingFiles({ accountCode, date, blocks }));
  const taken: Delivered[] = [];
  const reference = randomUUID();
  for (const [index, file] of files.entries()) {
    const name = files.length === 1 ? reference : `${reference}-${index + 1}`;
    try {
      taken.push(await inLane(session, () => carry(session, file, name)));
    } catch (error) {
      throw partly(toSmsError(error), taken.length, files.length);
    }
  }
  return { files: taken, messages: recipients.length };
}

/** What was taken cannot be taken back: repeating all of it would send it twice. */
function partly(error: SmsError, taken: number, all: number): SmsError {
  if (taken === 0) return error;
  const sentence = `Only ${taken} of ${all} files of messages were taken. ${error.message}`;
  return error.as('SMS_UNCERTAIN', sentence, { outcome: 'unknown', retryable: false });
}

function recipientOf(given: unknown): FileRecipient {
  if (typeof given !== 'object' || given === null) return { number: String(given), fields: null };
  const { number, fields } = given as { number: string; fields?: string[] };
  return { number, fields: fields ?? null };
}

function text(t: SchemaBuilder) {
  return t.String({ minLength: 1, maxLength: LONGEST_TEXT, description: 'The text; \\n for a new line' });
}

function date(t: SchemaBuilder) {
  const forms = '2017-08-04T15:19:21+02:00, 2017-08-04T15:19:21, 2017-08-04T15:19 or 2017-08-04';
  return t.String({ minLength: 10, description: `When to send, as ${forms}` });
}

function numbers(t: SchemaBuilder) {
  return t.Array(t.String({ minLength: 6 }), { minItems: 1, description: 'Numbers in the international format' });
}

function people(t: SchemaBuilder) {
  const person = t.Object({ number: t.String({ minLength: 6 }), fields: t.Optional(t.Array(t.String())) }, CLOSED);
  return t.Array(t.Union([person, t.String({ minLength: 6 })]), {
    minItems: 1,
    description: 'Numbers, or {"number": …, "fields": [what #1# in the text stands for, #2#, …]}',
  });
}

function delivered(t: SchemaBuilder): TSchema {
  const file = t.Object({ name: t.String(), response: t.String() });
  return t.Object({ files: t.Array(file), messages: t.Number() });
}
