/** What every list of Digitaleo's API does with its rows: sorting, paging, the choice of properties (§1.2, §1.3). */
import type { Call, Result } from './account';
import { badRequest } from './answers';
import { flag, text, values, whole } from './params';

/** The columns of a resource: how each is read from one of its records. */
export type Columns<T> = Readonly<Record<string, (record: T) => string | null>>;

/** "With one request, you can get up to 2,000 statuses" (§2.9). */
export const MAX_STATUSES = 2000;

/**
 * @param usual the properties that are there when none are asked for, `DEFAULT`
 * @param most the rows that one answer has at most
 * @throws Fault for a sort, limit, offset or property that is none
 */
export function listOf<T>(
  { digitaleo, params }: Call,
  records: readonly T[],
  columns: Columns<T>,
  usual: readonly string[],
  most = Number.POSITIVE_INFINITY,
): Result {
  const names = propertiesOf(text(params, 'properties'), Object.keys(columns), usual, digitaleo.assume);
  const sorted = sort(records, columns, text(params, 'sort')?.trim());
  const offset = whole(params, 'offset') ?? 0;
  const limit = Math.min(whole(params, 'limit') ?? most, most);
  const page = sorted.slice(offset, offset + limit);
  const list = page.map((record) => Object.fromEntries(names.map((name) => [name, columns[name]?.(record) ?? null])));
  const total = flag(params, 'total') ? records.length : null;
  const code = digitaleo.assume.httpStatusCodeInLists ? { httpStatusCode: 200 } : {};
  return { status: 200, value: { size: list.length, total, list, ...code } };
}

/** `id,name`, or `DEFAULT` with further ones and, with a minus, without others (§1.2.3). @throws Fault for a name that is none */
function propertiesOf(
  asked: string | undefined,
  known: readonly string[],
  usual: readonly string[],
  { unknownPropertyRefused }: { unknownPropertyRefused: boolean },
): string[] {
  if (asked === undefined) return [...usual];
  const chosen = new Set<string>();
  for (const word of values({ asked }, 'asked') ?? []) {
    const name = word.replace(/^-/, '');
    if (name === 'DEFAULT') for (const one of usual) chosen.add(one);
    else if (!known.includes(name)) {
      if (unknownPropertyRefused) throw badRequest(`There is no property ${name}; there are: ${known.join(', ')}`);
    } else if (word.startsWith('-')) chosen.delete(name);
    else chosen.add(name);
  }
  return [...chosen];
}

/** `id DESC`. @throws Fault for another form, or a property that is none */
function sort<T>(records: readonly T[], columns: Columns<T>, order: string | undefined): readonly T[] {
  if (order === undefined) return records;
  const [, name = '', direction] = /^(\w+) (ASC|DESC)$/.exec(order) ?? [];
  const read = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!read) throw badRequest('sort must be a property, a space, and ASC or DESC');
  const sign = direction === 'ASC' ? 1 : -1;
  return records
    .map((record) => ({ record, key: read(record) ?? '' }))
    .sort((one, other) => sign * compare(one.key, other.key))
    .map(({ record }) => record);
}

/** Ids and counts as numbers, everything else as text. */
function compare(one: string, other: string): number {
  if (/^\d+$/.test(one) && /^\d+$/.test(other)) return Number(one) - Number(other);
  return one < other ? -1 : Number(one > other);
}
