/** CALLR's export job: a CSV made in the background, told of by webhook, fetched over HTTP. */
import type { Answer } from '../server';
import { storyOf } from '../stories';
import type { Account, Call, Callr } from './account';
import { newHid } from './account';
import { optional, text } from './check';
import { wrongValue } from './rpc';
import type { Filters } from './search';
import { matching, readFilters } from './search';
import type { Sms } from './sms';
import { entriesOf } from './sms';
import type { Hook } from './webhooks';
import { pushEvent, readHook } from './webhooks';

export interface Job {
  id: string;
  account: Account;
  status: string;
  filters: Filters;
  hook?: Hook;
  /** Names the file in its address. */
  file: string;
  csv: string | null;
}

export const EXPORTS = '/exports/';

/** Older jobs are forgotten: each may hold the rows of every message. */
const MAX_JOBS = 100;

/** `sms.export_async(filters, webhook)`: answers the id of a job. */
export function exportAsync({ callr, account, params }: Call): string {
  const [filters, webhook] = params;
  const job: Job = {
    id: newHid(callr),
    account,
    status: 'PENDING',
    filters: optional(filters, (given) => readFilters(given, callr)) ?? { same: {} },
    hook: optional(webhook, (given) => readHook(given, callr)),
    file: callr.world.ids.hex(20),
    csv: null,
  };
  const { jobs, world } = callr;
  jobs.set(job.id, job);
  for (const oldest of jobs.keys()) if (jobs.size > MAX_JOBS) jobs.delete(oldest);
  world.clock.after(world.clock.delays.network, () => run(callr, job));
  return job.id;
}

/** PENDING → RUNNING → DONE, or ERROR for an export whose filter `to` has the story of a failed message. */
function run(callr: Callr, job: Job): void {
  const { clock } = callr.world;
  if (job.status !== 'PENDING') return;
  move(callr, job, 'RUNNING');
  clock.after(clock.delays.outcome, () => {
    if (job.status !== 'RUNNING') return;
    if (storyOf(job.filters.same.to ?? '').end?.status === 'failed') return move(callr, job, 'ERROR');
    job.csv = csv(matching(entriesOf(callr, job.account), job.filters));
    move(callr, job, 'DONE');
  });
}

function move(callr: Callr, job: Job, status: string): void {
  job.status = status;
  pushEvent(callr, job.account, 'job.status_update', job.id, jobObject(callr, job), job.hook);
}

/** `jobs.get(id)`. */
export function getJob(call: Call): object {
  return jobObject(call.callr, jobOf(call));
}

/** `jobs.cancel(id)`: true, or false when the job is over; assumption. */
export function cancelJob(call: Call): boolean {
  const job = jobOf(call);
  if (job.status !== 'PENDING' && job.status !== 'RUNNING') return false;
  move(call.callr, job, call.callr.assume.cancelledStatus);
  return true;
}

function jobOf({ callr, account, params }: Call): Job {
  const job = callr.jobs.get(text(params[0], 'id'));
  if (job?.account !== account) throw wrongValue('id');
  return job;
}

/** The Job object; its fields are an assumption. */
function jobObject({ world }: Callr, { id, status, csv, file }: Job): object {
  const result = csv === null ? null : { url: `${world.origin}${EXPORTS}${file}.csv` };
  return { id, type: 'sms.export', status, result };
}

/** The file at that address, if there is one. */
export function exported({ jobs }: Callr, path: string): { account: Account; answer: Answer } | undefined {
  const job = [...jobs.values()].find(({ file, csv }) => csv !== null && path === `${EXPORTS}${file}.csv`);
  if (!job) return undefined;
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${job.id}.csv"`,
  };
  return { account: job.account, answer: { status: 200, headers, body: job.csv ?? '' } };
}

const COLUMNS: readonly (keyof Sms)[] = [
  'hash',
  'type',
  'from',
  'to',
  'text',
  'encoding',
  'parts',
  'nature',
  'user_data',
  'status',
  'status_error',
  'network',
  'b_customer_mode',
  'b_customer_debit',
  'date_creation',
  'date_update',
  'date_sent',
  'date_received',
];

/** RFC 4180, with a header; columns and separator are undocumented. */
function csv(rows: Sms[]): string {
  const lines = rows.map((sms) => COLUMNS.map((column) => field(String(sms[column] ?? ''))));
  return [COLUMNS, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function field(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
