/** What a process leaves behind that dies at this moment. */
import fs from 'node:fs';
import { newFile } from '../store/sqlite-files.ts';

/** A copy of an embedded store as it is on the disk now; its path. */
export function crashed(file: string): string {
  const copy = newFile();
  fs.mkdirSync(copy.slice(0, copy.lastIndexOf('/')), { recursive: true });
  for (const suffix of ['', '-wal']) if (fs.existsSync(file + suffix)) fs.copyFileSync(file + suffix, copy + suffix);
  return copy;
}
