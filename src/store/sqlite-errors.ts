/** What SQLite says went wrong, in a sentence that says what to do. */
import { SmsError } from '../sms/errors';

interface Trouble {
  /** What is the matter and what to do, after the file's name. */
  says: string;
  /** The connection is of no use any more: a new one is made for the next call. */
  reconnect?: true;
  /** What the file holds may become something else before it is of use again. */
  damaged?: true;
  /** It is the call's own fault; others in the same transaction are not to suffer. */
  own?: true;
}

/** By the primary result code, https://www.sqlite.org/rescode.html. */
const TROUBLES: Record<number, Trouble> = {
  5: {
    says: 'is in use by another process or by another store of this one; each Node-RED needs a file of its own.',
    reconnect: true,
  },
  7: { says: 'could not be used for want of memory; free some.' },
  8: {
    says: 'cannot be written to; give the user that runs Node-RED the right to write the file and its folder.',
    reconnect: true,
  },
  10: { says: 'could not be read or written; look after the disk.' },
  11: {
    says: 'is damaged; stop Node-RED, and put a copy in its place or move it away.',
    reconnect: true,
    damaged: true,
  },
  13: { says: 'could not grow, the disk is full; free some space.' },
  14: {
    says: 'could not be opened; see that its folder exists and that the user that runs Node-RED may write there.',
    reconnect: true,
  },
  19: { says: 'refused what is there already.', own: true },
  23: { says: 'cannot be written to; give the user that runs Node-RED the right to write the file.', reconnect: true },
  26: {
    says: 'is no database; stop Node-RED, and put a copy in its place or move it away.',
    reconnect: true,
    damaged: true,
  },
};
const UNFORESEEN: Trouble = { says: 'could not do it.', own: true };
/** The first byte of SQLite's extended codes is the primary one. */
const PRIMARY = 0xff;

/** The codes of node:fs that have a sentence of their own; the others are about what can be opened. */
const OF_FILES: Record<string, number> = { ENOSPC: 13, EDQUOT: 13, EROFS: 8, EIO: 10 };
const CANTOPEN = 14;

/** What is the matter with the file; null for an error that is not SQLite's nor the file system's. */
export function troubleOf(error: unknown): Trouble | null {
  if (!(error instanceof Error)) return null;
  if ('errcode' in error) return TROUBLES[Number(error.errcode) & PRIMARY] ?? UNFORESEEN;
  if ('syscall' in error && 'code' in error) return TROUBLES[OF_FILES[String(error.code)] ?? CANTOPEN] ?? null;
  return null;
}

/** Any error as SMS_STORE, retryable where another try may do better. */
export function storeError(error: unknown, file: string): SmsError {
  if (error instanceof SmsError) return error;
  const trouble = troubleOf(error) ?? UNFORESEEN;
  const detail = error instanceof Error ? error.message : String(error);
  return new SmsError('SMS_STORE', `The store ${file} ${trouble.says} (${detail})`, {
    retryable: !trouble.own,
    cause: error,
  });
}
