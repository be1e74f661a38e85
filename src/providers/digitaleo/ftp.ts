/** A file of messages as an upload to ftp.ecosms.fr, §5. The server's yes is all there is: no ids, no statuses. */
import { Readable } from 'node:stream';
import { SmsError } from '../../sms/errors';
import type { Session } from '../session';
import { type Delivered, flag, portOf, setting } from './transport';

const FTP_HOST = 'ftp.ecosms.fr';
const FTP = 21;

/** How far an upload has come: `whole` is the file when the server has it, under a name that nobody should read yet. */
type Stage = 'connecting' | 'entering' | 'opening' | 'writing' | 'whole' | 'naming';

/**
 * Uploads under a name that nobody reads yet, and gives the file its own name when it is whole (an assumption: the
 * document names neither directory nor name).
 * @throws SmsError that says whether the file may have been taken
 */
export function upload(session: Session, file: string, name: string): Promise<Delivered> {
  return converse(session, async (client, reached) => {
    reached('opening');
    // Read from the moment on at which there is a connection for it, and not before.
    const source = Readable.from(
      (function* () {
        reached('writing');
        yield Buffer.from(file, 'utf8');
      })(),
    );
    await client.uploadFrom(source, `${name}.txt.tmp`);
    reached('whole');
    await client.send(`RNFR ${name}.txt.tmp`);
    reached('naming');
    const { code, message } = await client.send(`RNTO ${name}.txt`);
    if (code < 200 || code >= 300) throw Object.assign(new Error(message), { code: 'EPROTO' });
    return { name: `${name}.txt`, response: message };
  });
}

/** Whether the server lets the account in. @throws SmsError */
export function checkFtp(session: Session): Promise<string> {
  const sentence = 'The FTP server lets the account in; whether Digitaleo knows its code shows when an SMS arrives.';
  return converse(session, async () => sentence);
}

type Client = import('basic-ftp').Client;

/** Logs in and does one thing, all within the time of a call. */
async function converse<T>(
  session: Session,
  act: (client: Client, reached: (stage: Stage) => void) => Promise<T>,
): Promise<T> {
  const { settings, timeout } = session;
  const host = setting(settings, 'ftpHost', FTP_HOST);
  const port = portOf(settings, 'ftpPort', FTP);
  const { Client: FtpClient } = await import('basic-ftp');
  return session.carry(async ({ ftpUser = '', ftpPass = '' }) => {
    if (!ftpUser || !ftpPass) {
      throw new SmsError('SMS_CONFIG', 'The account lacks ftpUser and ftpPass, which Digitaleo gives on request.');
    }
    const client = new FtpClient(timeout);
    let stage: Stage = 'connecting';
    const talk = async () => {
      await client.connect(host, port);
      if (flag(settings, 'ftpSecure')) await client.useTLS({ host });
      stage = 'entering';
      await client.login(ftpUser, ftpPass);
      await client.useDefaultSettings();
      return act(client, (next) => {
        stage = next;
      });
    };
    let timer: NodeJS.Timeout | undefined;
    // A client that is closed amid a handshake of TLS says nothing any more.
    const tooLate = new Promise<never>((_resolve, reject) => {
      const late = Object.assign(new Error('It took too long'), { code: 'ETIMEDOUT' });
      timer = setTimeout(() => reject(late), timeout);
    });
    try {
      return await Promise.race([talk(), tooLate]);
    } catch (error) {
      throw failure(error as FtpFault, stage, host);
    } finally {
      clearTimeout(timer);
      client.close();
    }
  });
}

interface FtpFault extends Error {
  code?: string | number;
}

/**
 * A refusal of the server is a definite word; silence while the file is made known is not, nor that a file is gone which
 * was there a moment ago: somebody has taken it.
 */
function failure({ code: given, message }: FtpFault, stage: Stage, host: string): SmsError {
  const code = given === undefined ? 'ETIMEDOUT' : String(given);
  const reply = typeof given === 'number' ? given : undefined;
  const details = {
    providerCode: code,
    providerMessage: reply === undefined ? undefined : message.slice(0, 500),
    cause: Object.assign(new Error(code), { code }),
  };
  const said = reply === undefined ? code : message.slice(0, 200);
  const isGone = stage === 'whole' && reply !== undefined && reply >= 500;
  const isSilent = reply === undefined && (stage === 'writing' || stage === 'whole' || stage === 'naming');
  if (stage === 'entering' && reply !== undefined && reply >= 500) {
    const sentence = `The FTP server ${host} refuses the account (${said}). Check ftpUser and ftpPass.`;
    return new SmsError('SMS_AUTH', sentence, { ...details, accountRefused: true });
  }
  // Under its first name the file is nobody's yet; whether the vendor would read it nevertheless is not documented.
  if (isSilent || isGone) {
    const what = isGone ? `${host} does not find it again` : `the connection to ${host} broke`;
    const sentence = `It is not known whether the file was taken: ${what} (${said}).`;
    return new SmsError('SMS_UNCERTAIN', sentence, { ...details, outcome: 'unknown', retryable: true });
  }
  if (stage !== 'connecting' && reply !== undefined && reply >= 500) {
    const sentence = `The FTP server ${host} refuses the file (${said}).`;
    return new SmsError('SMS_REJECTED', sentence, details);
  }
  const sentence = `The FTP server ${host} takes no file at the moment (${said}). Check ftpHost, ftpPort and ftpSecure.`;
  return new SmsError('SMS_UNREACHABLE', sentence, { ...details, retryable: true });
}
