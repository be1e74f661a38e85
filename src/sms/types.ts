/** The shapes that travel through a flow. Times are ISO 8601 UTC strings, numbers E.164 with `+`, ids opaque strings. */

/** What a text is encoded in on the air: GSM 03.38 septets, or UTF-16 code units. */
export type Alphabet = 'GSM-7' | 'UCS-2';

/** What the sender of a text asks for: `gsm` folds what it can, `unicode` leaves every character alone. */
export type AlphabetChoice = 'auto' | 'gsm' | 'unicode';

/** The normalised life of a message; the vendor's own word is always kept beside it, in `providerStatus`. */
export type Status = 'scheduled' | 'queued' | 'sent' | 'delivered' | 'failed' | 'expired' | 'unknown' | 'received';

/** One character that forces UCS-2. */
export interface UnicodeCharacter {
  character: string;
  /** Written `U+2019`. */
  codePoint: string;
  /** UTF-16 index in the text. */
  index: number;
  /** What stands for it in the GSM alphabet, or null where nothing does. */
  replacement: string | null;
}

/** What a text costs on the network. */
export interface Measurement {
  alphabet: Alphabet;
  /** Unicode code points. */
  characters: number;
  /** Septets (GSM-7) or UTF-16 code units (UCS-2), as the network counts. */
  units: number;
  /** How many units one part carries: 160 or 153, 70 or 67. */
  unitsPerPart: number;
  /** SMS parts; 0 for an empty text. */
  parts: number;
  /** Units still free in the last part. */
  remaining: number;
  /** The text as it would be sent. */
  text: string;
  /** The characters that force UCS-2, in the order of the text. */
  unicode: UnicodeCharacter[];
}

/** Which account an event belongs to. */
export interface AccountReference {
  provider: string;
  /** The id of the `sms-provider` node. */
  account: string;
  /** Its name. */
  accountName: string;
}

/** What the vendor said when it accepted one message. */
export interface Receipt extends AccountReference {
  /** The vendor's id of the message. */
  id: string;
  /** The vendor's mailing or bulk id, where there is one. */
  batch?: string;
  to: string;
  /** The sender ID used; null when the vendor chooses. */
  sender: string | null;
  text: string;
  parts: number;
  alphabet: Alphabet;
  status: Status;
  providerStatus: string | null;
  acceptedAt: string;
  /** Our own reference of the message, the same from the first attempt to the last report. */
  reference: string;
  /** The vendor's answer as it came. */
  raw: unknown;
}

/** What became of a message later. */
export interface StatusReport extends AccountReference {
  id: string;
  to: string;
  status: Status;
  /** True when nothing will follow. */
  final: boolean;
  providerStatus: string | null;
  description: string;
  updatedAt: string;
  reply?: { text: string; receivedAt: string };
  /** True on the last word about a message of which the vendor never gave a final status. */
  timedOut?: boolean;
  raw: unknown;
}

/** An SMS from a phone (MO). */
export interface InboundMessage extends AccountReference {
  id: string;
  from: string;
  to: string | null;
  text: string;
  parts: number;
  receivedAt: string;
  /** The id of the message that this one answers, where the vendor tells. */
  inReplyTo?: string;
  raw: unknown;
}
