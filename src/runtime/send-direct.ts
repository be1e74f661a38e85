/** Messages that go without the queue: to the vendor as they come, some of each account at a time, the others in a line behind them. */
import type { Account } from '../delivery/account';
import type { SendRequest } from '../delivery/prepare';
import { type Line, Lines } from './lines';
import type { Recipient } from './recipients';
import { sharedOf } from './registry';
import type { Input, SendContext, SendInput, Taken, Values } from './send-input';

interface DirectInput extends Input {
  account: Account;
}

export class DirectSends {
  #context: SendContext;
  #input: SendInput;
  #lines: Lines<DirectInput>;

  constructor(context: SendContext, input: SendInput) {
    this.#context = context;
    this.#input = input;
    this.#lines = new Lines({
      take: (one, line) => this.#take(one, line),
      // One of them may close, which then waits for those that wait here.
      crowded: (over) => {
        for (const account of sharedOf(context.RED).accounts.all()) account.during(over);
      },
    });
    // Whoever is on the way out hands in all that came.
    context.node.on('close', () => this.#lines.open());
  }

  /** Its account is looked for now: those of a flow that ends are found no more, and still send what came. */
  take(input: Input): void {
    try {
      const account = this.#input.accountFor(input.message);
      this.#lines.give(account.id, { ...input, account });
    } catch (thrown) {
      this.#input.unread(input, thrown);
    }
  }

  /** A promise only where it takes time to read it. Never throws nor rejects. */
  #take({ account, ...input }: DirectInput, line: Line<DirectInput>): Promise<void> | void {
    const unread = (thrown: unknown) => {
      line.leave();
      this.#input.unread(input, thrown);
    };
    try {
      const send = (values: Values) => this.#send(this.#input.read(input, account, values), line);
      const values = this.#input.evaluate(input.message);
      if (values instanceof Promise) return values.then(send).catch(unread);
      send(values);
    } catch (thrown) {
      unread(thrown);
    }
  }

  /** There is a place in the line for the first recipient; the others take one each. @throws nothing after the first */
  #send({ account, job, recipients, values }: Taken, line: Line<DirectInput>): void {
    const { config, jobs, outcomes } = this.#context;
    jobs.hold(job);
    const context = this.#input.contextOf(job, config.follow !== false);
    const send = (recipient: Recipient, index: number) => {
      const request = this.#input.requestOf(job, recipient, values, index === 0 ? context : { ...context, index });
      this.#sendOne({ account, job }, recipient, request, line);
    };
    const sendOthers = async () => {
      for (const [i, recipient] of recipients.slice(1).entries()) {
        await line.enter();
        send(recipient, i + 1);
      }
    };
    send(recipients[0] as Recipient, 0);
    if (recipients.length > 1) outcomes.guarded(sendOthers);
  }

  /** Never rejects. */
  async #sendOne(
    taken: Pick<Taken, 'account' | 'job'>,
    recipient: Recipient,
    request: SendRequest,
    line: Line<DirectInput>,
  ): Promise<void> {
    try {
      const entry = await taken.account.prepare(request);
      this.#context.outcomes.wait(1);
      // What becomes of it is told to whoever is this node by then: it may be deployed again meanwhile.
      await taken.account.sendNow(entry);
    } catch (thrown) {
      this.#input.refused(taken, request, recipient, thrown);
    }
    line.leave();
  }
}
