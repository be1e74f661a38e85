/**
 * Loaded into Node-RED before everything else (`node --require`): answers what comes in on the standard input, one word
 * a line, by one line of JSON on the standard output. `census` counts what is alive after a garbage collection; `delay`
 * tells how late the event loop was since it was last asked, the time of a census left out.
 */
'use strict';
const { createRequire, Module } = require('node:module');
const { readdirSync, readFileSync, readlinkSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { createInterface } = require('node:readline');
const v8 = require('node:v8');
const { runInNewContext } = require('node:vm');

const RESOLUTION = 10;
/** As the kernel writes it. */
const ESTABLISHED = '01';
const fromNodeRed = createRequire(process.argv[1]);
/** By name: weak references to all that were made. */
const made = new Map();

/** What is made anew with each deploy, by the file of the package that exports it. */
const CLASSES = {
  Account: 'delivery/account.js',
  Outbox: 'delivery/outbox.js',
  HttpClient: 'providers/http.js',
  SendNode: 'runtime/send.js',
  SqliteFile: 'store/sqlite-file.js',
};

const answers = {
  census() {
    delays.disable();
    const found = { heap: heapInUse(), listeners: listeners(), objects: objects(), files: files(), sockets: sockets() };
    delays.enable();
    return found;
  },
  delay() {
    const milliseconds = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    const [median, p99, max] = [delays.percentile(50), delays.percentile(99), delays.max].map(milliseconds);
    delays.reset();
    return { median, p99, max };
  },
};

watchClasses();
watchTimers();
v8.setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
delays.enable();
createInterface({ input: process.stdin }).on('line', (asked) => {
  process.stdout.write(`PROBE ${JSON.stringify(answers[asked]())}\n`);
});

/** Bytes. */
function heapInUse() {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What all of Node-RED has in common: its events, its web servers, the process. */
function listeners() {
  const { events } = fromNodeRed('@node-red/util');
  const { httpNode, httpAdmin } = fromNodeRed('./lib/red.js');
  const routes = (app) => app._router?.stack.length ?? 0;
  return {
    ...listenersOf('events', events),
    ...listenersOf('process', process),
    'httpNode routes': routes(httpNode),
    'httpAdmin routes': routes(httpAdmin),
  };
}

function listenersOf(name, emitter) {
  return Object.fromEntries(
    emitter.eventNames().map((event) => [`${name} ${String(event)}`, emitter.listenerCount(event)]),
  );
}

/** What was made and is not collected; of timers those that still wait. */
function objects() {
  const counts = [...made].map(([name, references]) => {
    const alive = [...references].filter((reference) => reference.deref() && !reference.deref()._destroyed);
    made.set(name, new Set(alive));
    return [name, alive.length];
  });
  return Object.fromEntries(counts);
}

/** The package is as it is published; the classes that it exports are watched while it is loaded. */
function watchClasses() {
  const compile = Module._extensions['.js'];
  Module._extensions['.js'] = (module, filename) => {
    compile(module, filename);
    for (const [name, file] of Object.entries(CLASSES)) {
      if (!filename.endsWith(`/dist/src/${file}`)) continue;
      const construct = (...given) => noted(name, Reflect.construct(...given));
      module.exports[name] = new Proxy(module.exports[name], { construct });
    }
  };
}

function watchTimers() {
  for (const name of ['setTimeout', 'setInterval']) {
    const set = globalThis[name];
    globalThis[name] = Object.assign((...given) => noted('timer', set(...given)), set);
    // Of util.promisify: it makes no timer that could be left behind, but a promise.
    Object.defineProperties(globalThis[name], Object.getOwnPropertyDescriptors(set));
  }
}

function noted(name, object) {
  const references = made.get(name) ?? new Set();
  made.set(name, references.add(new WeakRef(object)));
  return object;
}

/** Files of stores that are open. */
function files() {
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return open.filter((path) => path.includes('.sqlite')).length;
}

/** Connections to the vendor, also those that do not keep the process alive. */
function sockets() {
  const vendor = Number(process.env.LOAD_VENDOR_PORT).toString(16).toUpperCase().padStart(4, '0');
  const [, ...lines] = readFileSync('/proc/self/net/tcp', 'utf8').trim().split('\n');
  const connections = lines.map((line) => line.trim().split(/\s+/));
  return connections.filter(([, , remote, state]) => remote.endsWith(`:${vendor}`) && state === ESTABLISHED).length;
}
