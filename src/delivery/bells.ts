/** Listens for other processes: those that have left a letter here, and those that are heard of no more. */
import type { Handover } from './handover';

/** Milliseconds between two times. */
const LISTEN = 500;
/** Every so many times it looks whether one has died, and everywhere, whatever went wrong. */
const [LOST, EVERYTHING] = [10, 120];

export class Bells {
  #handover: Handover;
  #heard: (owners: string[] | 'all') => void;
  #timer: NodeJS.Timeout | undefined;
  #isOn = false;
  #times = 0;
  /** Something may have been missed. */
  #mayBeAnywhere = false;

  /** @param heard told, each time, for which nodes there may be letters in the store; what it throws is lost */
  constructor(handover: Handover, heard: (owners: string[] | 'all') => void) {
    this.#handover = handover;
    this.#heard = heard;
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#plan();
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (!this.#isOn) return;
    const next = () => this.#plan();
    this.#timer = setTimeout(() => this.#listen().then(next, next), LISTEN).unref();
  }

  /** What a store that failed did not tell is looked for when it answers again. @throws SmsError SMS_STORE */
  async #listen(): Promise<void> {
    this.#times += 1;
    try {
      const owners = await this.#handover.rung();
      const hasLost = this.#times % LOST === 0 && (await this.#handover.hasLost());
      const isAnywhere = hasLost || this.#mayBeAnywhere || this.#times % EVERYTHING === 0;
      this.#mayBeAnywhere = false;
      if (this.#isOn) this.#heard(isAnywhere ? 'all' : owners);
    } catch (error) {
      this.#mayBeAnywhere = true;
      throw error;
    }
  }
}
