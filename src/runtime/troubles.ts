/** Accounts that cannot work at the moment, whatever they are given: their store fails. Nodes that use one show it until it is over. */
import type { SmsError } from '../sms/errors';

type Watcher = (account: string, trouble: SmsError | null) => void;

export class Troubles {
  #current = new Map<string, SmsError>();
  #watchers = new Map<string, Set<Watcher>>();

  /** @param account its id */
  begin(account: string, trouble: SmsError): void {
    this.#current.set(account, trouble);
    this.#tell(account, trouble);
  }

  end(account: string): void {
    if (this.#current.delete(account)) this.#tell(account, null);
  }

  /** Tells of the trouble that there is, and of each change; returns what ends it. */
  watch(accounts: readonly string[], watcher: Watcher): () => void {
    for (const account of accounts) {
      const watchers = this.#watchers.get(account) ?? new Set();
      this.#watchers.set(account, watchers.add(watcher));
      const trouble = this.#current.get(account);
      if (trouble) watcher(account, trouble);
    }
    return () => {
      for (const account of accounts) this.#watchers.get(account)?.delete(watcher);
    };
  }

  #tell(account: string, trouble: SmsError | null): void {
    for (const watcher of this.#watchers.get(account) ?? []) watcher(account, trouble);
  }
}
