/** Digitaleo's times have no zone: the hour that comes twice in autumn, and the one that never comes in spring. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { verbOf } from '../../dist/src/providers/capabilities.js';
import { sendingTime, utc, vendorTime } from '../../dist/src/providers/digitaleo/values.js';
import type { Session } from '../../dist/src/providers/session.js';
import { digitaleo, mobile } from './digitaleo-support.ts';

const MINUTE = 60_000;
const from = mobile('0001');
const text = 'Pump 3';

describe("Digitaleo's clock", () => {
  afterEach(() => mock.timers.reset());

  const at = (now: string) => mock.timers.enable({ apis: ['Date'], now: Date.parse(now) });
  const poll = (rows: readonly Row[], since: number, until: number) => {
    const query = { address: null, since: new Date(since), until: new Date(until), markRead: false, limit: 10 };
    return verbOf(digitaleo, 'inbound')(listing(rows), query);
  };

  it('a reply of any minute round the change of the clock is in the next poll, and not in the future', async () => {
    const midnight = Date.parse('2026-10-25T00:00:00Z');
    for (let minute = -65; minute < 190; minute += 5) {
      const now = midnight + minute * MINUTE;
      mock.timers.enable({ apis: ['Date'], now });
      const received = now - 3 * MINUTE;
      const row = { id: '1', text, recipient: from, date: vendorTime(new Date(received)) };
      for (const until of [now + 5 * MINUTE, now]) {
        const [message] = await poll([row], now - 10 * MINUTE, until);
        assert.equal(message?.receivedAt, new Date(received).toISOString(), `${row.date} read at ${new Date(now)}`);
      }
      mock.timers.reset();
    }
  });

  it('of the two readings of a time the one that fits the poll is taken, and what is surely older is left out', async () => {
    at('2026-10-25T01:05:00Z');
    const rows = ['01:55:00', '02:30:00', '02:55:00', '02:02:00'].map((clock, index) => ({
      id: String(index),
      text,
      recipient: from,
      date: `2026-10-25 ${clock}`,
    }));
    const messages = await poll(rows, Date.parse('2026-10-25T00:50:00Z'), Date.parse('2026-10-25T01:10:00Z'));
    assert.deepEqual(
      messages.map(({ id, receivedAt }) => [id, receivedAt]),
      [
        ['1', '2026-10-25T00:30:00.000Z'],
        ['2', '2026-10-25T00:55:00.000Z'],
        ['3', '2026-10-25T01:02:00.000Z'],
      ],
    );
  });

  it('an SMS whose answer got lost is found in the repeated hour, and its acceptance is not in the future', async () => {
    for (const now of ['2026-10-25T00:58:00Z', '2026-10-25T01:04:00Z', '2026-10-25T01:58:00Z']) {
      at(now);
      const startedAt = Date.now() - 5 * MINUTE;
      const accepted = new Date(startedAt + MINUTE);
      const row = { id: '7', status: 'ok', text, recipient: from, date: vendorTime(accepted) };
      const attempt = { to: from, text, sender: null, reference: 'r', startedAt, options: {} };
      const found = await verbOf(digitaleo, 'lookup')(listing([row]), attempt);
      assert.deepEqual(
        found.map(({ id, acceptedAt }) => [id, acceptedAt]),
        [['7', accepted.toISOString()]],
      );
      mock.timers.reset();
    }
  });

  it('an SMS for the second of two equal hours is sent at their end, never an hour early', () => {
    for (const [at, written] of [
      ['2026-10-25T00:30:00.000Z', '2026-10-25 02:30:00'],
      ['2026-10-25T00:59:59.001Z', '2026-10-25 03:00:00'],
      ['2026-10-25T01:00:00.000Z', '2026-10-25 03:00:00'],
      ['2026-10-25T01:30:00.000Z', '2026-10-25 03:00:00'],
      ['2026-10-25T02:00:00.000Z', '2026-10-25 03:00:00'],
      ['2026-10-25T02:00:00.001Z', '2026-10-25 03:00:01'],
      ['2026-03-29T01:00:00.000Z', '2026-03-29 03:00:00'],
    ] as const) {
      assert.equal(sendingTime(new Date(at)), written, at);
      assert.ok(utc(written) >= at, at);
    }
  });

  it('a time that comes twice is the earlier one, and one that never comes is an hour later', () => {
    assert.equal(utc('2026-10-25 02:30:00'), '2026-10-25T00:30:00.000Z');
    assert.equal(utc('2026-10-25 03:00:00'), '2026-10-25T02:00:00.000Z');
    assert.equal(utc('2026-03-29 02:30:00'), '2026-03-29T01:30:00.000Z');
    assert.equal(utc('2026-03-29 03:30:00'), '2026-03-29T01:30:00.000Z');
    assert.equal(utc('2026-07-01'), '2026-06-30T22:00:00.000Z');
  });
});

interface Row extends Record<string, string> {
  date: string;
}

/** A vendor that compares the times as they are written. */
function listing(rows: readonly Row[]): Session {
  const within = (date: string, conditions: { operator?: string; value?: string }[]) =>
    conditions.every(({ operator, value = '' }) => {
      if (operator === '>=') return date >= value;
      return operator !== '<' || date < value;
    });
  return {
    call: async () => ({ list: [] }),
    async *pages(_operation: string, { date }: { date: { operator?: string; value?: string }[] }) {
      yield { list: rows.filter((row) => within(row.date, date)) };
    },
  } as unknown as Session;
}
