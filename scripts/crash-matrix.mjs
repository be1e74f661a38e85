/**
 * Kills a real Node-RED at every step of a message, with every fault of the vendor, every policy and every store, and
 * writes what became of the messages into docs/delivery.md; with --check, fails when the page says something else.
 * Names of steps and stores on the command line leave out the others; then nothing is written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STEPS, STORES } from '../test/crash/matrix.ts';
import { tables, withoutStores, withTables } from '../test/crash/page.ts';
import { runAll } from '../test/crash/plan.ts';
import { hasRedis, redisDatabases } from '../test/crash/redis.ts';

const PAGE = fileURLToPath(new URL('../docs/delivery.md', import.meta.url));
const AT_ONCE = 1;

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isCheck = process.argv.includes('--check');
const isPart = named.length > 0;
const wanted = (all) => {
  const some = all.filter((name) => named.includes(name));
  return some.length > 0 ? some : all;
};

const asked = wanted(STORES);
const stores = hasRedis() || process.env.CI === 'true' ? asked : asked.filter((store) => store !== 'redis');
const missing = asked.filter((store) => !stores.includes(store));
const begun = Date.now();
const { outcomes, problems } = await runAll({
  stores,
  steps: wanted(Object.keys(STEPS)),
  atOnce: AT_ONCE,
  redis: redisDatabases(),
  done: ({ store, step }, { length }, milliseconds) => {
    const verdict = length === 0 ? 'as promised' : `${length} PROBLEMS`;
    console.log(`${store.padEnd(8)} ${step.padEnd(13)} ${verdict} (${(milliseconds / 1000).toFixed(1)} s)`);
  },
});
report(outcomes, problems);
// Whatever a run that failed has left open ends with it.
process.exit();

function report(outcomes, problems) {
  const messages = outcomes.reduce((sum, { fates }) => sum + fates.length, 0);
  console.log(`${messages} messages in ${Math.round((Date.now() - begun) / 1000)} s`);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  if (missing.length > 0) console.log('There is no redis-server on this machine: its cells are left out.');
  const text = tables(outcomes);
  if (isPart) console.log(text);
  else if (isCheck) check(text);
  else if (problems.length === 0 && missing.length === 0)
    writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), text));
  else console.log('docs/delivery.md is left as it is.');
}

function check(text) {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (withoutStores(page, missing) === withoutStores(withTables(page, text), missing)) return;
  console.error('docs/delivery.md is not current: run "npm run crash-matrix" and commit the result.');
  process.exitCode = 1;
}
