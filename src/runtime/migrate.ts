/**
 * A node as an earlier version of this package stored it, as this version understands it. The run time and the dialogs
 * read every node through this, so that what a dialog shows is what runs.
 */

/** What `version` of a node says that was stored by this version of the package. A new one is needed only when an old flow would else be read in another way. */
export const VERSION = '1';

type Stored = Record<string, unknown>;

/** What makes of a node of each version one of the next. */
const STEPS: readonly ((node: Stored) => Stored)[] = [fromUnversioned];

/**
 * The node with all that it says, in the shape of this version. One that a later version stored stays as it is.
 */
export function migrated<Node extends object>(node: Node): Node {
  const stored = listed(node as Stored);
  const steps = STEPS.slice(versionOf(stored));
  if (steps.length === 0) return stored as Node;
  return { ...steps.reduce((one, step) => step(one), stored), version: VERSION } as unknown as Node;
}

/** The version under which a node that was opened is stored again: never an earlier one. */
export function versionToStore(node: object): string {
  const stored = (node as Stored).version;
  return versionOf(node as Stored) > Number(VERSION) ? String(stored) : VERSION;
}

function versionOf({ version }: Stored): number {
  const number = Number(version ?? 0);
  return Number.isInteger(number) && number > 0 ? number : 0;
}

/** How nodes without a version ran that did not say everything; where nothing is said here, as new nodes do. */
const UNSAID: Readonly<Record<string, Stored>> = {
  // Real messages were sent: that must not end because somebody looks into the dialog.
  'sms-provider': { sandbox: false },
  'sms-inbound-poll': { interval: 0, limit: 0 },
  'sms-status-queue': { interval: 0, limit: 200 },
};

/** Flows of before there was a version, and flows that were written by hand. */
function fromUnversioned(node: Stored): Stored {
  const said = Object.entries(node).filter(([, value]) => value !== undefined);
  return { ...UNSAID[String(node.type)], ...Object.fromEntries(said) };
}

/** A single fallback account that is deleted Node-RED empties as if it were no list, and undone it writes one id. */
function listed(node: Stored): Stored {
  const { fallback } = node;
  return typeof fallback === 'string' ? { ...node, fallback: fallback.split(/[\s,]+/).filter(Boolean) } : node;
}
