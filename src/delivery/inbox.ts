/** The inbox: each SMS from a phone comes out once, whichever way and however often it was heard. */
import type { InboundQuery, ProviderInbound } from '../providers/provider';
import type { AccountReference, InboundMessage } from '../sms/types';
import type { MarkStore } from '../store';

export interface InboxOptions {
  account: AccountReference;
  marks: MarkStore;
  /** Reads from the vendor; null when it has no such call. */
  read: ((query: InboundQuery) => Promise<ProviderInbound[]>) | null;
  /** Marks at the vendor what was kept; null where the vendor marks what it hands out. */
  mark: ((messages: readonly ProviderInbound[]) => Promise<void>) | null;
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
    const rows = await this.#rest(cursorKey);
    const fresh = await read({ address, since: from, until, markRead, limit: Number.MAX_SAFE_INTEGER });
    rows.push(...fresh);
    // What is marked is not handed out again: all of it is kept until it was given.
    if (markRead) {
      await this.#keepRest(cursorKey, rows);
      await this.#options.mark?.(fresh);
    }
    let given = 0;
    let last: string | null = null;
    while (rows[0] && given < limit) {
      if (await this.offer(reader, rows[0], give)) given += 1;
      last = rows[0].receivedAt;
      rows.shift();
    }
    await this.#keepRest(cursorKey, markRead ? rows : []);
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

  async #rest(key: string): Promise<ProviderInbound[]> {
    const rest = await this.#options.marks.get(this.#scope('rest'), key);
    return rest === null ? [] : (JSON.parse(rest) as ProviderInbound[]);
  }

  async #keepRest(key: string, rows: readonly ProviderInbound[]): Promise<void> {
    const { marks } = this.#options;
    if (rows.length > 0) await marks.set(this.#scope('rest'), key, JSON.stringify(rows), SEEN_FOR);
    else await marks.remove(this.#scope('rest'), key);
  }

  #scope(what: string): string {
    return `inbox-${what}:${this.#options.account.account}`;
  }
}
