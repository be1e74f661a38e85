/** The flow of the load: an account and a sending node for each line, and what comes out as a line of the log. */
import type { FlowNode } from '../support/node-red.ts';
import { LINES, type Line } from './lines.ts';
import type { FailingVendor } from './vendor.ts';

/** Milliseconds that a call may take. */
const TIMEOUT = 10_000;
/** Seconds after an attempt. */
const LOOKUPS = '0.2,0.5,1';

export function flowOf({ lines }: FailingVendor, publicUrl: string): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'Load' },
    ...LINES.map((line) => account(line, lines[line.id] ?? {}, publicUrl)),
    { id: 'in', type: 'http in', z: 'tab', url: '/give', method: 'post', wires: [['give']] },
    {
      ...{ id: 'give', type: 'function', z: 'tab', outputs: LINES.length + 1 },
      // The answer comes behind the messages: when it is there, they have reached their nodes.
      func: `const lines = ${JSON.stringify(LINES.map(({ id }) => id))};
for (const { key, line, to, text } of msg.payload) {
  const out = new Array(lines.length + 1).fill(null);
  out[lines.indexOf(line)] = { key, to, payload: text };
  node.send(out);
}
return [...lines.map(() => null), msg];`,
      wires: [...LINES.map(({ id }) => [`send ${id}`]), ['answer']],
    },
    { id: 'answer', type: 'http response', z: 'tab', wires: [] },
    ...LINES.map(sender),
    { id: 'hook', type: 'webhook-in', z: 'tab', provider: 'account enco', path: '/statuses', wires: [[], [], []] },
    { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['caught']] },
    tell('receipt', "'END ' + JSON.stringify({ key: msg.key, code: null })"),
    tell('caught', "'END ' + JSON.stringify({ key: msg.key, code: msg.error.code ?? msg.error.message })"),
    tell('report', "msg.payload.final ? 'FINAL ' + msg.key : ''"),
  ];
}

function account({ id, provider, rate, uncertain }: Line, line: object, publicUrl: string): FlowNode {
  const { credentials, ...addresses } = line as { credentials?: Record<string, string> };
  return {
    ...{ id: `account ${id}`, type: 'sms-provider', name: id, provider, sandbox: false, ...addresses, publicUrl },
    ...{ rate, uncertain, timeout: TIMEOUT, lookups: LOOKUPS },
    credentials: { ...credentials, webhookSecret: 'only-the-vendor-knows' },
  };
}

function sender({ id, queue }: Line): FlowNode {
  return {
    ...{ id: `send ${id}`, type: 'sms-send', z: 'tab', provider: `account ${id}`, queue, to: 'to', toType: 'msg' },
    ...{ text: 'payload', textType: 'msg', follow: true, wires: [['receipt'], ['report']] },
  };
}

/** Node's console writes to a pipe before it returns. */
function tell(id: string, line: string): FlowNode {
  const func = `const line = ${line};\nif (line) console.log(line);`;
  return { id, type: 'function', z: 'tab', func, outputs: 0, wires: [] };
}
