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
/** Milliseconds between two looks at a key that another process has not stored a message with, and in all: longer than the dead count as alive. */
const LOOK = 500;
const PATIENCE = 45_000;

export interface KeyRequest {
  key: string;
  /** Milliseconds. */
  time: number;
  to: string;
  /** There is no message that is stored: the claim is for good at once. */
  forGood: boolean;
}

/**
 * A key that another process has claimed, and not yet stored a message with, is waited for: that process may have died.
 * @throws SmsError SMS_DUPLICATE when the key was used within its time
 */
export async function claimKey(store: Store, request: KeyRequest): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const state = await tryKey(store, request);
    if (state === 'ours') return;
    if (state === 'used' || Date.now() >= end) throw duplicate(request);
    if (state === 'pending') await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

/** `pending` for another process that may still be about to store its message. */
async function tryKey(
  store: Store,
  { key, time, forGood }: KeyRequest,
): Promise<'ours' | 'used' | 'pending' | 'changed'> {
  const { marks } = store;
  const claim = forGood ? FOR_GOOD : `${LIFE} ${Date.now() + time}`;
  if (await marks.add(SCOPE, key, time, claim)) return 'ours';
  const held = await marks.get(SCOPE, key);
  // Its time was over in between.
  if (held === null) return 'changed';
  const [life = ''] = held.split(' ');
  if (held === FOR_GOOD || life === LIFE) return 'used';
  if (!(await livesOf(store).isOver(life))) return 'pending';
  if (!(await marks.add('dedupe-heir', `${life}\n${key}`, HEIR_FOR))) return 'pending';
  await marks.set(SCOPE, key, claim, time);
  return 'ours';
}

function duplicate({ to, time }: KeyRequest): SmsError {
  return new SmsError(
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
