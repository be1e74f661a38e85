/** An account's desk for its operator: runs what {@link deskOperations} lists, as a session runs a vendor's operations. */
import type { Params } from '../providers/provider';
import { checkParams } from '../providers/schema';
import { SmsError } from '../sms/errors';
import type { Account } from './account';
import { type DeskOperation, deskOperations } from './desk-operations';

export class Desk {
  #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Whether an operation is one of the account's own, by its id. */
  static has(id: string): boolean {
    return id.startsWith(OWN);
  }

  /** @throws SmsError */
  async call<T = unknown>(id: string, params: Params = {}): Promise<T> {
    return (await this.page<T>(id, params)).result;
  }

  /** One page, and the parameters of the one after it; null when there is none. @throws SmsError */
  async page<T = unknown>(id: string, params: Params = {}): Promise<{ result: T; next: Params | null }> {
    const operation = operationOf(id);
    const asked = await checkParams(operation, params);
    const result = (await operation.run(this.#account, asked)) as T;
    return { result, next: operation.next?.(asked, result) ?? null };
  }

  /** Every page, one after the other; the first one also when there is nothing. @throws SmsError */
  async *pages<T = unknown>(id: string, params: Params = {}): AsyncGenerator<T> {
    let { result, next } = await this.page<T>(id, params);
    yield result;
    while (next) {
      ({ result, next } = await this.page<T>(id, next));
      // The page before may have been full by chance.
      if (!Array.isArray(result) || result.length > 0) yield result;
    }
  }
}

const OWN = 'account.';

/** @throws SmsError SMS_UNSUPPORTED naming what there is */
function operationOf(id: string): DeskOperation {
  const found = deskOperations.find((operation) => operation.id === id);
  if (found) return found;
  const known = deskOperations.map((operation) => operation.id).join(', ');
  throw new SmsError('SMS_UNSUPPORTED', `An account has no operation '${id.slice(0, 60)}'; it has ${known}.`);
}
