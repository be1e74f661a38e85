/** Digitaleo's reads: SMS and replies (§3.6), mailings (§3.9), statuses (§3.11, §3.12), statistics (§3.13). */
import type { InboundRecord } from '../types';
import type { Call, Mailing, Outcome, Sms, StatusRow } from './account';
import { badRequest, Fault, required } from './answers';
import { among, mailingsOf, ofDate, ofMailing, ofRecipient, smsOf } from './filters';
import type { Columns } from './list';
import { listOf, MAX_STATUSES } from './list';
import { countryCodeOf } from './numbers';
import { text, values, whole } from './params';
import { parisTime } from './paris';

/** "By default, only the id is returned." (§3.6.2); assumption: of mailings too. */
const ID_ONLY = ['id'];

const REPLY_MAIL: Columns<{ replyMail: Sms['replyMail'] }> = {
  email: ({ replyMail }) => replyMail.email || null,
  emailSender: ({ replyMail }) => replyMail.emailSender || null,
  emailSubject: ({ replyMail }) => replyMail.emailSubject || null,
};

/** §3.3. */
const smsColumns = (asShown: boolean): Columns<Sms> => ({
  id: ({ id }) => id,
  status: ({ record }) => record.providerStatus,
  text: ({ record, text: template }) => (asShown ? record.text : template),
  date: ({ due }) => parisTime(due),
  recipient: ({ to }) => to,
  dialingCode: ({ to }) => countryCodeOf(to),
  ...REPLY_MAIL,
});

/** The same for a reply; assumption: its recipient is the phone that wrote it, and it has no status. */
const REPLY_COLUMNS: Columns<InboundRecord> = {
  id: ({ id }) => id,
  status: () => null,
  text: (reply) => reply.text,
  date: ({ receivedAt }) => parisTime(receivedAt),
  recipient: ({ from }) => from,
  dialingCode: ({ from }) => countryCodeOf(from),
  email: () => null,
  emailSender: () => null,
  emailSubject: () => null,
};

/** `GET /sms`; without `way`, what the platform has sent; assumption. */
export function readSms(call: Call): Outcome {
  const way = text(call.params, 'way')?.trim().toLowerCase() ?? 'mt';
  if (way === 'mt') return listOf(call, smsOf(call), smsColumns(call.digitaleo.assume.readTextAsShown), ID_ONLY);
  if (way !== 'mo') throw badRequest('way must be mt or mo');
  return listOf(call, repliesOf(call), REPLY_COLUMNS, ID_ONLY);
}

function repliesOf({ digitaleo, account, params }: Call): InboundRecord[] {
  const { messages } = digitaleo.world;
  const [byId, byMailing, byRecipient, byDate] = [
    among(params, 'id'),
    ofMailing(params),
    ofRecipient(params),
    ofDate(params),
  ];
  return [...messages.inbound.values()].filter(
    ({ id, owners, from, receivedAt, inReplyTo = '' }) =>
      owners.includes(account.clientId) &&
      byId(id) &&
      byMailing({ ...digitaleo.sms.get(inReplyTo) }) &&
      byRecipient({ to: from }) &&
      byDate({ due: Date.parse(receivedAt) }),
  );
}

/** §3.8.1. */
const MAILING_COLUMNS: Columns<Mailing> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  text: (mailing) => mailing.text,
  date: ({ due }) => parisTime(due),
  ...REPLY_MAIL,
};

/** `GET /mailing`. */
export function readMailings(call: Call): Outcome {
  return listOf(call, mailingsOf(call), MAILING_COLUMNS, ID_ONLY);
}

/** §3.11.1. */
const STATUS_COLUMNS: Columns<StatusRow> = {
  smsId: ({ smsId }) => smsId,
  status: ({ status }) => status,
  recipient: ({ recipient }) => recipient,
  mailingId: ({ mailingId }) => mailingId,
  date: ({ at }) => parisTime(at),
  description: ({ description }) => description,
  response: ({ response }) => response,
};
const STATUS_PROPERTIES = Object.keys(STATUS_COLUMNS);

/** `GET /status`: the current one of each SMS. */
export function readStatus(call: Call): Outcome {
  const sms = smsOf(call, 'smsId');
  countChecks(call, sms);
  const rows = sms.flatMap(({ rows }) => rows.slice(-1));
  return listOf(call, rows, STATUS_COLUMNS, STATUS_PROPERTIES, MAX_STATUSES);
}

/** `GET /status?action=queue`: the oldest ones, which then are no longer in the queue (§3.11.3). */
export function readQueue(call: Call): Outcome {
  const { queue } = call.account;
  const limit = Math.min(whole(call.params, 'limit') ?? MAX_STATUSES, MAX_STATUSES);
  // What is wrong with the other parameters must be said before anything is removed.
  const answer = listOf(
    { ...call, params: { ...call.params, limit: '', offset: '' } },
    queue.slice(0, limit),
    STATUS_COLUMNS,
    STATUS_PROPERTIES,
  );
  queue.splice(0, limit);
  return answer;
}

/** `GET /smsstatus`: every status that an SMS had. */
export function readHistory(call: Call): Outcome {
  required(values(call.params, 'smsId'), 'smsId');
  const sms = smsOf(call, 'smsId');
  countChecks(call, sms);
  const rows = sms.flatMap(({ rows }) => (call.digitaleo.assume.historyOutOfOrder ? outOfOrder(rows) : rows));
  return listOf(call, rows, STATUS_COLUMNS, STATUS_PROPERTIES, MAX_STATUSES);
}

/** The example of §3.12.3 has `ok` before `on`. */
function outOfOrder(rows: StatusRow[]): StatusRow[] {
  const on = rows.findIndex(({ status }) => status === 'on');
  const [underway, delivered] = rows.slice(on, on + 2);
  if (on < 0 || !underway || delivered?.status !== 'ok') return rows;
  return [...rows.slice(0, on), delivered, underway, ...rows.slice(on + 2)];
}

/** "Not more than 10 status requests per SMS sent" (§2.9); one for a whole mailing counts for the mailing. */
const MAX_CHECKS = 10;

function countChecks({ digitaleo, account, params }: Call, sms: readonly Sms[]): void {
  const { checks } = account;
  const mailings = sms.flatMap(({ mailing }) => mailing?.id ?? []);
  const named = values(params, 'smsId') ? sms.map(({ id }) => id) : [...new Set(mailings)];
  if (checks.size > 2 * digitaleo.world.keep) checks.clear();
  for (const id of named) checks.set(id, (checks.get(id) ?? 0) + 1);
  const tooOften = named.some((id) => (checks.get(id) ?? 0) > MAX_CHECKS);
  if (tooOften && digitaleo.assume.enforceChecks) throw new Fault(403, 'Too many status requests for one SMS');
}

/** §3.13.1; numbers are text, as ids are; assumption. */
const COUNTED = ['wait', 'ok', 'on', 'no', 'ko', 'rep'];
const STATS = [...COUNTED, 'optout', 'total'];

/** `GET /stats`: of mailings, of a month, or of the whole account; assumption: one row. */
export function readStats(call: Call): Outcome {
  const { params } = call;
  const month = text(params, 'month')?.trim();
  if (month !== undefined && (values(params, 'mailingId') || values(params, 'mailingName'))) {
    throw badRequest('month cannot be used with mailingId or mailingName');
  }
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw badRequest('month must be as 2017-06');
  const { mailingId, mailingName } = params;
  const sms = smsOf({ ...call, params: { mailingId, mailingName } });
  const meant = sms.filter(({ due }) => month === undefined || parisTime(due).startsWith(month));
  const columns = STATS.map((name) => [name, (all: readonly Sms[]) => String(tally(all, name))] as const);
  return listOf(call, [meant], Object.fromEntries(columns), STATS);
}

function tally(all: readonly Sms[], name: string): number {
  if (name === 'total') return all.length;
  if (name === 'optout') return all.filter(({ response }) => /^\s*stop\b/i.test(response ?? '')).length;
  return all.filter(({ record }) => record.providerStatus === name).length;
}
