/** "Account": credits, statistics and the users of a team. */
import type { Operation, SchemaBuilder, TSchema } from '../../provider';
import { API, CLOSED, DOC, date, maybe, orNothing, text, user } from './shapes';

const ACCOUNT = `${API}/account`;

export const accountOperations: readonly Operation[] = [
  {
    id: 'zoomconnect.account.balance',
    title: "Read the account's credit balance",
    method: 'GET',
    path: `${ACCOUNT}/balance`,
    params: (t) => t.Object({}, CLOSED),
    result: (t) => t.Object({ creditBalance: t.Number() }),
    writes: false,
    source: `${DOC}, GET account/balance`,
  },
  {
    id: 'zoomconnect.account.statistics',
    title: 'Read the statistics report',
    method: 'GET',
    path: `${ACCOUNT}/statistics`,
    params: (t) =>
      t.Object(
        {
          from: date(t, 'dd-MM-yyyy', 'First day'),
          to: date(t, 'dd-MM-yyyy', 'Last day'),
          userEmailAddress: t.Optional(
            t.String({
              description: 'Of this user only; without it, of all users for an administrator, else your own',
            }),
          ),
          campaign: t.Optional(t.String({ description: 'Of this campaign only' })),
          includeRefundedAndOptout: t.Optional(t.Boolean({ description: 'Count refunded and opted-out messages too' })),
          calculateCreditValue: t.Optional(t.Boolean({ description: 'Count credits instead of messages' })),
        },
        CLOSED,
      ),
    result: statistics,
    writes: false,
    source: `${DOC}, GET account/statistics`,
  },
  {
    id: 'zoomconnect.account.transfer',
    title: 'Transfer credits between two users of the team',
    method: 'POST',
    path: `${ACCOUNT}/transfer`,
    params: (t) =>
      t.Object(
        {
          transferFromEmailAddress: text(t, 'Email address of the user who gives'),
          transferToEmailAddress: text(t, 'Email address of the user who gets'),
          numberOfCreditsToTransfer: t.Integer({ minimum: 1, description: 'How many credits' }),
        },
        CLOSED,
      ),
    result: orNothing(user),
    writes: true,
    source: `${DOC}, POST account/transfer`,
  },
  {
    id: 'zoomconnect.account.user.search',
    title: 'Find a user by email address',
    method: 'GET',
    path: `${ACCOUNT}/user`,
    params: (t) => t.Object({ searchEmail: text(t, 'The email address') }, CLOSED),
    result: (t) => t.Object({ webServiceUserList: t.Array(user(t)) }),
    writes: false,
    source: `${DOC}, GET account/user`,
  },
  {
    id: 'zoomconnect.account.user.create',
    title: 'Create a sub-account in the team',
    method: 'PUT',
    path: `${ACCOUNT}/user`,
    params: (t) =>
      t.Object(
        {
          firstName: text(t, 'First name'),
          lastName: text(t, 'Last name'),
          emailAddress: text(t, 'Email address, with which the user logs in'),
          contactNumber: text(t, 'Phone number'),
          password: text(t, 'Password of the new user'),
          company: t.Optional(t.String({ description: 'Company' })),
          creditBalance: t.Optional(
            t.Number({ description: 'In the request of the guide, which does not explain it' }),
          ),
          userId: t.Optional(t.Integer({ description: 'In the request of the guide; the vendor chooses the id' })),
        },
        CLOSED,
      ),
    result: user,
    writes: true,
    source: `${DOC}, PUT account/user`,
  },
  {
    id: 'zoomconnect.account.user.get',
    title: 'Read a user',
    method: 'GET',
    path: `${ACCOUNT}/user/{userId}`,
    params: (t) => t.Object({ userId: userId(t) }, CLOSED),
    result: user,
    writes: false,
    source: `${DOC}, GET account/user/{userId}`,
  },
  {
    id: 'zoomconnect.account.user.update',
    title: 'Change a sub-account of the team',
    method: 'POST',
    path: `${ACCOUNT}/user/{userId}`,
    params: (t) =>
      t.Object(
        {
          userId: userId(t),
          firstName: t.Optional(t.String({ description: 'First name' })),
          lastName: t.Optional(t.String({ description: 'Last name' })),
          contactNumber: t.Optional(t.String({ description: 'Phone number' })),
          password: t.Optional(t.String({ description: 'New password' })),
        },
        CLOSED,
      ),
    result: orNothing(user),
    writes: true,
    source: `${DOC}, POST account/user/{userId}`,
  },
];

function userId(t: SchemaBuilder) {
  return t.Integer({ minimum: 0, description: 'The id of the user' });
}

/** `from` and `to` have been seen as epoch milliseconds, though Swagger says date-time. */
function statistics(t: SchemaBuilder): TSchema {
  const block = t.Object({
    delivered: maybe(t, t.Number()),
    sent: maybe(t, t.Number()),
    failed: maybe(t, t.Number()),
    failedRefunded: maybe(t, t.Number()),
    failedOptout: maybe(t, t.Number()),
    total: maybe(t, t.Number()),
  });
  const campaign = t.Object({ campaign: maybe(t, t.String()), statistics: maybe(t, block) });
  return t.Object({
    from: t.Unknown(),
    to: t.Unknown(),
    showingCreditValue: maybe(t, t.Boolean()),
    grandTotal: block,
    users: maybe(
      t,
      t.Array(t.Object({ user: maybe(t, user(t)), total: maybe(t, block), campaigns: maybe(t, t.Array(campaign)) })),
    ),
  });
}
