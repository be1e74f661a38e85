/** What holds of the reports about a message in whatever order they come, before or after its receipt. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { postOf } from '../../dist/src/delivery/post.js';
import { Tracker } from '../../dist/src/delivery/tracker.js';
import type { Receipt, Status, StatusReport } from '../../dist/src/sms/types.js';
import { memoryStore } from '../../dist/src/store/index.js';

type Heard = Parameters<Tracker['report']>[0];

const ACCOUNT = { provider: 'enco', account: 'account', accountName: 'Account' };
const AT = '2026-11-22T10:00:00.000Z';
/** How far a status is on its way; the last ones end it. */
const STAGE: Partial<Record<Status, number>> = { queued: 0, sent: 1, unknown: 2, delivered: 3, failed: 3, expired: 3 };
const FINAL = 3;

const receipt: Receipt = {
  ...ACCOUNT,
  id: 'sms',
  to: '+32470123456',
  sender: null,
  text: 'Hello',
  parts: 1,
  alphabet: 'GSM-7',
  status: 'queued',
  providerStatus: 'queued',
  acceptedAt: AT,
  reference: 'ours',
  raw: null,
};

/** A reply comes with the word that the message was delivered, as the providers report it. */
const heard = fc
  .record({
    status: fc.constantFrom(...(Object.keys(STAGE) as Status[])),
    word: fc.constantFrom('', ' again'),
    byReference: fc.boolean(),
    isReply: fc.boolean(),
  })
  .map(({ status, word, byReference, isReply }) => {
    const final = STAGE[status] === FINAL;
    const replied = isReply && status === 'delivered' ? { reply: { text: 'OK', receivedAt: AT } } : {};
    const report: Heard = {
      id: byReference ? '' : 'sms',
      to: '',
      status,
      final,
      providerStatus: status + word,
      description: '',
      updatedAt: AT,
      raw: null,
      ...replied,
    };
    return { report, reference: byReference ? 'ours' : undefined };
  });

/** A story in which every end is the same, so that no order may change it; and when its receipt comes. */
const story = fc
  .tuple(fc.array(heard, { maxLength: 8 }), fc.constantFrom('delivered', 'failed', 'expired'), fc.nat(8))
  .map(([all, end, when]) => ({
    reports: all.filter(({ report }) => !report.final || report.status === end),
    when,
  }));

describe('of the reports about a message', () => {
  it('each that is told is further than the one before, or another word for the same, and nothing follows the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(heard, { maxLength: 10 }), fc.nat(10), async (reports, when) => {
        const { told } = await tell(reports, when);
        let stage = 0;
        for (const [i, { status, final, reply }] of told.entries()) {
          const before = told.slice(0, i);
          const isReply = reply !== undefined && before.every((one) => one.reply === undefined);
          if (isReply) continue;
          assert.ok(
            before.every((one) => !one.final),
            'nothing but a reply follows the end',
          );
          assert.ok((STAGE[status] ?? 0) >= stage, 'never back');
          stage = final ? FINAL : (STAGE[status] ?? 0);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('any order, and a receipt at any time between them, ends at the same status', async () => {
    await fc.assert(
      fc.asyncProperty(
        story.chain(({ reports, when }) =>
          fc.tuple(
            fc.constant(reports),
            fc.shuffledSubarray(reports, { minLength: reports.length }),
            fc.tuple(fc.constant(when), fc.nat(8)),
          ),
        ),
        async ([one, other, [when, otherwise]]) => {
          const [first, second] = [await tell(one, when), await tell(other, otherwise)];
          assert.equal(second.final, first.final);
          assert.equal(second.status, first.status);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('an end that was heard is its end, whatever came before and after it', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ reports, when }) => {
        const end = reports.find(({ report }) => report.final);
        const known = await tell(reports, when);
        if (end) assert.deepEqual([known.status, known.final], [end.report.status, true]);
        else assert.equal(known.final, false);
      }),
      { numRuns: 600 },
    );
  });
});

/** Gives a tracker the reports one after the other, and the receipt before the one at `when`, or in the end. */
async function tell(reports: readonly { report: Heard; reference?: string }[], when: number) {
  const store = memoryStore();
  const told: StatusReport[] = [];
  const tracker = new Tracker({
    account: ACCOUNT,
    store: store.tracked,
    marks: store.marks,
    finalWithin: 1e6,
    ask: null,
    post: postOf(store),
    tell: (_letter, report) => told.push(report),
    heard: async () => {},
    failed: (error) => assert.fail(String(error)),
  });
  const accept = async () => {
    const { store: keep, begin } = tracker.track(receipt, 'send', null);
    await keep();
    await begin();
  };
  for (const [i, { report, reference }] of reports.entries()) {
    if (i === when) await accept();
    await tracker.report(report, reference);
  }
  if (when >= reports.length) await accept();
  const found = await tracker.find('sms');
  await tracker.close();
  assert.ok(found);
  return { told, status: found.status, final: found.final };
}
