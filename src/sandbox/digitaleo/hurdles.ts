/** What stands before the acceptance of a call, by the stories of its recipients, and what becomes of its answer. */
import type { Hurdle } from '../stories';
import { storyOf } from '../stories';
import type { Call, Digitaleo, Draft } from './account';
import { badRequest, Fault, unauthorized } from './answers';
import { isInternational } from './draft';

/** Why nothing of an order is accepted, or the drafts that are; the bad numbers among them carry their reason. */
export type Passage = { stopped: Exclude<Hurdle, 'rejected'> } | { drafts: Draft[] };

/**
 * @param silent there is nobody to tell of a bad number, and no token: a mail or a file
 * @throws Fault 400, unless silent, when no number is left that is good, or when one bad number spoils them all
 */
export function passage({ world, assume }: Digitaleo, drafts: readonly Draft[], silent = false): Passage {
  const bad = new Set<Draft>();
  for (const draft of drafts) {
    let hurdle = isInternational(draft.to) ? world.hurdle(draft.to) : 'rejected';
    if (hurdle === 'tokenExpired' && silent) hurdle = world.hurdle(draft.to);
    if (hurdle === 'rejected') bad.add(draft);
    else if (hurdle) return { stopped: hurdle };
  }
  if (!silent && (bad.size === drafts.length || (bad.size > 0 && assume.badNumberRefusesMailing))) {
    throw badRequest('The recipient is not a valid mobile number in international format');
  }
  return { drafts: drafts.map((draft) => (bad.has(draft) ? { ...draft, reason: 'Numéro invalide' } : draft)) };
}

/** The refusal that a hurdle means over HTTP. The document has neither 429 nor 503: assumptions. */
export function refusal({ digitaleo, token }: Call, hurdle: 'unavailable' | 'throttled' | 'tokenExpired'): Fault {
  if (hurdle === 'unavailable') return new Fault(503, 'Service Unavailable');
  if (hurdle === 'throttled') return tooMany(digitaleo);
  digitaleo.tokens.delete(token.value);
  return unauthorized();
}

/** "Text messages are sent at an average rate of 20 per second" (§2.7). @throws Fault 429 when the switch is on */
export function keepRate({ digitaleo, account }: Call, count: number): void {
  if (!digitaleo.assume.enforceRate) return;
  const now = digitaleo.world.clock.now();
  account.recent = account.recent.filter((at) => at > now - 1000);
  // A mailing is larger than what a second takes: one that finds the second empty goes through.
  if (account.recent.length > 0 && account.recent.length + count > PER_SECOND) throw tooMany(digitaleo);
  for (let index = 0; index < count; index++) account.recent.push(now);
}

const PER_SECOND = 20;

function tooMany({ world }: Digitaleo): Fault {
  return new Fault(429, 'Too Many Requests', { 'Retry-After': String(world.options.retryAfter ?? 1) });
}

/** What the stories of the accepted recipients make of the answer. */
export function answerOf(drafts: readonly Draft[]): 'lost' | 'malformed' | undefined {
  const answers = drafts.map(({ to }) => storyOf(to).answer);
  return answers.find((answer) => answer === 'lost') ?? answers.find((answer) => answer !== undefined);
}
