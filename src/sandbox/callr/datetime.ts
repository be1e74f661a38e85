/** CALLR's way of writing times: `YYYY-MM-DD HH:MM:SS`, always UTC. */

/** What stands for a time that is not yet. */
export const NEVER = '0000-00-00 00:00:00';

const DATETIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** @param iso ISO 8601 UTC with milliseconds */
export function toDatetime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** With milliseconds, as the status history has it. */
export function toPreciseDatetime(iso: string): string {
  return iso.slice(0, 23).replace('T', ' ');
}

/** Epoch ms; undefined for what is no such time, 31 February among them. */
export function parseDatetime(text: string): number | undefined {
  if (!DATETIME.test(text)) return undefined;
  const time = Date.parse(`${text.replace(' ', 'T')}.000Z`);
  return !Number.isNaN(time) && toDatetime(new Date(time).toISOString()) === text ? time : undefined;
}
