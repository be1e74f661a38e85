/** The newest messages of an account, each with its life line: those in the outbox, those accepted, those refused. */
import type { Status } from '../sms/types';
import type { OutboxEntry, OutboxState, TrackedMessage } from '../store';
import type { Account } from './account';
import type { Refusal } from './refusals';

/** `taken` in by the outbox; then as the vendor tells, or `refused` when it never had it. */
export type Stage = 'taken' | 'refused' | OutboxState | Status;

export interface Step {
  stage: Stage;
  /** ISO 8601. */
  at: string;
}

export interface NewMessage {
  reference: string;
  /** The vendor's; null before it has the message. */
  id: string | null;
  to: string;
  text: string;
  parts: number;
  stage: Stage;
  /** Nothing more will come of it. */
  final: boolean;
  /** Its life so far, the oldest first. */
  steps: Step[];
  /** When it is to leave; null for as soon as possible, or long ago. */
  due: string | null;
  attempts: number | null;
  /** The vendor's own word, or why it was not sent. */
  said: string | null;
}

/**
 * Those of the outbox in front, no more than a quarter: of a campaign that waits it is enough to see what leaves next.
 * Then by time, the newest first. @throws SmsError SMS_STORE
 */
export async function newest(account: Account, limit: number): Promise<NewMessage[]> {
  const { outbox, tracked } = account.settings.store;
  const few = Math.ceil(limit / 4);
  const listed = UNDER_WAY.map((state) => outbox.list(account.id, state, { limit: few }));
  const [entries, accepted, refusals] = await Promise.all([
    Promise.all(listed),
    tracked.recent(account.id, limit),
    account.history.refusals(limit),
  ]);
  const settled = [...accepted.map(ofTracked), ...refusals.map(ofRefusal)].sort(byTime);
  const known = new Set(settled.map(({ reference }) => reference));
  // One that was accepted between two looks is told as accepted.
  const waiting = entries.flat().filter(({ reference }) => !known.has(reference));
  return [...waiting.slice(0, few).map(ofEntry).sort(byTime), ...settled].slice(0, limit);
}

/** Held ones are told apart: a person is to decide about them. */
const UNDER_WAY: readonly OutboxState[] = ['sending', 'unknown', 'waiting'];

function byTime(a: NewMessage, b: NewMessage): number {
  return Date.parse(b.steps[0]?.at ?? '') - Date.parse(a.steps[0]?.at ?? '');
}

function ofEntry({
  reference,
  to,
  text,
  parts,
  state,
  attempts,
  createdAt,
  startedAt,
  ...entry
}: OutboxEntry): NewMessage {
  const steps: Step[] = [{ stage: 'taken', at: iso(createdAt) }];
  if (state !== 'waiting') steps.push({ stage: state, at: iso(startedAt) });
  const due = state === 'waiting' && entry.notBefore > Date.now() ? iso(entry.notBefore) : null;
  const said = entry.said?.providerMessage ?? entry.said?.providerCode ?? null;
  return { reference, id: null, to, text, parts, stage: state, final: false, steps, due, attempts, said };
}

function ofTracked(message: TrackedMessage): NewMessage {
  const { reference, id, to, receipt, status, final, acceptedAt, takenAt = acceptedAt, report } = message;
  const told = message.steps ?? [{ status, at: acceptedAt }];
  const steps = [{ stage: 'taken' as const, at: iso(takenAt) }, ...told.map((step) => stepOf(step.status, step.at))];
  const said = report?.description || message.providerStatus;
  const { text = '', parts = 0 } = receipt ?? {};
  return { reference, id, to, text, parts, stage: status, final, steps, due: null, attempts: null, said };
}

function ofRefusal({ reference, to, text, parts, takenAt, at, message }: Refusal): NewMessage {
  const steps = [stepOf('taken', takenAt), stepOf('refused', at)];
  const rest = { id: null, final: true, due: null, attempts: null, said: message };
  return { reference, to, text, parts, stage: 'refused', steps, ...rest };
}

function stepOf(stage: Stage, at: number): Step {
  return { stage, at: iso(at) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
