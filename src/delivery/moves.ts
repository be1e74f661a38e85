/**
 * How a report moves its message: in one turn the message is saved and the letter that tells of it is stored. Where a
 * store that failed may have done it, it is asked for again: the version of the message says whether it was done.
 */
import type { StatusReport } from '../sms/types';
import type { TrackedMessage } from '../store';
import { movedBody } from './letters';
import type { Letter } from './post';
import type { TrackerOptions } from './tracker';

interface Move {
  before: TrackedMessage;
  report: StatusReport;
  /** Null where no node follows it. */
  letter: Letter | null;
  /** For others. */
  copies: Letter[];
  /** It is being asked for again. */
  again?: Promise<boolean>;
}

/** Milliseconds after which a move that was not answered is asked for again. */
const AGAIN = 1000;

export class Moves {
  #options: TrackerOptions;
  #plan: (wait: number) => void;
  /** Those of which it is not known whether they were done, by the id of the message. */
  #unsure = new Map<string, Move>();
  #isClosed = false;

  /** @param plan has {@link settleAll} called after so many milliseconds at the latest */
  constructor(options: TrackerOptions, plan: (wait: number) => void) {
    this.#options = options;
    this.#plan = plan;
  }

  /** False when another has moved it. @throws SmsError SMS_STORE; it may have been done, which is found out later */
  make(before: TrackedMessage, report: StatusReport): Promise<boolean> {
    const { owner, context, life } = before;
    const body = movedBody(report, context);
    const letter = owner === null ? null : this.#options.post.compose(owner, 'moved', body, life, true);
    return this.#make({ before, report, letter, copies: this.#options.copies?.(report) ?? [] });
  }

  /** Finds out about the last move of a message; false when there is no doubt. @throws SmsError SMS_STORE */
  async settle(id: string): Promise<boolean> {
    const move = this.#unsure.get(id);
    if (!move) return false;
    move.again ??= this.#make(move, true).finally(() => {
      move.again = undefined;
    });
    await move.again;
    return true;
  }

  /** @throws SmsError SMS_STORE */
  async settleAll(): Promise<void> {
    for (const id of [...this.#unsure.keys()]) await this.settle(id);
  }

  /** A letter that was stored is told by who comes after. */
  close(): void {
    this.#isClosed = true;
    for (const move of this.#unsure.values()) for (const letter of lettersOf(move)) this.#options.post.leave(letter);
    this.#unsure.clear();
  }

  async #make(move: Move, isAgain = false): Promise<boolean> {
    const { store, post, failed } = this.#options;
    const { before, report } = move;
    const letters = lettersOf(move);
    const { status, final, providerStatus } = report;
    const moved = { ...before, status, final, providerStatus, report, steps: stepsOf(before, report) };
    const [saved, ...stored] = await Promise.allSettled([
      store.save(moved),
      ...letters.map((letter) => post.store(letter)),
    ]);
    if (saved.status === 'rejected') {
      this.#doubt(move);
      throw saved.reason;
    }
    const isDone = saved.value || (isAgain && (await this.#wasDone(move)));
    this.#unsure.delete(before.id);
    for (const result of stored) if (result.status === 'rejected') failed(result.reason);
    if (isDone) this.#tell(move);
    else for (const letter of letters) post.done(letter);
    return isDone;
  }

  #doubt(move: Move): void {
    if (this.#isClosed) {
      for (const letter of lettersOf(move)) this.#options.post.leave(letter);
      return;
    }
    this.#unsure.set(move.before.id, move);
    this.#plan(AGAIN);
  }

  /** Or another has done the same. */
  async #wasDone({ before, report }: Move): Promise<boolean> {
    const now = await this.#options.store.find(before.account, before.id);
    return JSON.stringify(now?.report) === JSON.stringify(report);
  }

  #tell({ before, report, letter, copies }: Move): void {
    const { tell, reached, post } = this.#options;
    if (letter) tell(letter, report, before.context);
    for (const copy of copies) post.leave(copy);
    if (report.status !== before.status) reached?.(report.status);
  }
}

function lettersOf({ letter, copies }: Move): Letter[] {
  return letter ? [letter, ...copies] : copies;
}

/** Another word of the vendor's for the same status is no step. */
function stepsOf({ status: was, steps = [] }: TrackedMessage, { status, updatedAt }: StatusReport) {
  if (status === was) return steps;
  // A vendor that tells whole seconds seems to have done it before it was asked.
  return [...steps, { status, at: Math.max(Date.parse(updatedAt) || Date.now(), steps.at(-1)?.at ?? 0) }];
}
