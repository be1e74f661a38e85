/** Enco's SMS API as its document describes it: the table of its paths, and how a call finds its way through. */
import type { Account, Call } from './enco/account';
import { createEnco, SHARED_ADDRESS } from './enco/account';
import { Fault, faultAnswer, methodNotAllowed, noSuchResource } from './enco/answers';
import { dedicatedAddresses, readInbound, receive } from './enco/inbound';
import { logs } from './enco/logs';
import { deliveryInfo, length, push, send } from './enco/outbound';
import { bearer, grantToken } from './enco/token';
import type { Answer, LOST, WireRequest } from './server';
import type { Emulation, World } from './world';

interface Route {
  operation: string;
  method: 'GET' | 'POST';
  /** Below the base; `{}` is one segment. */
  path: string;
  run(call: Call): Answer | typeof LOST;
}

const BASE = '/sms/1.0.0';
const TOKEN = '/token';

/** A fixed segment stands before the `{}` that would take it too. */
const ROUTES: readonly Route[] = [
  { operation: 'enco.outbound.send', method: 'POST', path: '/sms/outboundmessages', run: send },
  { operation: 'enco.outbound.length', method: 'POST', path: '/sms/outboundmessages/length', run: length },
  { operation: 'enco.outbound.sendFrom', method: 'POST', path: '/sms/outboundmessages/{}', run: send },
  {
    operation: 'enco.outbound.deliveryInfo',
    method: 'GET',
    path: '/sms/outboundmessages/deliveryinfos/{}',
    run: deliveryInfo,
  },
  { operation: 'enco.inbound.shared', method: 'GET', path: '/sms/inboundmessages/shared', run: readInbound },
  { operation: 'enco.inbound.dedicated', method: 'GET', path: '/sms/inboundmessages/{}', run: readInbound },
  { operation: 'enco.dedicatedAddresses', method: 'GET', path: '/sms/dedicatedaddresses', run: dedicatedAddresses },
  { operation: 'enco.logs', method: 'GET', path: '/logs', run: logs },
];

const MATCHERS = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${BASE.replaceAll('.', '\\.')}${route.path.replace('{}', '([^/]+)')}$`),
}));

/** The emulator behind `startSandbox('enco')`. */
export function startEnco(world: World): Emulation {
  const baseUrl = `${world.origin}${BASE}`;
  const enco = createEnco(world, baseUrl);
  const { clientId = '', clientSecret = '' }: Partial<Account> = enco.accounts[0] ?? {};
  world.messages.on('status', (message) => push(enco, message));

  const refuse = (fault: Fault, method: string, activityId: string): Answer =>
    faultAnswer(fault, method, activityId, enco.assume);

  function handle(request: WireRequest): Answer | typeof LOST {
    if (request.path === TOKEN) {
      request.operation = 'enco.auth.token';
      return grantToken(enco, request);
    }
    const activityId = world.ids.uuid();
    try {
      const { route, parameter } = find(request);
      request.operation = route.operation;
      return route.run({ enco, request, token: bearer(enco, request), activityId, parameter });
    } catch (error) {
      if (error instanceof Fault) return refuse(error, request.method, activityId);
      throw error;
    }
  }

  return {
    baseUrl,
    tokenUrl: `${world.origin}${TOKEN}`,
    credentials: { clientId, clientSecret },
    receive: ({ from, to = SHARED_ADDRESS, text }) => receive(enco, { from, to, text }),
    expireTokens: () => enco.tokens.clear(),
    handle,
    refuse: (status, sentence) => refuse(new Fault(status, sentence, sentence), 'GET, POST', world.ids.uuid()),
  };
}

/** @throws Fault 404 for a path that is none, 405 for a method that the path does not take */
function find({ method, path }: WireRequest): { route: Route; parameter?: string } {
  const matches = MATCHERS.flatMap(({ route, pattern }) => {
    const match = pattern.exec(path);
    return match ? [{ route, parameter: decode(match[1]) }] : [];
  });
  if (matches.length === 0) throw noSuchResource();
  const match = matches.find(({ route }) => route.method === method);
  if (!match) throw methodNotAllowed([...new Set(matches.map(({ route }) => route.method))].join(', '));
  return match;
}

function decode(segment: string | undefined): string | undefined {
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw noSuchResource();
  }
}
