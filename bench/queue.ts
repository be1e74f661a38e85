/** What it costs to store a message, synced, before it is sent: the closed loop with the queue on, and off. */
import { type Findings, ratio } from './measure.ts';
import { closedLoop, type Figures } from './send.ts';
import { OURS, QUEUED } from './subjects.ts';

export async function measureGroup(): Promise<Findings> {
  const { found, table } = await closedLoop([OURS, QUEUED], ({ http }) => http);
  return { values: { 'queue.rate': ratio((found[QUEUED] as Figures).rate, (found[OURS] as Figures).rate) }, table };
}
