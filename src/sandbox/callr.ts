/** CALLR's SMS methods as its document describes them: the table of its methods, and how a call finds its way through. */
import type { Account, Call, Callr } from './callr/account';
import { createCallr, SHARED_ADDRESS } from './callr/account';
import { receive } from './callr/inbound';
import { cancelJob, EXPORTS, exportAsync, exported, getJob } from './callr/jobs';
import { getCountForBody, getGsmCharsetMapping, getQuote, onStatus, send } from './callr/outbound';
import type { RpcCall } from './callr/rpc';
import {
  errorAnswer,
  HttpFault,
  httpAnswer,
  invalidParams,
  methodNotFound,
  parseCall,
  RpcError,
  resultAnswer,
} from './callr/rpc';
import { getList, search } from './callr/search';
import { allSessions, authenticate, createSession, deleteSession, refreshSession } from './callr/sessions';
import { get } from './callr/sms';
import { getEventTypes, subscribe, unsubscribe } from './callr/webhooks';
import type { Answer, WireRequest } from './server';
import { LOST } from './server';
import type { Emulation, World } from './world';

interface Method {
  operation: string;
  /** How many positional parameters there are. */
  takes: number;
  /** How many of them, at the end, may be null. */
  nullable: number;
  /** @returns the result, {@link LOST}, or a result that breaks off */
  run(call: Call): unknown;
}

const PATH = '/json-rpc/v1.1/';

const METHODS: Readonly<Record<string, Method>> = {
  'sms.send': { operation: 'callr.sms.send', takes: 4, nullable: 1, run: send },
  'sms.get': { operation: 'callr.sms.get', takes: 1, nullable: 0, run: get },
  'sms.get_list': { operation: 'callr.sms.getList', takes: 3, nullable: 0, run: getList },
  'sms.get_count_for_body': { operation: 'callr.sms.getCountForBody', takes: 1, nullable: 0, run: getCountForBody },
  'sms.get_quote': { operation: 'callr.sms.getQuote', takes: 3, nullable: 1, run: getQuote },
  'sms.get_gsm_charset_mapping': {
    operation: 'callr.sms.getGsmCharsetMapping',
    takes: 0,
    nullable: 0,
    run: getGsmCharsetMapping,
  },
  'sms.search': { operation: 'callr.sms.search', takes: 2, nullable: 0, run: search },
  'sms.export_async': { operation: 'callr.sms.exportAsync', takes: 2, nullable: 2, run: exportAsync },
  'webhooks.subscribe': { operation: 'callr.webhooks.subscribe', takes: 3, nullable: 1, run: subscribe },
  'webhooks.unsubscribe': { operation: 'callr.webhooks.unsubscribe', takes: 1, nullable: 0, run: unsubscribe },
  'webhooks.get_event_types': { operation: 'callr.webhooks.getEventTypes', takes: 0, nullable: 0, run: getEventTypes },
  'jobs.get': { operation: 'callr.jobs.get', takes: 1, nullable: 0, run: getJob },
  'jobs.cancel': { operation: 'callr.jobs.cancel', takes: 1, nullable: 0, run: cancelJob },
  'session.create': { operation: 'callr.auth', takes: 0, nullable: 0, run: createSession },
  'session.refresh': { operation: 'callr.auth', takes: 1, nullable: 0, run: refreshSession },
  'session.delete': { operation: 'callr.auth', takes: 1, nullable: 1, run: deleteSession },
  'session.all': { operation: 'callr.auth', takes: 0, nullable: 0, run: allSessions },
  // The vendor's own sample of a first call (docs.callr.com/api/authentication).
  'system.get_timestamp': {
    operation: 'callr.transport',
    takes: 0,
    nullable: 0,
    run: ({ callr }) => Math.floor(callr.world.clock.now() / 1000),
  },
};

/** The emulator behind `startSandbox('callr')`. */
export function startCallr(world: World): Emulation {
  const callr = createCallr(world);
  const { login: username = '', password = '', apiKey = '' }: Partial<Account> = callr.accounts[0] ?? {};
  world.messages.on('status', ({ id }) => onStatus(callr, id));

  function handle(request: WireRequest): Answer | typeof LOST {
    const call = parseCall(request.body);
    try {
      if (!isEndpoint(request.path)) return download(callr, request);
      return answer(callr, request, call);
    } catch (error) {
      if (error instanceof RpcError) return errorAnswer(call.id, error);
      if (error instanceof HttpFault) return httpAnswer(error, call.id, callr.assume);
      throw error;
    }
  }

  return {
    baseUrl: `${world.origin}${PATH}`,
    credentials: { username, password, apiKey },
    receive: ({ from, to = SHARED_ADDRESS, text }) => receive(callr, { from, to, text }),
    expireTokens: () => callr.sessions.clear(),
    handle,
    refuse: (status, sentence) =>
      status === 500
        ? errorAnswer(null, new RpcError(-32603, 'Oops, Internal Error'), 500)
        : httpAnswer(new HttpFault(status, sentence), null, callr.assume),
  };
}

/** A last slash more or less does not matter: clients put their base URL together in both ways. */
function isEndpoint(path: string): boolean {
  return path.replace(/\/*$/, '/') === PATH;
}

function answer(callr: Callr, request: WireRequest, call: RpcCall): Answer | typeof LOST {
  if (request.method !== 'POST') throw new HttpFault(405, 'Method Not Allowed', { Allow: 'POST' });
  const method = Object.hasOwn(METHODS, call.method ?? '') ? METHODS[call.method ?? ''] : undefined;
  request.operation = method?.operation ?? null;
  const caller = authenticate(callr, request.headers);
  if (callr.assume.contentTypeRequired && !/json/i.test(request.headers['content-type'] ?? '')) {
    throw new HttpFault(415, 'Unsupported Media Type');
  }
  if (call.fault) throw call.fault;
  if (!method) throw methodNotFound();
  requireCount(call.params, method, callr);
  const result = method.run({ callr, ...caller, params: call.params });
  return result === LOST ? LOST : resultAnswer(call.id, result);
}

function requireCount({ length }: unknown[], { takes, nullable }: Method, { assume }: Callr): void {
  const least = assume.trailingNullOptional ? takes - nullable : takes;
  if (length >= least && length <= takes) return;
  throw invalidParams(`${takes} expected, ${length} given`);
}

/** The CSV of an export. */
function download(callr: Callr, { method, path, headers }: WireRequest): Answer {
  const file = path.startsWith(EXPORTS) ? exported(callr, path) : undefined;
  if (!file) throw new HttpFault(404, 'Not Found');
  if (method !== 'GET') throw new HttpFault(405, 'Method Not Allowed', { Allow: 'GET' });
  if (callr.assume.exportNeedsLogin && authenticate(callr, headers).account !== file.account) {
    throw new HttpFault(403, 'Forbidden');
  }
  return file.answer;
}
