/** What a run under load was to keep, as a list of what it did not; and its figures, as a table. */
import type { Census } from './ear.ts';
import { LINES, type Message } from './lines.ts';
import type { LoadResult } from './run.ts';

/** Megabytes that the heap may grow by while messages pass, and by all the deploys. */
export const MOST_GROWTH = 12;

/** Nothing of these was written to the vendor. */
const NOT_SENT = new Set(['SMS_UNREACHABLE', 'SMS_RATE_LIMITED', 'SMS_EXPIRED']);

/** One sentence for each thing that is not as promised. */
export function problemsOf(result: LoadResult): string[] {
  const { given, finals, complaints, underWay, before, running, after, vendor } = result;
  const [once, many] = running;
  return [
    ...given.flatMap((message) => problemOf(message, result)),
    ...[...finals].filter(([, count]) => count > 1).map(([key, count]) => `${key}: ${count} final reports`),
    ...(underWay > 0 ? [`${underWay} messages are under way, though all have been told of`] : []),
    ...grown(result).map((sentence) => `The heap has grown: ${sentence}`),
    ...differences('Listening after many deploys', many.listeners, once.listeners),
    ...differences('Alive after many deploys', made(many), made(once)),
    ...differences('Alive with nothing deployed', after.objects, before.objects),
    ...(after.files + after.sockets + vendor.open > 0
      ? [`Open with nothing deployed: ${after.files} files, ${after.sockets} sockets, ${vendor.open} at the vendor`]
      : []),
    ...complaints.slice(0, 10),
  ];
}

/** As Markdown. */
export function tablesOf({ given, ends, finals, vendor, phases, settled, heap, running, after }: LoadResult): string {
  const megabytes = (census: Census) => (census.heap / 2 ** 20).toFixed(1);
  const spoiled = Object.entries(vendor.spoiled);
  return [
    row('account', 'rate', 'queue', 'accepted', 'not sent', 'uncertain', 'final report'),
    row('---', '---:', '---', '---:', '---:', '---:', '---:'),
    ...LINES.map(({ id, rate, queue }) => {
      const own = given.filter(({ line }) => line === id);
      const codes = own.map(({ key }) => ends.get(key)?.[0]);
      const count = (holds: (code: string | null | undefined) => boolean) => codes.filter(holds).length;
      return row(
        ...[id, rate || 'unlimited', queue ? 'on' : 'off', count((code) => code === null)],
        ...[count((code) => NOT_SENT.has(String(code))), count((code) => code === 'SMS_UNCERTAIN')],
        own.filter(({ key }) => finals.has(key)).length,
      );
    }),
    '',
    row('', 'messages', 'seconds', 'event loop late, median', 'p99', 'most'),
    row('---', '---:', '---:', '---:', '---:', '---:'),
    ...phases.map(({ title, messages, seconds, delay: { median, p99, max } }) =>
      row(title, messages, seconds.toFixed(1), ...[median, p99, max].map((late) => `${late.toFixed(1)} ms`)),
    ),
    '',
    row('seconds until so much was settled, without a deploy', '50 %', '99 %', '100 %'),
    row('---', '---:', '---:', '---:'),
    ...Object.entries(settled).map(([id, { half, most, all }]) =>
      row(id, ...[half, most, all].map((seconds) => seconds.toFixed(1))),
    ),
    '',
    row('heap in use, after a collection', 'MB'),
    row('---', '---:'),
    ...heap.map(({ percent, megabytes: used }) => row(`${percent} % settled`, used.toFixed(1))),
    row('after the deploys', megabytes(running[1])),
    row('nothing deployed', megabytes(after)),
    '',
    row('what the vendor did to calls', 'of', vendor.calls),
    row('---', '---', '---:'),
    ...spoiled.map(([fault, count]) => row(fault, '', count)),
    row('cut a connection as soon as it was there', '', vendor.refused),
  ].join('\n');
}

function row(...cells: (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A message has one end, which is true. */
function problemOf({ key, line }: Message, { ends, vendor }: LoadResult): string[] {
  const all = ends.get(key) ?? [];
  const [end] = all;
  const accepted = vendor.accepted[key] ?? 0;
  const name = `${key} (${line})`;
  if (all.length !== 1) return [`${name}: ${all.length} ends (${all.join(', ')})`];
  if (accepted > 1) return [`${name}: accepted ${accepted} times`];
  if (end === null && accepted === 0) return [`${name}: a receipt, and the vendor does not know it`];
  if (NOT_SENT.has(String(end)) && accepted > 0) return [`${name}: ${end}, and the vendor has it`];
  return end === null || end === 'SMS_UNCERTAIN' || NOT_SENT.has(String(end)) ? [] : [`${name}: ${end}`];
}

function grown({ heap, running }: LoadResult): string[] {
  const [first] = heap;
  const limit = (first?.megabytes ?? 0) + MOST_GROWTH;
  const all = [...heap.map(({ percent, megabytes }) => [`at ${percent} %`, megabytes] as const)];
  const measured = [...all, ['after the deploys', running[1].heap / 2 ** 20] as const];
  return measured.filter(([, used]) => used > limit).map(([when, used]) => `${used.toFixed(1)} MB ${when}`);
}

/** Timers come and go while messages are followed. */
function made({ objects: { timer: _, ...classes } }: Census): Record<string, number> {
  return classes;
}

/** What there is more of than there was. */
function differences(what: string, now: Record<string, number>, then: Record<string, number>): string[] {
  const more = Object.entries(now).filter(([name, count]) => count > (then[name] ?? 0));
  return more.map(([name, count]) => `${what}: ${name} ${count}, and ${then[name] ?? 0} before`);
}
