/** The store that forgets: everything is gone with the process. */
import { MemoryMarks } from './memory-marks';
import { MemoryOutbox } from './memory-outbox';
import { MemoryTracked } from './memory-tracked';
import type { Store } from './store';

export function memoryStore(): Store {
  return {
    outbox: new MemoryOutbox(),
    tracked: new MemoryTracked(),
    marks: new MemoryMarks(),
    rates: null,
    open: async () => {},
    close: async () => {},
  };
}
