/** A token that expires: fetched once however many wait for it, renewed ahead, never fetched in a storm. */
import { toSmsError } from '../sms/errors';

/** What a token endpoint answers; `expires_in` is seconds, as a number or a string, and may be absurd. */
export interface TokenAnswer {
  access_token: string;
  expires_in?: unknown;
}

/** A token with its times, in epoch milliseconds. */
export interface KeptToken {
  token: string;
  /** A new one is fetched from then on. */
  renewAt: number;
  expiresAt: number;
}

/** Where several processes keep the token that they share. Its own troubles are none of theirs: it never rejects. */
export interface TokenKeeper {
  /** The last that one of them has saved; null when there is none. */
  load(): Promise<KeptToken | null>;
  save(kept: KeptToken): Promise<void>;
  /** Does the work while none of the others does theirs; rejects as it does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

const SECOND = 1000;
const LONGEST = 7 * 24 * 3600 * SECOND;
/** For an answer without a usable `expires_in`. */
const ASSUMED = 5 * 60 * SECOND;
/** Renewal begins this long before the end, or in the last fifth of a short life. */
const AHEAD = 60 * SECOND;
/** After a failed fetch, the same error answers for this long, doubling up to the longest pause. */
const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = 30 * SECOND;

export class TokenSource {
  #fetch: () => Promise<TokenAnswer>;
  #keeper: TokenKeeper | undefined;
  #token: KeptToken | undefined;
  /** Is not taken from the keeper again. */
  #refused: string | undefined;
  #pending: Promise<string> | undefined;
  #failure: { error: Error; until: number; pause: number } | undefined;

  /** @param keeper where other processes have the same token; undefined for one of our own */
  constructor(fetch: () => Promise<TokenAnswer>, keeper?: TokenKeeper) {
    this.#fetch = fetch;
    this.#keeper = keeper;
  }

  /** The current token while it is good and stays so for now; undefined when {@link get} is to be asked. */
  atHand(): string | undefined {
    const kept = this.#token;
    return kept && Date.now() < kept.renewAt ? kept.token : undefined;
  }

  /** The current token; waits for one fetch, shared by all callers, when there is none that is still good. */
  async get(): Promise<string> {
    const now = Date.now();
    if (this.#token !== undefined && now < this.#token.expiresAt) {
      // A renewal that fails while the token is still good is tried again by a later call.
      if (now >= this.#token.renewAt) this.#renew().catch(() => {});
      return this.#token.token;
    }
    return this.#renew();
  }

  /** Forgets `token` after the vendor refused it; a newer one that came meanwhile stays. */
  refused(token: string): void {
    this.#refused = token;
    if (this.#token?.token === token) this.#token = undefined;
  }

  #renew(): Promise<string> {
    const failure = this.#failure;
    const left = failure ? failure.until - Date.now() : 0;
    // More than the pause is left when the clock was put back.
    if (failure && left > 0 && left <= failure.pause) return Promise.reject(failure.error);
    this.#pending ??= this.#load().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #load(): Promise<string> {
    try {
      this.#token = this.#keeper ? await this.#share(this.#keeper) : await this.#fetched();
      this.#failure = undefined;
      return this.#token.token;
    } catch (error) {
      const pause = Math.min(this.#failure ? this.#failure.pause * 2 : FIRST_PAUSE, LONGEST_PAUSE);
      this.#failure = { error: toSmsError(error), until: Date.now() + pause, pause };
      throw error;
    }
  }

  /** What another process has fetched meanwhile, or else one that is fetched for all of them. */
  async #share(keeper: TokenKeeper): Promise<KeptToken> {
    const known = async () => {
      const kept = await keeper.load();
      return kept && kept.token !== this.#refused && Date.now() < kept.renewAt ? kept : null;
    };
    const fetched = async () => {
      const kept = await this.#fetched();
      await keeper.save(kept);
      return kept;
    };
    return (await known()) ?? (await keeper.alone(async () => (await known()) ?? (await fetched())));
  }

  async #fetched(): Promise<KeptToken> {
    const answer = await this.#fetch();
    const life = lifetime(answer.expires_in);
    const expiresAt = Date.now() + life;
    this.#refused = undefined;
    return { token: answer.access_token, renewAt: expiresAt - Math.min(AHEAD, life / 5), expiresAt };
  }
}

/** Milliseconds a token lives, out of whatever the vendor wrote. */
function lifetime(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && expiresIn.trim() !== '' ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || Number.isNaN(seconds) || seconds <= 0) return ASSUMED;
  return Math.min(seconds * SECOND, LONGEST);
}
