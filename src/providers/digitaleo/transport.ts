/** Which way an account's messages go, and what the ways without HTTP have in common. */
import { SmsError } from '../../sms/errors';
import type { Settings } from '../provider';
import type { Session } from '../session';

export type Transport = 'https' | 'smtp' | 'ftp';

/** What there is to show for a file that was taken. */
export interface Delivered {
  name: string;
  /** The server's own word. */
  response: string;
}

/** Brings one file to the vendor. @throws SmsError that says whether it may have been taken */
export type Carrier = (session: Session, file: string, name: string) => Promise<Delivered>;

/** @throws SmsError SMS_CONFIG */
export function transportOf({ transport }: Settings): Transport {
  if (transport === undefined || transport === null || transport === '') return 'https';
  if (transport === 'https' || transport === 'smtp' || transport === 'ftp') return transport;
  throw new SmsError(
    'SMS_CONFIG',
    `The transport '${String(transport).slice(0, 40)}' is none: choose https, smtp or ftp.`,
  );
}

/** A setting that is text. @throws SmsError SMS_CONFIG when it is needed and not there */
export function setting(settings: Settings, name: string, usual = ''): string {
  const given = settings[name];
  const value = (typeof given === 'string' ? given.trim() : '') || usual;
  if (value !== '') return value;
  throw new SmsError('SMS_CONFIG', `The account lacks ${name}: open it and fill it in.`);
}

export function flag(settings: Settings, name: string): boolean {
  return settings[name] === true || settings[name] === 'true';
}

/** @throws SmsError SMS_CONFIG */
export function portOf(settings: Settings, name: string, usual: number): number {
  const given = settings[name];
  const port = given === undefined || given === null || given === '' ? usual : Number(given);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new SmsError('SMS_CONFIG', `${name} must be a port, from 1 to 65535.`);
}

/** One address, in one line. @throws SmsError SMS_CONFIG */
export function asAccount(address: string, name: string): void {
  if (/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) return;
  throw new SmsError('SMS_CONFIG', `${name} must be one e-mail address.`);
}
