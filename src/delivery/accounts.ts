/** All accounts of one Node-RED, and the nodes that wait for what becomes of their messages. */
import { SmsError } from '../sms/errors';
import type { Receipt, StatusReport } from '../sms/types';
import type { OutboxEntry } from '../store';
import type { Account } from './account';

/** A node that sends; told of every message of its own, whichever account sent it in the end. */
export interface Owner {
  settled(
    entry: OutboxEntry,
    outcome: { receipt: Receipt; error?: undefined } | { error: SmsError; receipt?: undefined },
    account: Account,
  ): void;
  moved(report: StatusReport): void;
}

export class Accounts {
  #accounts = new Map<string, Account>();
  #owners = new Map<string, Owner>();

  add(account: Account): void {
    this.#accounts.set(account.id, account);
  }

  remove(account: Account): void {
    if (this.#accounts.get(account.id) === account) this.#accounts.delete(account.id);
  }

  /**
   * By id, else by name.
   * @throws SmsError SMS_CONFIG when there is none, or several of that name
   */
  find(idOrName: unknown): Account {
    const byId = typeof idOrName === 'string' ? this.#accounts.get(idOrName) : undefined;
    if (byId) return byId;
    const named = [...this.#accounts.values()].filter(({ name }) => name === idOrName);
    if (named.length === 1 && named[0]) return named[0];
    const which = typeof idOrName === 'string' ? `'${idOrName.slice(0, 40)}'` : 'of that kind';
    const several = named.length > 1 ? 'are several accounts' : 'is no account';
    throw new SmsError(
      'SMS_CONFIG',
      `There ${several} ${which}. Choose one in the node, or give the name or id of one in msg.account.`,
    );
  }

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  own(id: string, owner: Owner): () => void {
    this.#owners.set(id, owner);
    return () => {
      if (this.#owners.get(id) === owner) this.#owners.delete(id);
    };
  }

  owner(id: string | null): Owner | undefined {
    return id === null ? undefined : this.#owners.get(id);
  }
}
