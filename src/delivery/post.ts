/**
 * The post: what a node is to be told is a letter, stored in the same turn as the fact that it tells of, then given to
 * the node, then removed. What a crash left behind is given when the node of that id is there again: at least once, and
 * twice only when the process died between giving and removing.
 */
import type { MarkStore, Store } from '../store';
import { LIFE, type Lives, livesOf } from './life';

export interface Letter {
  /** The id of the node that it is for. */
  owner: string;
  /** Sorts by time. */
  key: string;
  kind: string;
  /** What JSON can carry. */
  body: unknown;
}

/** Tells a letter, at once or by and by; rejects when it could not be told and is to be left. */
type Reader = (letter: Letter) => unknown;

/** A node that is there. */
interface Box {
  read: Reader;
  failed: (error: unknown) => void;
  /** What came before is still being given: new letters wait behind it. */
  isBehind: boolean;
  /** A letter was left since the last look. */
  again: boolean;
  isOpen: boolean;
  /** Until the store that failed is asked again. */
  timer?: NodeJS.Timeout;
  /** Where others share the store: who of them has died is found out now and then. */
  rounds?: NodeJS.Timeout | undefined;
}

const KEPT_FOR = 30 * 24 * 3600_000;
/** Letters that are read at once. */
const PAGE = 500;
/** Milliseconds after a store that failed. */
const RETRY = 1000;
/** Milliseconds that whoever inherited a letter has to give it. */
const HEIR_FOR = 60_000;
/** Milliseconds between looks for the letters of processes that died. */
const ROUND = 30_000;

/**
 * Whoever has a letter, from {@link compose}, {@link put} or {@link pending}, is the only one, and ends it in one of
 * three ways: {@link give}, {@link done} or {@link leave}.
 */
export class Post {
  #marks: MarkStore;
  #lives: Lives;
  #isShared: boolean;
  #boxes = new Map<string, Box>();
  /** Keys of the letters that somebody has, or that are not yet removed. */
  #busy = new Set<string>();
  #removing = new Set<Promise<void>>();
  /** Given, and not removed because the store failed. */
  #leftOver = new Set<Letter>();
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  #count = 0;

  constructor(store: Store) {
    this.#marks = store.marks;
    this.#lives = livesOf(store);
    this.#isShared = store.rates !== null;
  }

  /** A letter that is not stored yet. */
  compose(owner: string, kind: string, body: unknown): Letter {
    const letter = { owner, key: this.#nextKey(), kind, body };
    this.#busy.add(letter.key);
    return letter;
  }

  /** Asked again for the same letter, it stores the same letter. */
  async store({ owner, key, kind, body }: Letter): Promise<void> {
    await this.#marks.set(scopeOf(owner), key, JSON.stringify({ kind, body, life: LIFE }), KEPT_FOR);
  }

  /** A letter that is stored when it is returned. @throws SmsError SMS_STORE */
  async put(owner: string, kind: string, body: unknown): Promise<Letter> {
    const letter = this.compose(owner, kind, body);
    try {
      await this.store(letter);
      return letter;
    } catch (error) {
      this.done(letter);
      throw error;
    }
  }

  /**
   * Gives a letter to its node, which has it then even if it throws; where it says by a promise that it could not tell
   * it, where it is away, or has not had all of those before it, the letter is left for it.
   * @param read another way to give it than the one that the node has with {@link open}
   */
  give(letter: Letter, read = this.#boxes.get(letter.owner)?.read): void {
    if (!read || this.#boxes.get(letter.owner)?.isBehind) {
      this.leave(letter);
      return;
    }
    try {
      this.#given(letter, read(letter));
    } catch (error) {
      this.done(letter);
      throw error;
    }
  }

  /** It was given, or is not to be: removed, which nobody waits for. */
  done(letter: Letter): void {
    const removing = this.#marks
      .remove(scopeOf(letter.owner), letter.key)
      .then(() => {
        this.#leftOver.delete(letter);
        this.#busy.delete(letter.key);
      })
      .catch(() => {
        this.#leftOver.add(letter);
        this.#timer ??= setTimeout(() => this.#removeLeftOver(), RETRY).unref();
      })
      .finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  /** It stays where it is until somebody asks for what is pending. */
  leave({ owner, key }: Letter): void {
    this.#busy.delete(key);
    const box = this.#boxes.get(owner);
    if (box) box.again = true;
  }

  /** The letters for a node that nobody has, oldest first; those of another process that is alive are left to it. */
  async pending(owner: string): Promise<Letter[]> {
    const letters: Letter[] = [];
    for await (const page of this.#pages(owner)) letters.push(...page);
    return letters;
  }

  /**
   * The node is there: it is given what is pending, oldest first, and from then on what comes. Returns what ends it.
   * @param failed told of what `read` throws for a letter from before
   */
  open(owner: string, read: Reader, failed: (error: unknown) => void = () => {}): () => void {
    const former = this.#boxes.get(owner);
    if (former) close(former);
    const box: Box = { read, failed, isBehind: true, again: false, isOpen: true };
    this.#boxes.set(owner, box);
    this.#catchUp(owner, box);
    if (this.#isShared) box.rounds = setInterval(() => this.#goRound(owner, box), ROUND).unref();
    return () => {
      close(box);
      if (this.#boxes.get(owner) === box) this.#boxes.delete(owner);
    };
  }

  /** Waits for what is being removed. */
  async flush(): Promise<void> {
    this.#removeLeftOver();
    await Promise.all(this.#removing);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Never rejects: a store that fails is asked again. */
  #catchUp(owner: string, box: Box): void {
    this.#giveAll(owner, box).catch(() => {
      if (box.isOpen) box.timer = setTimeout(() => this.#catchUp(owner, box), RETRY).unref();
    });
  }

  async #giveAll(owner: string, box: Box): Promise<void> {
    do {
      box.again = false;
      await this.#givePages(owner, box);
    } while (box.again && box.isOpen);
    box.isBehind = false;
  }

  /** The next round looks again where this one could not. */
  #goRound(owner: string, box: Box): void {
    if (!box.isBehind) this.#givePages(owner, box).catch(() => {});
  }

  async #givePages(owner: string, box: Box): Promise<void> {
    for await (const page of this.#pages(owner)) for (const letter of page) this.#giveOld(letter, box);
  }

  #giveOld(letter: Letter, box: Box): void {
    if (!box.isOpen) {
      this.leave(letter);
      return;
    }
    try {
      this.#given(letter, box.read(letter));
    } catch (error) {
      box.failed(error);
      this.done(letter);
    }
  }

  #given(letter: Letter, told: unknown): void {
    if (told instanceof Promise) {
      told.then(
        () => this.done(letter),
        () => this.leave(letter),
      );
    } else this.done(letter);
  }

  async *#pages(owner: string): AsyncGenerator<Letter[]> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const found = await this.#marks.list(scopeOf(owner), { after, limit: PAGE });
      // Without a pause after the list: what is free now may be had by another a moment later.
      const free = found.filter(({ key }) => !this.#busy.has(key));
      for (const { key } of free) this.#busy.add(key);
      const letters = await this.#taken(owner, free);
      yield letters;
      after = found.length === PAGE ? found.at(-1)?.key : undefined;
    }
  }

  /** Those that no other process that is alive will give. */
  async #taken(owner: string, found: readonly { key: string; value: string }[]): Promise<Letter[]> {
    const letters: Letter[] = [];
    try {
      for (const { key, value } of found) {
        const { kind, body, life } = JSON.parse(value) as Pick<Letter, 'kind' | 'body'> & { life: string };
        if (life === LIFE || (await this.#inherits(life, key))) letters.push({ owner, key, kind, body });
        else this.#busy.delete(key);
      }
    } catch (error) {
      for (const { key } of found) this.#busy.delete(key);
      throw error;
    }
    return letters;
  }

  /** Of several processes that outlive one, one gives its letter. */
  async #inherits(life: string, key: string): Promise<boolean> {
    if (!(await this.#lives.isOver(life))) return false;
    return !this.#isShared || this.#marks.add('post-heir', key, HEIR_FOR);
  }

  #removeLeftOver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const letter of this.#leftOver) this.done(letter);
  }

  #nextKey(): string {
    const now = Math.max(Date.now(), this.#last);
    this.#count = now === this.#last ? this.#count + 1 : 0;
    this.#last = now;
    const [time, count] = [now.toString(36).padStart(9, '0'), this.#count.toString(36).padStart(5, '0')];
    return `${time}-${count}-${LIFE}`;
  }
}

function close(box: Box): void {
  box.isOpen = false;
  clearTimeout(box.timer);
  clearInterval(box.rounds);
}

function scopeOf(owner: string): string {
  return `post:${owner}`;
}

const offices = new WeakMap<MarkStore, Post>();

/** One for each store, whoever asks. */
export function postOf(store: Store): Post {
  let post = offices.get(store.marks);
  if (!post) {
    post = new Post(store);
    offices.set(store.marks, post);
  }
  return post;
}
