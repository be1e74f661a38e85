/** The mails of one sandbox: those it took, those it wrote, and their way to the owner's own mail server. */
import type { Bounded } from '../bounded';
import { createBounded } from '../bounded';
import { sendMail } from '../smtp-client';
import type { MailRecord } from '../types';
import type { World } from '../world';

export interface PostOffice {
  /** Keeps a mail that came by SMTP. */
  take(mail: Pick<MailRecord, 'from' | 'to' | 'content' | 'messages' | 'ignored'>): void;
  /** Keeps a mail of the vendor's, and delivers it to `smtp://host:port` when there is such an address. */
  post(mail: Pick<MailRecord, 'from' | 'to' | 'content' | 'messages'>, url?: string | null): void;
  all(): MailRecord[];
  /** Breaks off what is being delivered. */
  close(): Promise<void>;
}

/** Mails are large; no test needs more of them. */
const MOST = 1000;

export function createPostOffice({ ids, clock, messages, keep }: World): PostOffice {
  const mails: Bounded<MailRecord> = createBounded(Math.min(keep, MOST));
  const flights = new Set<Promise<void>>();
  const ending = new AbortController();

  function add(mail: Omit<MailRecord, 'id' | 'at'>): MailRecord {
    const record = { id: ids.hex(8), ...mail, at: clock.iso() };
    mails.push(record);
    return record;
  }
  const tell = (record: MailRecord): void => messages.emit('mail', { ...record });

  async function deliver(record: MailRecord, url: string): Promise<void> {
    try {
      await sendMail(url, record, ending.signal);
    } catch (error) {
      record.error = error instanceof Error ? error.message : String(error);
    }
    tell(record);
  }

  return {
    take: (mail) => tell(add({ direction: 'in', ...mail })),
    post(mail, url) {
      const record = add({ direction: 'out', ...mail });
      if (!url || ending.signal.aborted) return tell(record);
      const flight = deliver(record, url);
      flights.add(flight);
      flight.finally(() => flights.delete(flight));
    },
    all: () => mails.all().map((mail) => ({ ...mail })),
    async close() {
      ending.abort(new Error('The sandbox was closed'));
      await Promise.all(flights);
    },
  };
}
