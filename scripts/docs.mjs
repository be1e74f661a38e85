/** Writes the pages of docs/ that are made from the providers themselves, or from a table of tests; with --check, fails when one is not current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import deskModule from '../dist/src/delivery/desk-operations.js';
import providersModule from '../dist/src/providers/index.js';
import schemaModule from '../dist/src/providers/schema.js';
import { faultsPage } from '../test/faults/page.ts';

const PAGES = { 'operations.md': page, 'providers.md': providersPage, 'faults.md': faultsPage };

async function keep(name) {
  const file = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  const text = await PAGES[name](providersModule.providers);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (read(file) !== text) {
    console.error(`docs/${name} is not current: run "npm run docs" and commit the result.`);
    process.exitCode = 1;
  }
}

/** The whole page, of any providers. */
export async function page(providers) {
  const sections = await Promise.all(providers.map(section));
  return `# Operations

Every call that the vendors document, as \`sms-request\` offers it: one flat object of parameters, with the vendor's own
names. What can be asked of any account, whoever its provider is, comes [last](#any-account). This page is made from the
code by \`npm run docs\`.

${sections.join('\n')}
${await ownSection()}`;
}

const CAPABILITIES = {
  send: 'send',
  sendMany: 'several recipients in one call',
  personalised: "the vendor's own personalised bulk call",
  schedule: 'send at a time, kept by the vendor',
  sender: 'a sender ID of your own',
  status: 'ask for a status',
  history: 'ask for all statuses that a message had',
  statusQueue: 'a queue of status changes',
  callback: 'an address for statuses, told with each message',
  inbound: 'fetch what phones wrote',
  lookup: 'find a message whose answer was lost',
  cancel: 'take back what has not left',
  length: "the vendor's count of a text",
  quote: 'the price of a text',
  senders: 'list the senders',
  balance: 'ask for the balance',
};

/** What each vendor can do, and its own sentence for what it cannot. */
export function providersPage(providers) {
  const able = providers.map((provider) => providersModule.capabilitiesOf(provider));
  const rows = Object.entries(CAPABILITIES).map(
    ([name, words]) => `| ${words} | ${able.map((can) => (can[name] === true ? 'yes' : '')).join(' | ')} |`,
  );
  const head = [
    `| | ${providers.map(({ label }) => label).join(' | ')} |`,
    `| --- | ${providers.map(() => '---').join(' | ')} |`,
  ];
  return `# Providers

What \`sms-send\` and its sisters can ask of each vendor. What a vendor cannot do is refused with \`SMS_UNSUPPORTED\` and the
sentence below, and the editor shows the same sentence. Every documented call is in [operations](operations.md). This page
is made from the code by \`npm run docs\`.

${[...head, ...rows].join('\n')}

${providers.map((provider, i) => aboutProvider(provider, able[i])).join('\n')}`;
}

function aboutProvider({ id, label, baseUrl, note, fields, rate }, can) {
  const fieldNames = fields.map(({ name, secret }) => `\`${name}\`${secret ? ' (secret)' : ''}`).join(', ');
  const facts = [
    `- Base URL: \`${baseUrl}\``,
    `- Its own fields in the account: ${fieldNames}`,
    `- Rate: ${rate > 0 ? `${rate} messages a second` : 'no limit is documented'}`,
  ];
  const reasons = Object.keys(CAPABILITIES).flatMap((name) => (can[name] === true ? [] : [`- ${can[name]}`]));
  const more = `[Where its credentials are, what to know](providers/${id}.md)`;
  return `## ${label}\n\n${more}\n\n${note ? `${note}\n\n` : ''}${[...facts, ...reasons].join('\n')}\n`;
}

async function section({ label, baseUrl, note, operations }) {
  const entries = await Promise.all(operations.map(operation));
  const about = [`Base URL: \`${baseUrl}\``, note].filter(Boolean).join('\n\n');
  return `## ${label}\n\n${about}\n\n${entries.join('\n')}`;
}

/** What the package itself knows of an account: nothing of it reaches the vendor. */
async function ownSection() {
  const about =
    'What the package itself knows and does, the same for every provider. None of it is a call to the vendor.';
  const entries = await Promise.all(deskModule.deskOperations.map(ownOperation));
  return `## Any account\n\n${about}\n\n${entries.join('\n')}`;
}

async function operation(op) {
  const notes = notesOf(op, 'changes something at the vendor');
  const facts = `${op.title}. \`${op.method} ${op.path}\`${notes}. Source: ${op.source}.`;
  return entry(op, op.deprecated ? [facts, '', `**Deprecated.** ${op.deprecated}`] : [facts]);
}

async function ownOperation(op) {
  return entry(op, [`${op.title}${notesOf(op, 'changes something in the account')}.`]);
}

async function entry(op, about) {
  const { params } = await schemaModule.schemasOf(op);
  return `${[`### \`${op.id}\``, '', ...about, '', ...parameters(params)].join('\n')}\n`;
}

function notesOf({ writes, next }, change) {
  const notes = [writes && change, next && 'has pages'].filter(Boolean);
  return notes.length > 0 ? ` (${notes.join(', ')})` : '';
}

function parameters({ properties, required = [] }) {
  const names = Object.keys(properties);
  if (names.length === 0) return ['No parameters.'];
  const rows = names.map((name) => {
    const { description = '' } = properties[name];
    return `| \`${name}\` | ${kind(properties[name])} | ${required.includes(name) ? 'yes' : ''} | ${cell(description)} |`;
  });
  return ['| parameter | type | required | |', '| --- | --- | --- | --- |', ...rows];
}

function kind({ type, anyOf, items, format, const: only }) {
  if (only !== undefined) return `\`${only}\``;
  if (anyOf) return anyOf.map(kind).join(', ');
  if (type === 'array') return `list of ${kind(items)}`;
  return format ?? type ?? 'anything';
}

/** A bar ends a cell, and a backslash must stay one. */
function cell(description) {
  return description.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

// Who imports it wants a page.
if (import.meta.main !== false) for (const name of Object.keys(PAGES)) await keep(name);
