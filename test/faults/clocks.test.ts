/** The clock of this machine is put right, forth or back, while a token is kept, a call is under way, or an attempt is looked up. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Breaker } from '../../dist/src/delivery/breaker.js';
import { providers } from '../../dist/src/providers/index.js';
import { TokenSource } from '../../dist/src/providers/token.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { until, workshop } from '../providers/support.ts';
import { type Answer, written } from './gate.ts';
import { ACCEPTED, UNKNOWN } from './verdicts.ts';
import { inTrouble, message, verdictOf, wires } from './wires.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;

describe('a clock that jumps', () => {
  let clock: sinon.SinonFakeTimers;
  /** The time that all others have. */
  const trueNow = () => performance.timeOrigin + performance.now();

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
  });
  afterEach(() => clock.restore());
  const jump = (by: number) => clock.setSystemTime(Date.now() + by);

  for (const [way, by] of [
    ['back', -DAY],
    ['forth', DAY],
  ] as const) {
    it(`${way}: a token that could not be fetched is fetched when it is wanted again`, async () => {
      let asked = 0;
      const source = new TokenSource(async () => {
        asked += 1;
        if (asked === 1) throw new SmsError('SMS_UNREACHABLE', 'no');
        return { access_token: 'second', expires_in: 3600 };
      });
      await assert.rejects(source.get());
      await assert.rejects(source.get());
      assert.equal(asked, 1, 'not in a storm');
      jump(by);
      assert.equal(await source.get(), 'second');
    });

    it(`${way}: a token is kept no longer than the vendor keeps it`, async () => {
      let asked = 0;
      const source = new TokenSource(async () => ({ access_token: `${++asked}`, expires_in: 3600 }));
      assert.equal(await source.get(), '1');
      jump(by);
      assert.equal(await source.get(), by > 0 ? '2' : '1');
      // The vendor has the last word.
      source.refused('1');
      assert.equal(await source.get(), '2');
    });

    it(`${way}: an outage that is over is over`, () => {
      const breaker = new Breaker();
      const down = new SmsError('SMS_UNREACHABLE', 'no', { retryable: true });
      breaker.failed(down, '+1', Date.now());
      jump(by);
      assert.ok(breaker.wait(Date.now()) <= 500);
      assert.ok(by > 0 || breaker.downFor(Date.now()) < 500);
    });
  }

  describe('while a call is under way', () => {
    const { all } = wires();
    const silent = { what: 'silence', is: UNKNOWN, why: '', how: { answer: () => [] }, slow: true } as const;
    let told = Promise.withResolvers<void>();
    /** Answers when it is told to. */
    const late = {
      what: 'an answer that comes later',
      is: ACCEPTED,
      why: '',
      how: { answer: (real: Answer) => [told.promise.then(() => written(real))] },
    } as const;

    for (const [way, by] of [
      ['back', -DAY],
      ['forth', DAY],
    ] as const) {
      it(`${way}: the call takes as long as it may, no more and no less`, async () => {
        for (const wire of all) {
          const { id, verbs } = wire.provider;
          const mute = await inTrouble(wire, 'message', silent, async (line, gate) => {
            const sending = verdictOf(verbs.send(line, message(`silent ${way}`)));
            await until(() => gate.calls === 1, 'the call is under way');
            jump(by);
            return sending;
          });
          assert.equal(mute, UNKNOWN, id);
          told = Promise.withResolvers<void>();
          const heard = await inTrouble(wire, 'message', late, async (line, gate) => {
            const sending = verdictOf(verbs.send(line, message(`late ${way}`)));
            await until(() => gate.calls === 1, 'the call is under way');
            jump(by);
            told.resolve();
            return sending;
          });
          assert.equal(heard, ACCEPTED, id);
        }
      });
    }
  });

  describe('after an attempt of unknown outcome', () => {
    const { sandbox, session } = workshop();

    for (const provider of providers) {
      for (const [what, wasWrongBy, isWrongBy] of [
        ['was an hour ahead', HOUR, 0],
        ['was a day behind', -DAY, 0],
        ['is an hour ahead by now', 0, HOUR],
        ['is an hour behind by now', 0, -HOUR],
      ] as const) {
        it(`${provider.id}: it is found, though the clock ${what}`, async () => {
          const vendor = await sandbox({ now: trueNow }, provider.id);
          const { baseUrl, tokenUrl, credentials } = vendor;
          const line = session({ baseUrl, tokenUrl, credentials, timeout: 8000 }, provider);
          clock.setSystemTime(trueNow() + wasWrongBy);
          const attempt = { ...message('found'), startedAt: Date.now() };
          await provider.verbs.send(line, message('found'));
          clock.setSystemTime(trueNow() + isWrongBy);
          const found = await provider.verbs.lookup?.(line, attempt);
          assert.deepEqual(
            found?.map(({ id }) => id),
            vendor.messages().map(({ id }) => id),
          );
        });
      }
    }
  });
});
