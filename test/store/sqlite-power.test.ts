/** The power cut while the embedded store writes: what was acknowledged is there, and of the last turn all or nothing. */
import assert from 'node:assert/strict';
import type { Store } from '../../dist/src/store/index.js';
import { assertHas, type Content, contentOf, Disk, FRAME, firstDifference, smallPages } from './sqlite-disk.ts';
import { ACCOUNT, entry, references, tracked } from './sqlite-entries.ts';

const DAY = 24 * 3600_000;
const SCOPE = 'post:send';

/** What there is before and after a turn in which one message was settled and another taken in. */
const [BEFORE, AFTER] = [
  { outbox: ['first', 'second'], tracked: [], marks: [] },
  { outbox: ['second', 'third'], tracked: ['id'], marks: ['letter'] },
];

/** The file, and its journal before and after such a turn. */
async function lastTurn(): Promise<{ main: Buffer; was: Buffer; is: Buffer }> {
  const { file, store } = smallPages();
  await store.outbox.add([entry('+3201', { reference: 'first' }), entry('+3201', { reference: 'second' })]);
  await store.outbox.claim(ACCOUNT, Date.now(), 1);
  const before = contentOf(file);
  await Promise.all([
    store.tracked.save(tracked('id', { reference: 'first' })),
    store.marks.add(SCOPE, 'letter', 30 * DAY, '{"kind":"settled"}'),
    store.outbox.remove('first'),
    store.outbox.add([entry('+3202', { reference: 'third' })]),
  ]);
  const after = contentOf(file);
  assert.deepEqual(after.main, before.main);
  await store.close();
  return { main: after.main, was: before.journal, is: after.journal };
}

describe('the embedded store after a power cut', () => {
  const disk = new Disk();
  let [main, is, first]: [Buffer, Buffer, number] = [Buffer.alloc(0), Buffer.alloc(0), 0];
  before(async () => {
    const turn = await lastTurn();
    [main, is, first] = [turn.main, turn.is, firstDifference(turn.was, turn.is)];
    assert.equal(first, turn.was.length);
    assert(is.length - first > 10 * FRAME, 'a turn that writes to many pages');
  });

  it('has all that was acknowledged, and the last turn whole or not at all, whatever byte was the last', () => {
    for (let end = first; end < is.length; end += 1) {
      assert.deepEqual(disk.read(main, [is.subarray(0, end)]), BEFORE, `cut at ${end}`);
    }
    assert.deepEqual(disk.read(main, [is]), AFTER);
  }).timeout(60_000);

  it('has it when the journal has its length, and zeros or rubbish from whatever byte on', () => {
    for (let end = first; end < is.length; end += 1) {
      const rest = Buffer.alloc(is.length - end, end % 2 === 0 ? 0 : (is[end] ?? 0) ^ 0xff);
      const expected = rest.equals(is.subarray(end)) ? AFTER : BEFORE;
      assert.deepEqual(disk.read(main, [is.subarray(0, end), rest]), expected, `torn at ${end}`);
    }
  }).timeout(60_000);

  it('has it for the store that is opened next', async () => {
    for (let border = first; border < is.length; border += FRAME) {
      for (const end of [border, border + 1, border + 24, border + FRAME - 1]) {
        const found = await disk.open(main, [is.subarray(0, end)], SCOPE, 'id');
        assert.deepEqual(found, BEFORE, `cut at ${end}`);
      }
    }
    assertHas(await disk.open(main, [is], SCOPE, 'id'), AFTER.outbox, 'nothing cut');
  }).timeout(20_000);

  it('has it when the journal is begun anew over what was in it', async () => {
    const { before, after, acknowledged, added } = await journalBegunAnew();
    const start = firstDifference(before.journal, after.journal);
    assert(start < 32, 'from its first bytes');
    const end = lastDifference(before.journal, after.journal);
    for (let cut = start; cut < end; cut += cut < 100 ? 7 : 41) {
      const journal = [after.journal.subarray(0, cut), before.journal.subarray(cut)];
      assertHas(disk.read(after.main, journal), acknowledged, `cut at ${cut}`);
    }
    assertHas(disk.read(after.main, [after.journal]), [...acknowledged, added], 'nothing cut');
  }).timeout(60_000);

  it('has it when the file was half way through taking over what is in the journal', async () => {
    const { before, after, acknowledged } = await takingOver();
    const journal = after.journal;
    for (let part = 0; part <= 60; part += 1) {
      const cut = Math.floor((after.main.length * part) / 60);
      const rest = before.main.subarray(Math.min(cut, before.main.length));
      const half = Buffer.concat([after.main.subarray(0, cut), rest]);
      assertHas(disk.read(half, [journal]), acknowledged, `cut at ${cut}`);
    }
  }).timeout(20_000);
});

/** Over 4000 pages SQLite brings the journal home. */
const many = () => Array.from({ length: 60 }, (_, i) => entry(`+32${i}`, { text: 'x'.repeat(5000) }));

/** Before and after the turn that fills the journal so that the file takes over what is in it. */
async function takingOver(): Promise<Turn> {
  const { file, store } = smallPages();
  await store.open();
  const turn = await untilHome(file, store);
  await store.close();
  return turn;
}

/** Before and after the turn that follows, of one message. */
async function journalBegunAnew(): Promise<Turn & { added: string }> {
  const { file, store } = smallPages();
  await store.open();
  const { acknowledged } = await untilHome(file, store);
  const before = contentOf(file);
  const last = entry('+3201');
  await store.outbox.add([last]);
  const after = contentOf(file);
  await store.close();
  return { before, after, acknowledged, added: last.reference };
}

interface Turn {
  before: Content;
  after: Content;
  acknowledged: string[];
}

async function untilHome(file: string, store: Store): Promise<Turn> {
  const acknowledged: string[] = [];
  for (;;) {
    const before = contentOf(file);
    const added = many();
    await store.outbox.add(added);
    acknowledged.push(...references(added));
    const after = contentOf(file);
    if (!after.main.equals(before.main)) return { before, after, acknowledged };
  }
}

function lastDifference(a: Buffer, b: Buffer): number {
  assert.equal(a.length, b.length);
  for (let i = a.length; i > 0; i -= 1) if (a[i - 1] !== b[i - 1]) return i;
  return 0;
}
