/** What vendors push, and what might come in its stead. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';

export interface Push {
  /** The provider whose push it is. */
  provider: string;
  body: string;
  type: string;
}

const sms = {
  type: 'OUT',
  hash: 'hash-of-the-sms',
  from: 'SMS',
  to: '+33612345678',
  text: 'Hello',
  status: 'RECEIVED',
  date_creation: '2026-11-22 10:00:00',
  date_update: '2026-11-22 10:00:05',
  user_data: 'ours',
};

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** One true push of each kind. */
export const PUSHES: readonly Push[] = [
  json('enco', {
    resourceURL: 'http://vendor/deliveryinfos/id-of-the-sms',
    deliveryInfo: [{ address: 'tel:+32470123456', deliveryStatus: 'DeliveredToTerminal' }],
  }),
  { provider: 'digitaleo', type: FORM_TYPE, body: 'sms_id=id-of-the-sms' },
  json('callr', { event_id: 'event-1', type: 'sms.mt.status_update', data: sms }),
  json('callr', { event_id: 'event-2', type: 'sms.mo', data: { ...sms, type: 'IN', date_received: sms.date_update } }),
  {
    provider: 'zoomconnect',
    type: FORM_TYPE,
    body: 'status=DELIVERED&messageId=5f3f3c9be4b0c1d2e3f40506&nonce-date=20261122120000&nonce=1',
  },
  json('zoomconnect', {
    from: '+27821234567',
    to: '+27840000000',
    messageId: '5f3f3c9be4b0c1d2e3f40507',
    message: 'Hello',
    date: '202611221200',
    repliedToMessageId: '5f3f3c9be4b0c1d2e3f40506',
  }),
];

function json(provider: string, body: object): Push {
  return { provider, type: JSON_TYPE, body: JSON.stringify(body) };
}

/** As CALLR signs it. */
export function signature(body: string | Buffer, secret: string, algorithm = 'sha256'): string {
  return createHmac(algorithm, secret).update(body).digest('base64');
}

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', ''];
const VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, '', '__proto__', [], {}, [null], [[]], '0000-00-00', '99999999999999', '+', '\ud83d'],
  ...['constructor', 'valueOf', 'IN', 'OUT', 'RECEIVED', 'sms.mo', '275760-09-13', '2026-13-45T99:99:99Z', '\0', 'NaN'],
];

const leaf = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor').map((name) => JSON.parse(`{"${name}": {"polluted": true}}`) as unknown),
);

interface Change {
  at: number;
  name: string;
  value: unknown;
  how: 'replace' | 'remove' | 'add' | 'wrap';
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(11),
  name: fc.constantFrom(...NAMES),
  value: leaf,
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'wrap'),
});

/** A body that is nearly a push, or nothing like one. */
export const anyBody: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(aPush(), fc.array(change, { minLength: 1, maxLength: 3 })).map(changed) },
  { weight: 2, arbitrary: fc.tuple(aPush(), fc.array(change, { maxLength: 2 }), fc.nat(200)).map(cut) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: leaf.map((value) => Buffer.from(JSON.stringify(value))) },
);

function aPush() {
  return fc.constantFrom(...PUSHES);
}

/** The push with its members replaced, taken out, or joined by others. */
function changed([{ body, type }, changes]: [Push, Change[]]): Buffer {
  if (type === FORM_TYPE) return Buffer.from(changedForm(body, changes));
  const pushed = JSON.parse(body) as Record<string, unknown>;
  for (const { at, name, value: shared, how } of changes) {
    const value: unknown = JSON.parse(JSON.stringify(shared));
    const places = placesIn(pushed);
    const place = places[at % places.length];
    if (!place) break;
    const [owner, key] = place;
    if (how === 'remove') delete owner[key];
    else define(owner, how === 'add' ? name : key, how === 'wrap' ? { [key]: owner[key], value } : value);
  }
  return Buffer.from(JSON.stringify(pushed));
}

function changedForm(body: string, changes: Change[]): string {
  return changes.reduce((left, { name, value, how, at }) => {
    const pairs = left.split('&');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (how === 'remove') pairs.splice(at % pairs.length, 1);
    else if (how === 'add') pairs.push(`${name}=${text}`, `${name}[polluted]=1`);
    else pairs[at % pairs.length] = `${pairs[at % pairs.length]?.split('=')[0]}=${text}`;
    return pairs.join('&');
  }, body);
}

function cut([push, changes, end]: [Push, Change[], number]): Buffer {
  return changed([push, changes]).subarray(0, end);
}

type Owner = Record<string, unknown>;

function placesIn(owner: unknown): [Owner, string][] {
  if (typeof owner !== 'object' || owner === null) return [];
  return Object.keys(owner).flatMap(
    (key) => [[owner as Owner, key], ...placesIn((owner as Owner)[key])] as [Owner, string][],
  );
}

/** Also a member of the name `__proto__`, as JSON may have. */
function define(owner: Owner, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Each text in a push made a megabyte of the same, which a careless pattern would need hours for. */
export function enlarged({ body, type }: Push): string[] {
  const long = ['/', ' ', '0', '"', '\\', '<', '\t/'].map((unit) => `${unit.repeat(900_000 / unit.length)}x`);
  if (type === FORM_TYPE)
    return long.map((text) => body.replace(/=[^&]*/, () => `=${encodeURIComponent(text).slice(0, 1e6)}`));
  const places = placesIn(JSON.parse(body)).length;
  return long.flatMap((text) =>
    Array.from({ length: places }, (_, at) => {
      const pushed = JSON.parse(body) as Owner;
      const [owner, key] = placesIn(pushed)[at] ?? [pushed, 'x'];
      owner[key] = text;
      return JSON.stringify(pushed).slice(0, 1024 * 1024);
    }),
  );
}
