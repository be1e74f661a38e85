/** The inbox: each SMS from a phone comes out once, whichever way and however often it was heard. */
import type { InboundQuery, ProviderInbound } from '../providers/provider';
import type { AccountReference, InboundMessage } from '../sms/types';
import type { MarkStore } from '../store';

export interface InboxOptions {
  account: AccountReference;
  marks: MarkStore;
  /** Reads from the vendor; null when it has no such call. */
  read: ((query: InboundQuery) => Promise<ProviderInbound[]>) | null;
}

export interface PollRequest {
  /** The flow that polls: each gets every message once. */
  reader: string;
  address: string | null;
  /** Where to begin when nothing was read yet, or always when given. */
  since: Date | null;
  limit: number;
  markRead: boolean;
}

const DAY = 24 * 3600_000;
/** Vendors' lists lag and their clocks differ: what was just read is read again. */
const OVERLAP = 10 * 60_000;
/** How far the vendor's clock may be ahead. */
const CLOCK_SKEW = 5 * 60_000;
/** Without a cursor, the first poll looks back this far. */
const FIRST_LOOK = DAY;
const SEEN_FOR = 30 * DAY;

export class Inbox {
  #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /**
   * Reads what is new and hands it over one by one, oldest first; the cursor moves after the last was given.
   * Returns how many came out.
   */
  async poll(
    { reader, address, since, limit, markRead }: PollRequest,
    give: (message: InboundMessage) => void,
  ): Promise<number> {
    const { read, marks } = this.#options;
    if (!read) return 0;
    const cursorKey = `${reader}\n${address ?? ''}`;
    const cursor = await marks.get(this.#scope('cursor'), cursorKey);
    const until = new Date(Date.now() + CLOCK_SKEW);
    const from = since ?? new Date(cursor ? Date.parse(cursor) - OVERLAP : Date.now() - FIRST_LOOK);
    const rows = await read({ address, since: from, until, markRead, limit: Number.MAX_SAFE_INTEGER });
    let given = 0;
    let last: string | null = null;
    for (const row of rows) {
      if (given >= limit) break;
      if (await this.offer(reader, row, give)) given += 1;
      last = row.receivedAt;
    }
    if (last !== null && (cursor === null || last > cursor))
      await marks.set(this.#scope('cursor'), cursorKey, last, SEEN_FOR);
    return given;
  }

  /** Gives a message to one flow, unless it had it already. */
  async offer(reader: string, row: ProviderInbound, give: (message: InboundMessage) => void): Promise<boolean> {
    if (!(await this.#options.marks.add(this.#scope('seen'), `${reader}\n${row.id}`, SEEN_FOR))) return false;
    const { id, ...rest } = row;
    give({ id, ...this.#options.account, ...rest });
    return true;
  }

  #scope(what: string): string {
    return `inbox-${what}:${this.#options.account.account}`;
  }
}
