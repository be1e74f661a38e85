/**
 * Loaded into Node-RED before everything else (`node --require`): lets no message go beyond one step of its way, and
 * says on the standard output which ones have come to it. The package is as it is published; what it exports is wrapped
 * while it is loaded. `CRASH_STEP` names the step, `CRASH_VENDOR` is the address of the counting vendor.
 */
'use strict';
const { Socket } = require('node:net');
const { Module } = require('node:module');

const { CRASH_STEP: step, CRASH_VENDOR: vendor } = process.env;

const WRAPPED = {
  '/dist/src/store/sqlite.js': (exports) => wrapStore(exports, 'embeddedStore'),
  '/dist/src/store/redis.js': (exports) => wrapStore(exports, 'redisStore'),
  '/dist/src/providers/exchange.js': wrapCarrier,
  '/dist/src/providers/digitaleo/smtp.js': wrapMail,
};

const compile = Module._extensions['.js'];
Module._extensions['.js'] = (module, filename) => {
  compile(module, filename);
  for (const [end, wrap] of Object.entries(WRAPPED)) if (filename.endsWith(end)) wrap(module.exports);
};

const never = () => new Promise(() => {});

/** Writing to a pipe is synchronous: what was said is known, whatever comes. */
function stopped(keys) {
  if (keys.length > 0) process.stdout.write(`STOPPED ${keys.join(' ')}\n`);
}

function keysIn(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [...new Set(Array.from((text ?? '').matchAll(/message(\d{4})\./g), ([, key]) => key))];
}

/** References of ours → the message. */
const references = new Map();
const REFERENCE = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What ends a message names it by its text or by its reference. */
function messagesIn(value) {
  const text = JSON.stringify(value) ?? '';
  const named = Array.from(text.matchAll(REFERENCE), ([reference]) => references.get(reference) ?? []);
  return [...new Set([...keysIn(text), ...named.flat()])];
}

/** Letters to a node → the messages they are about. */
const letters = new Map();

function wrapStore(exports, name) {
  const make = exports[name];
  exports[name] = (...given) => {
    const store = make(...given);
    wrapOutbox(store.outbox);
    if (step === 'before-store') stopConfirming(store);
    if (step === 'after-answer') stopSettling(store);
    if (step === 'after-settle') stopTelling(store);
    if (step === 'after-emit') stopForgetting(store);
    return store;
  };
}

function wrapOutbox(outbox) {
  const add = outbox.add.bind(outbox);
  const claim = outbox.claim.bind(outbox);
  outbox.add = async (entries, handOut) => {
    for (const { reference, text } of entries) references.set(reference, keysIn(text));
    const keys = entries.flatMap(({ text }) => keysIn(text));
    if (step === 'before-store') {
      stopped(keys);
      return never();
    }
    // One that could leave at once is claimed in the same piece: what waits for its turn is not.
    const claimed = await add(entries, step === 'after-store' ? undefined : handOut);
    if (step === 'after-store') {
      stopped(keys);
      return never();
    }
    return step === 'after-claim' ? haltedOf(claimed) : claimed;
  };
  outbox.claim = async (...given) => {
    if (step === 'after-store') return never();
    const claimed = await claim(...given);
    return step === 'after-claim' ? haltedOf(claimed) : claimed;
  };
}

/** Nobody gets them. */
function haltedOf(claimed) {
  stopped(claimed.flatMap(({ text }) => keysIn(text)));
  return [];
}

/** A key against repeats holds for good from the turn on in which its message gets into the store. */
function stopConfirming({ marks }) {
  const set = marks.set.bind(marks);
  marks.set = (scope, ...rest) => (scope === 'dedupe' ? never() : set(scope, ...rest));
}

const isLetter = (scope) => scope.startsWith('post:');

/** Nothing that says how a message ended gets into the store. */
function stopSettling({ outbox, tracked, marks }) {
  stop(outbox, 'remove', (reference) => references.get(reference));
  stop(outbox, 'save', (entry) => (entry.state === 'held' ? keysIn(entry.text) : undefined));
  stop(tracked, 'save', (message) => messagesIn(message));
  for (const name of ['add', 'set'])
    stop(marks, name, (scope, ...rest) => (isLetter(scope) ? messagesIn(rest) : undefined));
}

/** All of it gets into the store, and whoever waits for it waits for ever. */
function stopTelling({ outbox }) {
  stop(outbox, 'remove', (reference) => references.get(reference), true);
  stop(outbox, 'save', (entry) => (entry.state === 'held' ? keysIn(entry.text) : undefined), true);
}

/** A letter that was read stays. */
function stopForgetting({ marks }) {
  for (const name of ['add', 'set']) {
    const write = marks[name].bind(marks);
    marks[name] = (scope, key, ...rest) => {
      if (isLetter(scope)) letters.set(`${scope}\n${key}`, messagesIn(rest));
      return write(scope, key, ...rest);
    };
  }
  stop(marks, 'remove', (scope, key) => letters.get(`${scope}\n${key}`));
}

/** @param messages of the call; none lets it pass */
function stop(target, name, messages, isDone = false) {
  const call = target[name].bind(target);
  target[name] = async (...given) => {
    const keys = messages(...given) ?? [];
    if (keys.length === 0) return call(...given);
    if (isDone) await call(...given);
    stopped(keys);
    return never();
  };
}

function wrapCarrier(exports) {
  const { carrier } = exports;
  exports.carrier = (...given) => {
    const carry = carrier(...given);
    return (request) => {
      const keys = keysIn(request.body ?? '');
      const isMarked = keys.length > 0 && step === 'after-connect';
      const headers = isMarked ? { ...request.headers, [MARK]: keys.join('-') } : request.headers;
      return travelling(keys, () => carry({ ...request, headers }));
    };
  };
}

function wrapMail(exports) {
  const { sendMail } = exports;
  exports.sendMail = (session, file, ...rest) => {
    const keys = keysIn(file);
    mails.set(Number(session.settings.smtpPort), keys);
    return travelling(keys, () => sendMail(session, file, ...rest));
  };
}

/** A request on its way to the vendor, which hears of it as far as the step allows, and is not heard. */
async function travelling(keys, go) {
  if (keys.length === 0) return go();
  if (step === 'after-connect' || step === 'after-write') {
    go().catch(() => {});
    return never();
  }
  const outcome = await go().then(
    (answer) => ({ answer }),
    (error) => ({ error }),
  );
  if (step === 'after-accept' && (await isAccepted(keys))) return never();
  if (outcome.error) throw outcome.error;
  return outcome.answer;
}

/** The vendor says so itself, when it has accepted (see vendor.ts). */
async function isAccepted(keys) {
  const answer = await fetch(`${vendor}/accepted?${keys.join('&')}`);
  return (await answer.text()) === 'yes';
}

const MARK = 'x-crash-matrix';
/** Ports of mail servers → the messages of the mail that is on its way there. */
const mails = new Map();
const silenced = new WeakSet();

if (step === 'after-connect') {
  const { write } = Socket.prototype;
  Socket.prototype.write = function (chunk, ...rest) {
    const marked = /^x-crash-matrix: ([\d-]+)/m.exec(String(chunk));
    const keys = marked ? marked[1].split('-') : mails.get(this.remotePort);
    if (keys && !silenced.has(this)) {
      silenced.add(this);
      stopped(keys);
    }
    return silenced.has(this) ? true : write.call(this, chunk, ...rest);
  };
}
