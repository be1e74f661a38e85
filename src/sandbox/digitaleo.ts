/** Digitaleo's ecoSMS API as its document describes it: token and REST over HTTP, and the ways in by SMTP and FTP. */
import type { Call, Digitaleo, Outcome, Result } from './digitaleo/account';
import { createDigitaleo } from './digitaleo/account';
import { Fault } from './digitaleo/answers';
import { cancelMailing, cancelSms, updateMailing, updateSms } from './digitaleo/change';
import { createMailing, createSms } from './digitaleo/create';
import { startFtp, startSmtp } from './digitaleo/doors';
import type { Format } from './digitaleo/format';
import { acceptedFormat, callbackName, isFormat, isFunctionName, toAnswer } from './digitaleo/format';
import { note } from './digitaleo/outbound';
import { readParams, text } from './digitaleo/params';
import { readHistory, readMailings, readQueue, readSms, readStats, readStatus } from './digitaleo/read';
import { receive } from './digitaleo/replies';
import { bearer, grantToken } from './digitaleo/token';
import type { Answer, WireRequest } from './server';
import { LOST } from './server';
import type { SandboxSettings } from './types';
import type { Emulation, World } from './world';

interface Operation {
  id: string;
  run(call: Call): Outcome;
}

const BASE = '/rest';
const TOKEN = '/token';

const operation = (id: string, run: Operation['run']): Operation => ({ id: `digitaleo.${id}`, run });

/** Resource → action → operation. */
const RESOURCES: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  sms: {
    read: operation('sms.read', readSms),
    create: operation('sms.create', createSms),
    update: operation('update.metaData', updateSms),
    delete: operation('sms.cancel', cancelSms),
  },
  mailing: {
    read: operation('mailing.read', readMailings),
    create: operation('mailing.create', createMailing),
    update: operation('update.metaData', updateMailing),
    delete: operation('mailing.cancel', cancelMailing),
  },
  status: { read: operation('status.read', readStatus), queue: operation('status.queue', readQueue) },
  smsstatus: { read: operation('smsstatus.read', readHistory) },
  stats: { read: operation('stats.read', readStats) },
};

/** §1.4.1; `queue` is the action of §3.11.3. */
const ACTIONS: Readonly<Record<string, string>> = { GET: 'read', POST: 'create', PUT: 'update', DELETE: 'delete' };
const NAMES: readonly string[] = [...Object.values(ACTIONS), 'queue'];

/**
 * The emulator behind `startSandbox('digitaleo')`.
 *
 * Of the stories, 0003 ends as `ko`, as Digitaleo knows no expiry. By SMTP and FTP there is neither a token nor an answer
 * about a single SMS: there 0012 is delivered, 0005 is `ko`, and 0011 is a reply line that makes no sense.
 */
export async function startDigitaleo(world: World): Promise<Emulation> {
  const digitaleo = createDigitaleo(world);
  world.messages.on('status', (message) => note(digitaleo, message));
  const smtp = await startSmtp(digitaleo);
  const ftp = await startFtp(digitaleo);
  const { clientId, clientSecret, accountCode, smtpUser, smtpPass, ftpUser, ftpPass } = digitaleo.accounts[0] ?? {};
  const credentials = { clientId, clientSecret, accountCode, smtpUser, smtpPass, ftpUser, ftpPass };
  const given = Object.entries(credentials).filter((entry): entry is [string, string] => Boolean(entry[1]));

  return {
    baseUrl: `${world.origin}${BASE}`,
    tokenUrl: `${world.origin}${TOKEN}`,
    smtp: smtp.endpoint,
    ftp: ftp.endpoint,
    credentials: Object.fromEntries(given),
    receive: (sms) => receive(digitaleo, sms),
    expireTokens: () => digitaleo.tokens.clear(),
    configure: (settings) => configure(digitaleo, settings),
    mails: digitaleo.postOffice.all,
    files: ftp.files,
    handle: (request) => handle(digitaleo, request),
    refuse: (status, message) => faultAnswer(new Fault(status, message), 'json'),
    async close() {
      await Promise.all([smtp.close(), ftp.close(), digitaleo.postOffice.close()]);
    },
  };
}

function configure({ accounts }: Digitaleo, { client, ...settings }: SandboxSettings): void {
  const meant = accounts.filter(({ clientId }) => client === undefined || clientId === client);
  if (meant.length === 0) throw new RangeError(`There is no client ${client}.`);
  for (const account of meant) Object.assign(account.settings, settings);
}

function handle(digitaleo: Digitaleo, request: WireRequest): Answer | typeof LOST {
  if (request.path === TOKEN) {
    request.operation = 'digitaleo.auth.token';
    return grantToken(digitaleo, request);
  }
  const { resource, suffix } = placeOf(request);
  const wanted: Format = isFormat(suffix) ? suffix : digitaleo.assume.formatByAccept ? acceptedFormat(request) : 'json';
  // An error can be wrapped in the caller's function only where its name is known, and is one.
  let callback = request.query.get('callback') ?? '';
  let format: Format = wanted === 'js' && !isFunctionName(callback) ? 'json' : wanted;
  try {
    const named = operationOf(request, resource, suffix);
    request.operation = named?.id ?? null;
    const token = bearer(digitaleo, request);
    if (!named) throw new Fault(404, 'Unknown method');
    if (`${request.query}`.length > digitaleo.assume.maxQueryLength) throw new Fault(414, 'Request-URI Too Long');
    const params = readParams(request);
    if (wanted === 'js') callback = callbackName(text(params, 'callback'));
    format = wanted;
    const outcome = named.run({ digitaleo, request, account: token.account, token, params });
    return outcome === LOST ? LOST : toAnswer(outcome, format, callback);
  } catch (error) {
    if (error instanceof Fault) return faultAnswer(error, format, callback);
    throw error;
  }
}

/** "The HTTP response code is contained in the content of the response in the case of an error" (§1.6). */
function faultAnswer({ status, message, headers }: Fault, format: Format, callback = ''): Answer {
  const result: Result = { status, value: { status, message } };
  const answer = toAnswer(result, format, callback);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** `/rest/sms.json`. */
function placeOf({ path }: WireRequest): { resource: string; suffix: string } {
  const [, resource = '', suffix = ''] = new RegExp(`^${BASE}/([^/.]+)(?:\\.([^/.]*))?/?$`).exec(path) ?? [];
  return { resource, suffix };
}

/**
 * What is to be done; undefined for a resource or format that is none.
 * The action stands in the URL, and only GET and POST may name another than their own (§1.4.1).
 * @throws Fault 404 for an action that is none, 405 for one that the resource has not
 */
function operationOf({ method, query }: WireRequest, resource: string, suffix: string): Operation | undefined {
  if (!Object.hasOwn(RESOURCES, resource) || (suffix !== '' && !isFormat(suffix))) return undefined;
  const named = method === 'GET' || method === 'POST' ? query.get('action')?.trim() : undefined;
  if (named !== undefined && !NAMES.includes(named)) throw new Fault(404, 'Unknown method');
  const action = named ?? ACTIONS[method] ?? '';
  const actions = RESOURCES[resource] ?? {};
  const found = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (found) return found;
  throw new Fault(405, 'Method not allowed', { Allow: 'GET, POST, PUT, DELETE' });
}
