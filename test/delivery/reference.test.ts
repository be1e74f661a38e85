/** The name that we give a message. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { newReference } from '../../dist/src/delivery/reference.js';

describe('a reference', () => {
  afterEach(() => sinon.restore());

  it('is a UUID that begins with its time, and no other message has it', () => {
    sinon.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
    const names = Array.from({ length: 1000 }, newReference);
    for (const name of names) assert.match(name, /^019b76da-a800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(new Set(names).size, names.length);
  });

  it('sorts behind those from before', () => {
    const clock = sinon.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
    const names = Array.from({ length: 100 }, () => {
      clock.tick(997);
      return newReference();
    });
    assert.deepEqual([...names].sort(), names);
  });
});
