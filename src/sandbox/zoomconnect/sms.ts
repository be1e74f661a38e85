/** ZoomConnect's sms operations: one message, many in one call, by URL parameters, and the two examples. */
import { measure } from '../../sms/segments';
import { LOST } from '../server';
import type { Hurdle } from '../stories';
import { storyOf } from '../stories';
import type { Call, OutboundRow, ZoomConnect } from './account';
import type { Result } from './answers';
import { badRequest, emptyMessage, Fault, invalidNumber, ok, throttled, unavailable } from './answers';
import type { Draft } from './life';
import { accept } from './life';
import { idOut } from './links';
import { toInternational } from './numbers';
import type { Fields } from './read';
import { body, date, integer, list, text } from './read';

const EXAMPLE = {
  message: 'The message to send',
  recipientNumber: '0721234567',
  campaign: 'shoe campaign',
  dateToSend: '201404282055',
  dataField: 'custom',
};

/** `GET sms/send`. */
export const sendExample = (): Result => ok('sendSmsRequest', EXAMPLE);

/** `GET sms/send-bulk`. */
export const sendBulkExample = (): Result =>
  ok('sendSmsRequests', {
    sendSmsRequests: [EXAMPLE, { ...EXAMPLE, recipientNumber: '0721234568' }],
    defaultDateToSend: '201404282055',
    messagesPerMinute: 60,
  });

/** `POST sms/send`. */
export function send(call: Call): Result | typeof LOST {
  const { zoom, request } = call;
  return sendOne(call, body(request, 'sendSmsRequest', zoom.assume), 'sendSmsResponse', (row) => ({
    messageId: idOut(zoom, row.record.id),
    error: null,
  }));
}

/** `GET` and `POST sms/send-url-parameters` and `sms/send-url/{token}`: the query speaks, also in a POST. */
export function sendByUrl(call: Call): Result | typeof LOST {
  const fields = Object.fromEntries(call.request.query);
  return sendOne(call, fields, '', (row) => idOut(call.zoom, row.record.id));
}

function sendOne(
  { zoom, account }: Call,
  fields: Fields,
  root: string,
  show: (row: OutboundRow) => unknown,
): Result | typeof LOST {
  const draft = readDraft(zoom, fields, null);
  const hurdle = zoom.world.hurdle(draft.to);
  if (hurdle === 'unanswered') return LOST;
  if (hurdle === 'rejected') throw invalidNumber();
  stop(zoom, hurdle);
  const row = accept(zoom, account, draft);
  return answer(zoom, [row], ok(root, show(row)));
}

/** `POST sms/send-bulk`: what is wrong with one message stands beside the others' ids, in a 200. */
export function sendBulk({ zoom, account, request }: Call): Result | typeof LOST {
  const { drafts, perMinute } = readBulk(zoom, body(request, 'sendSmsRequests', zoom.assume));
  const hurdles = meet(zoom, drafts);
  if (hurdles === LOST) return LOST;
  const accepted: OutboundRow[] = [];
  const sendSmsResponses = drafts.map((draft) => {
    const row = attempt(() => {
      if (draft instanceof Fault) throw draft;
      if (hurdles.get(draft.to) === 'rejected') throw invalidNumber();
      return accept(zoom, account, inTurn(zoom, draft, accepted.length, perMinute));
    });
    if (row instanceof Fault) return { messageId: null, error: row.message };
    accepted.push(row);
    return { messageId: idOut(zoom, row.record.id), error: null };
  });
  const result = ok('sendSmsResponses', { sendSmsResponses });
  return answer(zoom, accepted, result);
}

interface Bulk {
  drafts: (Draft | Fault)[];
  /** 0: all at once. */
  perMinute: number;
}

/** @throws Fault for what is wrong with the call as a whole */
function readBulk(zoom: ZoomConnect, fields: Fields): Bulk {
  const { maxBulk } = zoom.assume;
  const requests = list(fields, 'sendSmsRequests');
  if (maxBulk > 0 && requests.length > maxBulk) throw badRequest(`At most ${maxBulk} messages in one call`);
  const at = dateOf(zoom, fields, 'defaultDateToSend');
  const perMinute = integer(text(fields, 'messagesPerMinute') || '0', 'messagesPerMinute', 0);
  return { drafts: requests.map((one) => attempt(() => readDraft(zoom, one, at))), perMinute };
}

/** What stops one of the recipients stops the call, except a number that is refused. */
function meet(zoom: ZoomConnect, drafts: (Draft | Fault)[]): Map<string, Hurdle | undefined> | typeof LOST {
  const recipients = new Set(drafts.flatMap((draft) => (draft instanceof Fault ? [] : [draft.to])));
  const hurdles = new Map([...recipients].map((to) => [to, zoom.world.hurdle(to)]));
  for (const hurdle of hurdles.values()) {
    if (hurdle === 'unanswered') return LOST;
    stop(zoom, hurdle);
  }
  return hurdles;
}

/** The message when it has its turn at `messagesPerMinute`; the first one is not held up. */
function inTurn({ world }: ZoomConnect, draft: Draft, turn: number, perMinute: number): Draft {
  if (perMinute === 0 || turn === 0) return draft;
  return { ...draft, at: Math.max(draft.at ?? 0, world.clock.now()) + Math.round((turn * 60_000) / perMinute) };
}

/** The value, or the refusal of this one message. */
function attempt<T>(make: () => T): T | Fault {
  try {
    return make();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** @throws Fault naming the first rule that is broken: number, text, length, date */
function readDraft(zoom: ZoomConnect, fields: Fields, defaultAt: number | null): Draft {
  const { assume } = zoom;
  const to = toInternational(text(fields, 'recipientNumber') ?? '');
  if (to === null) throw invalidNumber();
  const message = text(fields, 'message') ?? '';
  if (message === '') throw emptyMessage();
  if (measure(message).parts > assume.maxParts) throw badRequest(`Message needs more than ${assume.maxParts} SMS`);
  const dataField = text(fields, 'dataField');
  return {
    to,
    text: message,
    campaign: text(fields, 'campaign'),
    dataField: dataField !== null && assume.dataFieldLimit > 0 ? dataField.slice(0, assume.dataFieldLimit) : dataField,
    at: dateOf(zoom, fields, 'dateToSend') ?? defaultAt,
  };
}

function dateOf({ assume }: ZoomConnect, fields: Fields, name: string): number | null {
  const value = text(fields, name);
  return value ? date(value, name, 'yyyyMMddHHmm', assume) : null;
}

/** What the story puts before the call. A token cannot expire here: story 0012 is a normal delivery. */
function stop({ world }: ZoomConnect, hurdle: Hurdle | undefined): void {
  if (hurdle === 'unavailable') throw unavailable();
  if (hurdle === 'throttled') throw throttled(world.options.retryAfter ?? 1);
}

/** What the stories do to the answer of an accepted call; in a bulk, one of its messages is enough. */
function answer(zoom: ZoomConnect, rows: OutboundRow[], result: Result): Result | typeof LOST {
  const fates = rows.map(({ record }) => storyOf(record.to).answer);
  if (fates.includes('lost')) return LOST;
  const [first] = rows;
  const status = zoom.assume.sendIs201 ? 201 : 200;
  if (!first || !fates.includes('malformed')) return { ...result, status };
  return { ...result, status, cutBefore: String(idOut(zoom, first.record.id)) };
}
