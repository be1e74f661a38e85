/** One store for all who mean the same one, for as long as somebody does and a redeploy takes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sinon from 'sinon';
import { closeUnused, forget, type StoreChoice, use } from '../../dist/src/runtime/open-stores.js';
import { embeddedStore } from '../../dist/src/store/index.js';

describe('the stores of a process', () => {
  let folder: string;
  let made: number;
  let clock: sinon.SinonFakeTimers | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sms-stores-'));
    made = 0;
  });

  afterEach(async () => {
    clock?.restore();
    clock = undefined;
    await closeUnused();
    rmSync(folder, { recursive: true, force: true });
  });

  const choice = (name = 'a', settings = '', more: Partial<StoreChoice> = {}): StoreChoice => {
    const file = join(folder, `${name}.sqlite`);
    const make = () => {
      made += 1;
      return embeddedStore({ file });
    };
    return { key: file, settings, make, ...more };
  };
  const works = async ({ store }: { store: { open(): Promise<void> } }) => store.open();

  it('are one for two users of the same file, and another for another file', async () => {
    const [first, second, other] = [use(choice()), use(choice()), use(choice('b'))];
    assert.equal(first.store, second.store);
    assert.notEqual(first.store, other.store);
    await works(first);
    first.release();
    first.release();
    await closeUnused();
    await works(second);
    for (const one of [second, other]) one.release();
  });

  it('stay open over a redeploy, and are closed when nobody came', async () => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const before = use(choice());
    before.release();
    await clock.tickAsync(1500);
    const after = use(choice());
    await clock.tickAsync(60_000);
    assert.equal(after.store, before.store);
    await works(after);
    after.release();
    await clock.tickAsync(2500);
    await assert.rejects(works(after), { code: 'SMS_STORE' });
    const later = use(choice());
    assert.notEqual(later.store, after.store);
    await works(later);
    later.release();
  });

  it('make room for one of the same file with other settings, so that it is not locked out', async () => {
    const before = use(choice('a', '30'));
    await works(before);
    before.release();
    const after = use(choice('a', '60'));
    assert.notEqual(after.store, before.store);
    await works(after);
    after.release();
  });

  it('go on with the old settings while somebody is still at it', async () => {
    const before = use(choice('a', '30'));
    const after = use(choice('a', '60'));
    assert.equal(after.store, before.store);
    for (const one of [before, after]) one.release();
  });

  it('that forget are kept without users until they are forgotten themselves', async () => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const forgetful = choice('a', '', { forgetful: true });
    use(forgetful).release();
    await clock.tickAsync(60_000);
    use(forgetful).release();
    assert.equal(made, 1);
    const last = use(forgetful);
    forget(forgetful.key);
    await works(last);
    last.release();
    await assert.rejects(works(last), { code: 'SMS_STORE' });
    forget('nobody knows it');
    use(forgetful).release();
    assert.equal(made, 2);
    forget(forgetful.key);
  });

  it('listen to the end of the process once, however many there are, and not when there is none', async () => {
    const before = process.listenerCount('exit');
    const several = ['a', 'b', 'c'].map((name) => use(choice(name)));
    assert.equal(process.listenerCount('exit'), before + 1);
    for (const one of several) one.release();
    await closeUnused();
    assert.equal(process.listenerCount('exit'), before);
  });
});
