/** Files for stores, each in a folder of its own, gone when the tests are over. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** For a file that nobody has to know of. */
export const UNOBSERVED = { adopt() {}, committed() {}, undone() {} };

const made: string[] = [];
process.once('exit', () => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
});

/** The path of a file that does not exist yet, nor its folder. */
export function newFile(parent = os.tmpdir()): string {
  const folder = fs.mkdtempSync(path.join(parent, 'sms-store-'));
  made.push(folder);
  return path.join(folder, 'sms', 'store.db');
}
