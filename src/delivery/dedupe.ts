/**
 * Keys that are sent once within their time. A key is claimed before its message is stored, in the name of this life,
 * and for good together with it: what a process claimed that died in between is free.
 */
import { SmsError } from '../sms/errors';
import type { OutboxEntry, Store } from '../store';
import { LIFE, livesOf } from './life';

const SCOPE = 'dedupe';
/** The value of a key whose message was stored. */
const FOR_GOOD = '';
/** Of two who want the key of a dead process, one gets it. */
const HEIR_FOR = 60_000;

export interface KeyRequest {
  key: string;
  /** Milliseconds. */
  time: number;
  to: string;
  /** There is no message that is stored: the claim is for good at once. */
  forGood: boolean;
}

/** @throws SmsError SMS_DUPLICATE when the key was used within its time */
export async function claimKey(store: Store, request: KeyRequest): Promise<void> {
  const { key, time, to, forGood } = request;
  const { marks } = store;
  const claim = forGood ? FOR_GOOD : `${LIFE} ${Date.now() + time}`;
  if (await marks.add(SCOPE, key, time, claim)) return;
  const held = await marks.get(SCOPE, key);
  // Its time was over in between.
  if (held === null) return claimKey(store, request);
  const [life = ''] = held.split(' ');
  const isFree = held !== FOR_GOOD && (await livesOf(store).isOver(life));
  if (isFree && (await marks.add('dedupe-heir', `${life}\n${key}`, HEIR_FOR))) {
    return marks.set(SCOPE, key, claim, time);
  }
  throw new SmsError(
    'SMS_DUPLICATE',
    `A message with this key went to ${to} less than ${time / 1000} seconds ago; this one is not sent.`,
  );
}

/** What makes the claims of these messages hold for good: to be called in the turn in which they are stored. */
export async function confirmation({ marks }: Store, entries: readonly OutboxEntry[]): Promise<() => Promise<unknown>> {
  const keys = entries.flatMap(({ dedupe }) => dedupe ?? []);
  const claims = await Promise.all(keys.map(async (key) => ({ key, until: untilOf(await marks.get(SCOPE, key)) })));
  return () => {
    const now = Date.now();
    const lasting = claims.filter(({ until }) => until > now);
    return Promise.all(lasting.map(({ key, until }) => marks.set(SCOPE, key, FOR_GOOD, until - now)));
  };
}

/** A message that was not sent does not stand in the way of the next one with its key. */
export function freeKey({ marks }: Store, { dedupe }: OutboxEntry): Promise<void> {
  return dedupe === null ? Promise.resolve() : marks.remove(SCOPE, dedupe);
}

function untilOf(claim: string | null): number {
  return Number(claim?.split(' ')[1] ?? 0);
}
