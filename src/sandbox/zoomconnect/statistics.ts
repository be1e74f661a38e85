/** ZoomConnect's account/statistics: what became of the messages of some days, by user and campaign. */
import type { Call, OutboundRow, User, ZoomConnect } from './account';
import { owner, sameMail } from './account';
import type { Result } from './answers';
import { notFound, ok } from './answers';
import { DAY, formatDate, writeDate } from './dates';
import { date, queryBoolean } from './read';
import { show } from './team';

interface Block {
  delivered: number;
  sent: number;
  failed: number;
  failedRefunded: number;
  failedOptout: number;
  total: number;
}

/** What is neither final nor listed counts as sent. */
const COLUMNS: Readonly<Record<string, Exclude<keyof Block, 'total'>>> = {
  DELIVERED: 'delivered',
  FAILED: 'failed',
  FAILED_REFUNDED: 'failedRefunded',
  FAILED_OPTOUT: 'failedOptout',
};

/** `GET account/statistics`. Only the account itself sends, so its sub-accounts show nothing but zeros. */
export function statistics({ zoom, account, request: { query } }: Call): Result {
  const { assume } = zoom;
  const [from, to] = interval(zoom, query);
  const wanted = query.get('userEmailAddress')?.replaceAll(' ', '+');
  const campaign = query.get('campaign') || undefined;
  const options = {
    all: queryBoolean(query, 'includeRefundedAndOptout') ?? false,
    credits: queryBoolean(query, 'calculateCreditValue') ?? false,
  };
  const users = wanted ? account.team.filter(({ emailAddress }) => sameMail(emailAddress, wanted)) : account.team;
  if (users.length === 0) throw notFound();
  const sent = [...account.rows.values()].filter(
    (row): row is OutboundRow =>
      row.type === 'OUTBOUND' &&
      row.sentAt !== null &&
      row.sentAt >= from &&
      row.sentAt <= to &&
      (campaign === undefined || row.campaign === campaign),
  );
  const rowsOf = (user: User): OutboundRow[] => (user === owner(account) ? sent : []);
  return ok('accountStatistics', {
    from: writeDate(from, assume.statisticsDates, assume.zoneHours),
    to: writeDate(to, assume.statisticsDates, assume.zoneHours),
    showingCreditValue: options.credits,
    grandTotal: sum(users.flatMap(rowsOf), options),
    users: users.map((user) => ({
      user: show(user),
      total: sum(rowsOf(user), options),
      campaigns: byCampaign(rowsOf(user)).map(([name, rows]) => ({ campaign: name, statistics: sum(rows, options) })),
    })),
  });
}

/** Whole days, both included; assumption: from the first of the month, until today. */
function interval({ world, assume }: ZoomConnect, query: URLSearchParams): [from: number, to: number] {
  const today = formatDate(world.clock.now(), 'dd-MM-yyyy', assume.zoneHours);
  const day = (name: string, absent: string): number => date(query.get(name) || absent, name, 'dd-MM-yyyy', assume);
  return [day('from', `01${today.slice(2)}`), day('to', today) + DAY - 1];
}

function byCampaign(rows: OutboundRow[]): [string, OutboundRow[]][] {
  const campaigns = new Map<string, OutboundRow[]>();
  for (const row of rows) {
    if (!row.campaign) continue;
    const known = campaigns.get(row.campaign);
    if (known) known.push(row);
    else campaigns.set(row.campaign, [row]);
  }
  return [...campaigns];
}

/** Messages, or what they cost; what was refunded or stopped by an opt-out counts only when it is asked for. */
function sum(rows: OutboundRow[], { all, credits }: { all: boolean; credits: boolean }): Block {
  const block: Block = { delivered: 0, sent: 0, failed: 0, failedRefunded: 0, failedOptout: 0, total: 0 };
  for (const row of rows) {
    const column = COLUMNS[row.record.providerStatus] ?? 'sent';
    if (!all && (column === 'failedRefunded' || column === 'failedOptout')) continue;
    const value = credits ? row.credits : 1;
    block[column] += value;
    block.total += value;
  }
  return block;
}
