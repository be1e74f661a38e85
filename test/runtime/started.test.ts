/** When a node begins to work: at the first use of any of them, when Node-RED is idle after its start, or when its flows end. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import sinon from 'sinon';
import { beginLater, onFirstRequest, takeLater, wake, whenStarted } from '../../dist/src/runtime/started.js';

describe('a node', () => {
  let clock: sinon.SinonFakeTimers;
  let events: EventEmitter;
  let RED: NodeAPI;
  /** What happened, in its order. */
  let seen: string[];

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    events = new EventEmitter();
    RED = { events } as unknown as NodeAPI;
    seen = [];
  });
  afterEach(() => clock.restore());

  const makeNode = () => Object.assign(new EventEmitter(), { error: (error: Error) => seen.push(error.message) });
  const made = (name: string, node: unknown = makeNode()) =>
    beginLater(RED, node as Node, () => {
      seen.push(name);
      whenStarted(RED, node as Node, () => seen.push(`${name} started`));
      return name;
    });
  const taking = (name: string) => {
    const node = makeNode();
    takeLater(RED, node as unknown as Node, () => {
      seen.push(name);
      return ({ payload }, _send, done) => {
        seen.push(`${name} takes ${payload}`);
        done();
      };
    });
    return (payload: string) =>
      node.emit(
        'input',
        { payload },
        () => {},
        () => seen.push('done'),
      );
  };

  it('begins a second after the start, with all others, in the order in which they were made', async () => {
    for (const name of ['a', 'b']) made(name);
    await clock.tickAsync(60_000);
    events.emit('flows:started');
    await clock.tickAsync(900);
    assert.deepEqual(seen, []);
    await clock.tickAsync(200);
    assert.deepEqual(seen, ['a', 'b', 'a started', 'b started']);
    await clock.tickAsync(60_000);
    assert.equal(seen.length, 4);
    assert.equal(clock.countTimers(), 0);
  });

  it('begins with all others at the first message, and takes that message once', () => {
    made('account');
    const give = taking('node');
    events.emit('flows:started');
    give('x');
    give('y');
    const began = ['account', 'node', 'account started'];
    assert.deepEqual(seen, [...began, 'node takes x', 'done', 'node takes y', 'done']);
    assert.equal(clock.countTimers(), 0);
  });

  it('begins at a message that comes before the flows have started, and what waits for the start goes on waiting', () => {
    made('account');
    taking('node')('x');
    made('later');
    assert.deepEqual(seen, ['account', 'node', 'node takes x', 'done', 'later']);
    events.emit('flows:started');
    assert.deepEqual(seen.slice(5), ['account started', 'later started']);
  });

  it('gives what it began to whoever asks, and begins once', () => {
    const ask = made('a');
    events.emit('flows:started');
    assert.equal(ask(), 'a');
    assert.equal(ask(), 'a');
    assert.deepEqual(seen, ['a', 'a started']);
  });

  it('begins at the first request of the editor, before it is answered', () => {
    made('a');
    const use = sinon.spy();
    onFirstRequest({ events, httpAdmin: { use } } as unknown as NodeAPI, ['/sms'], () => seen.push('served'));
    assert.deepEqual(seen, []);
    const [, handle] = use.firstCall.args;
    for (const answer of ['answered', 'answered again']) handle(null, null, () => seen.push(answer));
    assert.deepEqual(seen, ['a', 'served', 'answered', 'answered again']);
  });

  it('begins when its flows end, so that it ends as it always does, and has not been told of their start', async () => {
    made('a');
    events.emit('flows:started');
    events.emit('flows:stopping', {});
    assert.deepEqual(seen, ['a']);
    assert.equal(clock.countTimers(), 0);
    made('b');
    assert.deepEqual(seen, ['a', 'b']);
    events.emit('flows:started');
    assert.deepEqual(seen, ['a', 'b', 'a started', 'b started']);
  });

  it('that was closed before does not begin', async () => {
    const node = makeNode();
    made('a', node);
    made('b');
    node.emit('close');
    events.emit('flows:started');
    await clock.tickAsync(2000);
    assert.deepEqual(seen, ['b', 'b started']);
  });

  it('that breaks at the start of the flows says so, and ends neither Node-RED nor what the others do then', async () => {
    whenStarted(RED, makeNode() as unknown as Node, () => {
      throw new Error('broken');
    });
    made('b');
    events.emit('flows:started');
    await clock.tickAsync(2000);
    assert.deepEqual(seen, ['broken', 'b', 'b started']);
  });

  it('that breaks says so and keeps no other from beginning', () => {
    const ask = beginLater(RED, makeNode() as unknown as Node, () => {
      throw new Error('broken');
    });
    made('b');
    wake(RED);
    assert.deepEqual(seen, ['broken', 'b']);
    assert.throws(ask, /broken/);
  });
});
