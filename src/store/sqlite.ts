/** The embedded store: everything in one SQLite file, through Node's own node:sqlite. */
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
  /** Days for which a message is remembered after its final status, one at least. 30 unless said otherwise. */
  keepDays?: number;
}

/**
 * Opened by its first call. What was being sent when the process ended is `unknown` from then on, with its `startedAt`.
 * A call rejects with SMS_STORE when Node has no node:sqlite, when the file is in use, damaged, of a later version, not
 * to be written, when the disk is full; after the trouble is over, the next call works.
 */
export function embeddedStore({ file, keepDays = 30 }: EmbeddedStoreOptions): Store {
  const sqliteFile: SqliteFile = new SqliteFile(file, {
    adopt: () => {
      outbox.adopt();
      marks.forget();
      pruning.begin();
    },
    committed: () => outbox.committed(),
    undone: () => {
      outbox.undone();
      marks.forget();
    },
  });
  const commits = new Commits(sqliteFile);
  const outbox = new SqliteOutbox(sqliteFile, commits);
  const tracked = new SqliteTracked(sqliteFile, commits);
  const marks = new SqliteMarks(sqliteFile, commits);
  const pruning = new Pruning(sqliteFile, commits, keepDays);
  const close = async () => {
    pruning.close();
    commits.close();
    sqliteFile.close();
  };
  return { outbox, tracked, marks, rates: null, open: () => commits.open(), close };
}
