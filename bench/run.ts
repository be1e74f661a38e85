/** npm run bench [-- <group>… --write]: measures, prints, and exits non-zero below target. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { type Findings, shown, type Table } from './measure.ts';
import { isMet, TARGETS, type Target, type TargetId } from './targets.ts';

const GROUPS = ['segments', 'send', 'tls', 'queue', 'burst', 'backlog', 'start', 'size', 'editor'];
const PAGE = join(import.meta.dirname, '../docs/performance.md');

const given = process.argv.slice(2);
const write = given.includes('--write');
const named = given.filter((argument) => !argument.startsWith('--'));
const unknown = named.filter((name) => !GROUPS.includes(name));
if (unknown.length > 0) throw new Error(`No group ${unknown.join(', ')}; there are ${GROUPS.join(', ')}.`);

installPeers();
let missed = 0;
for (const group of GROUPS.filter((name) => named.length === 0 || named.includes(name))) {
  process.stderr.write(`${group} `);
  const { measureGroup } = (await import(`./${group}.ts`)) as { measureGroup: () => Promise<Findings> };
  const findings = await measureGroup();
  const judged = judgement(findings);
  missed += judged.rows.filter(([, , , , verdict]) => verdict !== 'met').length;
  console.log(`\n## ${group}\n\n${drawn(judged)}\n\n${drawn(findings.table)}\n`);
  if (write) put(group, `${drawn(judged)}\n\n${drawn(findings.table)}\n\n${circumstances()}`);
}
if (missed > 0) console.log(`${missed} below target.`);
// A Node-RED that hangs must not keep the bench from ending.
process.exit(missed > 0 ? 1 : 0);

/** The first run brings them; they are nobody else's. */
function installPeers(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules'))) return;
  process.stderr.write('installing the peers\n');
  const options = { cwd: import.meta.dirname, stdio: 'inherit', shell: process.platform === 'win32' } as const;
  execFileSync('npm', ['ci', '--ignore-scripts'], options);
}

function judgement({ values }: Findings): Table {
  const rows = (Object.entries(values) as [TargetId, number][]).map(([id, value]) => {
    const target: Target = TARGETS[id];
    const wanted = target.least === undefined ? `≤ ${shown(target.most ?? 0)}` : `≥ ${shown(target.least)}`;
    return [target.work, target.measure, wanted, shown(value), isMet(target, value) ? 'met' : '**missed**'];
  });
  return { head: ['work', 'measured as', 'target', 'found', ''], rows };
}

function drawn({ head, rows }: Table): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? shown(cell) : cell)));
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function circumstances(): string {
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'an unknown processor'}.`;
}

/** Into the page, between the marks of the group. */
function put(group: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const place = new RegExp(`(<!-- bench:${group} -->\n)[\\s\\S]*?(<!-- /bench:${group} -->)`);
  if (!place.test(page)) throw new Error(`docs/performance.md has no place for ${group}`);
  writeFileSync(
    PAGE,
    page.replace(place, (_all, begin, end) => `${begin}\n${text}\n\n${end}`),
  );
}
