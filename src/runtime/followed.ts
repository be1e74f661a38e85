/** What a message came with, kept for the status reports that follow it. */
import type { Message } from './nodes';

/** Beyond this, the oldest are forgotten: their reports come out without what the message came with. */
const KEPT = 10_000;

export class Followed {
  #messages = new Map<string, Message>();

  add(id: string, message: Message): void {
    // What is bound to this moment (an HTTP request to answer) does not belong to a report that comes later.
    const { req, res, payload, parts, sms, error, ...rest } = message;
    this.#messages.set(id, rest as Message);
    if (this.#messages.size <= KEPT) return;
    for (const oldest of this.#messages.keys()) {
      this.#messages.delete(oldest);
      return;
    }
  }

  of(id: string, final: boolean): Message {
    const message = this.#messages.get(id) ?? ({} as Message);
    if (final) this.#messages.delete(id);
    return { ...message };
  }
}
