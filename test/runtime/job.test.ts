/** What goes out for each of several recipients. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { NodeAPI } from 'node-red';
import { contextOf, copyFor, messageFor } from '../../dist/src/runtime/job.js';

const { util } = createRequire(import.meta.url)('node-red') as NodeAPI;
const RED = { util } as NodeAPI;
type Any = Record<string, unknown>;
const copy = (message: Any, path: string | null, index: number, count = 3) =>
  copyFor(RED, { message: message as never, path, parts: { id: 'group', count } }, index) as Any;

describe('the message of one of several recipients', () => {
  const to = ['+1', { to: '+2', name: 'An' }, '+3'];

  it('has its own recipient where the list was, its place among the others, and all the rest as a copy', () => {
    const deep = { a: [1] };
    const message = { _msgid: 'm', to, deep, topic: 't' };
    const second = copy(message, 'to', 1);
    assert.deepEqual(second, {
      _msgid: 'm',
      to: { to: '+2', name: 'An' },
      deep,
      topic: 't',
      parts: { id: 'group', count: 3, index: 1, type: 'array' },
    });
    assert.notEqual(second.deep, deep);
    assert.notEqual(second.to, to[1]);
    assert.equal(message.to, to, 'the message itself is as it was');
  });

  it('finds the list wherever the path leads', () => {
    const message = { data: { people: to, kept: 1 } };
    assert.deepEqual(copy(message, 'data.people', 0).data, { people: '+1', kept: 1 });
    assert.deepEqual(copy(message, 'msg.data["people"]', 2).data, { people: '+3', kept: 1 });
    assert.equal(message.data.people, to);
  });

  it('is whole where the list came from elsewhere, or cannot be taken out', () => {
    assert.deepEqual(copy({ to, x: 1 }, null, 0).to, to);
    const frozen = { data: Object.freeze({ people: to }) };
    assert.deepEqual(copy(frozen, 'data.people', 1).parts, { id: 'group', count: 3, index: 1, type: 'array' });
  });

  it('costs no copy of the list: five thousand recipients take no time', () => {
    const people = Array.from({ length: 5000 }, (_, i) => ({ to: `+32${i}`, name: `N${i}`, more: { a: 1, b: [2] } }));
    const message = { to: people, topic: 'kept' };
    const started = performance.now();
    for (const index of people.keys()) copy(message, 'to', index, people.length);
    assert(performance.now() - started < 1500, `${performance.now() - started} ms`);
  });

  it('is the message itself for a single one', () => {
    const message = { to: '+1', req: { live: true } } as never;
    assert.equal(messageFor(RED, { message, path: null, parts: null }, 0), message);
  });
});

describe('the context of an SMS', () => {
  it('may be anything when it was stored by another version', () => {
    for (const odd of [null, undefined, 'x', 7, [], { job: 7, index: 'x', message: null }]) {
      assert.deepEqual(contextOf(odd), { job: '', index: 0 });
    }
    assert.deepEqual(contextOf({ job: 'a', index: 2, message: { x: 1 } }), { job: 'a', index: 2, message: { x: 1 } });
  });
});
