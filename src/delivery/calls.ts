/** An account's line to its vendor, opened on first use, and the calls under way that are not the outbox's own. */
import type { Session } from '../providers/session';
import { SmsError, toSmsError } from '../sms/errors';
import { Running } from '../store/running';

export class Calls {
  #open: () => Promise<Session>;
  #session: Promise<Session> | undefined;
  #running = new Running();
  #closed = false;

  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  /** @throws SmsError SMS_CONFIG, by which the account is of no use to any message, and may be asked again */
  session(): Promise<Session> {
    if (this.#closed) return Promise.reject(isClosing());
    this.#session ??= this.#open().catch((thrown) => {
      this.#session = undefined;
      throw ofTheAccount(toSmsError(thrown));
    });
    return this.#session;
  }

  make<T>(use: (line: Session) => Promise<T>): Promise<T> {
    return this.during(this.session().then(use));
  }

  /** Closing waits for it. */
  during<T>(work: Promise<T>): Promise<T> {
    return this.#running.begin(work);
  }

  /** Waits for what is under way beside something else; after that nothing more is begun. */
  async close(others: readonly Promise<unknown>[]): Promise<void> {
    await Promise.all([...others, this.#running.over()]);
    this.#closed = true;
    await this.#running.over();
  }

  /** Cuts off what is under way. */
  async disconnect(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    await session?.close();
  }
}

export function isClosing(): SmsError {
  return new SmsError('SMS_CONFIG', 'The account is being closed.');
}

/** What is wrong with the account is so for each of its messages. */
function ofTheAccount(error: SmsError): SmsError {
  return error.code === 'SMS_CONFIG' ? error.as(error.code, error.message, { accountRefused: true }) : error;
}
