/** Belgian local time with its offset, as `2016-12-28T16:51:40.727+01:00`: how Enco writes a timestamp. */

const BRUSSELS = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Brussels',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** @param time epoch ms or anything `Date` reads */
export function belgianTime(time: number | string): string {
  const instant = new Date(time).getTime();
  const offset = offsetAt(instant);
  const local = new Date(instant + offset).toISOString().slice(0, -1);
  return `${local}+${String(offset / HOUR).padStart(2, '0')}:00`;
}

const HOUR = 3_600_000;
/** Clocks change on the hour, so one answer serves the whole of it: logs are long, and the calendar is slow. */
let known = { hour: Number.NaN, offset: 0 };

/** Milliseconds by which Belgian clocks are ahead of UTC: one hour, or two in summer. */
function offsetAt(instant: number): number {
  const hour = Math.floor(instant / HOUR);
  if (known.hour !== hour) known = { hour, offset: wallClock(hour * HOUR) - hour * HOUR };
  return known.offset;
}

/** What a Belgian clock shows, read as if it were UTC. */
function wallClock(instant: number): number {
  const parts = new Map(BRUSSELS.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}
