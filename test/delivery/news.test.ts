/** A vendor's status queue, where reading removes: each piece of news is told once, whatever breaks in between. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { providerOf } from '../../dist/src/providers/index.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { rigs, send, until, wait } from './support.ts';

const REQUEST = { reader: 'queue', limit: 100, every: null };

describe('news out of the queue of a vendor', () => {
  const rig = rigs();
  let end = async () => {};
  afterEach(() => end());

  /** An account with the news of three messages. */
  async function open() {
    const { owner, account } = rig();
    const sandbox = await startSandbox('digitaleo', { pace: 0.01 });
    const own = account(sandbox, { provider: providerOf('digitaleo') });
    end = () => sandbox.close();
    for (const n of [1, 2, 3]) await send(own, `+3247011200${n}`, 'Hello', { follow: false });
    await owner.until(() => owner.outcomes.length === 3);
    while (!sandbox.messages().every(({ status }) => status === 'delivered')) await wait(5);
    return own;
  }

  it('that a flow could not take is told the next time, and what it took is not', async () => {
    const own = await open();
    const told: string[] = [];
    await assert.rejects(
      own.news(REQUEST, ({ id, providerStatus }) => {
        if (told.length === 4) throw new Error('no more');
        told.push(`${id} ${providerStatus}`);
      }),
    );
    assert.equal(told.length, 4);
    await own.news(REQUEST, ({ id, providerStatus }) => told.push(`${id} ${providerStatus}`));
    assert.equal(told.length, 9);
    assert.equal(new Set(told).size, 9, 'each once');
    assert.equal(await own.news(REQUEST, () => assert.fail('there is nothing left')), 0);
    await own.post.flush();
    assert.deepEqual(await own.settings.store.marks.list('post:queue'), []);
  });

  it('that a store could not keep is kept and told the next time', async () => {
    const own = await open();
    const set = sinon.stub(own.settings.store.marks, 'set').rejects(new Error('disk full'));
    await assert.rejects(
      own.news(REQUEST, () => assert.fail('it is told before it is stored')),
      /disk full/,
    );
    set.restore();
    const told: string[] = [];
    await own.news(REQUEST, ({ id, providerStatus }) => told.push(`${id} ${providerStatus}`));
    assert.equal(told.length, 9);
    assert.equal(new Set(told).size, 9, 'each once');
  });

  it('is told once when two ask at the same time', async () => {
    const own = await open();
    const told: string[] = [];
    let second: Promise<number> | undefined;
    const give = ({ id, providerStatus }: { id: string; providerStatus: string | null }) => {
      told.push(`${id} ${providerStatus}`);
      second ??= own.news(REQUEST, give);
    };
    await own.news(REQUEST, give);
    await second;
    assert.equal(told.length, 9);
    assert.equal(new Set(told).size, 9);
  });
});

describe('news that a vendor without a queue is asked for', () => {
  const rig = rigs();

  /** An account whose three messages nobody follows, and two who read its news. */
  async function open() {
    const { owner, account, sandbox: start } = rig();
    const sandbox = await start();
    const own = account(sandbox);
    for (const reader of ['one', 'other']) own.attendNews(reader, true);
    for (const n of [1, 2, 3]) await send(own, `+3247011200${n}`, 'Hello', { follow: false });
    await owner.until(() => owner.outcomes.length === 3);
    while (!sandbox.messages().every(({ status }) => status === 'delivered')) await wait(5);
    const ids = sandbox.messages().map(({ id }) => id);
    const told = async (reader: string) => {
      const reports: string[] = [];
      const count = await own.news({ ...REQUEST, reader }, ({ id, status }) => reports.push(`${id} ${status}`));
      assert.equal(count, reports.length);
      return reports.sort();
    };
    return { own, sandbox, ids, told, all: ids.map((id) => `${id} delivered`).sort() };
  }

  it('is told to each of those who read, once, whoever asked or was told', async () => {
    const { own, ids, told, all } = await open();
    const pushed = { id: ids[0] ?? '', to: '', status: 'delivered', final: true, providerStatus: 'x' } as const;
    await own.tracker.report({ ...pushed, description: '', updatedAt: new Date().toISOString(), raw: null });
    assert.deepEqual(await told('one'), all, 'one of them was pushed before it asked');
    assert.deepEqual(await told('other'), all, 'there was nothing left to ask about');
    for (const reader of ['one', 'other', 'third']) assert.deepEqual(await told(reader), []);
    await own.post.flush();
    for (const reader of ['one', 'other']) {
      assert.deepEqual(await own.settings.store.marks.list(`post:${reader}`), []);
    }
  });

  it("is told when it was the account's own question that found it out, and what a flow could not take again", async () => {
    const { own, told, all } = await open();
    await own.tracker.sweep(100, 'open');
    const broken = own.news({ ...REQUEST, reader: 'one' }, () => {
      throw new Error('no more');
    });
    await assert.rejects(broken, /no more/);
    assert.deepEqual(await told('one'), all);
  });

  it('is left for nobody who reads no more', async () => {
    const { own, told } = await open();
    own.attendNews('other', false);
    await told('one');
    await own.post.flush();
    await until(async () => (await own.settings.store.marks.list('post:one')).length === 0);
    assert.deepEqual(await told('other'), []);
  });
});
