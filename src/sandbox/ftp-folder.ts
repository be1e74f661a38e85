/** The files of one FTP user, in memory. */
import { posix } from 'node:path';

interface Entry {
  content: Buffer;
  /** Epoch ms. */
  at: number;
}

const MOST = 1000;
/** Of all files of a user; the oldest go. */
const MAX_SIZE = 64 * 1024 * 1024;

export function createFolder(now: () => number) {
  const files = new Map<string, Entry>();
  const folders = new Set(['/']);
  const inside = (path: string, folder: string): boolean => path !== '/' && posix.dirname(path) === folder;
  return {
    hasFolder: (path: string): boolean => folders.has(path),
    get: (path: string): Buffer | undefined => files.get(path)?.content,
    /** ISO 8601 UTC. */
    timeOf: (path: string): string | undefined => {
      const entry = files.get(path);
      return entry && new Date(entry.at).toISOString();
    },
    put(path: string, content: Buffer): void {
      files.delete(path);
      files.set(path, { content, at: now() });
      let size = 0;
      for (const file of [...files].reverse()) {
        size += file[1].content.length;
        if (size > MAX_SIZE) files.delete(file[0]);
      }
    },
    remove(path: string): void {
      files.delete(path);
    },
    make(path: string): boolean {
      const possible =
        folders.has(posix.dirname(path)) && !folders.has(path) && !files.has(path) && folders.size < MOST;
      if (possible) folders.add(path);
      return possible;
    },
    removeFolder(path: string): boolean {
      const isEmpty = ![...files.keys(), ...folders].some((one) => inside(one, path));
      return path !== '/' && isEmpty && folders.delete(path);
    },
    /** What is in a folder, or one file: each with its line as `ls -l` writes it. */
    list(path: string): { name: string; line: string }[] {
      const dirs = [...folders].filter((one) => inside(one, path)).map((one) => row('d', one, 0, now()));
      const mine = [...files].filter(([one]) => one === path || inside(one, path));
      return [...dirs, ...mine.map(([one, { content, at }]) => row('-', one, content.length, at))];
    },
  };
}

function row(kind: 'd' | '-', path: string, size: number, at: number): { name: string; line: string } {
  const name = posix.basename(path);
  const [, month = '', day = '', year = ''] = /^\w+ (\w+) (\d+) (\d+)/.exec(new Date(at).toDateString()) ?? [];
  return { name, line: `${kind}rw-r--r-- 1 ftp ftp ${String(size).padStart(10)} ${month} ${day}  ${year} ${name}` };
}
