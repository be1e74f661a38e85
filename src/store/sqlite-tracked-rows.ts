/** A tracked message as a row of its table. */
import { isoOf } from '../sms/time';
import type { Receipt } from '../sms/types';
import type { TrackedMessage } from './store';

export interface Row {
  account: string;
  id: string;
  reference: string;
  recipient: string;
  accepted_at: number;
  ask_at: number;
  asked: number;
  final_by: number;
  final: number;
  turn: number;
  version: number;
  body: string;
}

/**
 * What has no column of its own, in the order of {@link messageOf}: every message is written, few are read, and half of
 * it would be names.
 */
export function bodyOf(message: TrackedMessage): string {
  const { owner, life, status, providerStatus, takenAt, dueAt, steps, context, report, receipt } = message;
  const flat = steps?.flatMap(({ status, at }) => [status, at]);
  const brief = receipt && isSaidBy(message, receipt) ? briefOf(receipt) : receipt;
  const due = dueAt === undefined ? [] : [dueAt];
  return JSON.stringify([owner, life, status, providerStatus, takenAt, flat, context, report, brief, ...due]);
}

export function messageOf(row: Row): TrackedMessage {
  const { account, id, reference, recipient: to, accepted_at: acceptedAt, asked, version } = row;
  const [owner, life, status, providerStatus, takenAt, flat, context, report, brief, dueAt] = JSON.parse(
    row.body,
  ) as Body;
  const known = { id, account, to, acceptedAt: isoOf(acceptedAt), reference };
  return {
    account,
    id,
    reference,
    owner,
    life,
    to,
    status,
    final: row.final === 1,
    providerStatus,
    acceptedAt,
    askAt: row.ask_at,
    asked,
    finalBy: row.final_by,
    context,
    version,
    report,
    receipt: Array.isArray(brief) ? receiptOf(known, brief) : brief,
    ...(takenAt === null ? {} : { takenAt }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(flat === null ? {} : { steps: stepsOf(flat) }),
  };
}

type Step = NonNullable<TrackedMessage['steps']>[number];

type Body = [
  owner: TrackedMessage['owner'],
  life: string,
  status: TrackedMessage['status'],
  providerStatus: string | null,
  takenAt: number | null,
  steps: (string | number)[] | null,
  context: unknown,
  report: TrackedMessage['report'],
  receipt: Receipt | Brief | null,
  dueAt?: number,
];

/** What the row says of a receipt. */
type Known = Pick<Receipt, 'id' | 'account' | 'to' | 'acceptedAt' | 'reference'>;

/** What else is in a receipt, in the order in which it is stored. */
const REST = Object.keys({
  provider: true,
  accountName: true,
  sender: true,
  text: true,
  parts: true,
  alphabet: true,
  status: true,
  providerStatus: true,
  raw: true,
  batch: true,
} satisfies Record<Exclude<keyof Receipt, keyof Known>, true>) as Exclude<keyof Receipt, keyof Known>[];

/** A receipt without what the row says. */
type Brief = unknown[];

function isSaidBy({ id, account, to, reference, acceptedAt }: TrackedMessage, receipt: Receipt): boolean {
  return (
    receipt.id === id &&
    receipt.account === account &&
    receipt.to === to &&
    receipt.reference === reference &&
    receipt.acceptedAt === isoOf(acceptedAt)
  );
}

function briefOf(receipt: Receipt): Brief {
  return REST.map((name) => receipt[name]);
}

function receiptOf(known: Known, brief: Brief): Receipt {
  const receipt = { ...known, ...Object.fromEntries(REST.map((name, i) => [name, brief[i]])) } as Receipt;
  // JSON has made null of one that has none.
  if (receipt.batch === null) delete receipt.batch;
  return receipt;
}

function stepsOf(flat: readonly (string | number)[]): Step[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({ status: flat[2 * i], at: flat[2 * i + 1] }) as Step);
}
