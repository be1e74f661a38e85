/** How far a message is: which of two words about it is the later one. */
import type { ProviderReport } from '../providers/provider';
import type { Status } from '../sms/types';

export const RANK: Record<Status, number> = {
  scheduled: 0,
  queued: 1,
  sent: 2,
  unknown: 3,
  delivered: 9,
  failed: 9,
  expired: 9,
  received: 9,
};

type Word = Pick<ProviderReport, 'status' | 'final' | 'providerStatus' | 'reply'>;

/** Nothing follows a final status but a reply; otherwise a later stage, or another word for the same stage. */
export function isForward(was: Word, heard: Word): boolean {
  if (heard.reply && !was.reply) return true;
  if (was.final) return false;
  const [before, is] = [RANK[was.status], heard.final ? 9 : RANK[heard.status]];
  return is > before || (is === before && heard.providerStatus !== was.providerStatus);
}
