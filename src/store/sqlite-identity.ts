/** Which files a store has on the disk, whatever their names stand for by now. */
import fs from 'node:fs';
import path from 'node:path';

/** Device and inode of the file and of its journal; null where there is none. */
export interface Identity {
  main: string | null;
  journal: string | null;
}

export function identityOf(file: string): Identity {
  return { main: inodeOf(file), journal: inodeOf(`${file}-wal`) };
}

/** The journal gets the same rights from SQLite. Only a new file is touched: to close it would end a lock on it. */
export function createPrivate(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Puts a copy in the place of a file that is gone; all of it is on the disk before it has the name. */
export function putInPlace(copy: string, file: string): void {
  const descriptor = fs.openSync(copy, 'r+');
  fs.fsyncSync(descriptor);
  fs.closeSync(descriptor);
  fs.rmSync(`${file}-wal`, { force: true });
  fs.renameSync(copy, file);
}

function inodeOf(file: string): string | null {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}` : null;
}
