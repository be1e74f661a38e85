/**
 * The token of an account for all processes that share its store: fetched by one at a time, and kept there encrypted,
 * with a key that only those have who have the same credentials.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Credentials } from '../providers/provider';
import type { KeptToken, TokenKeeper } from '../providers/token';
import type { Store } from '../store';
import { Lease } from './lease';

const SCOPE = 'token';
/** AES-256-GCM: https://csrc.nist.gov/pubs/sp/800/38/d/final. */
const [CIPHER, KEY_BYTES, NONCE_BYTES, TAG_BYTES] = ['aes-256-gcm', 32, 12, 16] as const;
/** Milliseconds after which the fetch of a process that died is another's, and between two looks whether it is over. */
const FETCH = { lasts: 4000, look: 50 };
/** Milliseconds to wait for the token that another process is fetching, before this one fetches its own. */
const PATIENCE = 15_000;

export interface TokenOwner {
  account: string;
  /** Where its tokens come from. */
  baseUrl?: string;
  tokenUrl?: string;
  credentials: Credentials;
}

export class StoredTokens implements TokenKeeper {
  #store: Pick<Store, 'marks' | 'rates'>;
  #failed: (error: unknown) => void;
  #key: Buffer;
  #name: string;

  /** @param failed told when the store fails: then each process has a token of its own */
  constructor(store: Pick<Store, 'marks' | 'rates'>, owner: TokenOwner, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
    const { account, baseUrl = '', tokenUrl = '', credentials } = owner;
    const given = Object.entries(credentials).sort(([one], [other]) => (one < other ? -1 : 1));
    const secret = JSON.stringify([baseUrl, tokenUrl, given]);
    const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, account, `sms token ${use}`, KEY_BYTES));
    this.#key = derive('key');
    // Other credentials have a token of their own.
    this.#name = `${account}:${derive('name').toString('base64url')}`;
  }

  async load(): Promise<KeptToken | null> {
    try {
      const kept = await this.#store.marks.get(SCOPE, this.#name);
      return kept === null ? null : this.#opened(kept);
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  async save(kept: KeptToken): Promise<void> {
    const left = kept.expiresAt - Date.now();
    if (left <= 0) return;
    await this.#store.marks.set(SCOPE, this.#name, this.#sealed(kept), left).catch(this.#failed);
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const lease = new Lease(this.#store, `token:${this.#name}`, FETCH);
    let begun: Promise<T> | undefined;
    const begin = () => {
      begun ??= work();
      return begun;
    };
    try {
      await lease.during(begin, PATIENCE);
    } catch (error) {
      if (!begun) this.#failed(error);
    }
    // Without the lease: it was another's for too long, or cannot be had.
    return begin();
  }

  #sealed(kept: KeptToken): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(this.#name));
    const text = Buffer.concat([cipher.update(JSON.stringify(kept), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
  }

  /** Null for what was not sealed with this key. */
  #opened(sealed: string): KeptToken | null {
    try {
      const bytes = Buffer.from(sealed, 'base64');
      const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(this.#name)).setAuthTag(tag);
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as KeptToken;
    } catch {
      return null;
    }
  }
}
