/** Writes docs/operations.md from the operations themselves; with --check, fails when it is not current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import providersModule from '../dist/src/providers/index.js';
import schemaModule from '../dist/src/providers/schema.js';

const FILE = fileURLToPath(new URL('../docs/operations.md', import.meta.url));

// Who imports it wants the page.
if (import.meta.main !== false) await main();

async function main() {
  const text = await page(providersModule.providers);
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (read(FILE) !== text) {
    console.error('docs/operations.md is not current: run "npm run docs" and commit the result.');
    process.exitCode = 1;
  }
}

/** The whole page, of any providers. */
export async function page(providers) {
  const sections = await Promise.all(providers.map(section));
  return `# Operations

Every call that the vendors document, as \`sms-request\` offers it: one flat object of parameters, with the vendor's own
names. This page is made from the code by \`npm run docs\`.

${sections.join('\n')}`;
}

async function section({ label, baseUrl, note, operations }) {
  const entries = await Promise.all(operations.map(operation));
  const about = [`Base URL: \`${baseUrl}\``, note].filter(Boolean).join('\n\n');
  return `## ${label}\n\n${about}\n\n${entries.join('\n')}`;
}

async function operation(op) {
  const { params } = await schemaModule.schemasOf(op);
  const notes = [op.writes && 'changes something at the vendor', op.next && 'has pages'].filter(Boolean);
  const lines = [
    `### \`${op.id}\``,
    '',
    `${op.title}. \`${op.method} ${op.path}\`${notes.length > 0 ? ` (${notes.join(', ')})` : ''}. Source: ${op.source}.`,
    '',
    ...(op.deprecated ? [`**Deprecated.** ${op.deprecated}`, ''] : []),
    ...parameters(params),
  ];
  return `${lines.join('\n')}\n`;
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
