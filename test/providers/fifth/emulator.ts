/** The wire of the made-up provider, as a fifth file of src/sandbox would serve it. */
import { live, snapshot } from '../../../dist/src/sandbox/messages.js';
import { type Answer, LOST, type WireRequest } from '../../../dist/src/sandbox/server.js';
import { storyOf } from '../../../dist/src/sandbox/stories.js';
import type { InboundRecord, OutboundRecord, PhoneMessage } from '../../../dist/src/sandbox/types.js';
import type { Emulation, World } from '../../../dist/src/sandbox/world.js';
import { measure } from '../../../dist/src/sms/segments.js';
import type { Status } from '../../../dist/src/sms/types.js';

const BASE = '/v3';
const KEY = 'pigeon-key-of-the-sandbox';
const LOFT = '4242';
const PAGE = 50;

const STATES: Partial<Record<Status, string>> = {
  scheduled: 'PERCHED',
  queued: 'FED',
  sent: 'FLYING',
  delivered: 'LANDED',
  failed: 'ASTRAY',
  expired: 'TIRED',
};
const state = (status: Status): string => STATES[status] ?? 'FED';

/** A refusal in the vendor's form. */
class Fault extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export function startPigeon(world: World): Emulation {
  const { messages, clock, ids, callbacks } = world;
  const refs = new Map<string, string>();
  const cancels = new Map<string, () => void>();
  /** Who is told of what phones write: whoever gave an address last. */
  let latest = '';

  messages.on('status', (message) => {
    if (message.callbackUrl) push(message.id, message.callbackUrl, 'state', shown(message));
  });

  function push(about: string, url: string, event: string, item: object): void {
    callbacks.post(about, url, JSON.stringify({ event, item }), 'application/json');
  }

  function create({ body }: WireRequest): Answer | typeof LOST {
    const { to, body: text, from = LOFT, sendAt, ref = '', callback } = JSON.parse(body);
    if (!/^\+[1-9]\d{6,14}$/.test(to ?? '') || !text) throw new Fault(422, 'to or body is wrong');
    // A key never expires: that story is a normal delivery.
    let hurdle = world.hurdle(to);
    if (hurdle === 'tokenExpired') hurdle = world.hurdle(to);
    if (hurdle === 'unanswered') return LOST;
    if (hurdle === 'rejected') throw new Fault(422, 'to cannot be reached');
    if (hurdle === 'unavailable') throw new Fault(503, 'storm');
    if (hurdle) throw new Fault(429, 'too many pigeons', { 'Retry-After': String(world.options.retryAfter ?? 1) });
    const wait = sendAt ? Math.max(0, Date.parse(sendAt) - clock.now()) : 0;
    const status: Status = wait > 0 ? 'scheduled' : 'queued';
    const story = storyOf(to);
    const message = messages.add({
      id: ids.hex(8),
      client: 'pigeon',
      from,
      to,
      text,
      parts: measure(text).parts,
      story: story.digits,
      status,
      providerStatus: state(status),
      ...(callback ? { callbackUrl: callback } : {}),
    });
    if (callback) latest = callback;
    refs.set(message.id, ref);
    const fly = () =>
      live(clock, messages, message, story, {
        word: state,
        reply: (_message, answer) => receive({ from: to, to: from, text: answer }, message.id),
      });
    cancels.set(message.id, wait > 0 ? clock.after(wait, fly) : () => {});
    if (wait === 0) fly();
    if (story.answer === 'lost') return LOST;
    const answer = json(201, shown(message));
    return story.answer === 'malformed' ? { ...answer, body: answer.body.slice(0, 9) } : answer;
  }

  function receive({ from, to = LOFT, text }: PhoneMessage, inReplyTo?: string): InboundRecord {
    const { parts } = measure(text);
    const draft = { id: ids.hex(8), from, to, text, parts, owners: ['pigeon'] };
    const record = messages.receive({ ...draft, ...(inReplyTo ? { inReplyTo } : {}) });
    if (latest) push(record.id, latest, 'inbox', received(record));
    return record;
  }

  function known(id: string): OutboundRecord {
    const found = messages.outbound.get(id);
    if (!found) throw new Fault(404, 'no such pigeon');
    return found;
  }

  function cancel(id: string): Answer {
    const message = known(id);
    if (message.status !== 'scheduled') throw new Fault(409, 'it has left');
    cancels.get(id)?.();
    messages.move(message, 'failed', state('failed'));
    return { status: 204, headers: {}, body: '' };
  }

  function list({ query }: WireRequest): Answer {
    const ref = query.get('ref');
    const found = [...messages.outbound.values()].filter(({ id }) => ref === null || refs.get(id) === ref);
    return json(200, paged(found.map(shown), query));
  }

  function inbox({ query }: WireRequest): Answer {
    const since = query.get('since') ?? '';
    const rows = [...messages.inbound.values()].filter(({ receivedAt }) => receivedAt >= since);
    return json(200, paged(rows.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt)).map(received), query));
  }

  function route(request: WireRequest): Answer | typeof LOST {
    if (request.headers.authorization !== `Key ${KEY}`) throw new Fault(401, 'who are you?');
    const [, name = '', id = ''] = /^\/v3\/(messages|inbox)(?:\/([^/]+))?$/.exec(request.path) ?? [];
    const routes: Record<string, [operation: string, run: () => Answer | typeof LOST]> = {
      'POST messages': ['pigeon.messages.create', () => create(request)],
      'GET messages': id
        ? ['pigeon.messages.get', () => json(200, shown(known(id)))]
        : ['pigeon.messages.list', () => list(request)],
      'DELETE messages': ['pigeon.messages.cancel', () => cancel(id)],
      'GET inbox': ['pigeon.inbox', () => inbox(request)],
    };
    const found = routes[`${request.method} ${name}`];
    if (!found) throw new Fault(404, 'no such path');
    const [operation, run] = found;
    request.operation = operation;
    return run();
  }

  const refuse = (status: number, sentence: string, headers = {}): Answer =>
    json(status, { error: { code: `P${status}`, message: sentence }, trace: ids.hex(4) }, headers);

  return {
    baseUrl: `${world.origin}${BASE}`,
    credentials: { apiKey: KEY },
    receive: (sms) => receive(sms),
    expireTokens: () => {},
    handle(request) {
      try {
        return route(request);
      } catch (error) {
        if (error instanceof Fault) return refuse(error.status, error.message, error.headers);
        throw error;
      }
    },
    refuse: (status, sentence) => refuse(status, sentence),
  };
}

function shown(message: OutboundRecord): object {
  const { id, to, providerStatus, life } = snapshot(message);
  return { id, to, state: providerStatus, at: life.at(-1)?.at };
}

function received({ id, from, to, text, parts, receivedAt }: InboundRecord): object {
  return { id, from, to, body: text, parts, at: receivedAt };
}

function paged(all: readonly object[], query: URLSearchParams): object {
  const start = Number(query.get('after') ?? 0);
  const end = start + Number(query.get('size') ?? PAGE);
  return { items: all.slice(start, end), next: end < all.length ? String(end) : null };
}

function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
