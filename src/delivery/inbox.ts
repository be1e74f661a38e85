/** The inbox: each SMS from a phone comes out once, whichever way and however often it was heard. */
import type { InboundQuery, ProviderInbound } from '../providers/provider';
import type { AccountReference, InboundMessage } from '../sms/types';
import type { Store } from '../store';
import { type Arrival, type Intake, intakeOf } from './intake';
import { Lease } from './lease';
import type { OptOuts } from './opt-outs';
import { type Letter, type Post, postOf } from './post';

export interface InboxOptions {
  account: AccountReference;
  store: Store;
  optOuts: Pick<OptOuts, 'heard'>;
  /** Reads from the vendor; null when it has no such call. */
  read: ((query: InboundQuery) => Promise<ProviderInbound[]>) | null;
  /** Marks at the vendor what was kept; null where the vendor marks what it hands out. */
  mark: ((messages: readonly ProviderInbound[]) => Promise<void>) | null;
}

export interface PollRequest {
  /** The node that polls: each gets every message once. */
  reader: string;
  address: string | null;
  /** Where to begin when nothing was read yet, or always when given. */
  since: Date | null;
  limit: number;
  markRead: boolean;
  /** Milliseconds between two polls of a node that polls by itself; null when a message asks for this one. */
  every: number | null;
}

/** The kind of a letter whose body is an InboundMessage. */
export const INBOUND = 'inbound';

const DAY = 24 * 3600_000;
/** Vendors' lists lag and their clocks differ: what was just read is read again. */
const OVERLAP = 10 * 60_000;
/** How far the vendor's clock may be ahead. */
const CLOCK_SKEW = 5 * 60_000;
/** Without a cursor, the first poll looks back this far. */
const FIRST_LOOK = DAY;
const SEEN_FOR = 30 * DAY;
/** Milliseconds that a poll which a message asks for waits for that of another process. */
const PATIENCE = 60_000;

export class Inbox {
  #options: InboxOptions;
  #intake: Intake;
  #post: Post;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#intake = intakeOf(options.store);
    this.#post = postOf(options.store);
  }

  /**
   * Gives what was kept and not given yet, then what is new, oldest first. All of it is stored before the first is
   * given, and the cursor with it. Returns how many came out.
   */
  async poll(request: PollRequest, give: (message: InboundMessage) => void): Promise<number> {
    const { store, account } = this.#options;
    const lease = new Lease(store, `poll:${account.account}:${request.reader}`);
    const isTurn = request.every === null || (await lease.turn(request.every));
    // What this process has kept is given here, whoever asks the vendor.
    if (!isTurn) return this.#give(await this.#kept(request.reader), request.limit, give);
    const patience = request.every === null ? PATIENCE : 0;
    return (await lease.during(() => this.#poll(request, give), patience)) ?? 0;
  }

  /** Gives a message to one node, unless it had it already. */
  async offer(reader: string, row: ProviderInbound, give: (message: InboundMessage) => void): Promise<boolean> {
    const letters = await this.#intake.take(await this.arrivals(reader, [row]));
    return this.#give(letters, 1, give) > 0;
  }

  /** What phones wrote, on its way to a node; who opts out by it is in the ledger then. @throws SmsError SMS_STORE */
  async arrivals(reader: string, rows: readonly ProviderInbound[]): Promise<(Arrival & { row: ProviderInbound })[]> {
    const { account, optOuts } = this.#options;
    for (const row of rows) await optOuts.heard(row);
    return rows.map((row) => {
      const { id, ...rest } = row;
      const body: InboundMessage = { id, ...account, ...rest };
      const mark = { scope: this.#scope('seen'), key: `${reader}\n${id}`, ttl: SEEN_FOR };
      return { owner: reader, kind: INBOUND, body, mark, row };
    });
  }

  async #poll(request: PollRequest, give: (message: InboundMessage) => void): Promise<number> {
    const { reader, limit, markRead } = request;
    const { mark } = this.#options;
    const given = this.#give(await this.#kept(reader), limit, give);
    if (given >= limit) return given;
    const { rows, moveTo } = await this.#read(request);
    const letters = await this.#intake.take(await this.arrivals(reader, rows), {
      // What is marked is not handed out again: all of it is kept until it was given.
      limit: markRead ? Number.POSITIVE_INFINITY : limit - given,
      also: ({ row }) => moveTo(row.receivedAt),
    });
    const more = this.#give(letters, limit - given, give);
    if (markRead) await mark?.(rows);
    return given + more;
  }

  /** What the vendor has from the cursor on, and what moves the cursor. */
  async #read({ reader, address, since, markRead }: PollRequest) {
    const { read, store } = this.#options;
    const [scope, key] = [this.#scope('cursor'), `${reader}\n${address ?? ''}`];
    const cursor = await store.marks.get(scope, key);
    // What was seen so long ago is not known any more: there, nothing is read twice.
    const isOld = cursor !== null && Date.now() - Date.parse(cursor) > SEEN_FOR;
    const from = cursor === null ? Date.now() - FIRST_LOOK : Date.parse(cursor) - (isOld ? 0 : OVERLAP);
    const query = {
      address,
      since: since ?? new Date(from),
      until: new Date(Date.now() + CLOCK_SKEW),
      markRead,
      limit: Number.MAX_SAFE_INTEGER,
    };
    // Nobody has written yet what is to be read from a time to come on.
    const found = query.since < query.until ? ((await read?.(query)) ?? []) : [];
    return {
      rows: isOld && !since ? found.filter(({ receivedAt }) => receivedAt > cursor) : found,
      moveTo: async (last: string) => {
        if (cursor === null || last > cursor) await store.marks.set(scope, key, last, Number.POSITIVE_INFINITY);
      },
    };
  }

  /** What was stored for a node and not given to it: beyond a limit, by a flow that could not take it, or by a crash. */
  async #kept(reader: string): Promise<Letter[]> {
    const pending = await this.#post.pending(reader);
    const isOwn = ({ kind, body }: Letter) =>
      kind === INBOUND && (body as InboundMessage).account === this.#options.account.account;
    for (const letter of pending) if (!isOwn(letter)) this.#post.leave(letter);
    return pending.filter(isOwn);
  }

  /** Gives so many, and leaves the rest for the next time; that too which the flow could not take. */
  #give(letters: readonly Letter[], limit: number, give: (message: InboundMessage) => void): number {
    let given = 0;
    try {
      for (const letter of letters.slice(0, limit)) {
        give(letter.body as InboundMessage);
        this.#post.done(letter);
        given += 1;
      }
    } finally {
      for (const letter of letters.slice(given)) this.#post.leave(letter);
    }
    return given;
  }

  #scope(what: string): string {
    return `inbox-${what}:${this.#options.account.account}`;
  }
}
