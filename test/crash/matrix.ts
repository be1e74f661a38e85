/** What the crash matrix goes through: where the process ends, what the vendor does at first, what an account does in doubt. */

/** Where a message stands when the process is killed. */
export const STEPS = {
  never: 'it is not killed',
  'before-store': 'before the message is in the store',
  'after-store': 'in the store, not begun',
  'after-claim': 'the attempt is in the store as begun, nothing has left',
  'after-connect': 'connected to the vendor, no byte has left',
  'after-write': 'the request has left, the vendor has not read it yet',
  'after-accept': 'the vendor has accepted, its answer has not come',
  'after-answer': 'the outcome is known, and not in the store yet',
  'after-settle': 'the outcome is in the store, the flow has not been told',
  'after-emit': 'the flow has been told, which is not in the store yet',
} as const;

/** What the vendor does to the first request that has a message. */
export const FAULTS = {
  none: 'answers',
  'reset-before': 'cuts the connection, and has accepted nothing',
  'reset-after': 'accepts, and cuts the connection',
  'hang-before': 'never answers, and has accepted nothing',
  'hang-after': 'accepts, and never answers',
  unavailable: 'answers 503',
  throttled: 'answers 429 with Retry-After',
  garbage: 'accepts, and answers what nobody can read',
} as const;

/** What the account does with an attempt that is still unknown after the look-ups. */
export const POLICIES = ['hold', 'resend', 'drop'] as const;

/** The vendors, by what an attempt can be looked up by. */
export const VENDORS = {
  callr: { provider: 'callr', lookup: 'reference' },
  zoomconnect: { provider: 'zoomconnect', lookup: 'reference' },
  enco: { provider: 'enco', lookup: 'text' },
  digitaleo: { provider: 'digitaleo', lookup: 'text' },
  mail: { provider: 'digitaleo', lookup: 'nothing' },
} as const;

export const STORES = ['embedded', 'redis', 'memory'] as const;

export type Step = keyof typeof STEPS;
export type Fault = keyof typeof FAULTS;
export type Policy = (typeof POLICIES)[number];
export type Vendor = keyof typeof VENDORS;
export type StoreKind = (typeof STORES)[number];

/** One account, with messages of its own. */
export interface Cell {
  id: string;
  vendor: Vendor;
  fault: Fault;
  policy: Policy;
  messages: Message[];
}

export interface Message {
  /** In its text, by which everybody here knows it again. */
  key: string;
  to: string;
  /** It comes with a key against repeats, and is given once more after the crash, whatever became of it. */
  repeated: boolean;
}

export interface Choice {
  vendors?: readonly Vendor[];
  faults?: readonly Fault[];
  policies?: readonly Policy[];
}

const names = <T extends string>(table: Record<T, unknown>) => Object.keys(table) as T[];

/** Two messages for each: one that is given once, and one that is repeated. */
export function cellsOf({
  vendors = names(VENDORS),
  faults = names(FAULTS),
  policies = POLICIES,
}: Choice = {}): Cell[] {
  const combinations = vendors.flatMap((vendor) =>
    faults.flatMap((fault) => policies.map((policy) => ({ vendor, fault, policy }))),
  );
  return combinations.flatMap((combination, i) => {
    const { vendor } = combination;
    const messages = [message(vendor, 2 * i, false), message(vendor, 2 * i + 1, true)];
    return accountsOf(vendor, messages).map((own, j) => ({ id: `cell${i}x${j}`, ...combination, messages: own }));
  });
}

/**
 * Both go by one account, and in one call where the vendor has one for several. Without a record what becomes of a
 * message depends on how far it had come, so that none may stand behind another.
 */
function accountsOf(vendor: Vendor, messages: Message[]): Message[][] {
  return VENDORS[vendor].lookup === 'nothing' ? messages.map((message) => [message]) : [messages];
}

/** Mobile numbers without their last four digits, none of which begin with a zero: those are stories of the sandbox. */
const NUMBERS: Record<Vendor, string> = {
  callr: '+3247000',
  enco: '+3247000',
  zoomconnect: '+2782000',
  digitaleo: '+3369630',
  mail: '+3369631',
};

function message(vendor: Vendor, index: number, repeated: boolean): Message {
  const digits = String(1000 + index);
  return { key: digits, to: NUMBERS[vendor] + digits, repeated };
}

/** Plain letters and digits, which no wire writes in another way. */
export const textOf = (key: string) => `Matrix message${key}.`;

/** The messages that are in a request, a mail or a record. */
export function keysIn(body: string): string[] {
  return [...new Set(Array.from(body.matchAll(/message(\d{4})\./g), ([, key]) => key ?? ''))];
}
