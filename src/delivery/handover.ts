/**
 * Of several processes that share a store, which one tells a node what is in a letter: the one that took the message
 * in, as long as it lives; then one of the others, its heir. And how that one learns that there is a letter for it.
 */
import type { MarkStore, Store } from '../store';
import { LIFE, type Lives, livesOf } from './life';

/** As long as the letters. */
const INHERITED_FOR = 30 * 24 * 3600_000;
/** Milliseconds that a bell rings: who does not hear it in that time is dead, and looks everywhere if it is not. */
const RINGS_FOR = 600_000;
const HEIR = 'post-heir';

export class Handover {
  #marks: MarkStore;
  #lives: Lives;
  /** Who was alive at the last look. */
  #alive = new Set<string>();

  constructor(store: Pick<Store, 'marks' | 'rates'>) {
    this.#marks = store.marks;
    this.#lives = livesOf(store);
  }

  /**
   * The process that tells a node what was for this life; null when it is for anybody who has the node.
   * @param hasNode this process has the node, and may inherit. @throws SmsError SMS_STORE
   */
  async teller(owner: string, life: string, hasNode: boolean): Promise<string | null> {
    const passed = new Set<string>();
    for (let heir = life; !passed.has(heir); ) {
      if (heir === LIFE || !(await this.#lives.isOver(heir))) return heir;
      passed.add(heir);
      const key = `${owner} ${heir}`;
      if (hasNode && (await this.#marks.add(HEIR, key, INHERITED_FOR, LIFE))) return LIFE;
      const next = await this.#marks.get(HEIR, key);
      if (next === null) return null;
      heir = next;
    }
    // Processes that were taken for dead have inherited from each other.
    if (!hasNode) return null;
    await this.#marks.set(HEIR, `${owner} ${life}`, LIFE, INHERITED_FOR);
    return LIFE;
  }

  /**
   * Says of the letters for one node which of them are this process's to tell: by the life that each is for, who wrote
   * it, and whether that one knows that it is true. What they answer throws SmsError SMS_STORE.
   */
  judge(owner: string): (life: string, composer: string, isTrue: boolean) => Promise<boolean> {
    const [tellers, ends] = [new Map<string, Promise<string | null>>(), new Map<string, Promise<boolean>>()];
    return async (life, composer, isTrue) => {
      if (composer === LIFE) isTrue = true;
      // Who wrote it sees to it, while it lives.
      if (!isTrue && !(await once(ends, composer, () => this.#lives.isOver(composer)))) return false;
      return (await once(tellers, life, () => this.teller(owner, life, true))) === LIFE;
    };
  }

  /** Has another process, or all of them (null), look for letters for a node. @throws SmsError SMS_STORE */
  async ring(owner: string, life: string | null): Promise<void> {
    const lives = life === null ? await this.#lives.alive() : [life];
    await Promise.all([...lives].map((one) => this.#marks.set(bellOf(one), owner, '', RINGS_FOR)));
  }

  /** The nodes for which others have left letters since the last time. @throws SmsError SMS_STORE */
  async rung(): Promise<string[]> {
    const bells = await this.#marks.list(bellOf(LIFE));
    // Before their letters are looked for: one that comes later rings again.
    await Promise.all(bells.map(({ key }) => this.#marks.remove(bellOf(LIFE), key)));
    return bells.map(({ key }) => key);
  }

  /** Has a process died since the last time? @throws SmsError SMS_STORE */
  async hasLost(): Promise<boolean> {
    const now = await this.#lives.alive();
    const hasLost = [...this.#alive].some((life) => !now.has(life));
    this.#alive = now;
    return hasLost;
  }
}

function once<T>(known: Map<string, Promise<T>>, name: string, ask: () => Promise<T>): Promise<T> {
  const answer = known.get(name) ?? ask();
  known.set(name, answer);
  return answer;
}

function bellOf(life: string): string {
  return `post-bell:${life}`;
}
