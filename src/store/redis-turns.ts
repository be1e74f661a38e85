/** All that is asked for in one turn of the event loop goes to Redis at once: one round trip, and all of it or none. */
import type { IRedisTransaction } from 'bullmq';
import { Fenced, isAnswer, isForgotten, Unanswered } from './redis-errors';
import { FENCED } from './redis-fence-script';
import type { Lanes, NewJob } from './redis-lanes';
import type { Connection, RedisLink } from './redis-link';
import { Running } from './running';

type Value = string | number;

/** `done`, or `failed` with what Redis says. */
type Answer = [outcome: string, answer?: unknown];

interface Call {
  name: string;
  values: readonly Value[];
  writes: boolean;
  jobs: readonly NewJob[];
  /** What `outbox.fenced` needs to know; null for no fence. */
  fence: readonly Value[] | null;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Calls that go together at the most: Redis does nothing else in the meantime. */
const MOST = 500;

export class RedisTurns {
  #link: RedisLink;
  #lanes: Lanes;
  #prefix: string;
  #calls: Call[] = [];
  #sending = new Running();
  #fence: readonly Value[] | null = null;

  constructor(link: RedisLink, lanes: Lanes, prefix: string) {
    this.#link = link;
    this.#lanes = lanes;
    this.#prefix = prefix;
  }

  /** @throws SmsError SMS_STORE; Unanswered when what was asked for may have been done */
  read(name: string, ...values: readonly Value[]): Promise<unknown> {
    return this.#ask({ name, values, writes: false, jobs: [] });
  }

  write(name: string, ...values: readonly Value[]): Promise<unknown> {
    return this.#ask({ name, values, writes: true, jobs: [] });
  }

  /** The jobs are added before what is written, which finds them there or is refused. */
  writeWith(jobs: readonly NewJob[], name: string, ...values: readonly Value[]): Promise<unknown> {
    return this.#ask({ name, values, writes: true, jobs });
  }

  /** Puts all that is asked for in this turn, by `work`, behind a fence; then it may reject with Fenced. */
  fenced<T>(fence: readonly Value[], work: () => T): T {
    this.#fence = fence;
    try {
      return work();
    } finally {
      this.#fence = null;
    }
  }

  /** Sends what was asked for, and waits for the answers. */
  async flush(): Promise<void> {
    this.#flush();
    await this.#sending.over();
  }

  #ask(call: Omit<Call, 'fence' | 'resolve' | 'reject'>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // The turn's own end: whatever arrives with the same round of input is in.
      if (this.#calls.push({ ...call, fence: this.#fence, resolve, reject }) === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const calls = this.#calls;
    this.#calls = [];
    for (let from = 0; from < calls.length; from += MOST)
      this.#sending.begin(this.#send(calls.slice(from, from + MOST)));
  }

  /** Never rejects: those who asked are told. */
  async #send(calls: readonly Call[]): Promise<void> {
    let isAsked = false;
    try {
      const connection = await this.#link.ready();
      isAsked = true;
      const answers = await this.#run(connection, calls);
      for (const [i, call] of calls.entries()) this.#tell(call, answers[i]);
    } catch (thrown) {
      const error = this.#link.error(thrown);
      const isUnanswered = isAsked && !isAnswer(thrown);
      for (const { reject } of calls) reject(isUnanswered ? new Unanswered(error) : error);
    }
  }

  #tell({ resolve, reject }: Call, [outcome, answer = null]: Answer = ['failed', 'Redis left it out']): void {
    if (outcome === 'done') resolve(answer);
    else if (answer === FENCED) reject(new Fenced());
    else reject(this.#link.error(new Error(String(answer))));
  }

  async #run(connection: Connection, calls: readonly Call[]): Promise<Answer[]> {
    const values = this.#valuesOf(calls);
    const jobs = calls.flatMap((call) => call.jobs);
    if (jobs.length === 0) return connection.client.runCommand('sms', values);
    const results = await inTransaction(this.#lanes.begin(connection, jobs).runCommand('sms', values));
    const [error, answers] = results.at(-1) ?? [new Error('closed'), []];
    const isWhole = results.every((result) => !isForgotten(result[0]));
    if (isWhole && !error) return answers;
    if (isWhole) throw error;
    // Redis has forgotten a script, as it may: outside of a transaction the client tells it again.
    const undone = error ? calls : calls.filter((_, i) => answers[i]?.[0] === 'failed');
    await this.#lanes.add(
      connection,
      undone.flatMap((call) => call.jobs),
    );
    const others = await connection.client.runCommand('sms', this.#valuesOf(undone));
    return calls.map((call, i) => (undone.includes(call) ? others[undone.indexOf(call)] : answers[i]));
  }

  #valuesOf(calls: readonly Call[]): Value[] {
    const values: Value[] = [this.#prefix, calls.some(({ writes }) => writes) ? 1 : 0, Date.now()];
    for (const { name, values: given, fence } of calls) {
      const all = fence ? [...fence, name, ...given] : given;
      values.push(fence ? 'outbox.fenced' : name, all.length);
      for (const value of all) values.push(value);
    }
    return values;
  }
}

/** What became of each command. A transaction that was discarded is as one of which each command failed. */
async function inTransaction(transaction: IRedisTransaction): Promise<[Error | null, Answer[]][]> {
  try {
    return (await transaction.exec()) ?? [];
  } catch (error) {
    return [[error as Error, []]];
  }
}
