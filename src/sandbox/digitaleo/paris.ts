/** Paris local time without a zone, as `2017-05-07 11:12:25`: how Digitaleo writes a date (§3.4.1; the zone is an assumption). */
import { belgianTime } from '../belgium';

/** @param time epoch ms or anything `Date` reads */
export function parisTime(time: number | string): string {
  // Clocks in France and Belgium have been the same since 1977.
  return belgianTime(time).slice(0, 19).replace('T', ' ');
}

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2}))?)?$/;

/** Epoch ms of a Paris date, with or without its time; undefined for one that is in no calendar. */
export function parisInstant(date: string): number | undefined {
  const [, day, minute = '00:00', second = '00'] = DATE.exec(date) ?? [];
  const asUtc = day === undefined ? Number.NaN : Date.parse(`${day}T${minute}:${second}Z`);
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 10) !== day) return undefined;
  const offsets = [asUtc, asUtc - 2 * HOUR].map((near) => Date.parse(`${parisTime(near).replace(' ', 'T')}Z`) - near);
  const fitting = offsets
    .map((offset) => asUtc - offset)
    .find((instant) => parisTime(instant).replace(' ', 'T') === `${day}T${minute}:${second}`);
  return fitting ?? asUtc - HOUR;
}

const HOUR = 3_600_000;
