/** Many who tell of one message at the same moment, in processes that share a store: it only moves forward, each move told once. */
import assert from 'node:assert/strict';
import { postOf } from '../../dist/src/delivery/post.js';
import { Tracker } from '../../dist/src/delivery/tracker.js';
import type { Receipt, Status, StatusReport } from '../../dist/src/sms/types.js';
import type { Store } from '../../dist/src/store/index.js';
import { failing, STORES, wait } from './support.ts';

const ACCOUNT = { provider: 'enco', account: 'account', accountName: 'Account' };
const RANK: Partial<Record<Status, number>> = { queued: 1, sent: 2, unknown: 3, delivered: 9 };

const receipt = (id: string): Receipt => ({
  ...{ ...ACCOUNT, id, to: '+3201', sender: null, text: 'Hello', parts: 1, alphabet: 'GSM-7', status: 'queued' },
  ...{ providerStatus: '0', acceptedAt: new Date().toISOString(), reference: `reference of ${id}`, raw: null },
});

function shuffled<T>(things: T[]): T[] {
  return things
    .map((thing) => ({ thing, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing);
}

for (const [kind, make] of STORES) {
  describe(`reports at the same moment, in a store that is ${kind}`, () => {
    let store: Store;
    let told: StatusReport[] = [];
    const open: Tracker[] = [];
    beforeEach(() => {
      store = make();
      told = [];
    });
    afterEach(async () => {
      for (const tracker of open.splice(0)) await tracker.close();
      await store.close();
    });

    function tracker(more: Partial<Store> = {}): Tracker {
      const post = postOf(store);
      const own = new Tracker({
        ...{
          account: ACCOUNT,
          store: { ...store, ...more }.tracked,
          marks: store.marks,
          post,
          finalWithin: 72,
          ask: null,
        },
        tell: (letter, report) => {
          told.push(report);
          post.done(letter);
        },
        heard: async () => {},
        failed: () => {},
      });
      open.push(own);
      return own;
    }

    const follow = async (own: Tracker, id: string) => {
      const { store: keep, begin } = own.track(receipt(id), 'send', { about: id });
      await keep();
      await begin();
    };

    it('two hundred of them, through two trackers: only forward, and delivered at the end', async () => {
      const both = [tracker(), tracker()];
      await follow(both[0] as Tracker, 'a');
      const all: [Status, string][] = Array.from({ length: 200 }, (_, i) => {
        const status = (['queued', 'sent', 'unknown', 'delivered'] as const)[i % 4] ?? 'sent';
        return [status, `${status} ${i % 8}`];
      });
      const reports = shuffled(all).map(([status, providerStatus], i) => {
        const heard = { id: 'a', to: '+3201', status, final: status === 'delivered', providerStatus, description: '' };
        return both[i % 2]?.report({ ...heard, updatedAt: '', raw: null });
      });
      const moved = (await Promise.all(reports)).filter((report) => report !== null);
      assert.deepEqual(new Set(moved), new Set(told), 'told is what moved it');
      const ranks = told.map(({ status }) => RANK[status] ?? 0);
      assert.deepEqual(
        ranks,
        [...ranks].sort((a, b) => a - b),
      );
      assert.equal(told.filter(({ final }) => final).length, 1);
      assert.equal((await both[0]?.find('a'))?.status, 'delivered');
      await postOf(store).flush();
      assert.deepEqual(await store.marks.list('post:send'), [], 'no letter is left of those that did not move it');
    });

    it('that nobody could write down moves nothing, and moves it the next time', async () => {
      const own = tracker({ tracked: failing(store.tracked, 'save', 1) });
      await follow(tracker(), 'a');
      const heard = { id: 'a', to: '+3201', status: 'delivered' as const, final: true, providerStatus: 'there' };
      const report = () => own.report({ ...heard, description: '', updatedAt: '', raw: null });
      await assert.rejects(report(), /disk full/);
      assert.deepEqual(told, []);
      await report();
      await wait(5);
      assert.equal(told.length, 1);
    });

    it('belong to the message that has the id now, when the vendor gives an id again', async () => {
      const own = tracker();
      await follow(own, 'a');
      const heard = { id: 'a', to: '+3201', status: 'delivered' as const, final: true, providerStatus: 'there' };
      await own.report({ ...heard, description: '', updatedAt: '', raw: null });
      const { store: keep } = own.track({ ...receipt('a'), reference: 'another' }, 'send', null);
      await keep();
      await own.report({ ...heard, description: '', updatedAt: '', raw: null });
      assert.equal(told.length, 2);
      assert.equal((await own.find('a'))?.reference, 'another');
    });

    it('in questions that are counted are counted, every one', async () => {
      const both = [tracker(), tracker()];
      await follow(both[0] as Tracker, 'a');
      const asked = await Promise.all(Array.from({ length: 30 }, (_, i) => both[i % 2]?.mayAsk('a', 10)));
      assert.equal(asked.filter(Boolean).length, 10);
    });
  });
}
