/** ZoomConnect's account operations: credits, and the users of a team. */
import type { Account, Call, User } from './account';
import { owner, sameMail } from './account';
import type { Result } from './answers';
import { badRequest, notFound, nothing, ok } from './answers';
import type { Fields } from './read';
import { body, integer, text } from './read';
import { numericId } from './templates';

/** `GET account/balance`. */
export function balance({ account }: Call): Result {
  return ok('account', { creditBalance: owner(account).creditBalance, links: [] });
}

/** `POST account/transfer`: credits from one user of the team to another. */
export function transfer({ zoom, account, request }: Call): Result {
  const { assume } = zoom;
  const fields = body(request, 'transferCreditsRequest', assume);
  const from = member(account, required(fields, 'transferFromEmailAddress'));
  const to = member(account, required(fields, 'transferToEmailAddress'));
  const credits = integer(required(fields, 'numberOfCreditsToTransfer'), 'numberOfCreditsToTransfer', 1);
  if (from.creditBalance < credits) throw badRequest('Insufficient credits');
  from.creditBalance -= credits;
  to.creditBalance += credits;
  return assume.transferAnswersUser ? ok('user', show(from)) : nothing();
}

/** `GET account/user?searchEmail=`. */
export function searchUser({ account, request }: Call): Result {
  // An unencoded plus sign of an address arrives as a blank.
  const wanted = request.query.get('searchEmail')?.replaceAll(' ', '+');
  if (!wanted) throw badRequest('searchEmail is required');
  const found = account.team.filter(({ emailAddress }) => sameMail(emailAddress, wanted));
  return ok('users', { webServiceUserList: found.map(show) });
}

/** `PUT account/user`: a sub-account, without credits of its own. */
export function createUser({ zoom, account, request }: Call): Result {
  const fields = body(request, 'user', zoom.assume);
  required(fields, 'password');
  const user: User = {
    userId: 0,
    firstName: required(fields, 'firstName'),
    lastName: required(fields, 'lastName'),
    emailAddress: required(fields, 'emailAddress'),
    contactNumber: required(fields, 'contactNumber'),
    company: text(fields, 'company') ?? '',
    creditBalance: 0,
  };
  if (account.team.some(({ emailAddress }) => sameMail(emailAddress, user.emailAddress))) {
    throw badRequest('The email address is in use');
  }
  user.userId = zoom.nextUserId();
  account.team.push(user);
  return { ...ok('user', show(user)), status: zoom.assume.createdIs201 ? 201 : 200 };
}

/** `GET account/user/{userId}`. */
export const getUser = (call: Call): Result => ok('user', show(userOf(call)));

/** `POST account/user/{userId}`: first and last name, number and password can be changed, nothing else. */
export function updateUser(call: Call): Result {
  const user = userOf(call);
  const fields = body(call.request, 'user', call.zoom.assume);
  for (const name of ['firstName', 'lastName', 'contactNumber'] as const) {
    user[name] = text(fields, name) || user[name];
  }
  return ok('user', show(user));
}

function userOf({ account, parameters }: Call): User {
  const id = numericId(parameters[0], 'userId');
  const user = account.team.find(({ userId }) => userId === id);
  if (!user) throw notFound();
  return user;
}

function member({ team }: Account, email: string): User {
  const user = team.find(({ emailAddress }) => sameMail(emailAddress, email));
  if (!user) throw badRequest(`${email} is not a user of your team`);
  return user;
}

function required(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (!value) throw badRequest(`${name} is required`);
  return value;
}

/** No password comes out; assumption: it is null. */
export const show = (user: User): object => ({ ...user, password: null });
