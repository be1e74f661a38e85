/** What npm run bench demands: one place for every target. */

export interface Target {
  /** The work, as a person calls it. */
  work: string;
  /** What the value is, such as "× the messages/s of the http request node". */
  measure: string;
  least?: number;
  most?: number;
}

export const TARGETS = {
  'segments.table': { work: 'segment calculation', measure: '× a bare table-lookup loop', least: 0.8 },
  'segments.fastest': { work: 'segment calculation', measure: '× the fastest npm calculator', least: 4 },
  'segments.twilio': { work: 'segment calculation', measure: '× sms-segments-calculator', least: 2000 },
  'segments.right': { work: 'segment calculation', measure: 'of the cases right', least: 1 },
  'send.rate': { work: 'sms-send, queue off', measure: '× the messages/s of http request', least: 3 },
  'send.cpu': { work: 'sms-send, queue off', measure: '× the CPU a message of http request', most: 0.4 },
  'tls.rate': { work: 'sms-send, queue off, TLS', measure: '× the messages/s of http request', least: 6.5 },
  'tls.nexmo': { work: 'sms-send, queue off, TLS', measure: '× the messages/s of the nexmo node', least: 1 },
  'queue.rate': { work: 'sms-send, queue on, FULL', measure: '× the messages/s of queue off', least: 0.7 },
  'burst.sockets': { work: 'burst of 5,000', measure: 'sockets', most: 50 },
  'burst.rate': { work: 'burst of 5,000', measure: '× the messages/s of http request', least: 4 },
  'burst.memory': { work: 'burst of 5,000', measure: 'MiB at the peak on top of those before', most: 20 },
  'backlog.claim': { work: 'a million queued', measure: '× the claim p50 of a thousand', most: 1.2 },
  'backlog.memory': { work: 'a million queued', measure: 'MB on top of a thousand', most: 40 },
  'backlog.first': { work: 'a million queued', measure: 'ms from opening to the first claim', most: 50 },
  'start.time': { work: 'start of Node-RED with the package', measure: 'ms more than an empty one', most: 25 },
  'start.memory': { work: 'start of Node-RED with the package', measure: 'MB more than an empty one', most: 4 },
  'size.bytes': { work: 'installed with its dependencies', measure: 'MB', most: 20 },
  'size.packages': { work: 'installed with its dependencies', measure: 'packages', most: 40 },
  'editor.keystroke': { work: 'keystroke in a text of 1,000', measure: 'ms, p50', most: 2 },
} as const satisfies Record<string, Target>;

export type TargetId = keyof typeof TARGETS;

export function isMet({ least = -Infinity, most = Infinity }: Target, value: number): boolean {
  return value >= least && value <= most;
}
