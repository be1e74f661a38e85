/** Digitaleo ecoSMS: HTTPS with a token; or mails and files, of which nothing is heard again. */
import type { Capability, ChoiceSource, Provider, Settings } from '../provider';
import { type SenderRule, senderCheck } from '../sender';
import { textOf } from '../text-of';
import { PROBES, verbsByFile } from './by-file';
import { transcribe } from './characters';
import { MAX_PER_CALL, RATE } from './limits';
import { MAX_PER_FILE } from './mailing-file';
import { operations } from './operations';
import { replyMail } from './reply-mail';
import { fetchToken } from './token';
import { transportOf } from './transport';
import { rowsOf } from './values';
import { verbs } from './verbs';
import { webhook } from './webhook';
import { wire } from './wire';

const HTTPS = { name: 'transport', is: ['https'] };
const SMTP = { name: 'transport', is: ['smtp'] };
const BY_FILE = { name: 'transport', is: ['smtp', 'ftp'] };
const FTP = { name: 'transport', is: ['ftp'] };

/** Which attributes come by themselves is documented of an SMS only: the id. */
const MAILINGS: ChoiceSource = {
  operation: 'digitaleo.mailing.read',
  params: { limit: 100, properties: 'id,name', sort: 'id DESC' },
  list: 'list',
};

/** "Maximum 11 alphabet characters and digits", §3.4.1. */
const SENDERS: SenderRule = {
  pattern: '^[A-Za-z0-9]{1,11}$',
  refusal: 'is no sender ID of Digitaleo: up to 11 letters and digits, approved by the vendor.',
};

export const digitaleo: Provider = {
  id: 'digitaleo',
  label: 'Digitaleo ecoSMS',
  note: 'Accounts by SMTP and FTP only send: these transports tell no ids and no statuses.',
  baseUrl: 'https://sms.messengeo.net/rest',
  tokenUrl: 'https://oauth.messengeo.net/token',
  rate: RATE,
  fields: [
    { name: 'transport', kind: 'setting', type: 'select', options: ['https', 'smtp', 'ftp'] },
    { name: 'clientId', kind: 'credential', required: true, when: HTTPS },
    { name: 'clientSecret', kind: 'credential', secret: true, required: true, when: HTTPS },
    { name: 'tokenUrl', kind: 'setting', when: HTTPS },
    { name: 'accountCode', kind: 'credential', secret: true, required: true, when: BY_FILE },
    { name: 'smtpHost', kind: 'setting', required: true, when: SMTP },
    { name: 'smtpPort', kind: 'setting', type: 'number', when: SMTP },
    { name: 'smtpSecure', kind: 'setting', type: 'checkbox', when: SMTP },
    { name: 'smtpUser', kind: 'credential', when: SMTP },
    { name: 'smtpPass', kind: 'credential', secret: true, when: SMTP },
    { name: 'mailFrom', kind: 'setting', required: true, when: SMTP },
    { name: 'mailTo', kind: 'setting', when: SMTP },
    { name: 'ftpHost', kind: 'setting', when: FTP },
    { name: 'ftpPort', kind: 'setting', type: 'number', when: FTP },
    { name: 'ftpSecure', kind: 'setting', type: 'checkbox', when: FTP },
    { name: 'ftpUser', kind: 'credential', required: true, when: FTP },
    { name: 'ftpPass', kind: 'credential', secret: true, required: true, when: FTP },
    { name: 'webhookSecret', kind: 'credential', secret: true, when: HTTPS },
  ],
  authorisation: {
    needs: (_credentials, settings) => NEEDS[transportOf(settings)],
    token: fetchToken,
    // "The 'Authorization: Bearer' is case-sensitive", §1.1.3.
    headers: (_credentials, token) => ({ authorization: `Bearer ${token}` }),
  },
  wire,
  operations,
  verbs,
  // "no more than 10 per SMS", §2.9.
  statusChecks: 10,
  batch: MAX_PER_CALL,
  options: {
    operation: 'digitaleo.sms.create',
    names: ['email', 'emailSender', 'emailSubject', 'type', 'binary'],
  },
  choices: {
    mailingId: { ...MAILINGS, value: 'id', label: ['name'] },
    mailingName: { ...MAILINGS, value: 'name' },
  },
  webhook,
  mail: replyMail,
  transcribe,
  probe,
  withSettings,
  cannot: {
    callback: 'Digitaleo pings one address that its support sets for the account; give them that of webhook-in.',
    quote: 'Digitaleo does not tell prices.',
    length: 'Digitaleo counts no characters beforehand; sms-length counts by its rules.',
    senders: 'Digitaleo does not list the senders that it has approved.',
    balance: 'Digitaleo does not tell the balance of an account.',
  },
  senderRule: SENDERS,
  checkSender: senderCheck(SENDERS),
};

const NEEDS = {
  https: ['clientId', 'clientSecret'],
  smtp: ['accountCode'],
  ftp: ['accountCode', 'ftpUser', 'ftpPass'],
} as const;

const WITHOUT_HTTPS: readonly Capability[] = [
  'sender',
  'status',
  'history',
  'cancel',
  'inbound',
  'statusQueue',
  'lookup',
  'callback',
];

/** An account by SMTP or FTP sends, at once or at a date, and does nothing else. */
function withSettings(settings: Settings): Provider {
  const transport = transportOf(settings);
  if (transport === 'https') return digitaleo;
  const way = transport.toUpperCase();
  const reason = `By ${way} Digitaleo takes messages and tells nothing more, neither ids nor statuses; choose the transport https for this.`;
  const operation = transport === 'smtp' ? 'digitaleo.smtp.send' : 'digitaleo.ftp.upload';
  const { webhook: _none, withSettings: _again, ...rest } = digitaleo;
  return {
    ...rest,
    verbs: verbsByFile(transport),
    batch: MAX_PER_FILE,
    probe: PROBES[transport],
    options: { operation, names: [] },
    choices: {},
    cannot: { ...digitaleo.cannot, ...Object.fromEntries(WITHOUT_HTTPS.map((name) => [name, reason])) },
  };
}

/** The statistics are the one thing that an account is told without knowing an id. */
async function probe(session: Parameters<NonNullable<Provider['probe']>>[0]): Promise<string> {
  const [row] = rowsOf(await session.call('digitaleo.stats.read'));
  const total = textOf(row?.total);
  return total === '' ? 'Its statistics can be read.' : `SMS of the account so far: ${total}.`;
}
