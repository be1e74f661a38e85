/**
 * The file of lines that Digitaleo takes by mail (§4) and by FTP (§5): `U-` account, `D-` date, `T-` text, `#-` recipient.
 * Nothing that a message carries becomes a line, a field or a placeholder of its own: the format has no way to quote,
 * so what would be read as one is refused.
 */
import { SmsError } from '../../sms/errors';
import { excerpt } from '../../sms/excerpt';

/** "2,000 text messages at once", §2.7. */
export const MAX_PER_FILE = 2000;

export interface FileRecipient {
  /** E.164, with or without its plus. */
  number: string;
  /** What `#1#` or `(%1)` in the text, `#2#` … stand for; null for a text that is to be sent as it is. */
  fields: readonly string[] | null;
}

/** A text and those who get it. */
export interface FileBlock {
  text: string;
  recipients: readonly FileRecipient[];
}

export interface MailingFile {
  accountCode: string;
  /** When all of it is sent; null for now. */
  date: Date | string | null;
  blocks: readonly FileBlock[];
}

/** The files that these messages take, 2,000 in each. @throws SmsError before anything is written */
export function mailingFiles({ accountCode, date, blocks }: MailingFile): string[] {
  const head = [`U-${account(accountCode)}`, ...(date === null ? [] : [`D-${sendingDate(date)}`])];
  const files: string[][] = [];
  let room = 0;
  for (const { text, recipients } of blocks) {
    const lines = textLines(text);
    let above = false;
    for (const recipient of recipients) {
      if (room === 0) {
        files.push([...head]);
        room = MAX_PER_FILE;
        above = false;
      }
      const file = files.at(-1) ?? [];
      if (!above) file.push(...lines);
      above = true;
      file.push(recipientLine(recipient, text));
      room -= 1;
    }
  }
  return files.map((lines) => `${lines.join('\r\n')}\r\n`);
}

/** What one reader or another takes for the end of a line, and other control characters, which no phone shows. */
const LINE_END = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const LINE_END_BUT_LF = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}]/u;

function account(code: string): string {
  const wanted = code.trim();
  if (wanted !== '' && !LINE_END.test(wanted)) return wanted;
  throw new SmsError('SMS_CONFIG', 'The account code must be one line of text: open the account and correct it.');
}

/** The four forms of §4.2. */
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([+-]\d\d:\d\d)?)?)?$/;

/** "If invalid, the e-mail will not be taken into account", and nobody would be told. */
function sendingDate(date: Date | string): string {
  const given = typeof date === 'string' ? date : (date.toJSON() ?? String(date));
  const text = given.replace(/(:\d\d)(\.\d+)?Z$/, '$1+00:00');
  if (ISO_DATE.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))) return text;
  throw invalid(
    `The date ${excerpt(text)} is none that Digitaleo reads: write 2017-08-04T15:19:21+02:00, 2017-08-04T15:19:21, 2017-08-04T15:19 or 2017-08-04.`,
  );
}

/** The 30th of February is none, though it can be parsed. */
function isDay(day: string): boolean {
  const instant = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
}

/** Each line of a text stands behind a `T-` of its own, so that it may begin with anything. */
function textLines(text: string): string[] {
  if (text.trim() === '') throw new SmsError('SMS_EMPTY_TEXT', 'The SMS has no text.');
  const wanted = text.replace(/\r\n?/g, '\n');
  if (LINE_END_BUT_LF.test(wanted)) {
    throw invalid('The text has a control character that the file would be cut at: use \\n for a new line.');
  }
  return wanted.split('\n').map((line) => `T-${line}`);
}

const PLACEHOLDER = /#(\d+)#|\(%(\d+)\)/g;
/** Two readings are possible: `#1#` and then `2#`, or `#1` and then `#2#`. */
const OVERLAPPING = /#\d+#\d+#/;

function recipientLine({ number, fields }: FileRecipient, text: string): string {
  const digits = number.trim().replace(/^\+/, '');
  if (!/^[1-9]\d{5,14}$/.test(digits)) {
    throw new SmsError('SMS_INVALID_NUMBER', `${excerpt(number)} is no number in the international format.`);
  }
  const wanted = [...text.matchAll(PLACEHOLDER)];
  if (wanted.length > 0 && fields === null) {
    throw invalid(
      `The text has ${excerpt(wanted[0]?.[0])}, which Digitaleo would take for a field: write it in another way, or send by https.`,
    );
  }
  if (wanted.length > 0 && OVERLAPPING.test(text)) {
    throw invalid('The text has placeholders that share a #: put a space between them.');
  }
  for (const [placeholder, hash, percent] of wanted) {
    const position = Number(hash ?? percent);
    if (position >= 1 && position <= (fields?.length ?? 0)) continue;
    throw invalid(`The text has ${excerpt(placeholder)}, and ${digits} has ${fields?.length ?? 0} fields.`);
  }
  const values = (fields ?? []).map(field);
  if (atOnce(text, values) !== oneByOne(text, values)) {
    throw invalid(`The fields of ${digits} and the text beside them make up a placeholder: put a space between them.`);
  }
  return `#-${[digits, ...values].join(';')}`;
}

/** What a reader makes of the text that replaces all placeholders in one go. */
function atOnce(text: string, values: readonly string[]): string {
  return text.replace(PLACEHOLDER, (whole, hash, percent) => values[Number(hash ?? percent) - 1] ?? whole);
}

/** And what one that replaces the first placeholder, then the second, as PHP's str_replace does. */
function oneByOne(text: string, values: readonly string[]): string {
  const replaceOne = (left: string, value: string, index: number) =>
    left.replaceAll(`#${index + 1}#`, () => value).replaceAll(`(%${index + 1})`, () => value);
  return values.reduce(replaceOne, text);
}

function field(value: string, index: number): string {
  const where = `Field ${index + 1} of a recipient`;
  if (value.includes(';')) throw invalid(`${where} has a ; in it, which begins the next field: leave it out.`);
  if (LINE_END.test(value)) throw invalid(`${where} has a line end in it: make it one line.`);
  if (value.search(PLACEHOLDER) >= 0) throw invalid(`${where} looks like a placeholder and might be filled in again.`);
  return value;
}

function invalid(sentence: string): SmsError {
  return new SmsError('SMS_INVALID_OPTION', sentence);
}
