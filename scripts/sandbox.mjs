/** `npm run sandbox`: builds, then runs the command `sms-sandbox`, with nothing but its line of JSON on standard output. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { whenParentEnds } from './parent.mjs';

const inRoot = { cwd: new URL('..', import.meta.url) };

// What the compiler has to say goes to standard error.
const build = spawnSync('npm run --silent build', { ...inRoot, shell: true, stdio: ['ignore', 2, 2] });
if (build.status !== 0) process.exit(build.status ?? 1);

const command = fileURLToPath(new URL('../dist/src/sandbox/cli.js', import.meta.url));
const sandbox = spawn(process.execPath, [command, ...process.argv.slice(2)], { stdio: 'inherit' });
const stop = () => sandbox.kill('SIGTERM');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
whenParentEnds(stop);
sandbox.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
