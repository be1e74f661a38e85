/** What the schemas of Digitaleo's operations are made of. */
import type { SchemaBuilder, TSchema } from '../provider';
import { STATUS_ATTRIBUTES } from './limits';

export const CLOSED = { additionalProperties: false } as const;

export type Fields = Record<string, TSchema>;

export function text(t: SchemaBuilder, description: string) {
  return t.String({ minLength: 1, pattern: '\\S', description });
}

/** "Delete according to one identifier", §3.10.1. */
export function oneId(t: SchemaBuilder) {
  return t.String({ minLength: 1, pattern: '^[^\\s,]+$', description: 'One id' });
}

/** "There are two ways to pass multiple values", §1.8. */
export function several(t: SchemaBuilder, description: string): TSchema {
  // What is blank may be no filter to the vendor, and a call without a filter is about everything.
  const one = { minLength: 1, pattern: '[^\\s,]' };
  return t.Union([t.String(one), t.Array(t.String(one), { minItems: 1 })], {
    description: `${description}: one, several with commas between them, or a list`,
  });
}

/** How the answer is to look, §1.7. */
export function answered(t: SchemaBuilder): Fields {
  return {
    format: t.Optional(
      t.Union([t.Literal('json'), t.Literal('xml'), t.Literal('csv'), t.Literal('js')], {
        description: 'The form of the answer; all but json come as the text that they are',
      }),
    ),
    callback: t.Optional(text(t, 'With the format js: the function that the answer is wrapped in')),
  };
}

/** "All actions by POST", §1.4. */
export function carried(t: SchemaBuilder, action: string): Fields {
  const description = `Give ${action} to have the call made by POST, with this action in the address`;
  return { action: t.Optional(t.Literal(action, { description })) };
}

export function encoded(t: SchemaBuilder, usual: string): Fields {
  const description = `How the body is written; ${usual} when not said`;
  return {
    encoding: t.Optional(t.Union([t.Literal('json'), t.Literal('form'), t.Literal('multipart')], { description })),
  };
}

/** Paging, sorting and the attributes to return, §1.2. */
export function paged(t: SchemaBuilder): Fields {
  return {
    limit: t.Optional(t.Integer({ minimum: 1, description: 'How many to return at most' })),
    offset: t.Optional(t.Integer({ minimum: 0, description: 'How many to leave out at the beginning' })),
    total: t.Optional(t.Boolean({ description: 'Count all of them too, which is slow at the vendor' })),
    sort: t.Optional(
      t.String({ pattern: '^\\w+ (ASC|DESC)$', description: 'An attribute and a direction, such as id DESC' }),
    ),
    properties: t.Optional(
      several(t, 'The attributes to return, DEFAULT for the usual ones, -name to leave one of those out'),
    ),
  };
}

const CONTACT = 'recipient is the number, everything else a field for #name# in the text';

/** `{recipient, …}`. */
export function contacts(t: SchemaBuilder, most: number): TSchema {
  const contact = t.Object({ recipient: t.String({ pattern: '^\\+?[0-9][0-9 .()-]{5,24}$' }) });
  const description = most === 1 ? `A list of exactly one contact: ${CONTACT}` : `At most ${most} contacts: ${CONTACT}`;
  return t.Array(contact, { minItems: 1, maxItems: most, description });
}

/** What an SMS and a mailing have in common, §3.4 and §3.8.2. */
export function message(t: SchemaBuilder, longest: number): Fields {
  return {
    text: t.String({ minLength: 1, maxLength: longest, description: 'Text of the message to be sent' }),
    date: t.Optional(
      text(t, 'When to send: YYYY-MM-DD HH:MM:SS at the vendor, or ISO 8601; in the past, or none: now'),
    ),
    sender: t.Optional(
      t.String({
        pattern: '^[A-Za-z0-9]{1,11}$',
        description: 'Sender ID of up to 11 letters and digits, which Digitaleo has to approve; not with type 2',
      }),
    ),
    email: t.Optional(text(t, 'E-mail address that replies are sent to')),
    emailSender: t.Optional(text(t, 'Sender of the mail with a reply')),
    emailSubject: t.Optional(text(t, 'Subject of the mail with a reply')),
    type: t.Optional(t.Literal(2, { description: '2 to receive replies; not with a sender' })),
    binary: t.Optional(
      t.Boolean({
        description: 'Any character, 70 in an SMS; the document names no parameter for it, this is assumed',
      }),
    ),
  };
}

/** "One or several dates", or the conditions of a range, §3.6.3.3. */
export function dates(t: SchemaBuilder): TSchema {
  const condition = t.Object({
    logical: t.Optional(t.String()),
    operator: t.Optional(t.String()),
    value: t.Optional(t.String()),
  });
  return t.Union([t.String({ minLength: 1 }), t.Array(t.String(), { minItems: 1 }), t.Array(condition)], {
    description:
      'A date, several, or a range: [{"logical":"AND"},{"operator":">=","value":"2017-06-09"},{"operator":"<","value":"2017-06-27"}]',
  });
}

/** A list, or its text in another format; attributes come as they were asked for. */
export function list(attributes: readonly string[]) {
  return (t: SchemaBuilder): TSchema => {
    const row = t.Object(Object.fromEntries(attributes.map((name) => [name, t.Optional(t.Unknown())])));
    const size = t.Optional(t.Unknown());
    return t.Union([t.Object({ size, total: size, list: t.Array(row) }), t.String()]);
  };
}

export const statusList = list(STATUS_ATTRIBUTES);

export function created(t: SchemaBuilder): TSchema {
  const id = t.Union([t.String(), t.Number()]);
  return t.Union([t.Object({ id }), t.Object({ list: t.Array(t.Object({ id })) }), t.String()]);
}

/** `{"count": 10}`, or nothing at all with 204. */
export function counted(t: SchemaBuilder): TSchema {
  return t.Union([t.Object({ count: t.Optional(t.Union([t.Number(), t.String()])) }), t.String()]);
}
