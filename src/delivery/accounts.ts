/** All accounts of one Node-RED, and the nodes that wait for what becomes of their messages. */
import { setTimeout as pause } from 'node:timers/promises';
import { SmsError } from '../sms/errors';
import type { Account } from './account';
import { type Owner, readOut } from './letters';
import type { Letter, Post } from './post';

export type { Outcome, Owner, SettledMessage } from './letters';

export class Accounts {
  #accounts = new Map<string, Account>();
  /** Accounts that could not be set up, with the reason. */
  #refused = new Map<string, { name: string; error: SmsError }>();
  #owners = new Map<string, Owner>();
  /** Who reads the letters for each node, in which posts. */
  #readers = new Map<string, Reader>();
  /** What is to be told waits. */
  #isPaused = false;
  /** With what is left to be told of accounts that were deleted. */
  #parting = new Set<Post>();

  add(account: Account): void {
    this.#accounts.set(account.id, account);
    this.#openAll();
  }

  /** Takes note of an account that cannot be used; returns what ends it. */
  refuse(id: string, name: string, error: SmsError): () => void {
    this.#refused.set(id, { name, error });
    return () => this.#refused.delete(id);
  }

  remove(account: Account): void {
    if (this.#accounts.get(account.id) === account) this.#accounts.delete(account.id);
    this.#close(account.post);
  }

  /**
   * The account was deleted, and nobody else may use its post: the nodes that are there, or are there again when a deploy
   * is over, are told what became of its messages. Resolves when they were, or when that takes too long; never rejects.
   */
  async tellTheRest({ post }: Account): Promise<void> {
    this.#parting.add(post);
    this.#openAll();
    for (let waited = 0; waited < LONGEST_REST; waited += LOOK_EVERY) {
      await pause(LOOK_EVERY, undefined, { ref: false });
      if (!this.#isPaused && !post.isBehind) break;
    }
    this.#parting.delete(post);
    this.#close(post);
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

  /** Of all accounts, whether they can be used or not. */
  ids(): string[] {
    return [...this.#accounts.keys(), ...this.#refused.keys()];
  }

  /** The accounts that could not be set up, with the reason. */
  refused(): { id: string; name: string; error: SmsError }[] {
    return [...this.#refused].map(([id, why]) => ({ id, ...why }));
  }

  /** From now on the node of this id is told, first of what happened while it was away; returns what ends it. */
  own(id: string, owner: Owner): () => void {
    this.#owners.set(id, owner);
    const end = this.attend(id, (letter) => readOut(letter, owner));
    return () => {
      if (this.#owners.get(id) === owner) this.#owners.delete(id);
      end();
    };
  }

  /** From now on the letters for this node are given to it, first those that were left; returns what ends it. */
  attend(id: string, read: Reader['read']): () => void {
    const reader: Reader = { read, boxes: new Map() };
    this.#readers.set(id, reader);
    for (const post of this.#posts()) this.#open(post, id, reader);
    return () => {
      if (this.#readers.get(id) === reader) this.#readers.delete(id);
      for (const end of reader.boxes.values()) end();
    };
  }

  /** Whether the node of this id is there to be told, now. */
  has(id: string): boolean {
    return !this.#isPaused && this.#owners.has(id);
  }

  /** Gives a letter to its node, in the words that are at hand; where the node is away it waits in the post. */
  tell(post: Post, letter: Letter, say: (owner: Owner) => unknown): void {
    const owner = this.#owners.get(letter.owner);
    post.give(letter, owner && !this.#isPaused ? () => say(owner) : undefined);
  }

  /** Tells a node that is there what is in no letter. */
  tellNow(id: string, say: (owner: Owner) => unknown): void {
    const owner = this.#owners.get(id);
    // There is no letter that could be left for later.
    const told = owner && say(owner);
    if (told instanceof Promise) told.catch(() => {});
  }

  /** Nodes end, in this turn of the event loop: what they were given in it waits for them. */
  recall(ends: (owner: string) => boolean): void {
    for (const post of this.#posts()) post.recall(ends);
  }

  /** From now on nodes are told nothing: those behind them may be away. It waits in the post until {@link goOn}. */
  pause(): void {
    this.#isPaused = true;
    for (const { boxes } of this.#readers.values()) {
      for (const end of boxes.values()) end();
      boxes.clear();
    }
  }

  goOn(): void {
    this.#isPaused = false;
    this.#openAll();
  }

  #openAll(): void {
    for (const [id, reader] of this.#readers) for (const post of this.#posts()) this.#open(post, id, reader);
  }

  #posts(): Set<Post> {
    return new Set([...this.all().map(({ post }) => post), ...this.#parting]);
  }

  /** Unless somebody uses it. */
  #close(post: Post): void {
    if (this.#posts().has(post)) return;
    for (const { boxes } of this.#readers.values()) {
      boxes.get(post)?.();
      boxes.delete(post);
    }
  }

  #open(post: Post, id: string, { read, boxes }: Reader): void {
    if (this.#isPaused || boxes.has(post)) return;
    const troubled = (error: unknown) =>
      this.all()
        .find((account) => account.post === post)
        ?.troubled(error);
    boxes.set(post, post.open(id, read, troubled));
  }
}

/** Milliseconds. */
const [LOOK_EVERY, LONGEST_REST] = [100, 60_000];

interface Reader {
  read: (letter: Letter) => unknown;
  /** What ends the reading of each post. */
  boxes: Map<Post, () => void>;
}
