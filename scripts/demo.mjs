/** The demo: a real Node-RED with a flow on the sandbox, in a folder of its own, that tells its story in the console. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { whenParentEnds } from './parent.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A fresh user folder at each start: nothing of the user's own Node-RED is read or written. */
const USER_DIR = mkdtempSync(join(tmpdir(), 'sms-demo-'));
const USUAL_PORT = 1880;

/** Lines of the demo's flow (see demo-flow.json); of Node-RED's own, only what went wrong is shown. */
const STORY = /^ {2}·/;
const TROUBLE = /\[(warn|error|fatal)\]/;
const EXPECTED = /Projects disabled|Encrypted credentials not found/;

const port = await choosePort();
prepare(port);
const nodeRed = start();
// Once: a second signal would end Node-RED before its nodes have closed.
const stop = () => nodeRed.killed || nodeRed.kill('SIGTERM');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
whenParentEnds(stop);
process.on('exit', () => rmSync(USER_DIR, { recursive: true, force: true }));
process.exitCode = await tell(nodeRed);

async function choosePort() {
  if (await isFree(USUAL_PORT)) return USUAL_PORT;
  const other = await listenOn(0);
  console.log(`Port ${USUAL_PORT} is taken (your own Node-RED?), so the demo uses ${other}.`);
  return other;
}

function isFree(number) {
  return listenOn(number).then(
    () => true,
    () => false,
  );
}

/** The number of the port that was listened on for a moment; rejects when it is taken. */
async function listenOn(number) {
  const server = createServer().listen(number, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Puts the package, the settings and the flow into the user folder. */
function prepare(uiPort) {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const link = join(USER_DIR, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(ROOT, link, 'junction');
  const settings = {
    uiHost: '127.0.0.1',
    uiPort,
    flowFile: 'flows.json',
    credentialSecret: 'only for the demo',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
  };
  const write = (file, text) => writeFileSync(join(USER_DIR, file), text);
  write('package.json', JSON.stringify({ name: 'sms-demo', private: true, dependencies: { [name]: version } }));
  // Node-RED ends when its standard input does, so that it never outlives this script.
  const watchdog = "process.stdin.on('end', () => process.exit(1)).resume().unref();";
  write('settings.js', `${watchdog}\nmodule.exports = ${JSON.stringify(settings)};\n`);
  write('flows.json', readFileSync(join(ROOT, 'scripts', 'demo-flow.json')));
}

/** In a process group of its own, so that Ctrl-C reaches it once, through this script. */
function start() {
  const red = join(ROOT, 'node_modules', 'node-red', 'red.js');
  const { NODE_RED_HOME, ...env } = process.env;
  return spawn(process.execPath, [red, '--userDir', USER_DIR], {
    cwd: USER_DIR,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  });
}

/** Shows what matters of the output; resolves to the exit code. */
async function tell(child) {
  child.stdin.on('error', () => undefined);
  console.log('Starting Node-RED…');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('Server now running')) greet();
    else if (STORY.test(line) || (TROUBLE.test(line) && !EXPECTED.test(line))) console.log(line);
  });
  const [code] = await once(child, 'close');
  console.log('The demo has ended.');
  return code ?? 1;
}

function greet() {
  console.log(`
Node-RED is up: http://127.0.0.1:${port}
The flow sends through the built-in sandbox: no SMS leaves this machine.
Press the button of "alarm" in the editor to send another one. Changes to this flow are not kept. Ctrl-C ends it.
`);
}
