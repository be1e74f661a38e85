/** What an operator may ask of an account, the same for every provider; like a vendor's operations, all of it is data. */
import type { Operation, Params, SchemaBuilder } from '../providers/provider';
import { toE164 } from '../sms/phone';
import type { Account } from './account';
import { decide, heldBy, notHeld, outboxOf, type Verdict } from './held';

/** One thing that can be asked or done; none is a call to the vendor, and none needs credentials. */
export interface DeskOperation extends Pick<Operation, 'id' | 'title' | 'params' | 'result' | 'next' | 'writes'> {
  /** With parameters that were checked. @throws SmsError */
  run(account: Account, params: Params): Promise<unknown>;
}

export const deskOperations: readonly DeskOperation[] = [
  {
    id: 'account.outbox',
    title: 'Count the messages that are on their way',
    params: (t) => t.Object({}, CLOSED),
    result: (t) =>
      t.Object({
        waiting: count(t, 'Waiting for their time, their turn or a retry'),
        sending: count(t, 'With the provider at this moment'),
        unknown: count(t, 'Being looked up at the provider'),
        held: count(t, 'Held for a person to decide'),
        expired: count(t, 'Over their time, about to be told so'),
        oldest: t.Union([instant(t), t.Null()], { description: 'When the oldest of them was taken in; null for none' }),
        age: t.Union([t.Integer(), t.Null()], { description: 'Seconds since then' }),
      }),
    writes: false,
    run: outboxOf,
  },
  {
    id: 'account.held',
    title: 'List the messages that are held',
    params: (t) =>
      t.Object(
        {
          to: t.Optional(t.String({ minLength: 1, description: 'To this number only' })),
          limit: limit(t, 'How many, the oldest first'),
        },
        CLOSED,
      ),
    result: (t) => t.Array(held(t)),
    writes: false,
    run: (account, { to, limit = STANDARD_LIMIT }) =>
      heldBy(account, { ...(to === undefined ? {} : { to: numberOf(account, to) }), limit: limit as number }),
  },
  verdict('sendAgain', 'Send a held message again, although it may have arrived'),
  verdict('drop', 'Drop a held message'),
  verdict('markSent', 'Mark a held message as sent: its node gives a receipt'),
  {
    id: 'account.optOuts',
    title: 'List the numbers that want no messages',
    params: (t) =>
      t.Object(
        {
          limit: limit(t, 'How many, by number'),
          after: t.Optional(t.String({ minLength: 1, description: 'Those that come after this number' })),
        },
        CLOSED,
      ),
    result: (t) => t.Array(optOut(t)),
    next: (params, result) => {
      const page = result as { to: string }[];
      const last = page[page.length - 1];
      return last && page.length >= Number(params.limit ?? STANDARD_LIMIT) ? { ...params, after: last.to } : null;
    },
    writes: false,
    run: (account, { limit = STANDARD_LIMIT, after }) =>
      account.optOuts.list({ limit: limit as number, ...(after === undefined ? {} : { after: after as string }) }),
  },
  {
    id: 'account.optOut',
    title: 'Send a number no more messages',
    params: (t) => t.Object({ to: someText(t, 'The number, or several') }, CLOSED),
    result: (t) => t.Array(optOut(t)),
    writes: true,
    run: (account, { to }) => Promise.all(numbersOf(account, to).map((number) => account.optOuts.add(number))),
  },
  {
    id: 'account.optIn',
    title: 'Send a number messages again',
    params: (t) => t.Object({ to: someText(t, 'The number, or several') }, CLOSED),
    result: (t) => t.Array(t.String(), { description: 'Those of the numbers that wanted no messages' }),
    writes: true,
    run: async (account, { to }) => {
      const numbers = numbersOf(account, to);
      const lifted = await Promise.all(numbers.map((number) => account.optOuts.lift(number)));
      return numbers.filter((_number, i) => lifted[i]);
    },
  },
];

function verdict(name: Verdict, title: string): DeskOperation {
  return {
    id: `account.${name}`,
    title,
    params: (t) =>
      t.Object({ reference: someText(t, 'The reference of a message that is held, or several of them') }, CLOSED),
    result: (t) =>
      t.Object({
        done: t.Array(t.String(), { description: 'References of the messages to which it was done' }),
        notHeld: t.Array(t.String(), { description: 'References under which nothing is held (any more)' }),
      }),
    writes: true,
    run: async (account, { reference }) => {
      const decided = await decide(account, name, listOf(reference));
      // Of several, one that somebody else has decided about is no failure.
      if (typeof reference === 'string' && decided.done.length === 0) throw notHeld(account, reference);
      return decided;
    },
  };
}

const CLOSED = { additionalProperties: false } as const;
const STANDARD_LIMIT = 100;
const HIGHEST_LIMIT = 1000;

function listOf(given: unknown): string[] {
  return Array.isArray(given) ? (given as string[]) : [given as string];
}

/** Each once, in whichever form it was given. @throws SmsError SMS_INVALID_NUMBER */
function numbersOf(account: Account, given: unknown): string[] {
  return [...new Set(listOf(given).map((number) => numberOf(account, number)))];
}

/** @throws SmsError SMS_INVALID_NUMBER */
function numberOf({ settings }: Account, given: unknown): string {
  return toE164(given, settings.region || undefined);
}

function count(t: SchemaBuilder, description: string) {
  return t.Integer({ minimum: 0, description });
}

function instant(t: SchemaBuilder) {
  return t.String({ format: 'date-time' });
}

function limit(t: SchemaBuilder, description: string) {
  return t.Optional(
    t.Integer({
      minimum: 1,
      maximum: HIGHEST_LIMIT,
      default: STANDARD_LIMIT,
      description: `${description}; ${STANDARD_LIMIT} when not given, ${HIGHEST_LIMIT} at the most`,
    }),
  );
}

function someText(t: SchemaBuilder, description: string) {
  const one = t.String({ minLength: 1 });
  return t.Union([one, t.Array(one, { minItems: 1, maxItems: HIGHEST_LIMIT })], { description });
}

function held(t: SchemaBuilder) {
  const orNull = () => t.Union([t.String(), t.Null()]);
  return t.Object({
    reference: t.String({ description: 'What it is called until it is settled' }),
    to: t.String(),
    sender: orNull(),
    text: t.String(),
    parts: t.Integer(),
    createdAt: instant(t),
    since: instant(t),
    attempts: t.Integer(),
    lookups: t.Integer(),
    providerCode: orNull(),
    providerMessage: orNull(),
    correlationId: orNull(),
    httpStatus: t.Union([t.Integer(), t.Null()]),
  });
}

function optOut(t: SchemaBuilder) {
  return t.Object({
    to: t.String(),
    since: instant(t),
    source: t.String({ description: 'reply, vendor or operator' }),
    text: t.Optional(t.String({ description: 'What the person wrote' })),
  });
}
