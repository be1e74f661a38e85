/** A small part of the load: `npm run load` is the whole. */
import assert from 'node:assert/strict';
import { LINES } from './lines.ts';
import { type LoadResult, load } from './run.ts';
import { problemsOf } from './verdict.ts';

describe('very many messages through a vendor that fails one call in ten', function () {
  this.timeout(150_000);
  let result: LoadResult;

  before(async function () {
    // What a process has open is read from /proc.
    if (process.platform !== 'linux') this.skip();
    result = await load({ messages: 800, redeploys: 20, limit: 60_000 });
  });

  it('end once each, are accepted once at most, and leave nothing behind after 20 deploys', () => {
    assert.deepEqual(problemsOf(result), []);
  });

  it('met the faults, and were told of what could not be known', () => {
    const { vendor, given, ends } = result;
    assert(Object.keys(vendor.spoiled).length === 5 && vendor.refused > 0, JSON.stringify(vendor.spoiled));
    for (const { id, queue } of LINES) {
      const codes = given.filter(({ line }) => line === id).map(({ key }) => ends.get(key)?.[0]);
      assert(codes.includes(null), id);
      // Without the queue there is one attempt.
      if (!queue) assert(codes.includes('SMS_UNCERTAIN') && codes.some((code) => code && code !== 'SMS_UNCERTAIN'), id);
    }
  });
});
