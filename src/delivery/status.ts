/** Asking what became of messages, with the tracker's word where it knows more. */
import { verbOf } from '../providers/capabilities';
import type { ProviderReport } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { StatusReport } from '../sms/types';
import type { TrackedMessage } from '../store';
import type { Account } from './account';

type Answer = StatusReport | SmsError;

/** A report, or the reason why there is none, for each id in its order; one that is final is not asked about again. */
export async function statusOf(account: Account, ids: readonly string[]): Promise<Answer[]> {
  const known = new Map<string, Answer>();
  for (const id of ids) {
    const tracked = await account.tracker.find(id);
    // A message that was given up may have found its end since.
    if (tracked?.report?.final && !tracked.report.timedOut) known.set(id, tracked.report);
    else if (tracked && !(await account.tracker.mayAsk(id, account.provider.statusChecks ?? null)))
      known.set(id, tracked.report ?? atFirst(account, tracked));
  }
  const asked = [...new Set(ids.filter((id) => !known.has(id)))];
  if (asked.length > 0) {
    const answers = await verbOf(account.provider, 'status')(await account.vendor.session(), asked);
    for (const [i, id] of asked.entries()) known.set(id, await latest(account, id, answers[i]));
  }
  return ids.map((id) => known.get(id) ?? unknown(id));
}

/** What is known of a message of which nothing was heard since it was accepted. */
function atFirst(
  account: Account,
  { id, to, status, final, providerStatus, acceptedAt }: TrackedMessage,
): StatusReport {
  const updatedAt = new Date(acceptedAt).toISOString();
  const description = 'As it was accepted; the vendor lets nobody ask about it any more';
  return account.tracker.complete({ id, to, status, final, providerStatus, description, updatedAt, raw: null });
}

async function latest(account: Account, id: string, heard: ProviderReport | SmsError | undefined): Promise<Answer> {
  if (!heard) return unknown(id);
  if (heard instanceof SmsError) return heard.httpStatus === 404 ? unknown(id, heard) : heard;
  const moved = await account.tracker.report(heard);
  if (moved) return moved;
  // Old news: a status that the tracker had from elsewhere may be further.
  const tracked = await account.tracker.find(id);
  return tracked?.final && tracked.report ? tracked.report : account.tracker.complete(heard);
}

function unknown(id: string, refusal?: SmsError): SmsError {
  const sentence = `The vendor knows no message with the id '${id.slice(0, 60)}'. Give an id, or a receipt, of this account.`;
  return refusal ? refusal.as('SMS_REJECTED', sentence) : new SmsError('SMS_REJECTED', sentence);
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/** Asks at growing intervals until all are final; those that are not when the time is over are marked `timedOut`. */
export async function waitUntilFinal(
  account: Account,
  ids: readonly string[],
  time: number,
  signal: AbortSignal,
): Promise<Answer[]> {
  const end = Date.now() + time;
  let pause = FIRST_WAIT;
  for (;;) {
    const answers = await statusOf(account, ids);
    if (answers.every(isLast)) return answers;
    const left = end - Date.now();
    if (left <= 0 || signal.aborted) return answers.map(timedOut);
    await sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * 2, LONGEST_WAIT);
  }
}

/** A vendor that is out for a moment may answer the next time. */
function isLast(answer: Answer): boolean {
  return answer instanceof SmsError ? !answer.retryable : answer.final;
}

function timedOut(answer: Answer): Answer {
  return answer instanceof SmsError || answer.final ? answer : { ...answer, timedOut: true };
}

function sleep(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, time);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
