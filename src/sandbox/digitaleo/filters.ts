/** Which records a read, an update or a deletion means (§1.8, §3.6.1, §3.9.1, §3.11.2.1). */
import type { Call, Mailing, Sms } from './account';
import { badRequest } from './answers';
import type { Params } from './params';
import { isObject, text, values } from './params';
import { parisInstant, parisTime } from './paris';

/** The caller's SMS that the filters `id` (or another name for it), `recipient`, `mailingId`, `mailingName` and `date` let through. */
export function smsOf({ digitaleo, account, params }: Call, idName = 'id'): Sms[] {
  const isListed = listed(digitaleo);
  const meant = among(params, idName);
  const ids = values(params, idName);
  // By its id an SMS is found without looking at all others.
  const candidates = ids ? [...new Set(ids)].flatMap((id) => digitaleo.sms.get(id) ?? []) : [...digitaleo.sms.values()];
  const filters = [
    (sms: Sms) => sms.account === account && !sms.gone && isListed(Date.parse(sms.record.acceptedAt)),
    (sms: Sms) => meant(sms.id),
    ofMailing(params),
    ofRecipient(params),
    ofDate(params),
  ];
  return candidates.filter((sms) => filters.every((fits) => fits(sms)));
}

export function mailingsOf({ digitaleo, account, params }: Call): Mailing[] {
  const isListed = listed(digitaleo);
  const [byId, byName] = [among(params, 'id'), among(params, 'name')];
  return [...digitaleo.mailings.values()].filter(
    ({ id, name, account: owner, acceptedAt }) => owner === account && byId(id) && byName(name) && isListed(acceptedAt),
  );
}

/** What has been accepted long enough ago to stand in the lists. */
function listed({ world }: Call['digitaleo']): (acceptedAt: number) => boolean {
  const until = world.clock.now() - (world.options.logsLag ?? 0);
  return (acceptedAt) => acceptedAt <= until;
}

/** Everything, when there is no such filter. */
export function among(params: Params, name: string): (value: string) => boolean {
  const wanted = values(params, name);
  if (!wanted) return () => true;
  const set = new Set(wanted);
  return (value) => set.has(value);
}

export function ofMailing(params: Params): (sms: Pick<Sms, 'mailing'>) => boolean {
  const [byId, byName] = [among(params, 'mailingId'), among(params, 'mailingName')];
  const none = values(params, 'mailingId') || values(params, 'mailingName');
  return ({ mailing }) => (mailing ? byId(mailing.id) && byName(mailing.name) : !none);
}

/** The example of §3.6.3.1 has a bare `+`, which a query makes a blank: only digits count. */
export function ofRecipient(params: Params): (sms: { to: string }) => boolean {
  const wanted = values(params, 'recipient')?.map(digits);
  return ({ to }) => wanted === undefined || wanted.includes(digits(to));
}

const digits = (number: string): string => number.replace(/\D/g, '');

/** One date, several, or a condition (§3.6.3.3). */
export function ofDate(params: Params): (sms: { due: number }) => boolean {
  const { date } = params;
  if (isObject(date) && Object.values(date).some(isObject)) return byConditions(Object.values(date));
  const wanted = values(params, 'date');
  for (const one of wanted ?? []) instantOf(one);
  return ({ due }) => wanted === undefined || wanted.some((one) => parisTime(due).startsWith(one));
}

const OPERATORS: Readonly<Record<string, (one: string, other: string) => boolean>> = {
  '>=': (one, other) => one >= other,
  '<=': (one, other) => one <= other,
  '!=': (one, other) => one !== other,
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
  '=': (one, other) => one === other,
};

/** `[{logical: AND}, {operator: >=, value: 2017-06-09}, …]`; `OR` and the operators beside `>=` and `<` are assumptions. */
function byConditions(given: unknown[]): (sms: { due: number }) => boolean {
  const entries = given.filter(isObject);
  if (entries.length < given.length) throw badRequest('date must be dates, or conditions with operator and value');
  const logical = (entries.map((entry) => text(entry, 'logical')).find(Boolean) ?? 'AND').trim().toUpperCase();
  if (logical !== 'AND' && logical !== 'OR') throw badRequest('logical must be AND or OR');
  const conditions = entries.filter((entry) => !('logical' in entry)).map(condition);
  const fits = logical === 'AND' ? conditions.every.bind(conditions) : conditions.some.bind(conditions);
  return ({ due }) => fits((one) => one(parisTime(due)));
}

function condition(entry: Params): (date: string) => boolean {
  const operator = (text(entry, 'operator') ?? '=').trim();
  const holds = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!holds) throw badRequest(`operator must be one of ${Object.keys(OPERATORS).join(' ')}`);
  const value = parisTime(instantOf((text(entry, 'value') ?? '').trim()));
  return (date) => holds(date, value);
}

function instantOf(date: string): number {
  const instant = parisInstant(date);
  if (instant === undefined) throw badRequest('A date must be as 2017-05-07 11:12:25 or 2017-05-07');
  return instant;
}
