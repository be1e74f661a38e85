/** What a store says that was to add messages and does not know of all of them whether they are there. */
import { SmsError } from '../sms/errors';

export class InDoubt extends SmsError {
  /**
   * Takes those out again that nobody has tried, and keeps them from coming in later. Returns the references of the
   * others, which are as if they had been added. @throws SmsError SMS_STORE, and may be asked again if it is retryable
   */
  readonly takeBack: () => Promise<string[]>;

  constructor({ message, retryable, cause }: SmsError, takeBack: () => Promise<string[]>) {
    super('SMS_STORE', message, { retryable, cause });
    this.takeBack = takeBack;
  }
}
