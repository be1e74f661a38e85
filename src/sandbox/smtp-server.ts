/** A mail server that takes mail for one vendor: as much of SMTP (RFC 5321) as mail clients use, on loopback, without TLS. */
import type { Socket } from 'node:net';
import type { Clock } from './clock';
import type { TcpServer } from './tcp-server';
import { createLines, startTcpServer } from './tcp-server';

export interface SmtpMail {
  /** Of the envelope. */
  from: string;
  to: string[];
  /** As it travelled, without the dots that were stuffed in. */
  content: Buffer;
}

/**
 * What is answered to a mail or a file: `later` is a failure that passes; `lost` and `unanswered` never come, after
 * taking it or not; `malformed` is a line that makes no sense.
 */
export type Verdict = 'accepted' | 'later' | 'lost' | 'unanswered' | 'malformed';

export interface SmtpSettings {
  name: string;
  /** How long an answer hangs before the connection breaks, in ms. */
  hang: number;
  after: Clock['after'];
  authRequired: boolean;
  login(user: string, pass: string): boolean;
  /** Whether mail for that address is taken. */
  knows(recipient: string): boolean;
  take(mail: SmtpMail): Verdict;
}

/** A mail with 2,000 SMS, each personalised, coded as base64. */
const MAX_MAIL = 8 * 1024 * 1024;
const MAX_RECIPIENTS = 100;

export function startSmtpServer(settings: SmtpSettings): Promise<TcpServer> {
  return startTcpServer((socket) => converse(socket, settings));
}

function converse(socket: Socket, settings: SmtpSettings): (chunk: Buffer) => void {
  let greeted = false;
  let loggedIn = false;
  let from: string | undefined;
  let to: string[] = [];
  /** The lines of a mail while it comes; null for one that is too large. */
  let data: string[] | null | undefined;
  let size = 0;
  /** What takes the next line, in the middle of AUTH. */
  let pending: ((line: string) => void) | undefined;
  const lines = createLines(read);
  /** An answer hangs: nothing follows it. */
  let isSilent = false;
  const say = (...answer: string[]): void => {
    if (!socket.destroyed && !isSilent) socket.write(answer.map((line) => `${line}\r\n`).join(''));
  };
  const reset = (): void => {
    from = undefined;
    to = [];
    size = 0;
  };

  const commands: Readonly<Record<string, (rest: string) => void>> = {
    HELO() {
      greeted = true;
      reset();
      say(`250 ${settings.name}`);
    },
    EHLO() {
      greeted = true;
      reset();
      say(
        `250-${settings.name}`,
        '250-PIPELINING',
        `250-SIZE ${MAX_MAIL}`,
        '250-8BITMIME',
        '250-AUTH PLAIN LOGIN',
        '250 ENHANCEDSTATUSCODES',
      );
    },
    AUTH: (rest) => authenticate(rest),
    MAIL(rest) {
      const [, address, options = ''] = /^FROM:\s*<([^<>\r\n]*)>(.*)$/i.exec(rest) ?? [];
      if (!greeted) return say('503 5.5.1 Say EHLO first');
      if (settings.authRequired && !loggedIn) return say('530 5.7.0 Authentication required');
      if (address === undefined) return say('501 5.5.4 Syntax: MAIL FROM:<address>');
      if (from !== undefined) return say('503 5.5.1 One mail at a time');
      if (Number(/\bSIZE=(\d+)/i.exec(options)?.[1] ?? 0) > MAX_MAIL) return say('552 5.3.4 The mail is too large');
      from = address;
      return say('250 2.1.0 Ok');
    },
    RCPT(rest) {
      const address = /^TO:\s*<([^<>\r\n]+)>/i.exec(rest)?.[1];
      if (from === undefined) return say('503 5.5.1 Say MAIL first');
      if (address === undefined) return say('501 5.5.4 Syntax: RCPT TO:<address>');
      if (!settings.knows(address)) return say('550 5.1.1 There is no such mailbox');
      if (to.length >= MAX_RECIPIENTS) return say('452 4.5.3 Too many recipients');
      to.push(address);
      return say('250 2.1.5 Ok');
    },
    DATA() {
      if (from === undefined || to.length === 0) return say('503 5.5.1 Say MAIL and RCPT first');
      data = [];
      return say('354 End with a line that has nothing but a dot');
    },
    RSET() {
      reset();
      say('250 2.0.0 Ok');
    },
    NOOP: () => say('250 2.0.0 Ok'),
    VRFY: () => say('252 2.5.0 Cannot say'),
    QUIT() {
      say('221 2.0.0 Bye');
      socket.end();
    },
  };

  function read(line: string): void {
    if (data !== undefined) {
      readData(line);
      return;
    }
    if (pending) {
      const take = pending;
      pending = undefined;
      take(line);
      return;
    }
    const [, word = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
    const name = word.toUpperCase();
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) command(rest.trim());
    else say('500 5.5.2 Unknown command');
  }

  function readData(line: string): void {
    if (line !== '.') {
      size += line.length + 2;
      if (size > MAX_MAIL) data = null;
      else data?.push(line.replace(/^\./, ''));
      return;
    }
    const content = data && Buffer.from(data.map((one) => `${one}\r\n`).join(''), 'latin1');
    data = undefined;
    if (content) finish(settings.take({ from: from ?? '', to, content }));
    else say('552 5.3.4 The mail is too large');
    reset();
  }

  function finish(verdict: Verdict): void {
    if (verdict === 'accepted') say('250 2.0.0 Ok: queued');
    else if (verdict === 'later') say('451 4.3.0 Try again later');
    else if (verdict === 'malformed') say('\u0015\u0003\u0001');
    else {
      isSilent = true;
      socket.pause();
      const cancel = settings.after(settings.hang, () => socket.destroy());
      socket.once('close', cancel);
    }
  }

  /** PLAIN (RFC 4616) in one or two lines, LOGIN in three. */
  function authenticate(rest: string): void {
    const [mechanism = '', initial] = rest.split(' ');
    const ask = (question: string, then: (answer: string) => void): void => {
      pending = (line) => (line === '*' ? say('501 5.7.0 Cancelled') : then(decode(line)));
      say(`334 ${Buffer.from(question).toString('base64')}`);
    };
    const check = (user: string, pass: string): void => {
      loggedIn = settings.login(user, pass);
      say(loggedIn ? '235 2.7.0 Authenticated' : '535 5.7.8 Wrong user or password');
    };
    const plain = (answer: string): void => {
      const [, user = '', pass = ''] = answer.split('\0');
      check(user, pass);
    };
    const login = (user: string): void => ask('Password:', (pass) => check(user, pass));
    const then = { PLAIN: plain, LOGIN: login }[mechanism.toUpperCase()];
    if (!greeted || loggedIn) say('503 5.5.1 Not now');
    else if (!then) say('504 5.5.4 PLAIN or LOGIN');
    else if (initial) then(initial === '=' ? '' : decode(initial));
    else ask(mechanism.toUpperCase() === 'LOGIN' ? 'Username:' : '', then);
  }

  say(`220 ${settings.name} ESMTP sandbox`);
  return lines;
}

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
