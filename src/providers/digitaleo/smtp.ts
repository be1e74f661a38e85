/** A file of messages as a mail to sms@ecosms.fr, §4. The mail server's yes is all there is: no ids, no statuses. */
import { Readable } from 'node:stream';
import { SmsError } from '../../sms/errors';
import type { Session } from '../session';
import { asAccount, type Delivered, flag, portOf, setting } from './transport';

const MAIL_TO = 'sms@ecosms.fr';
const SUBMISSION = 587;
const SUBMISSION_OVER_TLS = 465;

/** @throws SmsError that says whether the mail may have been taken */
export async function sendMail(session: Session, file: string, name: string, attached = false): Promise<Delivered> {
  const { settings } = session;
  const from = setting(settings, 'mailFrom');
  const to = setting(settings, 'mailTo', MAIL_TO);
  const message = await compose({ from, to, file, name, attached });
  let begun = false;
  // Read from the moment on at which the server has asked for the mail, and not before.
  const source = Readable.from(
    (function* () {
      begun = true;
      yield message;
    })(),
  );
  const response = await converse(
    session,
    (connection, done) => connection.send({ from, to }, source, (error, info) => done(error, info?.response)),
    () => begun,
  );
  return { name, response };
}

/** Whether the mail server lets the account in. @throws SmsError */
export async function checkMail(session: Session): Promise<string> {
  asAccount(setting(session.settings, 'mailFrom'), 'mailFrom');
  await converse(
    session,
    (_connection, done) => done(null),
    () => false,
  );
  return 'The mail server lets the account in; whether Digitaleo knows its code shows when an SMS arrives.';
}

type Connection = import('nodemailer/lib/smtp-connection', { with: { 'resolution-mode': 'import' }}).default;
type Done = (error: Error | null, response?: string) => void;

/** Logs in, where there is a user, and says one thing, all within the time of a call. */
async function converse(
  session: Session,
  talk: (connection: Connection, done: Done) => void,
  hasBegun: () => boolean,
): Promise<string> {
  const { default: SmtpConnection } = await import('nodemailer/lib/smtp-connection');
  const options = lineOf(session);
  return session.carry(async ({ smtpUser = '', smtpPass = '' }) => {
    const connection = new SmtpConnection(options);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        const late = Object.assign(new Error('It took too long'), { code: 'ETIMEDOUT' });
        timer = setTimeout(() => reject(late), session.timeout);
        const done: Done = (error, response = '') => (error ? reject(error) : resolve(response));
        const go: Done = (error) => (error ? reject(error) : talk(connection, done));
        connection.once('error', reject);
        connection.connect((error) => {
          if (error || smtpUser === '') go(error ?? null);
          else connection.login({ user: smtpUser, pass: smtpPass }, (refused) => go(refused));
        });
      });
    } catch (error) {
      throw failure(withoutLogin(error as SmtpFault, smtpUser, smtpPass), hasBegun(), options.host);
    } finally {
      clearTimeout(timer);
      // Whoever still speaks afterwards is not listened to.
      connection.on('error', () => {});
      connection.close();
    }
  });
}

function lineOf({ settings, timeout }: Session) {
  const isTls = flag(settings, 'smtpSecure');
  const port = portOf(settings, 'smtpPort', isTls ? SUBMISSION_OVER_TLS : SUBMISSION);
  return {
    host: setting(settings, 'smtpHost'),
    port,
    secure: isTls && port === SUBMISSION_OVER_TLS,
    // Any other port begins in the clear and must go on encrypted.
    requireTLS: isTls && port !== SUBMISSION_OVER_TLS,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
  };
}

interface SmtpFault extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** A server may repeat what it was sent: user and password travel in base64. */
function withoutLogin({ code, responseCode, response }: SmtpFault, user: string, pass: string) {
  const travelled = [`\0${user}\0${pass}`, pass, user].map((secret) => Buffer.from(secret).toString('base64'));
  const clean = travelled.filter(Boolean).reduce((left, form) => left.replaceAll(form, '***'), response ?? '');
  return { code, responseCode, response: clean };
}

/** A refusal of the server is a definite word; silence after the mail has begun is not, nor is a reply that means nothing there. */
function failure(
  { code = 'error', responseCode, response }: Omit<SmtpFault, keyof Error>,
  begun: boolean,
  host: string,
): SmsError {
  const cause = Object.assign(new Error(code), { code });
  const details = {
    providerCode: responseCode ? String(responseCode) : code,
    providerMessage: response?.slice(0, 500),
    cause,
  };
  // Without a number it is no reply.
  const said = response && responseCode ? ` (${response.slice(0, 200)})` : ` (${code})`;
  const isPermanent = responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  const isDefinite = isPermanent || (responseCode !== undefined && responseCode >= 400 && responseCode < 500);
  // "454 Temporary authentication failure", RFC 4954, 4, says nothing of the user.
  if (code === 'EAUTH' && isPermanent) {
    const sentence = `The mail server ${host} refuses the account's SMTP user${said}. Check smtpUser and smtpPass.`;
    return new SmsError('SMS_AUTH', sentence, { ...details, accountRefused: true });
  }
  if (isPermanent) {
    const sentence = `The mail server ${host} refuses the mail${said}. Check mailFrom and mailTo of the account.`;
    return new SmsError('SMS_REJECTED', sentence, details);
  }
  if (begun && !isDefinite) {
    const sentence = `It is not known whether the mail was taken: the connection to ${host} broke${said}.`;
    return new SmsError('SMS_UNCERTAIN', sentence, { ...details, outcome: 'unknown', retryable: true });
  }
  const sentence = `The mail server ${host} takes no mail at the moment${said}. Check smtpHost, smtpPort and smtpSecure.`;
  return new SmsError('SMS_UNREACHABLE', sentence, { ...details, retryable: true });
}

interface Letter {
  from: string;
  to: string;
  file: string;
  name: string;
  attached: boolean;
}

/** "Either in the message body or in an attachment"; "the subject of the e-mail and the name of the attachment do not matter". */
async function compose({ from, to, file, name, attached }: Letter): Promise<Buffer> {
  asAccount(from, 'mailFrom');
  asAccount(to, 'mailTo');
  const { default: MimeNode } = await import('nodemailer/lib/mime-node');
  const text = { 'content-transfer-encoding': isPlain(file) ? '7bit' : 'quoted-printable' };
  const mail = attached ? new MimeNode('multipart/mixed') : new MimeNode(TEXT).setHeader(text).setContent(file);
  mail.setHeader({ from, to, subject: `SMS ${name}` });
  if (attached)
    mail
      .createChild(TEXT, { filename: `${name}.txt` })
      .setHeader('content-transfer-encoding', 'base64')
      .setContent(file);
  return mail.build();
}

const TEXT = 'text/plain; charset=utf-8';

/** Lines that no mail program has a reason to touch. */
function isPlain(file: string): boolean {
  return /^[\n\r\x20-\x7e]*$/.test(file) && file.split('\r\n').every((line) => line.length <= 76);
}
