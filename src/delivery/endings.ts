/** The sentences with which a message ends that was not accepted. */
import { SmsError, toSmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';

/** Nobody knows how far the attempt had come when something broke that was not foreseen. */
export function brokenOff(thrown: unknown): SmsError {
  return new SmsError('SMS_UNCERTAIN', `The attempt broke off: ${toSmsError(thrown).message}`, {
    outcome: 'unknown',
    cause: thrown,
  });
}

/** Of look-ups. */
export function unanswered(): SmsError {
  return new SmsError('SMS_UNREACHABLE', 'The vendor has answered no look-up for minutes.', { retryable: true });
}

/** The vendor's own facts, for the day when the message is given up. */
export function said({ providerCode, providerMessage, correlationId, httpStatus }: SmsError): OutboxEntry['said'] {
  return { providerCode, providerMessage, correlationId, httpStatus };
}

export function uncertainError(
  { to, lookups, said: facts }: OutboxEntry,
  uncertain: 'hold' | 'drop',
  cause?: SmsError,
): SmsError {
  const looked = lookups > 0 ? ` It was not on the vendor's record in ${lookups} look-ups.` : '';
  const why = cause ? ` ${cause.message}` : '';
  const kept = uncertain === 'hold' ? 'It is held and will not be sent again by itself.' : 'It is dropped.';
  return new SmsError(
    'SMS_UNCERTAIN',
    `It is not known whether the message to ${to} was sent.${looked}${why} ${kept}`,
    { outcome: 'unknown', cause, ...facts },
  );
}

export function abandoned({ to }: OutboxEntry): SmsError {
  return new SmsError(
    'SMS_CONFIG',
    `The account was deleted or disabled while the message to ${to} waited; it is not sent.`,
  );
}

/** Of an account that was deleted or disabled. */
export function heldByNobody(name: string, count: number): SmsError {
  const which = count === 1 ? 'A message is held' : `${count} messages are held`;
  return new SmsError(
    'SMS_CONFIG',
    `${which} for the account '${name}', which was deleted or disabled: take that back, or enable it, to decide about them.`,
  );
}

/** Its node was told so when it was held. */
export function heldTooLong(name: string, count: number): SmsError {
  const which = count === 1 ? 'A message that was' : `${count} messages that were`;
  return new SmsError(
    'SMS_UNCERTAIN',
    `${which} held for more than 30 days for the account '${name}', which is deleted or disabled: nothing more is kept of that, and it is not known whether it was sent.`,
  );
}

/** For a message that may have been sent. */
export function abandonedUnknown({ said: facts }: OutboxEntry): SmsError {
  return new SmsError('SMS_CONFIG', 'The account was deleted or disabled before the vendor could be asked.', facts);
}

export function expired({ to, attempts, lookups, said: facts }: OutboxEntry): SmsError {
  const tried = attempts === 0 ? 'It was never tried' : `It was tried ${attempts} times`;
  const sent = lookups > 0 ? 'whether one of them was sent is not known' : 'nothing was sent';
  return new SmsError('SMS_EXPIRED', `The message to ${to} could not be sent in time. ${tried}; ${sent}.`, {
    outcome: lookups > 0 ? 'unknown' : 'not-sent',
    ...facts,
  });
}
