/** The closed loop over TLS. */
import { type Findings, ratio } from './measure.ts';
import { closedLoop, type Figures } from './send.ts';
import { NEXMO, OURS, REQUEST } from './subjects.ts';

export async function measureGroup(): Promise<Findings> {
  const { found, table } = await closedLoop([OURS, REQUEST, NEXMO, 'undici dispatch, bare'], ({ https }) => https);
  const ours = found[OURS] as Figures;
  return {
    values: {
      'tls.rate': ratio(ours.rate, (found[REQUEST] as Figures).rate),
      'tls.nexmo': ratio(ours.rate, (found[NEXMO] as Figures).rate),
    },
    table,
  };
}
