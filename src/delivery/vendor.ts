/** What an account asks of its vendor beside its messages. */
import { demand, isAble, verbOf } from '../providers/capabilities';
import type { Balance, Capability, Params, Provider, ProviderReport, Quote } from '../providers/provider';
import type { Session } from '../providers/session';
import { measureFor } from '../providers/transcript';
import { toE164 } from '../sms/phone';
import type { AlphabetChoice, Measurement } from '../sms/types';
import type { Calls } from './calls';

export class Vendor {
  #provider: Provider;
  #region: string;
  #calls: Calls;

  /** @param region ISO country of national numbers; empty for international numbers only */
  constructor(provider: Provider, region: string, calls: Calls) {
    this.#provider = provider;
    this.#region = region;
    this.#calls = calls;
  }

  /** The line to it; opened on first use. @throws SmsError SMS_CONFIG, and may be asked again */
  session(): Promise<Session> {
    return this.#calls.session();
  }

  can(capability: Capability): boolean {
    return isAble(this.#provider, capability);
  }

  /** @throws SmsError SMS_UNSUPPORTED */
  demand(capability: Capability): void {
    demand(this.#provider, capability);
  }

  /** What a text costs by our own count. */
  measure(text: unknown, alphabet: AlphabetChoice): Measurement {
    return measureFor(this.#provider, text, alphabet);
  }

  /**
   * What it says that a text costs: its quote where it has one and there is a number, else its count. With what needs
   * Unicode in the text as it was given, as our own count has it: the vendor is asked about the folded one.
   * @throws SmsError SMS_UNSUPPORTED; SMS_INVALID_NUMBER where it needs a number to tell
   */
  async ask(text: unknown, alphabet: AlphabetChoice, to: unknown): Promise<Measurement | Quote> {
    const measured = this.measure(text, alphabet);
    return { ...(await this.#cost(measured.text, to)), unicode: measured.unicode };
  }

  /** Takes news out of its queue, where they are gone then. */
  takeNews(limit: number): Promise<ProviderReport[]> {
    return this.#calls.make((line) => verbOf(this.#provider, 'statusQueue')(line, limit));
  }

  balance(): Promise<Balance> {
    return this.#calls.make((line) => verbOf(this.#provider, 'balance')(line));
  }

  call(operation: string, params: Params): Promise<unknown> {
    return this.#calls.make((line) => line.call(operation, params));
  }

  async pages(operation: string, params: Params): Promise<AsyncGenerator<unknown>> {
    return (await this.session()).pages(operation, params);
  }

  #cost(text: string, to: unknown): Promise<Measurement | Quote> {
    const { verbs } = this.#provider;
    const hasNumber = to !== undefined && to !== null && to !== '';
    if (!verbs.quote || (verbs.length && !hasNumber)) {
      return this.#calls.make((line) => verbOf(this.#provider, 'length')(line, text));
    }
    const number = toE164(to, this.#region || undefined);
    return this.#calls.make((line) => verbOf(this.#provider, 'quote')(line, number, text));
  }
}
