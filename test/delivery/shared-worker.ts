/** The inside of `startProcess`: an account on the shared store, and a node that says what it was told. */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Account } from '../../dist/src/delivery/account.js';
import { Accounts } from '../../dist/src/delivery/accounts.js';
import { LIFE } from '../../dist/src/delivery/life.js';
import { redisStore } from '../../dist/src/store/index.js';
import type { FromProcess, Heard, Setting, Work } from './shared-process.ts';
import { OWNER, request, STANDARD } from './support.ts';

const { url, prefix, line, hasNode = true, isMute = false } = workerData as Setting;
const tell = (message: FromProcess) => parentPort?.postMessage(message);

const store = redisStore({ url, prefix });
const accounts = new Accounts();
const account = new Account({ ...STANDARD, store, connect: async () => line }, accounts);
const references = new Map<string, string>();

function heard(word: Heard): unknown {
  tell({ kind: 'heard', heard: word });
  return isMute ? new Promise(() => {}) : undefined;
}

if (hasNode) {
  accounts.own(OWNER, {
    settled: ({ reference }, { error, receipt }) => {
      if (receipt) references.set(receipt.id, reference);
      return heard({ what: 'settled', reference, word: error?.code ?? 'accepted' });
    },
    moved: ({ id, status }) => heard({ what: 'moved', reference: references.get(id) ?? id, word: status }),
  });
}
accounts.add(account);

const works: { [K in keyof Work]: (...given: Parameters<Work[K]>) => Promise<ReturnType<Work[K]>> } = {
  take: async (to, sends) => {
    const entries = await Promise.all(to.map((number) => account.prepare(request(number, 'Hello'))));
    await (sends ? account.submit(entries) : store.outbox.add(entries));
    return entries.map(({ reference }) => reference);
  },
  resume: () => account.resume(),
  report: async (reference, status) => {
    const id = await account.tracker.idOf(reference);
    const said = { status, final: status === 'delivered', providerStatus: status, description: '' };
    await account.tracker.report({ id: id ?? '', to: '', ...said, updatedAt: new Date().toISOString(), raw: null });
  },
  accepted: async (reference) => {
    while ((await account.tracker.idOf(reference)) === null) await pause(2);
  },
  news: async (reader) => {
    account.attendNews(reader, true);
    const told: string[] = [];
    await account.news({ reader, limit: 100, every: null }, ({ id }) => told.push(id));
    const known = await Promise.all(told.map((id) => account.tracker.find(id)));
    return known.map((message) => message?.reference ?? '');
  },
};

parentPort?.on('message', ({ nth, name, given }: { nth: number; name: keyof Work; given: never[] }) => {
  (works[name] as (...given: unknown[]) => Promise<unknown>)(...given).then(
    (answer) => tell({ kind: 'answer', nth, answer }),
    (error: Error) => tell({ kind: 'answer', nth, error: String(error.stack) }),
  );
});
await store.open();
tell({ kind: 'begun', life: LIFE });
