/** What a text costs, as ZoomConnect counts it. */
import { measure } from '../../sms/segments';
import type { Alphabet, Measurement } from '../../sms/types';
import type { Quote } from '../provider';
import type { Session } from '../session';

interface Analysis {
  messageLength: number;
  numberOfMessages: number;
  messageEncoding: string;
  messageCreditCost?: number | null;
}

export async function quote(session: Session, to: string, text: string): Promise<Quote> {
  const params = { message: text, recipientNumber: to };
  const analysis = await session.call<Analysis>('zoomconnect.messages.analyse.full', params);
  const { messageCreditCost: cost } = analysis;
  return { ...counted(text, analysis), ...(typeof cost === 'number' ? { cost } : {}) };
}

/** Three small calls, since the analysis of everything wants a recipient. */
export async function length(session: Session, text: string): Promise<Measurement> {
  const ask = <T>(what: string) => session.call<T>(`zoomconnect.messages.analyse.${what}`, { message: text });
  const [messageEncoding, numberOfMessages, messageLength] = await Promise.all([
    ask<string>('encoding'),
    ask<number>('numberOfMessages'),
    ask<number>('length'),
  ]);
  return counted(text, { messageEncoding, numberOfMessages, messageLength });
}

/**
 * Our own count where the vendor comes to the same parts in the same alphabet (whether its length is in characters or
 * units is not documented), else the vendor's, with the usual sizes of a part.
 */
function counted(text: string, { messageEncoding, numberOfMessages, messageLength }: Analysis): Measurement {
  const ours = measure(text);
  const alphabet = alphabetOf(messageEncoding);
  if (alphabet === ours.alphabet && numberOfMessages === ours.parts) return ours;
  const unitsPerPart = SIZES[alphabet][numberOfMessages > 1 ? 'many' : 'one'];
  const remaining = Math.max(0, numberOfMessages * unitsPerPart - messageLength);
  return { ...ours, alphabet, units: messageLength, unitsPerPart, parts: numberOfMessages, remaining };
}

const SIZES: Readonly<Record<Alphabet, { one: number; many: number }>> = {
  'GSM-7': { one: 160, many: 153 },
  'UCS-2': { one: 70, many: 67 },
};

/** The guide writes GSM7 and "non-GSM7"; the name of the latter is not documented. */
function alphabetOf(encoding: string): Alphabet {
  return /^gsm/i.test(encoding.trim()) ? 'GSM-7' : 'UCS-2';
}
