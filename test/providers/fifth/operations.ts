/** Every call of the made-up provider. */
import type { Operation, Params, SchemaBuilder } from '../../../dist/src/providers/provider.js';

const CLOSED = { additionalProperties: false } as const;
const SOURCE = 'made up';

export const operations: readonly Operation[] = [
  {
    id: 'pigeon.messages.create',
    title: 'Send a pigeon',
    method: 'POST',
    path: '/messages',
    params: (t) =>
      t.Object(
        {
          to: t.String({ pattern: '^\\+[1-9][0-9]{5,14}$', description: 'The recipient' }),
          body: t.String({ minLength: 1, description: 'The text' }),
          from: t.Optional(t.String({ description: 'The sender' })),
          sendAt: t.Optional(t.String({ format: 'date-time', description: 'When it leaves' })),
          ref: t.Optional(t.String({ description: 'Any word of yours' })),
          callback: t.Optional(t.String({ pattern: '^https?://', description: 'Where statuses are pushed to' })),
          loft: t.Optional(t.Union([t.Literal('north'), t.Literal('south')], { description: 'Where it starts' })),
        },
        CLOSED,
      ),
    result: message,
    writes: true,
    source: SOURCE,
  },
  {
    id: 'pigeon.messages.get',
    title: 'Ask about one pigeon',
    method: 'GET',
    path: '/messages/{id}',
    params: (t) => t.Object({ id: t.String({ description: 'The id of the message' }) }, CLOSED),
    result: message,
    writes: false,
    source: SOURCE,
  },
  {
    id: 'pigeon.messages.list',
    title: 'List pigeons',
    method: 'GET',
    path: '/messages',
    params: (t) =>
      t.Object({ ...page(t), ref: t.Optional(t.String({ description: 'Only those with this word' })) }, CLOSED),
    result: (t) => t.Object({ items: t.Array(message(t)), next: t.Union([t.String(), t.Null()]) }),
    next,
    writes: false,
    source: SOURCE,
  },
  {
    id: 'pigeon.messages.cancel',
    title: 'Keep a pigeon at home',
    method: 'DELETE',
    path: '/messages/{id}',
    params: (t) => t.Object({ id: t.String({ description: 'The id of the message' }) }, CLOSED),
    result: (t) => t.Null(),
    writes: true,
    source: SOURCE,
  },
  {
    id: 'pigeon.inbox',
    title: 'Read what came back',
    method: 'GET',
    path: '/inbox',
    params: (t) =>
      t.Object(
        { ...page(t), since: t.Optional(t.String({ format: 'date-time', description: 'Only from then on' })) },
        CLOSED,
      ),
    result: (t) =>
      t.Object({ items: t.Array(t.Record(t.String(), t.Unknown())), next: t.Union([t.String(), t.Null()]) }),
    next,
    writes: false,
    source: SOURCE,
  },
];

function message(t: SchemaBuilder) {
  return t.Object({ id: t.String(), to: t.String(), state: t.String(), at: t.String() });
}

function page(t: SchemaBuilder) {
  return {
    after: t.Optional(t.String({ description: 'The cursor of the page before' })),
    size: t.Optional(t.Integer({ minimum: 1, description: 'The most items of a page' })),
  };
}

function next(params: Params, result: unknown): Params | null {
  const after = (result as { next?: unknown }).next;
  return typeof after === 'string' ? { ...params, after } : null;
}
