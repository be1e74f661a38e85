/**
 * The post: what a node is to be told is a letter, stored in the same turn as the fact that it tells of, then given to
 * the node, then removed. What a crash left behind is given when the node of that id is there again: at least once, and
 * twice only when the process died between giving and removing. Where several processes share the store, a letter is
 * given in the one whose message it tells of, and when that one dies in another.
 */
import type { MarkStore, Store } from '../store';
import { Bells } from './bells';
import { Handover } from './handover';
import { LIFE } from './life';
import { type Letter, Mailbag } from './mailbag';

export type { Letter } from './mailbag';

/** Tells a letter, at once or by and by; rejects when it could not be told and is to be left. */
type Reader = (letter: Letter) => unknown;

/** A node that is there. */
interface Box {
  read: Reader;
  failed: (error: unknown) => void;
  /** What came before is still being given: new letters wait behind it. */
  isBehind: boolean;
  /** What is in the store for it is being given. */
  isLooking: boolean;
  /** A letter was left since that began. */
  again: boolean;
  isOpen: boolean;
  timer?: NodeJS.Timeout;
}

/** Milliseconds after a store that failed. */
const RETRY = 1000;

/**
 * Whoever has a letter, from {@link compose}, {@link put} or {@link pending}, is the only one, and ends it in one of
 * three ways: {@link give}, {@link done} or {@link leave}.
 */
export class Post {
  #bag: Mailbag;
  /** Null where no other process has the store. */
  #handover: Handover | null;
  #bells: Bells | undefined;
  #boxes = new Map<string, Box>();
  /** Perhaps for another process, which the store could not say. */
  #stuck = new Set<Letter>();

  constructor(store: Store) {
    this.#handover = store.rates === null ? null : new Handover(store);
    this.#bag = new Mailbag(store.marks, this.#handover);
    if (this.#handover) this.#bells = new Bells(this.#handover, (owners) => this.#heard(owners));
  }

  /** A letter that is not stored yet. */
  compose(owner: string, kind: string, body: unknown, life = LIFE, isLater = false): Letter {
    const letter = { owner, key: nextKey(), kind, body, life, isLater };
    this.#bag.take(letter);
    return letter;
  }

  /** Asked again for the same letter, it stores the same letter. */
  store(letter: Letter): Promise<void> {
    return this.#bag.write(letter, false);
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
    if (this.#handover && letter.life !== LIFE) {
      this.#pass(this.#handover, letter, read);
      return;
    }
    const box = this.#boxes.get(letter.owner);
    // What it comes behind may be in the store still, from another process.
    const isBehind = box?.isBehind || (this.#handover !== null && letter.isLater);
    if (!read || isBehind) {
      this.leave(letter);
      if (box && isBehind) this.#look(letter.owner, box);
      return;
    }
    try {
      this.#bag.begin(letter);
      this.#given(letter, read(letter));
    } catch (error) {
      this.done(letter);
      throw error;
    }
  }

  /** It was given, or is not to be: removed, which nobody waits for. */
  done(letter: Letter): void {
    this.#bag.remove(letter);
  }

  /** It stays where it is until somebody asks for what is pending. */
  leave(letter: Letter): void {
    this.#bag.putBack(letter);
    const box = this.#boxes.get(letter.owner);
    if (box) box.again = true;
  }

  /** The letters for a node that nobody has, oldest first; those of another process that is alive are left to it. */
  async pending(owner: string): Promise<Letter[]> {
    const letters: Letter[] = [];
    for await (const page of this.pages(owner)) letters.push(...page);
    return letters;
  }

  /** The same, some at a time: those of a page are to be ended before the next one is asked for. */
  pages(owner: string): AsyncGenerator<Letter[]> {
    return this.#bag.pages(owner);
  }

  /**
   * The node is there: it is given what is pending, oldest first, and from then on what comes. Returns what ends it.
   * @param failed told of what `read` throws for a letter from before
   */
  open(owner: string, read: Reader, failed: (error: unknown) => void = () => {}): () => void {
    const former = this.#boxes.get(owner);
    if (former) close(former);
    const box: Box = { read, failed, isBehind: true, isLooking: false, again: false, isOpen: true };
    this.#boxes.set(owner, box);
    this.#look(owner, box);
    this.#bells?.start();
    return () => {
      close(box);
      if (this.#boxes.get(owner) === box) this.#boxes.delete(owner);
      if (this.#boxes.size === 0) this.#bells?.stop();
    };
  }

  /** Whether a node that is there is still to be given something from before. */
  get isBehind(): boolean {
    return [...this.#boxes.values()].some(({ isBehind, isLooking }) => isBehind || isLooking);
  }

  /** Nodes end in this turn of the event loop: what they were given in it, and have not passed on, waits for them. */
  recall(ends: (owner: string) => boolean): void {
    this.#bag.recall(ends);
  }

  /** Waits for what is being removed. */
  flush(): Promise<void> {
    return this.#bag.flush();
  }

  /** Gives it here, if this process is the heir, or sees to it that the one who tells it does; never rejects. */
  #pass(handover: Handover, letter: Letter, read: Reader | undefined): void {
    const pass = async () => {
      const teller = await handover.teller(letter.owner, letter.life, read !== undefined);
      if (teller === LIFE) return true;
      await Promise.all([letter.isLater && this.#bag.write(letter, true), handover.ring(letter.owner, teller)]);
      this.#bag.putBack(letter);
      return false;
    };
    pass().then(
      (isOurs) => {
        if (isOurs) this.#giveGuarded({ ...letter, life: LIFE }, read);
      },
      () => this.#stuck.add(letter),
    );
  }

  /** Others have left letters, or died; and the store answers, which it may not have done before. */
  #heard(owners: string[] | 'all'): void {
    const stuck = [...this.#stuck];
    this.#stuck.clear();
    for (const letter of stuck) this.#giveGuarded(letter, this.#boxes.get(letter.owner)?.read);
    for (const [owner, box] of this.#boxes) if (owners === 'all' || owners.includes(owner)) this.#look(owner, box);
  }

  /** Gives what is in the store for a node; one look at a time. Never rejects: a store that fails is asked again. */
  #look(owner: string, box: Box): void {
    box.again = true;
    if (box.isLooking) return;
    box.isLooking = true;
    this.#giveAll(owner, box).catch(() => {
      if (!box.isOpen) return;
      const again = () => {
        box.isLooking = false;
        this.#look(owner, box);
      };
      box.timer = setTimeout(again, RETRY).unref();
    });
  }

  async #giveAll(owner: string, box: Box): Promise<void> {
    while (box.again && box.isOpen) {
      box.again = false;
      const pages = this.#bag.pages(owner, !box.isBehind);
      for await (const page of pages) for (const letter of page) this.#giveOld(letter, box);
    }
    box.isBehind = false;
    box.isLooking = false;
  }

  #giveOld(letter: Letter, box: Box): void {
    if (!box.isOpen) {
      this.leave(letter);
      return;
    }
    try {
      this.#bag.begin(letter);
      this.#given(letter, box.read(letter));
    } catch (error) {
      box.failed(error);
      this.done(letter);
    }
  }

  #giveGuarded(letter: Letter, read: Reader | undefined): void {
    try {
      this.give(letter, read);
    } catch (error) {
      this.#boxes.get(letter.owner)?.failed(error);
    }
  }

  #given(letter: Letter, told: unknown): void {
    if (told instanceof Promise) {
      told.then(
        () => this.done(letter),
        // Who is looking for letters now does not find it again and again.
        () => this.#bag.putBack(letter),
      );
    } else this.done(letter);
  }
}

/** Of the process, as two of its stores may be one and the same at the other end. */
const newest = { time: 0, count: 0 };

function nextKey(): string {
  const now = Math.max(Date.now(), newest.time);
  newest.count = now === newest.time ? newest.count + 1 : 0;
  newest.time = now;
  const [time, count] = [now.toString(36).padStart(9, '0'), newest.count.toString(36).padStart(5, '0')];
  return `${time}-${count}-${LIFE}`;
}

function close(box: Box): void {
  box.isOpen = false;
  clearTimeout(box.timer);
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
