/** A store in a file whose process "dies" at a moment of the test: from then on it answers nobody, and another opens what was written. */
import fs from 'node:fs';
import path from 'node:path';
import { embeddedStore, type Store } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';

export interface Mortal {
  store: Store;
  /** The store of the next life, on the bytes that are in the file now. */
  die(): Store;
  /** Lets go of those who still wait for the dead one. */
  bury(): void;
}

export function mortal(): Mortal {
  const file = newFile();
  const real = embeddedStore({ file });
  const waiting: ((error: Error) => void)[] = [];
  let state: 'alive' | 'dead' | 'buried' = 'alive';

  function part<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const method = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
        // Touches no file.
        if (name === 'draft') return method.bind(target);
        return (...given: unknown[]) => {
          const gone = new Promise((_resolve, reject) => waiting.push(reject));
          gone.catch(() => {});
          if (state === 'buried') return Promise.reject(new Error('the process is dead'));
          if (state === 'dead') return gone;
          // What it was answering when it died it never answers.
          return method.apply(target, given).then((answer) => (state === 'alive' ? answer : gone));
        };
      },
    });
  }

  const { outbox, tracked, marks, rates } = real;
  return {
    store: {
      outbox: part(outbox),
      tracked: part(tracked),
      marks: part(marks),
      rates,
      open: () => real.open(),
      close: () => real.close(),
    },
    die() {
      state = 'dead';
      const next = newFile();
      fs.cpSync(path.dirname(file), path.dirname(next), { recursive: true });
      return embeddedStore({ file: next });
    },
    bury() {
      state = 'buried';
      for (const reject of waiting) reject(new Error('the process is dead'));
    },
  };
}
