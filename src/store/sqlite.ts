/** The embedded store: everything in one SQLite file, through Node's own node:sqlite. */
import { SmsError } from '../sms/errors';
import { Commits } from './sqlite-commits';
import { SqliteFile } from './sqlite-file';
import { SqliteMarks } from './sqlite-marks';
import { SqliteOutbox } from './sqlite-outbox';
import { Pruning } from './sqlite-prune';
import { SqliteTracked } from './sqlite-tracked';
import type { Store } from './store';

export interface EmbeddedStoreOptions {
  /** Path of the file; it and its folder are made when they are not there. One process at a time may have it open. */
  file: string;
  /** Days for which a message is remembered after its final status. 30 unless said otherwise. */
  keepDays?: number;
}

/**
 * Opens the store. What was being sent when the process ended is `unknown` from now on, with its `startedAt`.
 * After a trouble with the file (a full disk, say) is over, the next call works again.
 * @throws SmsError SMS_STORE: no node:sqlite, the file in use, damaged, of a later version, not to be written …
 */
export async function embeddedStore({ file, keepDays = 30 }: EmbeddedStoreOptions): Promise<Store> {
  const sqliteFile: SqliteFile = new SqliteFile(await sqlite(), file, () => {
    outbox.adopt();
    tracked.adopt();
  });
  const commits = new Commits(sqliteFile);
  const outbox = new SqliteOutbox(sqliteFile, commits);
  const tracked = new SqliteTracked(sqliteFile, commits);
  sqliteFile.open();
  const pruning = new Pruning(sqliteFile, commits, keepDays);
  const close = async () => {
    pruning.close();
    commits.close();
    sqliteFile.close();
  };
  return { outbox, tracked, marks: new SqliteMarks(sqliteFile, commits), close };
}

async function sqlite(): Promise<typeof import('node:sqlite')> {
  try {
    return await import('node:sqlite');
  } catch (error) {
    throw new SmsError(
      'SMS_STORE',
      `Node ${process.version} has no node:sqlite; update Node to 22.13 or newer, or choose another kind of store.`,
      { cause: error },
    );
  }
}
