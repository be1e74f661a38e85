/** The text of a mail or file that orders SMS (§4.2, §4.3): lines with U-, D-, T- and #-. */
import { parisInstant } from './paris';

export interface SendFile {
  accountCode: string;
  /** Epoch ms. */
  due?: number;
  /** One for each line with #-, its text filled in. */
  sms: { to: string; text: string }[];
}

/** Why the whole mail or file is "not taken into account". */
export class Ignored extends Error {}

/** "SMTP, or FTP API: lets you send up to 2,000 text messages at once" (§2.7); assumption: otherwise none of them goes. */
const MAX_SMS = 2000;
/** More than any SMS has: the fields of one file could fill all memory. */
const ENOUGH = 10_000;

/**
 * A line that begins otherwise is passed over; assumption: mails have signatures.
 * @throws Ignored for a text without account code, with a date that is none, or with too many SMS
 */
export function readSendFile(text: string): SendFile {
  let code: string | undefined;
  let due: number | undefined;
  let lines: string[] = [];
  /** A text line below a recipient begins another message. */
  let isComplete = false;
  const sms: SendFile['sms'] = [];
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    // Two examples of §4.3 have `T>` where the rule says `T-`.
    const [, mark, content = ''] = /^([UDT#])-(.*)$/s.exec(line.replace(/^T>/, 'T-')) ?? [];
    if (mark === 'U') code ??= content.trim();
    if (mark === 'D') due = dateOf(content.trim());
    if (mark === 'T') {
      lines = isComplete ? [content] : [...lines, content];
      isComplete = false;
    }
    if (mark !== '#' || lines.length === 0) continue;
    isComplete = true;
    const [number = '', ...fields] = content.split(';');
    const message = filled(lines.join('\n'), fields);
    if (message.length > ENOUGH) throw new Ignored(`There is a text of ${message.length} characters`);
    sms.push({ to: toInternational(number), text: message });
  }
  if (!code) throw new Ignored('There is no account code');
  if (sms.length === 0) throw new Ignored('There is no recipient below a text');
  if (sms.length > MAX_SMS) throw new Ignored(`There are more than ${MAX_SMS} SMS`);
  return { accountCode: code, sms, ...(due === undefined ? {} : { due }) };
}

/** Four ISO 8601 forms (§4.2); without an offset Paris time, assumption. @throws Ignored "If invalid, the email will not be taken into account" */
function dateOf(date: string): number {
  const form = /^(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(date);
  const [, local = '', offset] = form ?? [];
  const instant = parisInstant(local);
  if (instant === undefined || (offset && !local.includes('T'))) throw new Ignored(`${date.slice(0, 40)} is no date`);
  const zoned = offset ? Date.parse(`${local.length === 16 ? `${local}:00` : local}${offset}`) : instant;
  if (Number.isNaN(zoned)) throw new Ignored(`${date.slice(0, 40)} is no date`);
  return zoned;
}

/** `#-447123456789`: without `+` in every example. */
function toInternational(number: string): string {
  const digits = number.replace(/[\s.()-]/g, '').replace(/^\+/, '');
  return `+${digits}`;
}

/** `#2#` or `(%2)`: the second field after the number; one that is not there is nothing, assumption. */
function filled(text: string, fields: readonly string[]): string {
  return text.replace(/#(\d{1,3})#|\(%(\d{1,3})\)/g, (_, one, other) => fields[Number(one ?? other) - 1] ?? '');
}
