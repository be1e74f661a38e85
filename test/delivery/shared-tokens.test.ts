/** One token for all processes that share a store: fetched once, kept where nobody else can read it. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { StoredTokens } from '../../dist/src/delivery/tokens.js';
import { type TokenAnswer, TokenSource } from '../../dist/src/providers/token.js';
import { memoryStore, type Store } from '../../dist/src/store/index.js';
import { failing, wait } from './support.ts';

const OWNER = {
  account: 'account',
  tokenUrl: 'http://vendor/token',
  credentials: { clientId: 'me', clientSecret: 'mine' },
};

describe('a token that several processes share', () => {
  let store: Store;
  let fetched: number;
  let lives: number;
  let troubles: unknown[];
  beforeEach(() => {
    store = { ...memoryStore(), rates: { take: async () => 0 } };
    [fetched, lives, troubles] = [0, 3600, []];
  });

  /** As each process has it. */
  function source(more: Partial<typeof OWNER> = {}, own = store): TokenSource {
    const fetch = async (): Promise<TokenAnswer> => {
      fetched += 1;
      const answer = { access_token: `token-${fetched}`, expires_in: lives };
      await wait(5);
      return answer;
    };
    return new TokenSource(fetch, new StoredTokens(own, { ...OWNER, ...more }, (error) => troubles.push(error)));
  }

  const all = (sources: readonly TokenSource[]) => Promise.all(sources.map((one) => one.get()));
  const three = () => [source(), source(), source()];

  it('is fetched once, however many start together, and not by those who come later', async () => {
    assert.deepEqual(new Set(await all(three())), new Set(['token-1']));
    assert.equal(await source().get(), 'token-1');
    assert.equal(fetched, 1);
  });

  it('is renewed once, ahead, with nobody waiting for it', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['Date'] });
    try {
      const sources = three();
      await all(sources);
      clock.tick(3539_000);
      await all(sources);
      assert.equal(fetched, 1);
      clock.tick(2000);
      assert.deepEqual(new Set(await all(sources)), new Set(['token-1']));
      await wait(150);
      assert.deepEqual(new Set(await all(sources)), new Set(['token-2']));
      assert.equal(fetched, 2);
    } finally {
      clock.restore();
    }
  });

  it('is fetched once more when the vendor refuses it to all of them, and the newer one stays', async () => {
    const sources = three();
    await all(sources);
    for (const one of sources) one.refused('token-1');
    assert.deepEqual(new Set(await all(sources)), new Set(['token-2']));
    sources[0]?.refused('token-1');
    assert.deepEqual(new Set(await all(sources)), new Set(['token-2']));
    assert.equal(await source().get(), 'token-2');
    assert.equal(fetched, 2);
  });

  it('is fetched by another when the process that was fetching it has died, within seconds', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['Date'] });
    try {
      let end = (_error: Error) => {};
      const fetch = () => new Promise<TokenAnswer>((_resolve, reject) => (end = reject));
      const dying = new TokenSource(fetch, new StoredTokens(store, OWNER, () => {})).get();
      await wait(5);
      let token = '';
      const other = source()
        .get()
        .then((found) => (token = found));
      clock.tick(3900);
      await wait(120);
      assert.equal(token, '');
      clock.tick(200);
      await other;
      assert.equal(token, 'token-1');
      end(new Error('dead'));
      await assert.rejects(dying, /dead/);
    } finally {
      clock.restore();
    }
  });

  it('is nowhere in the store as it is, and neither are the credentials', async () => {
    await all(three());
    const kept = JSON.stringify([await store.marks.list('token'), await store.marks.list('lease')]);
    assert.match(kept, /"account:/);
    const forms = ['token-1', 'me', 'mine'].flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]);
    const words = kept.split(/[^\w+/=-]+/);
    for (const form of forms)
      assert(!words.some((word) => word === form || (form.length > 4 && word.includes(form))), form);
  });

  it('is for those with the same credentials at the same place, and the same account', async () => {
    await source().get();
    const others = [
      source({ credentials: { clientId: 'me', clientSecret: 'another' } }),
      source({ tokenUrl: 'http://elsewhere/token' }),
      source({ account: 'another' }),
    ];
    assert.deepEqual(await all(others), ['token-2', 'token-3', 'token-4']);
    assert.equal(await source({ credentials: { clientSecret: 'mine', clientId: 'me' } }).get(), 'token-1');
  });

  it('that was changed in the store, or put there by somebody else, is none', async () => {
    await source().get();
    const [mark] = await store.marks.list('token');
    assert(mark);
    const changed = Buffer.from(mark.value, 'base64');
    // A letter of the token itself, behind nonce, tag and {"token":"
    changed[12 + 16 + 10] = (changed[12 + 16 + 10] ?? 0) ^ 1;
    for (const value of [changed.toString('base64'), '', 'AAAA', 'token-0']) {
      await store.marks.set('token', mark.key, value, 60_000);
      assert.equal(await source().get(), `token-${fetched}`);
    }
    assert.equal(fetched, 5);
  });

  it('is kept no longer than it lives', async () => {
    lives = 0.05;
    await source().get();
    await wait(60);
    assert.deepEqual(await store.marks.list('token'), []);
  });

  it('is each one’s own while the store fails, which is said', async () => {
    for (const method of ['get', 'add', 'set'] as const) {
      const own = { ...store, marks: failing(store.marks, method, 99) };
      assert.equal(await source({ account: method }, own).get(), `token-${fetched}`);
      assert(troubles.length > 0, method);
      troubles = [];
    }
    assert.equal(fetched, 3);
  });

  it('that cannot be fetched is told so to each, and asked for again later', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['Date'] });
    try {
      let asked = 0;
      const fetch = () => {
        asked += 1;
        return asked < 3 ? Promise.reject(new Error('down')) : Promise.resolve({ access_token: 'token' });
      };
      const [one, other] = [1, 2].map(() => new TokenSource(fetch, new StoredTokens(store, OWNER, () => {})));
      await assert.rejects(Promise.resolve(one?.get()), /down/);
      await assert.rejects(Promise.resolve(other?.get()), /down/);
      await assert.rejects(Promise.resolve(one?.get()), /down/);
      clock.tick(1001);
      assert.deepEqual(await Promise.all([one?.get(), other?.get()]), ['token', 'token']);
      assert.equal(asked, 3);
      assert.deepEqual(troubles, []);
    } finally {
      clock.restore();
    }
  });
});
