/** The last messages of an account that were not sent, and why: nothing else remembers them once their node was told. */
import type { SmsError } from '../sms/errors';
import type { MarkStore, OutboxEntry } from '../store';

export interface Refusal {
  reference: string;
  to: string;
  text: string;
  parts: number;
  /** Epoch milliseconds: when it was taken in, and when it ended. */
  takenAt: number;
  at: number;
  code: string;
  message: string;
}

const KEPT = 50;
const KEPT_FOR = 8 * 24 * 3600_000;
const SCOPE = 'refusals';
/** Of a text so much is kept, in UTF-16 units. */
const LONGEST_TEXT = 320;

export class Refusals {
  #account: string;
  #marks: MarkStore;
  /** What the store has not been told yet, oldest first. */
  #fresh: Refusal[] = [];

  constructor(account: string, marks: MarkStore) {
    this.#account = account;
    this.#marks = marks;
  }

  add({ reference, to, text, parts, createdAt }: OutboxEntry, { code, message }: SmsError): void {
    const said = { text: text.slice(0, LONGEST_TEXT), parts, takenAt: createdAt, at: Date.now(), code, message };
    this.#fresh.push({ reference, to, ...said });
    if (this.#fresh.length > KEPT) this.#fresh.shift();
  }

  /** The newest first. @throws SmsError SMS_STORE */
  async list(limit: number): Promise<Refusal[]> {
    const fresh = [...this.#fresh];
    return [...(await this.#stored()), ...fresh].reverse().slice(0, limit);
  }

  /** @throws SmsError SMS_STORE */
  async store(): Promise<void> {
    if (this.#fresh.length === 0) return;
    const fresh = this.#fresh;
    this.#fresh = [];
    try {
      const all = [...(await this.#stored()), ...fresh].slice(-KEPT);
      await this.#marks.set(SCOPE, this.#account, JSON.stringify(all), KEPT_FOR);
    } catch (error) {
      this.#fresh = [...fresh, ...this.#fresh].slice(-KEPT);
      throw error;
    }
  }

  async #stored(): Promise<Refusal[]> {
    return JSON.parse((await this.#marks.get(SCOPE, this.#account)) ?? '[]');
  }
}
