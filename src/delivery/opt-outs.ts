/**
 * Who wants no messages from an account: those who wrote so, those of whom the vendor says so, and those whom a person
 * entered. The latest word of a phone holds, in whichever order its words are heard, and however often.
 */
import type { ProviderInbound, ProviderReport } from '../providers/provider';
import { SmsError } from '../sms/errors';
import { wishOf } from '../sms/opt-out';
import type { MarkStore } from '../store';

export interface OptOut {
  /** E.164. */
  to: string;
  /** When the last word about it was said, ISO 8601 UTC. */
  since: string;
  /** Whether the phone wrote it, the vendor told it with a status, or a person entered it. */
  source: 'reply' | 'vendor' | 'operator';
  /** What the phone wrote. */
  text?: string;
}

export interface OptOutsOptions {
  account: string;
  marks: MarkStore;
  /** The vendor's words for a status that says it. */
  statuses: readonly string[];
}

const PHONE = /^\+\d{5,15}$/;
const NO_END = Number.POSITIVE_INFINITY;
/** How far the vendor's clock may be ahead. */
const CLOCK_SKEW = 5 * 60_000;
const LONGEST_PAGE = 1000;

export class OptOuts {
  /** The scope of those who want none. */
  #out: string;
  /** When a phone last wanted messages: an older word that is heard again changes nothing. */
  #in: string;
  #marks: MarkStore;
  #statuses: ReadonlySet<string>;
  /** Two words of one phone are taken one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ account, marks, statuses }: OptOutsOptions) {
    this.#out = `opt-out:${account}`;
    this.#in = `opt-in:${account}`;
    this.#marks = marks;
    this.#statuses = new Set(statuses.map((word) => word.toUpperCase()));
  }

  /** Takes note of what a phone wrote, where it is about messages to come. @throws SmsError SMS_STORE */
  async heard({ from, text, receivedAt }: Pick<ProviderInbound, 'from' | 'text' | 'receivedAt'>): Promise<void> {
    const wish = wishOf(text);
    if (wish === null || !PHONE.test(from)) return;
    const at = instant(receivedAt);
    if (wish === 'start') await this.#inTurn(() => this.#wantsAgain(from, at));
    else await this.#inTurn(() => this.#wantsNone({ to: from, since: at, source: 'reply', text: text.trim() }));
  }

  /** Takes note of what a status says, or the reply that came with it. @throws SmsError SMS_STORE */
  async heardStatus({ to, providerStatus, updatedAt, reply }: ProviderReport): Promise<void> {
    if (reply) await this.heard({ from: to, ...reply });
    if (!PHONE.test(to) || !this.#statuses.has(providerStatus?.toUpperCase() ?? '')) return;
    await this.#inTurn(() => this.#wantsNone({ to, since: instant(updatedAt), source: 'vendor' }));
  }

  /** No messages from now on, as a person decided. @param to E.164 */
  add(to: string): Promise<OptOut> {
    const wanted: OptOut = { to, since: new Date().toISOString(), source: 'operator' };
    return this.#inTurn(async () => (await this.find(to)) ?? (await this.#store(wanted)));
  }

  /** Messages again from now on; false when nothing stood in their way. @param to E.164 */
  lift(to: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const found = await this.find(to);
      // The vendor's clock may be ahead: what lifts a word is later than it.
      if (found) await this.#wantsAgain(to, later(found.since, new Date().toISOString()));
      return found !== null;
    });
  }

  /** @param to E.164 */
  async find(to: string): Promise<OptOut | null> {
    const kept = await this.#marks.get(this.#out, to);
    return kept === null ? null : read(to, kept);
  }

  /** By number, those after `after`; at most a thousand. */
  async list({ after, limit = LONGEST_PAGE }: { after?: string; limit?: number } = {}): Promise<OptOut[]> {
    const page = { limit: Math.min(limit, LONGEST_PAGE), ...(after === undefined ? {} : { after }) };
    return (await this.#marks.list(this.#out, page)).map(({ key, value }) => read(key, value));
  }

  /** Takes note of all that is known elsewhere: of each phone, the latest word holds. @throws SmsError SMS_STORE */
  async takeOver(elsewhere: OptOuts): Promise<void> {
    await this.#each(elsewhere.#in, elsewhere.#marks, (to, at) => this.#wantsAgain(to, at));
    await this.#each(elsewhere.#out, elsewhere.#marks, (to, kept) => this.#wantsNone(read(to, kept)));
  }

  /** Why this message may not go out; null when it may. @throws SmsError SMS_STORE */
  async refuse({ to, transactional }: { to: string; transactional: boolean }): Promise<SmsError | null> {
    const kept = transactional ? null : await this.#marks.get(this.#out, to);
    if (kept === null) return null;
    const found = read(to, kept);
    return new SmsError(
      'SMS_OPTED_OUT',
      `${to} wants no more messages (${REASONS[found.source]}, ${found.since}). Whoever has that phone may write START; a message that must go out all the same is to be marked as transactional.`,
    );
  }

  /** All that is in a scope, a page at a time. */
  async #each(scope: string, marks: MarkStore, take: (to: string, value: string) => Promise<void>): Promise<void> {
    let after = '';
    for (;;) {
      const page = await marks.list(scope, { after, limit: LONGEST_PAGE });
      await this.#inTurn(() => Promise.all(page.map(({ key, value }) => take(key, value))));
      if (page.length < LONGEST_PAGE) return;
      after = page.at(-1)?.key ?? '';
    }
  }

  async #wantsNone(wanted: OptOut): Promise<void> {
    const again = await this.#marks.get(this.#in, wanted.to);
    if (again !== null && again >= wanted.since) return;
    const known = await this.find(wanted.to);
    if (known && (wanted.source !== 'reply' || known.since >= wanted.since)) return;
    await this.#store(wanted);
  }

  async #wantsAgain(to: string, at: string): Promise<void> {
    const [again, known] = await Promise.all([this.#marks.get(this.#in, to), this.find(to)]);
    const isLater = again === null || again < at;
    const isLifted = known !== null && known.since <= at;
    await Promise.all([
      isLater ? this.#marks.set(this.#in, to, at, NO_END) : undefined,
      isLifted ? this.#marks.remove(this.#out, to) : undefined,
    ]);
  }

  async #store(wanted: OptOut): Promise<OptOut> {
    const { to, ...rest } = wanted;
    await this.#marks.set(this.#out, to, JSON.stringify(rest), NO_END);
    return wanted;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

const REASONS: Record<OptOut['source'], string> = {
  reply: 'it wrote so',
  vendor: 'so says the vendor',
  operator: 'so it was entered',
};

function read(to: string, kept: string): OptOut {
  return { to, ...(JSON.parse(kept) as Omit<OptOut, 'to'>) };
}

/** A time that cannot be read, or that is yet to come, is now. */
function instant(time: string): string {
  const at = Date.parse(time);
  return new Date(Number.isNaN(at) ? Date.now() : Math.min(at, Date.now() + CLOCK_SKEW)).toISOString();
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
