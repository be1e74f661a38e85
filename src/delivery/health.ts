/** Whether the store of an account keeps what it is given: said once when it fails, and once when it is well again. */
import { type SmsError, toSmsError } from '../sms/errors';

export interface HealthOptions {
  /** Those of one store fail together. */
  store: object;
  /** Writes something to the store. */
  probe(): Promise<unknown>;
  /** @param isFirst none of that store has said so yet */
  troubled(error: SmsError, isFirst: boolean): void;
  recovered(): void;
}

/** Milliseconds until a store that failed is asked again. */
export const STORE_PAUSE = 1000;

/** Of each store that fails: those that have met it, and what they have said. */
const troubles = new WeakMap<object, { met: Set<Health>; said: Set<string> }>();

export class Health {
  #options: HealthOptions;
  /** The sentence that was said; null while the store is well. */
  #said: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** The store has failed; from now on it is asked whether it is well again. */
  failed(thrown: unknown): void {
    const error = toSmsError(thrown, 'SMS_STORE');
    if (error.message !== this.#said) this.#tell(error, this.#isFirst(error.message));
    this.#said = error.message;
    this.#plan();
  }

  /** Passes on what went wrong, whether it was the store or not. */
  heard(thrown: unknown): void {
    const error = toSmsError(thrown);
    if (error.code === 'SMS_STORE') this.failed(error);
    else this.#tell(error, true);
  }

  /** Of something that failed and that nobody needs to know of: was it the store? */
  noticed(thrown: unknown): void {
    if (toSmsError(thrown).code === 'SMS_STORE') this.failed(thrown);
  }

  /**
   * What happened cannot be undone: a store that cannot write it down is asked until it can.
   * @throws what the store does, when `isOver` says that nobody can wait any longer
   */
  async insist<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        this.failed(error);
        if (isOver()) throw error;
        await new Promise((resolve) => setTimeout(resolve, STORE_PAUSE));
      }
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#isOver();
  }

  #isFirst(sentence: string): boolean {
    const { store } = this.#options;
    const trouble = troubles.get(store) ?? { met: new Set(), said: new Set() };
    // Of one that is closed nobody would hear that it is over.
    if (!this.#closed) {
      troubles.set(store, trouble);
      trouble.met.add(this);
    }
    const isFirst = !trouble.said.has(sentence);
    trouble.said.add(sentence);
    return isFirst;
  }

  #isOver(): void {
    const { store } = this.#options;
    const trouble = troubles.get(store);
    trouble?.met.delete(this);
    if (trouble?.met.size === 0) troubles.delete(store);
  }

  #plan(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), STORE_PAUSE);
  }

  #ask(): void {
    this.#options.probe().then(
      () => {
        if (this.#said === null) return;
        this.#said = null;
        this.#isOver();
        quietly(() => this.#options.recovered());
      },
      (error) => this.failed(error),
    );
  }

  #tell(error: SmsError, isFirst: boolean): void {
    quietly(() => this.#options.troubled(error, isFirst));
  }
}

/** Whoever is told may break, a log say: nobody is told of that, and nothing else ends. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // Said in vain.
  }
}
