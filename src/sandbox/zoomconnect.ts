/** ZoomConnect's REST API as its document describes it: the table of its paths, and how a call finds its way through. */
import type { Answer, WireRequest } from './server';
import { LOST } from './server';
import type { SandboxSettings } from './types';
import type { Emulation, World } from './world';
import type { Account, Call, ZoomConnect } from './zoomconnect/account';
import { accountOfUrlToken, authenticate, createZoomConnect } from './zoomconnect/account';
import * as book from './zoomconnect/address-book';
import * as analyse from './zoomconnect/analyse';
import type { Result } from './zoomconnect/answers';
import { Fault, faultAnswer, formatOf, notFound, write } from './zoomconnect/answers';
import type { ZoomConnectAssumptions } from './zoomconnect/assumptions';
import { receive } from './zoomconnect/inbound';
import { report } from './zoomconnect/life';
import * as messages from './zoomconnect/messages';
import * as sms from './zoomconnect/sms';
import { statistics } from './zoomconnect/statistics';
import * as team from './zoomconnect/team';
import * as templates from './zoomconnect/templates';

interface Route {
  /** Ends with the method where the document offers two. */
  operation: string;
  method: string;
  /** Below the base; `{}` is one segment. */
  path: string;
  run(call: Call): Result | typeof LOST;
  /** The last segment authenticates, nothing else. */
  byUrlToken: boolean;
}

const BASE = '/app';
const API = `${BASE}/api/rest/v1`;

type Row = [operation: string, methods: string, path: string, run: Route['run']];

/** A fixed segment stands before the `{}` that would take it too. */
const TABLE: readonly Row[] = [
  ['account.balance', 'GET', '/account/balance', team.balance],
  ['account.statistics', 'GET', '/account/statistics', statistics],
  ['account.transfer', 'POST', '/account/transfer', team.transfer],
  ['account.user.search', 'GET', '/account/user', team.searchUser],
  ['account.user.create', 'PUT', '/account/user', team.createUser],
  ['account.user.get', 'GET', '/account/user/{}', team.getUser],
  ['account.user.update', 'POST', '/account/user/{}', team.updateUser],
  ['sms.send', 'POST', '/sms/send', sms.send],
  ['sms.send.example', 'GET', '/sms/send', sms.sendExample],
  ['sms.sendBulk', 'POST', '/sms/send-bulk', sms.sendBulk],
  ['sms.sendBulk.example', 'GET', '/sms/send-bulk', sms.sendBulkExample],
  ['sms.sendUrlParameters', 'GET POST', '/sms/send-url-parameters', sms.sendByUrl],
  ['sms.sendUrlToken', 'GET POST', '/sms/send-url/{}', sms.sendByUrl],
  ['contacts.all', 'GET', '/contacts/all', book.allContacts],
  ['contacts.create', 'POST', '/contacts/create', book.createContact],
  ['contacts.get', 'GET', '/contacts/{}', book.getContact],
  ['contacts.update', 'POST', '/contacts/{}', book.updateContact],
  ['contacts.delete', 'DELETE', '/contacts/{}', book.deleteContact],
  ['contacts.removeFromGroup', 'GET POST', '/contacts/{}/addFromGroup/{}', book.removeFromGroup],
  ['contacts.addToGroup', 'GET POST', '/contacts/{}/addToGroup/{}', book.addToGroup],
  ['groups.all', 'GET', '/groups/all', book.allGroups],
  ['groups.create', 'POST', '/groups/create', book.createGroup],
  ['groups.get', 'GET', '/groups/{}', book.getGroup],
  ['groups.update', 'POST', '/groups/{}', book.updateGroup],
  ['groups.delete', 'DELETE', '/groups/{}', book.deleteGroup],
  ['groups.addContact', 'GET POST', '/groups/{}/addContact/{}', book.addContact],
  ['groups.removeContact', 'GET POST', '/groups/{}/removeContact/{}', book.removeContact],
  ['messages.all', 'GET', '/messages/all', messages.allMessages],
  ['messages.analyse.full', 'POST', '/messages/analyse/full', analyse.analyseFull],
  ['messages.analyse.creditCost', 'POST', '/messages/analyse/message-credit-cost', analyse.analyseCost],
  ['messages.analyse.encoding', 'POST', '/messages/analyse/message-encoding', analyse.analyseEncoding],
  ['messages.analyse.length', 'POST', '/messages/analyse/message-length', analyse.analyseLength],
  ['messages.analyse.withinMax', 'POST', '/messages/analyse/message-length-within-max-allowed', analyse.analyseWithin],
  ['messages.analyse.numberOfMessages', 'POST', '/messages/analyse/number-of-messages', analyse.analyseParts],
  ['messages.get', 'GET', '/messages/{}', messages.getMessage],
  ['messages.delete', 'DELETE', '/messages/{}', messages.deleteMessage],
  ['messages.markRead', 'PUT POST', '/messages/{}/markRead', messages.markRead],
  ['messages.markUnread', 'PUT POST', '/messages/{}/markUnread', messages.markUnread],
  ['templates.all', 'GET', '/templates/all', templates.allTemplates],
  ['templates.get', 'GET', '/templates/{}', templates.getTemplate],
  ['templates.delete', 'DELETE', '/templates/{}', templates.deleteTemplate],
];

const ROUTES: readonly Route[] = TABLE.flatMap(([name, methods, path, run]) =>
  methods.split(' ').map((method, _index, all) => ({
    operation: `zoomconnect.${name}${all.length > 1 ? `.${method.toLowerCase()}` : ''}`,
    method,
    path,
    run,
    byUrlToken: run === sms.sendByUrl && path.endsWith('{}'),
  })),
);

const MATCHERS = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${API}${route.path.replaceAll('{}', '([^/]+)')}/?$`),
}));

const SUFFIX = /\.(?:json|xml)$/;
/** Where public clients use a suffix. */
const SUFFIXED = /\/(?:sms\/send|sms\/send-bulk|account\/balance)$/;

/** The emulator behind `startSandbox('zoomconnect')`. Its tokens never expire, so `expireTokens` does nothing. */
export function startZoomConnect(world: World): Emulation {
  const zoom = createZoomConnect(world, `${world.origin}${API}`);
  const { email = '', token = '', urlToken = '' }: Partial<Account> = zoom.accounts[0] ?? {};
  world.messages.on('status', (message) => report(zoom, message));

  function handle(request: WireRequest): Answer | typeof LOST {
    const { path, suffix } = split(request.path, zoom.assume);
    const format = formatOf(suffix, request.headers.accept ?? '', zoom.assume);
    try {
      const result = perform(zoom, request, path);
      return result === LOST ? LOST : write(result, format, zoom.assume);
    } catch (error) {
      if (error instanceof Fault) return faultAnswer(error, format, zoom.assume);
      throw error;
    }
  }

  return {
    baseUrl: `${world.origin}${BASE}`,
    credentials: { email, token, urlToken },
    receive: (message) => receive(zoom, message),
    expireTokens: () => {},
    configure: (settings) => configure(zoom, settings),
    handle,
    refuse(status, sentence, request) {
      const { suffix } = split(request?.path ?? '', zoom.assume);
      const format = formatOf(suffix, request?.headers.accept ?? '', zoom.assume);
      return faultAnswer(new Fault(status, sentence), format, zoom.assume);
    },
  };
}

/** Whoever is not let in learns nothing of which paths there are. */
function perform(zoom: ZoomConnect, request: WireRequest, path: string): Result | typeof LOST {
  const { route, parameters, refusal } = find(request.method, path);
  request.operation = route?.operation ?? null;
  const account = route?.byUrlToken ? accountOfUrlToken(zoom, parameters[0] ?? '') : authenticate(zoom, request);
  if (!route) throw refusal;
  return route.run({ zoom, request, account, parameters });
}

interface Found {
  route?: Route;
  parameters: string[];
  /** Why there is no route. */
  refusal?: Fault;
}

function find(method: string, path: string): Found {
  const matches = MATCHERS.flatMap(({ route, pattern }) => {
    const parameters = decode(pattern.exec(path));
    return parameters ? [{ route, parameters }] : [];
  });
  // As it stands first in the table, a fixed path hides the one with braces, whatever the method.
  const [first] = matches;
  if (!first) return { parameters: [], refusal: notFound() };
  const here = matches.filter(({ route }) => route.path === first.route.path);
  const match = here.find(({ route }) => route.method === method);
  if (match) return match;
  const allow = here.map(({ route }) => route.method).join(', ');
  return { parameters: [], refusal: new Fault(405, `Request method '${method}' not supported`, 405, { Allow: allow }) };
}

function decode(match: RegExpExecArray | null): string[] | undefined {
  try {
    return match?.slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Takes the suffix that names the format off a path. */
function split(path: string, { suffixOnEveryPath }: ZoomConnectAssumptions): { path: string; suffix: string } {
  const suffix = SUFFIX.exec(path)?.[0] ?? '';
  const bare = path.slice(0, path.length - suffix.length);
  return suffixOnEveryPath || SUFFIXED.test(bare) ? { path: bare, suffix } : { path, suffix: '' };
}

/** "Developer settings" in the vendor's web pages. */
function configure({ accounts }: ZoomConnect, { statusUrl, inboundUrl, client }: SandboxSettings): void {
  const meant = accounts.filter(({ email }) => client === undefined || email === client);
  if (meant.length === 0) throw new RangeError(`There is no client ${client}.`);
  for (const url of [statusUrl, inboundUrl]) {
    if (url && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new RangeError(`${url} is no http or https URL.`);
  }
  for (const account of meant) {
    if (statusUrl !== undefined) account.statusUrl = statusUrl ?? '';
    if (inboundUrl !== undefined) account.inboundUrl = inboundUrl ?? '';
  }
}
