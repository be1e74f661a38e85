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
  /** Accounts that could not be set up, with the reason. */
  #refused = new Map<string, { name: string; error: SmsError }>();
  #owners = new Map<string, Owner>();
  /** What could not be told because the node was away, for a redeploy most likely; oldest first. */
  #untold: { id: string; tell: (owner: Owner) => void }[] = [];

  add(account: Account): void {
    this.#accounts.set(account.id, account);
  }

  /** Takes note of an account that cannot be used; returns what ends it. */
  refuse(id: string, name: string, error: SmsError): () => void {
    this.#refused.set(id, { name, error });
    return () => this.#refused.delete(id);
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
    for (const [id, { name, error }] of this.#refused) if (id === idOrName || name === idOrName) throw error;
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

  all(): Account[] {
    return [...this.#accounts.values()];
  }

  /** The accounts that could not be set up, with the reason. */
  refused(): { id: string; name: string; error: SmsError }[] {
    return [...this.#refused].map(([id, why]) => ({ id, ...why }));
  }

  /** From now on the node of this id is told, first of what happened while it was away; returns what ends it. */
  own(id: string, owner: Owner): () => void {
    this.#owners.set(id, owner);
    const untold = this.#untold.filter((one) => one.id === id);
    this.#untold = this.#untold.filter((one) => one.id !== id);
    for (const { tell } of untold) tell(owner);
    return () => {
      if (this.#owners.get(id) === owner) this.#owners.delete(id);
    };
  }

  /** Tells the node of this id, now or when it is back. */
  tell(id: string | null, tell: (owner: Owner) => void): void {
    if (id === null) return;
    const owner = this.#owners.get(id);
    if (owner) {
      tell(owner);
      return;
    }
    this.#untold.push({ id, tell });
    if (this.#untold.length > UNTOLD_KEPT) this.#untold.shift();
  }
}

/** A node that was deleted never comes back for its own. */
const UNTOLD_KEPT = 1000;
