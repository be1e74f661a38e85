/** What comes out of sms-send: a message for each recipient that was accepted or refused, and one for each later status. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import type { Outcome, Owner, SettledMessage } from '../delivery/accounts';
import { type SmsError, toSmsError } from '../sms/errors';
import type { AccountReference, Receipt, StatusReport } from '../sms/types';
import type { MarkStore } from '../store';
import { type Circumstances, describe, failOne } from './fail';
import { FollowedMessages } from './followed';
import { contextOf, copyFor, type Job, messageFor } from './job';
import type { Jobs } from './jobs';
import type { Message } from './nodes';
import { sharedOf } from './registry';
import type { StatusLine } from './status';

export class Outcomes implements Owner {
  #RED: NodeAPI;
  #node: Node;
  #jobs: Jobs;
  #status: StatusLine;
  #followed = new FollowedMessages();
  #waiting = 0;

  constructor(RED: NodeAPI, node: Node, jobs: Jobs, status: StatusLine) {
    this.#RED = RED;
    this.#node = node;
    this.#jobs = jobs;
    this.#status = status;
  }

  /** So many more SMS wait for their outcome, or fewer; returns how many there are. */
  wait(more: number): number {
    this.#waiting = Math.max(0, this.#waiting + more);
    return this.#waiting;
  }

  settled(message: SettledMessage, outcome: Outcome, account: AccountReference): void | Promise<void> {
    this.wait(-1);
    const context = contextOf(message.context);
    const tell = (job: Job) => {
      if (outcome.receipt) this.#accepted(job, context.index, outcome.receipt, message.follow);
      else this.failed(job, context.index, outcome.error, { account, to: message.to, attempts: message.attempts });
    };
    const job = this.#jobs.find(context, () => this.#marks(account.account));
    // What it came with has to be read first.
    if (job instanceof Promise) return job.then((found) => this.guarded(() => tell(found)));
    tell(job);
  }

  moved(report: StatusReport, given: unknown): void | Promise<void> {
    const followed = this.#followed.of(report.id, report.final);
    if (followed) return this.#report(report, copyFor(this.#RED, followed.origin, followed.index));
    const context = contextOf(given);
    const tell = (job: Job) => this.#report(report, copyFor(this.#RED, job, context.index));
    const job = this.#jobs.find(context, () => this.#marks(report.account));
    if (job instanceof Promise) return job.then((found) => this.guarded(() => tell(found)));
    tell(job);
  }

  /** A recipient whose SMS was not sent, or nobody knows. */
  failed(job: Job, index: number, error: SmsError, circumstances: Circumstances): void {
    this.#status.failed(error);
    const message = messageFor(this.#RED, job, index);
    if (job.parts === null) {
      describe(message, error, circumstances);
      this.#jobs.settle(job, index, error);
      return;
    }
    failOne(this.#node, message, error, circumstances);
    this.#jobs.settle(job, index);
  }

  /** Writes down what came with several SMS; the SMS themselves go out even without it. Never rejects. */
  async write(job: Job, { settings }: Account, lastSent: number): Promise<void> {
    const until = lastSent + settings.finalWithin * 3600_000 + TOLD_WITHIN;
    try {
      await this.#jobs.write(job, settings.store.marks, until);
    } catch (error) {
      this.#node.warn(toSmsError(error).message);
    }
  }

  /** Never throws nor rejects: Node-RED itself refuses some messages, such as one that cannot be copied for a Catch node. */
  guarded(work: () => void | Promise<void>): void {
    const refused = (error: unknown) => this.#node.error(toSmsError(error).message);
    try {
      work()?.catch(refused);
    } catch (error) {
      refused(error);
    }
  }

  #accepted(job: Job, index: number, receipt: Receipt, follow: boolean): void {
    if (follow) this.#follow(job, index, receipt);
    this.#status.show(receipt.status, this.#waiting || '');
    const message = messageFor(this.#RED, job, index);
    message.payload = receipt;
    job.send(message);
    this.#jobs.settle(job, index);
  }

  #follow(job: Job, index: number, { id, account }: Receipt): void {
    if (job.isStored) return;
    this.#followed.add(id, job, index);
    // Without the queue nothing of it was written down before.
    const found = sharedOf(this.#RED).accounts.get(account);
    if (found && job.parts && !this.#jobs.isWritten(job)) this.guarded(() => this.write(job, found, Date.now()));
  }

  #report(report: StatusReport, message: Message): void {
    // What belongs to the moment of the receipt does not belong to a report that comes later.
    const { req, res, payload, parts, sms, error, ...rest } = message;
    this.#status.show(report.status, this.#waiting || '');
    this.#node.send([
      null,
      { ...rest, _msgid: rest._msgid ?? this.#RED.util.generateId(), payload: report } as Message,
    ]);
  }

  /** Where a job may be written down: in the store of the account that sent it, or of another that handed it over. */
  #marks(account: string): MarkStore[] {
    const { accounts } = sharedOf(this.#RED);
    const all = [accounts.get(account), ...accounts.all()];
    return [...new Set(all.flatMap((one) => one?.settings.store.marks ?? []))];
  }
}

/** How long after its last report a message may still be asked for, in milliseconds: by a letter that waits for its node. */
const TOLD_WITHIN = 30 * 24 * 3600_000;
