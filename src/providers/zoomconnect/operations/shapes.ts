/** What ZoomConnect's operations have in common: where they live, the forms of their parameters, the objects they answer. */
import type { Params, SchemaBuilder, TSchema } from '../../provider';
import { type DateForm, patternOf } from '../dates';

export const DOC = 'ZoomConnect REST API Guide';
export const API = '/api/rest/v1';
export const CLOSED = { additionalProperties: false } as const;

export function text(t: SchemaBuilder, description: string) {
  return t.String({ minLength: 1, description });
}

/** Of a path, in which a blank one would name another thing, such as the whole list. */
export function pathId(t: SchemaBuilder, description: string) {
  return t.String({ minLength: 1, pattern: '\\S', description });
}

const FORM_HELP: Readonly<Record<DateForm, string>> = {
  yyyyMMddHHmm:
    'yyyyMMddHHmm in South African time (UTC+2), or ISO 8601 with an offset, which is rounded up to the minute',
  yyyyMMdd: 'yyyyMMdd in South African time (UTC+2), or ISO 8601 with an offset',
  'dd-MM-yyyy': 'dd-MM-yyyy in South African time (UTC+2), or ISO 8601 with an offset',
};

export function date(t: SchemaBuilder, form: DateForm, description: string) {
  return t.Optional(t.String({ pattern: patternOf(form), description: `${description}: ${FORM_HELP[form]}` }));
}

const TEXT = 'The text; what is not in GSM-7 makes it Unicode, with 70 characters instead of 160';
const NUMBER = 'The number, local (0721234567) or international (+27721234567)';

/** One SMS, as both ways to send take it. */
export function sms(t: SchemaBuilder) {
  return {
    message: text(t, TEXT),
    recipientNumber: text(t, NUMBER),
    campaign: t.Optional(t.String({ description: 'Name of the campaign that it counts for' })),
    dateToSend: date(t, 'yyyyMMddHHmm', 'When it is to be sent; without it, at once'),
    dataField: t.Optional(
      t.String({
        description: 'Anything of yours that comes back with reports and replies; more than 50 characters may be cut',
      }),
    ),
  };
}

/** One of many in a call, which answers for each: a bad one is for the vendor to refuse, so that the others go. */
export function smsOfMany(t: SchemaBuilder) {
  return { ...sms(t), message: lenient(t, TEXT), recipientNumber: lenient(t, NUMBER) };
}

/** With null by itself, which would be sent as the word for it otherwise. */
function lenient(t: SchemaBuilder, description: string) {
  return t.Optional(t.Union([t.String(), t.Null()], { description }));
}

/** Of a list that pages; the guide says "Paginated" of all of them and names the parameters of one. */
export function paging(t: SchemaBuilder) {
  return {
    page: t.Optional(t.Integer({ minimum: 1, description: 'Which page; 1 is the first' })),
    pageSize: t.Optional(t.Integer({ minimum: 1, description: 'How many elements to return at a time' })),
  };
}

interface Page {
  totalPages?: unknown;
}

/**
 * The page after this one of a list. Only messages/all tells how many there are; elsewhere the end is a page that is
 * empty, not full, or the same again.
 */
export function nextPage(list: string) {
  return (params: Params, result: unknown): Params | null => {
    const rows = (result as Record<string, unknown> | null)?.[list];
    if (!Array.isArray(rows) || rows.length === 0) return null;
    const { totalPages } = result as Page;
    const page = typeof params.page === 'number' ? params.page : 1;
    const isLast =
      typeof totalPages === 'number'
        ? page >= totalPages
        : typeof params.pageSize === 'number' && rows.length < params.pageSize;
    return isLast ? null : { ...params, page: page + 1 };
  };
}

/** A member that may be missing or null, as the vendor leaves out what it does not know. */
export function maybe(t: SchemaBuilder, schema: TSchema) {
  return t.Optional(t.Union([schema, t.Null()]));
}

/** Whatever a call answers that has nothing to say: mostly nothing. */
export function nothing(t: SchemaBuilder): TSchema {
  return t.Unknown();
}

/** Some versions of the API answer with the object, some with nothing. */
export function orNothing(schema: (t: SchemaBuilder) => TSchema) {
  return (t: SchemaBuilder): TSchema => t.Union([schema(t), t.Null()]);
}

/** 24 hex digits; numbers in older versions of the API. */
export function idResult(t: SchemaBuilder) {
  return t.Union([t.String(), t.Number()]);
}

export function user(t: SchemaBuilder): TSchema {
  return t.Object({
    userId: maybe(t, idResult(t)),
    firstName: maybe(t, t.String()),
    lastName: maybe(t, t.String()),
    emailAddress: maybe(t, t.String()),
    contactNumber: maybe(t, t.String()),
    company: maybe(t, t.String()),
    creditBalance: maybe(t, t.Number()),
  });
}
