/** What of a message survives a restart, and that nothing in a message can stand in the way. */
import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { fromStored, toStored } from '../../dist/src/runtime/storable.js';

const over = (message: object, whole?: string) =>
  fromStored(JSON.parse(JSON.stringify(toStored(message as never, whole).stored))) as Record<string, unknown>;

describe('a message that is stored', () => {
  it('comes back with text, numbers, lists, objects, dates and buffers as they were', () => {
    const message = {
      _msgid: 'a1',
      topic: 'alarm',
      none: null,
      yes: true,
      deep: { list: [1, 'two', { three: [3] }], empty: {}, nothing: [] },
      at: new Date('2026-01-31T08:30:00.123Z'),
      never: new Date(Number.NaN),
      bytes: Buffer.from([0, 1, 254, 255]),
      inside: [{ when: new Date(0), what: Buffer.from('ü') }],
      odd: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 12n],
    };
    assert.deepEqual(over(message), message);
    assert(Buffer.isBuffer(over(message).bytes));
  });

  it('leaves out requests, functions and what is not there, and keeps the rest', () => {
    const message = {
      req: { socket: {} },
      res: { send: () => undefined },
      callback: () => undefined,
      sign: Symbol('x'),
      gone: undefined,
      list: [1, () => undefined, 3],
      object: { kept: 1, lost: () => undefined },
    };
    assert.deepEqual(over(message), { list: [1, null, 3], object: { kept: 1 } });
  });

  it('leaves out circles, however they close, and what is only met twice comes back twice', () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle.self = circle;
    circle.list = [circle, { up: circle }];
    const shared = { twice: true };
    const message = { circle, first: shared, second: [shared, shared] };
    assert.deepEqual(over(message), {
      circle: { name: 'circle', list: [null, {}] },
      first: { twice: true },
      second: [{ twice: true }, { twice: true }],
    });
  });

  it('is not stopped by what throws when it is looked at', () => {
    const message = {
      get trap(): never {
        throw new Error('no');
      },
      refuses: {
        toJSON: () => {
          throw new Error('no');
        },
      },
      partly: {
        good: 1,
        get bad(): never {
          throw new Error('no');
        },
      },
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
      kept: 'yes',
    };
    assert.deepEqual(over(message), { partly: { good: 1 }, kept: 'yes' });
  });

  it('keeps what an object says of itself, the words of an error, the fields of a class', () => {
    class Pump {
      number = 3;
      #secret = 4;
      peek() {
        return this.#secret;
      }
    }
    const error = Object.assign(new TypeError('broken'), { code: 'E_PUMP' });
    const message = { url: new URL('http://example.org/'), error, pump: new Pump(), map: new Map([[1, 2]]) };
    assert.deepEqual(over(message), {
      url: 'http://example.org/',
      error: { name: 'TypeError', message: 'broken', code: 'E_PUMP' },
      pump: { number: 3 },
      map: {},
    });
  });

  it('knows dates, bytes and errors of another realm, such as that of a function node', () => {
    const message = runInNewContext('({ at: new Date(0), bytes: new Uint8Array([1]), error: new Error("broken") })');
    assert.deepEqual(over(message), {
      at: new Date(0),
      bytes: Buffer.from([1]),
      error: { name: 'Error', message: 'broken' },
    });
  });

  it('takes no message for one of its own tags, and sets no prototype', () => {
    const message = JSON.parse(
      '{"a": {"$sms": "date", "value": 0}, "$sms": "buffer", "b": {"$sms": {"$sms": "object"}}, "c": {"__proto__": {"evil": 1}}}',
    );
    const back = over(message);
    assert.deepEqual(back, message);
    assert.equal((back.c as { evil?: number }).evil, undefined);
    assert.equal(JSON.stringify(back), JSON.stringify(message));
  });

  it('leaves out a property that is too large, or too deep, and not the others', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 5000; i += 1) deep = { deep };
    let wide: unknown = ['x'];
    for (let i = 0; i < 40; i += 1) wide = [wide, wide];
    const large = 'x'.repeat(300 * 1024);
    const many = Array.from({ length: 300_000 }, () => 0);
    const message = { large, picture: Buffer.alloc(300 * 1024), many, wide, kept: 'x'.repeat(200 * 1024), deep };
    const back = over(message);
    assert.deepEqual(Object.keys(back), ['kept', 'deep']);
    assert.equal(back.kept, message.kept);
    assert(JSON.stringify(back.deep).length < 2000, 'only the upper part of it');
  });

  it('keeps the property whole of which that is said', () => {
    const to = Array.from({ length: 20_000 }, (_, i) => ({ to: `+3247${String(i).padStart(7, '0')}`, name: `N${i}` }));
    assert.deepEqual(over({ to, other: 1 }), { other: 1 });
    assert.deepEqual(over({ to, other: 1 }, 'to'), { to, other: 1 });
  });

  it('says of just those messages that are read as they were that all of them is stored', () => {
    class Sensor {
      value = 1;
    }
    const isAll = (value: unknown) => toStored({ value } as never).isAll;
    const date = new Date(0);
    const ofAFunctionNode = runInNewContext('({ list: [1, "two", { three: null }], at: new Date(0) })');
    for (const value of [
      'text',
      1,
      Number.NaN,
      1n,
      true,
      null,
      date,
      Buffer.from('x'),
      [[{ a: date }]],
      ofAFunctionNode,
    ]) {
      assert.equal(isAll(value), true, String(value));
      assert.equal(JSON.stringify(toStored(over({ value }) as never)), JSON.stringify(toStored({ value } as never)));
    }
    const circle: unknown[] = [];
    circle.push(circle);
    const lost = [
      () => {},
      new Sensor(),
      new Map(),
      new Error('x'),
      new Uint8Array(1),
      circle,
      [undefined],
      { a: undefined },
      { a: 1, toJSON: () => 'a' },
      'alarm 7'.match(/\d/),
      new Array(2),
    ];
    for (const value of [...lost, 'x'.repeat(300_000), { deep: [Symbol('x')] }]) assert.equal(isAll(value), false);
    assert.equal(toStored({ req: () => {}, res: () => {} } as never).isAll, true, 'they are of the moment');
  });
});
