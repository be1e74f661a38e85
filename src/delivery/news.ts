/** A vendor's status queue, where reading removes: what was read is kept until it was told. */
import type { ProviderReport } from '../providers/provider';
import type { StatusReport } from '../sms/types';
import type { Account } from './account';

const KEPT_FOR = 30 * 24 * 3600_000;

/** A full answer means that there may be more; so many in a row are read at the most. */
const MOST_READINGS = 50;

/** Gives what is in the queue, and what an earlier reading left untold; returns how many reports came out. */
export async function drain(account: Account, limit: number, give: (report: StatusReport) => void): Promise<number> {
  let told = await tell(account, await leftOver(account), give);
  for (let readings = 0; readings < MOST_READINGS; readings += 1) {
    const reports = await account.takeNews(limit);
    await keep(account, reports);
    told += await tell(account, reports, give);
    if (reports.length < limit) break;
  }
  return told;
}

/** A message of ours is told as the tracker has it; the queue may also have those of others. */
async function tell(account: Account, reports: readonly ProviderReport[], give: (report: StatusReport) => void) {
  let told = 0;
  try {
    for (const report of reports) {
      give((await account.tracker.report(report)) ?? account.tracker.complete(report));
      told += 1;
    }
  } finally {
    await keep(account, reports.slice(told));
  }
  return told;
}

async function leftOver(account: Account): Promise<ProviderReport[]> {
  const left = await account.settings.store.marks.get(scope(account), UNTOLD);
  return left === null ? [] : (JSON.parse(left) as ProviderReport[]);
}

function keep(account: Account, reports: readonly ProviderReport[]): Promise<void> {
  const { marks } = account.settings.store;
  if (reports.length === 0) return marks.remove(scope(account), UNTOLD);
  return marks.set(scope(account), UNTOLD, JSON.stringify(reports), KEPT_FOR);
}

const UNTOLD = 'untold';

function scope(account: Account): string {
  return `news:${account.id}`;
}
