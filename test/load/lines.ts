/** The accounts of the load, and the messages that go through each. */

/** One account. */
export interface Line {
  id: string;
  provider: 'enco' | 'callr' | 'zoomconnect' | 'digitaleo';
  /** Messages a second; 0 for no limit. */
  rate: number;
  queue: boolean;
  uncertain: 'hold' | 'resend' | 'drop';
  /** How much of all messages goes through it. */
  share: number;
}

/** All vendors, three speeds, every answer to an unknown outcome, with the queue and without it. */
export const LINES: readonly Line[] = [
  { id: 'enco', provider: 'enco', rate: 0, queue: true, uncertain: 'hold', share: 0.2 },
  { id: 'callr', provider: 'callr', rate: 200, queue: true, uncertain: 'resend', share: 0.3 },
  { id: 'zoomconnect', provider: 'zoomconnect', rate: 50, queue: true, uncertain: 'hold', share: 0.1 },
  { id: 'digitaleo', provider: 'digitaleo', rate: 200, queue: true, uncertain: 'drop', share: 0.2 },
  { id: 'unqueued', provider: 'callr', rate: 0, queue: false, uncertain: 'hold', share: 0.2 },
];

export interface Message {
  /** In its text, by which everybody here knows it again. */
  key: string;
  line: string;
  to: string;
  text: string;
}

/** Mobile numbers without their last four digits, none of which begin with a zero: those are stories of the sandbox. */
const NUMBERS: Record<Line['provider'], string> = {
  enco: '+3247000',
  callr: '+3247000',
  zoomconnect: '+2782000',
  digitaleo: '+3369630',
};
/** Of all messages, how many go to another recipient each before the first one gets his second. */
const RECIPIENTS = 4000;

/** So many messages, those of all accounts mixed; the keys begin at `first`. */
export function messagesOf(count: number, first = 0): Message[] {
  return Array.from({ length: count }, (_, i) => {
    const line = lineOf(i);
    const key = String(first + i).padStart(6, '0');
    return {
      key,
      line: line.id,
      to: NUMBERS[line.provider] + String(1000 + (i % RECIPIENTS)),
      text: `Load message${key}.`,
    };
  });
}

/** The messages that are in a request or a record. */
export function keysIn(body: string): string[] {
  return [...new Set(Array.from(body.matchAll(/message(\d{6})\./g), ([, key]) => key ?? ''))];
}

/** Of any ten in a row each account has its share. */
function lineOf(index: number): Line {
  let place = ((index * 7) % 10) + 0.5;
  for (const line of LINES) {
    if (place < line.share * 10) return line;
    place -= line.share * 10;
  }
  throw new RangeError('The shares are less than everything.');
}
