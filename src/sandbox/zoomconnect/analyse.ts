/** ZoomConnect's messages/analyse operations: what a text would be sent as, and what it would cost. */
import { isGsm } from '../../sms/alphabet';
import { measure } from '../../sms/segments';
import type { Measurement } from '../../sms/types';
import type { Call } from './account';
import type { Result } from './answers';
import { emptyMessage, invalidNumber, ok } from './answers';
import type { ZoomConnectAssumptions } from './assumptions';
import { toInternational } from './numbers';
import { body, text } from './read';

/** `POST messages/analyse/full`. */
export const analyseFull = (call: Call): Result => {
  const measured = read(call);
  const { assume } = call.zoom;
  return ok('analyseMessageResponse', {
    messageLength: length(measured, assume),
    numberOfMessages: measured.parts,
    messageEncoding: encoding(measured, assume),
    messageCreditCost: cost(measured, assume),
    messageLengthWithinMaximumAllowed: within(measured, assume),
    characterAnalysis: assume.characterAnalysisFilled ? characters(measured, assume) : [],
  });
};

export const analyseCost = one(cost);
export const analyseEncoding = one(encoding);
export const analyseLength = one(length);
export const analyseWithin = one(within);
export const analyseParts = one(({ parts }) => parts);

type Figure = (measured: Measurement, assume: ZoomConnectAssumptions) => number | string | boolean;

/** The operations that answer one bare figure. */
function one(figure: Figure): (call: Call) => Result {
  return (call) => ok('', figure(read(call), call.zoom.assume));
}

/** @throws Fault 3 without a text, 2 for a recipient that is no number; who asks for no recipient gets the home price */
function read({ zoom, request }: Call): Measurement {
  const fields = body(request, 'analyseMessageRequest', zoom.assume);
  const number = text(fields, 'recipientNumber');
  if (number && toInternational(number) === null) throw invalidNumber();
  const message = text(fields, 'message');
  if (!message) throw emptyMessage();
  return measure(message);
}

function length({ units, characters: points }: Measurement, { lengthCountsUnits }: ZoomConnectAssumptions): number {
  return lengthCountsUnits ? units : points;
}

function encoding({ alphabet }: Measurement, { gsmEncoding, unicodeEncoding }: ZoomConnectAssumptions): string {
  return alphabet === 'GSM-7' ? gsmEncoding : unicodeEncoding;
}

function cost({ parts }: Measurement, { creditsPerPart }: ZoomConnectAssumptions): number {
  return parts * creditsPerPart;
}

function within({ parts }: Measurement, { maxParts }: ZoomConnectAssumptions): boolean {
  return parts <= maxParts;
}

function characters({ text: sent }: Measurement, assume: ZoomConnectAssumptions): string[][] {
  return [...sent].map((character) => [character, isGsm(character) ? assume.gsmEncoding : assume.unicodeEncoding]);
}
