/** ZoomConnect's four ways to write a date, all of them in the vendor's own zone, which has no summer time. */

export type DateFormat = 'yyyyMMddHHmm' | 'yyyyMMdd' | 'dd-MM-yyyy' | 'yyyyMMddHHmmss';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

type Field = 'yyyy' | 'MM' | 'dd' | 'HH' | 'mm' | 'ss';

const FIELDS = /yyyy|MM|dd|HH|mm|ss/g;

export function formatDate(time: number, format: DateFormat, zoneHours: number): string {
  const [date = '', clock = ''] = new Date(time + zoneHours * HOUR).toISOString().split('T');
  const [yyyy = '', MM = '', dd = ''] = date.split('-');
  const [HH = '', mm = '', ss = ''] = clock.slice(0, 8).split(':');
  const fields: Record<Field, string> = { yyyy, MM, dd, HH, mm, ss };
  return format.replace(FIELDS, (field) => fields[field as Field]);
}

/** Epoch ms of the moment that `text` begins; null when it is no date of that format. */
export function parseDate(text: string, format: DateFormat, zoneHours: number): number | null {
  if (text.length !== format.length) return null;
  const at = (field: Field, absent: number): number => {
    const start = format.indexOf(field);
    return start < 0 ? absent : Number(text.slice(start, start + field.length));
  };
  const local = Date.UTC(at('yyyy', 0), at('MM', 1) - 1, at('dd', 1), at('HH', 0), at('mm', 0), at('ss', 0));
  const time = local - zoneHours * HOUR;
  // The 31st of February, a letter or a blank do not come back as they went in.
  return Number.isNaN(time) || formatDate(time, format, zoneHours) !== text ? null : time;
}

/** A date in an answer. */
export function writeDate(
  time: number | null,
  style: 'compact' | 'iso' | 'epoch',
  zoneHours: number,
): string | number | null {
  if (time === null) return null;
  if (style === 'epoch') return time;
  return style === 'iso' ? new Date(time).toISOString() : formatDate(time, 'yyyyMMddHHmm', zoneHours);
}
