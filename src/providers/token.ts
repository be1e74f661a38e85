/** A token that expires: fetched once however many wait for it, renewed ahead, never fetched in a storm. */
import { toSmsError } from '../sms/errors';

/** What a token endpoint answers; `expires_in` is seconds, as a number or a string, and may be absurd. */
export interface TokenAnswer {
  access_token: string;
  expires_in?: unknown;
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
  #token: string | undefined;
  #renewAt = 0;
  #expiresAt = 0;
  #pending: Promise<string> | undefined;
  #failure: { error: Error; until: number; pause: number } | undefined;

  constructor(fetch: () => Promise<TokenAnswer>) {
    this.#fetch = fetch;
  }

  /** The current token; waits for one fetch, shared by all callers, when there is none that is still good. */
  async get(): Promise<string> {
    const now = Date.now();
    if (this.#token !== undefined && now < this.#expiresAt) {
      // A renewal that fails while the token is still good is tried again by a later call.
      if (now >= this.#renewAt) this.#renew().catch(() => {});
      return this.#token;
    }
    return this.#renew();
  }

  /** Forgets `token` after the vendor refused it; a newer one that came meanwhile stays. */
  refused(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  #renew(): Promise<string> {
    const failure = this.#failure;
    if (failure && Date.now() < failure.until) return Promise.reject(failure.error);
    this.#pending ??= this.#load().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #load(): Promise<string> {
    try {
      const answer = await this.#fetch();
      const life = lifetime(answer.expires_in);
      this.#token = answer.access_token;
      this.#expiresAt = Date.now() + life;
      this.#renewAt = this.#expiresAt - Math.min(AHEAD, life / 5);
      this.#failure = undefined;
      return answer.access_token;
    } catch (error) {
      const pause = Math.min(this.#failure ? this.#failure.pause * 2 : FIRST_PAUSE, LONGEST_PAUSE);
      this.#failure = { error: toSmsError(error), until: Date.now() + pause, pause };
      throw error;
    }
  }
}

/** Milliseconds a token lives, out of whatever the vendor wrote. */
function lifetime(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && expiresIn.trim() !== '' ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || Number.isNaN(seconds) || seconds <= 0) return ASSUMED;
  return Math.min(seconds * SECOND, LONGEST);
}
