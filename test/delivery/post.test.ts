/** The post: what a node is to be told is kept until it was told, in order, and told once. */
import assert from 'node:assert/strict';
import { Post } from '../../dist/src/delivery/post.js';
import type { Store } from '../../dist/src/store/index.js';
import { failing, STORES, until, wait } from './support.ts';

for (const [kind, make] of STORES) {
  describe(`the post of a store that is ${kind}`, () => {
    let store: Store;
    beforeEach(() => {
      store = make();
    });
    afterEach(() => store.close());

    /** As another process finds it: a post that knows nothing of what this one has in hand. */
    const another = () => new Post(store);
    const bodies = (letters: { body: unknown }[]) => letters.map(({ body }) => body);

    async function told(post: Post, owner: string, letters: number): Promise<unknown[]> {
      const read: unknown[] = [];
      const end = post.open(owner, ({ body }) => read.push(body));
      for (let i = 0; i < 200 && read.length < letters; i += 1) await wait(2);
      await wait(5);
      end();
      await post.flush();
      return read;
    }

    it('gives a letter to a node that is there, and keeps it no longer', async () => {
      const post = new Post(store);
      const read: unknown[] = [];
      post.open('node', (letter) => read.push(letter));
      await wait(5);
      const letter = await post.put('node', 'kind', { a: 1 });
      assert.deepEqual(bodies(await another().pending('node')), [{ a: 1 }], 'stored before it is given');
      post.give(letter);
      assert.deepEqual(read, [letter]);
      await post.flush();
      assert.deepEqual(await another().pending('node'), []);
    });

    it('keeps a letter that its node was given in the turn in which it ends, and no other one', async () => {
      const post = new Post(store);
      const end = post.open('node', () => {});
      await wait(5);
      post.give(await post.put('node', 'kind', 'passed on'));
      await wait(5);
      post.give(await post.put('node', 'kind', 'goes on'));
      post.recall((owner) => owner === 'another');
      await wait(5);
      post.give(await post.put('node', 'kind', 'under way'));
      post.recall((owner) => owner === 'node');
      end();
      await post.flush();
      assert.deepEqual(bodies(await post.pending('node')), ['under way']);
    });

    it('keeps the letters of a node that is away, and gives them in their order, once', async () => {
      const post = new Post(store);
      for (let i = 0; i < 5; i += 1) post.give(await post.put('node', 'kind', i));
      post.give(await post.put('other', 'kind', 'for another'));
      assert.deepEqual(await told(post, 'node', 5), [0, 1, 2, 3, 4]);
      assert.deepEqual(await told(post, 'node', 0), []);
      assert.deepEqual(await told(post, 'other', 1), ['for another']);
    });

    it('has each letter removed as soon as its node has passed it on, and waits for no other one', async () => {
      const removed: string[] = [];
      const marks = new Proxy(store.marks, {
        get(target, name) {
          if (name !== 'remove') return Reflect.get(target, name).bind(target);
          return (_scope: string, key: string) => {
            removed.push(key);
            return new Promise(() => {});
          };
        },
      });
      const post = new Post({ ...store, marks });
      const letters = await Promise.all([1, 2, 3].map((body) => post.put('node', 'kind', body)));
      for (const letter of letters) {
        // As Node-RED does: what a node sends reaches the next one in the next turn.
        post.give(letter, () => setImmediate(() => assert(!removed.includes(letter.key))));
      }
      assert.deepEqual(removed, []);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(
        removed,
        letters.map(({ key }) => key),
      );
    });

    it('gives after a crash what was stored and not removed', async () => {
      const post = new Post(store);
      for (let i = 0; i < 3; i += 1) await post.put('node', 'kind', i);
      const given = await post.put('node', 'kind', 'given');
      post.give(given, () => {});
      await post.flush();
      assert.deepEqual(await told(another(), 'node', 3), [0, 1, 2]);
    });

    it('lets a new letter wait behind those from before', async () => {
      const before = new Post(store);
      await Promise.all(Array.from({ length: 700 }, (_, i) => before.put('node', 'kind', i)));
      const post = another();
      const read: unknown[] = [];
      post.open('node', ({ body }) => read.push(body));
      const fresh: Promise<void>[] = [];
      for (let i = 700; i < 720; i += 1) {
        fresh.push(post.put('node', 'kind', i).then((letter) => post.give(letter)));
        await undefined;
      }
      await Promise.all(fresh);
      for (let i = 0; i < 200 && read.length < 720; i += 1) await wait(2);
      assert.deepEqual(
        read,
        Array.from({ length: 720 }, (_, i) => i),
      );
    });

    it('leaves a letter that could not be told, and does not give it again and again', async () => {
      const post = new Post(store);
      post.give(await post.put('node', 'kind', 'left'));
      let times = 0;
      const end = post.open('node', async () => {
        times += 1;
        throw new Error('not now');
      });
      await until(() => times > 0);
      await wait(50);
      assert.equal(times, 1);
      end();
      assert.deepEqual(await told(post, 'node', 1), ['left']);
    });

    it('has a letter in hand for one only', async () => {
      const post = new Post(store);
      await post.put('node', 'kind', 'in hand');
      post.leave(await post.put('node', 'kind', 'left'));
      assert.deepEqual(bodies(await post.pending('node')), ['left']);
      assert.deepEqual(await post.pending('node'), []);
    });

    it('is done with a letter whose node broke over it', async () => {
      const post = new Post(store);
      const letter = await post.put('node', 'kind', 1);
      const broken = () => {
        throw new Error('broken');
      };
      assert.throws(() => post.give(letter, broken), /broken/);
      post.leave(await post.put('node', 'kind', 2));
      const errors: unknown[] = [];
      post.open('node', broken, (error) => errors.push(error));
      await until(() => errors.length > 0);
      await post.flush();
      assert.equal(errors.length, 1);
      assert.deepEqual(await another().pending('node'), []);
    });

    it('removes later what a store that failed would not remove, and does not give it again meanwhile', async () => {
      const post = new Post({ ...store, marks: failing(store.marks, 'remove', 1) });
      post.give(await post.put('node', 'kind', 1), () => {});
      await wait(20);
      assert.deepEqual(bodies(await another().pending('node')), [1]);
      assert.deepEqual(await post.pending('node'), []);
      await post.flush();
      assert.deepEqual(await another().pending('node'), []);
    });

    it('asks a store again that could not say what is there', async () => {
      const post = new Post({ ...store, marks: failing(store.marks, 'list', 1) });
      post.leave(await post.put('node', 'kind', 1));
      const read: unknown[] = [];
      const end = post.open('node', ({ body }) => read.push(body));
      post.give(await post.put('node', 'kind', 2));
      assert.deepEqual(read, []);
      await wait(1100);
      assert.deepEqual(read, [1, 2]);
      end();
    });

    it('leaves to a process that is alive what is its own', async () => {
      const letter = (body: unknown, life: string) => JSON.stringify({ kind: 'kind', body, life });
      await store.marks.set('post:node', '1', letter('of one that lives', 'alive'), 60_000);
      await store.marks.set('post:node', '2', letter('of one that is dead', 'dead'), 60_000);
      await store.marks.set('life', 'alive', '', 60_000);
      const shared = { ...store, marks: failing(store.marks, 'get', 0), rates: { take: async () => 0 } };
      assert.deepEqual(bodies(await new Post(shared).pending('node')), ['of one that is dead']);
    });
  });
}
