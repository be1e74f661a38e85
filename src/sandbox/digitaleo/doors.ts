/** Digitaleo's other two ways in: a mail to sms@ecosms.fr (§4), a file by FTP (§5); both take the same text. */
import type { Bounded } from '../bounded';
import { createBounded } from '../bounded';
import type { FtpServer } from '../ftp-server';
import { startFtpServer } from '../ftp-server';
import { decodeText, textParts } from '../mime';
import type { Verdict } from '../smtp-server';
import { startSmtpServer } from '../smtp-server';
import type { Endpoint, FileRecord } from '../types';
import type { Account, Digitaleo, Draft } from './account';
import { Fault } from './answers';
import { answerOf, passage } from './hurdles';
import { accept, render } from './outbound';
import { Ignored, readSendFile } from './send-file';

const ADDRESS = 'sms@ecosms.fr';
const HANG = 20_000;

export interface Door {
  endpoint: Endpoint;
  close(): Promise<void>;
}

/** What came of a text: the SMS, or why there are none, and what the stories of its recipients make of the reply. */
interface Taken {
  messages: string[];
  ignored?: string;
  verdict: Verdict;
}

export async function startSmtp(digitaleo: Digitaleo): Promise<Door> {
  const { accounts, assume, world, postOffice } = digitaleo;
  return startSmtpServer({
    name: 'ecosms.fr',
    hang: world.options.hang ?? HANG,
    after: world.clock.after,
    authRequired: assume.smtpAuthRequired,
    login: (user, pass) =>
      accounts.some(({ smtpUser, smtpPass }) => smtpUser !== '' && smtpUser === user && smtpPass === pass),
    knows: (recipient) => recipient.toLowerCase() === ADDRESS,
    take({ from, to, content }) {
      const parts = textParts(content, { flowed: assume.flowedMailDecoded });
      // "Either in the message body or in an attachment": the one that has an account code.
      const order = parts.find((part) => /^U-/m.test(part)) ?? parts[0] ?? '';
      const { verdict, ...taken } = takeText(digitaleo, order);
      if (wasTaken(verdict)) postOffice.take({ from, to, content, ...taken });
      return verdict;
    },
  });
}

export async function startFtp(digitaleo: Digitaleo): Promise<Door & { files(): FileRecord[] }> {
  const { accounts, assume, world } = digitaleo;
  const files: Bounded<FileRecord> = createBounded(Math.min(world.keep, 1000));
  const server: FtpServer = await startFtpServer({
    hang: world.options.hang ?? HANG,
    after: world.clock.after,
    now: world.clock.now,
    login: (user, pass) =>
      accounts.some(({ ftpUser, ftpPass }) => ftpUser !== '' && ftpUser === user && ftpPass === pass),
    complete({ path, user, content }) {
      if (assume.ftpTemporarySuffix !== '' && path.endsWith(assume.ftpTemporarySuffix)) return 'accepted';
      const { verdict, ...taken } = takeText(digitaleo, decodeText(content));
      if (!wasTaken(verdict)) return verdict;
      const record: FileRecord = { path, user, content, ...taken, at: world.clock.iso() };
      files.push(record);
      world.messages.emit('file', { ...record });
      // The platform fetches the file, and it is gone.
      world.clock.after(world.clock.delays.network, () => server.remove(user, path));
      return verdict;
    },
  });
  return { ...server, files: () => files.all().map((file) => ({ ...file })) };
}

const wasTaken = (verdict: Verdict): boolean => verdict === 'accepted' || verdict === 'lost' || verdict === 'malformed';

/** There is no acknowledgement (§4): what makes no sense is silently ignored. */
function takeText(digitaleo: Digitaleo, text: string): Taken {
  try {
    const { accountCode, due, sms } = readSendFile(text);
    const account = digitaleo.accounts.find((one) => one.accountCode === accountCode);
    if (!account) throw new Ignored(`There is no account ${accountCode.slice(0, 40)}`);
    const drafts = sms.map((one) => draftOf(one, due));
    for (const draft of drafts) render(digitaleo, draft);
    return send(digitaleo, account, drafts);
  } catch (error) {
    if (!(error instanceof Ignored) && !(error instanceof Fault)) throw error;
    return { messages: [], ignored: error.message, verdict: 'accepted' };
  }
}

function send(digitaleo: Digitaleo, account: Account, drafts: readonly Draft[]): Taken {
  const passed = passage(digitaleo, drafts, true);
  if ('stopped' in passed) return { messages: [], verdict: passed.stopped === 'unanswered' ? 'unanswered' : 'later' };
  const messages = passed.drafts.map((draft) => accept(digitaleo, account, draft).id);
  return { messages, verdict: answerOf(drafts) ?? 'accepted' };
}

/** The fields are filled in already: a name between pound signs is no field here. */
function draftOf({ to, text }: { to: string; text: string }, due: number | undefined): Draft {
  const replyMail = { email: '', emailSender: '', emailSubject: '' };
  const common = { sender: '', binary: false, repliesWanted: false, literal: true, replyMail };
  return { to, text, contact: {}, ...common, ...(due === undefined ? {} : { due }) };
}
