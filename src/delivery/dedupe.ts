/**
 * Keys that are sent once within their time. A key is claimed by its message before that is stored, in the name of this
 * life, and for good together with it: what a process claimed that died in between is free.
 */
import { SmsError } from '../sms/errors';
import type { OutboxEntry, Store } from '../store';
import { LIFE, livesOf } from './life';

const SCOPE = 'dedupe';
/** Of two who want the key of a dead process, one gets it. */
const HEIR_FOR = 60_000;
/** Milliseconds between two looks at a key that another process has not stored a message with, and in all: longer than the dead count as alive. */
const LOOK = 500;
const PATIENCE = 45_000;

export interface KeyRequest {
  /** Of the message. */
  reference: string;
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
  { reference, key, time, forGood }: KeyRequest,
): Promise<'ours' | 'used' | 'pending' | 'changed'> {
  const { marks } = store;
  const claim = forGood ? reference : `${reference} ${LIFE} ${Date.now() + time}`;
  if (await marks.add(SCOPE, key, time, claim)) return 'ours';
  const held = await marks.get(SCOPE, key);
  // Its time was over in between.
  if (held === null) return 'changed';
  const { life } = claimOf(held);
  if (life === undefined || life === LIFE) return 'used';
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
  const keys = entries.flatMap(({ dedupe: key, reference }) => (key === null ? [] : { key, reference }));
  const claims = await Promise.all(
    keys.map(async ({ key, reference }) => {
      const claim = claimOf((await marks.get(SCOPE, key)) ?? '');
      return { key, reference, until: claim.reference === reference ? claim.until : 0 };
    }),
  );
  return () => {
    const now = Date.now();
    const lasting = claims.filter(({ until }) => until > now);
    return Promise.all(lasting.map(({ key, reference, until }) => marks.set(SCOPE, key, reference, until - now)));
  };
}

/** A message that was not sent does not stand in the way of the next one with its key, unless another has it by now. */
export function freeKey({ marks }: Store, { dedupe, reference }: OutboxEntry): Promise<void> {
  return dedupe === null ? Promise.resolve() : marks.remove(SCOPE, dedupe, reference);
}

/** Whose a key is; `life` and `until` as long as its message is not stored. */
function claimOf(held: string): { reference: string; life: string | undefined; until: number } {
  const [reference = '', life, until = 0] = held.split(' ');
  return { reference, life, until: Number(until) };
}
