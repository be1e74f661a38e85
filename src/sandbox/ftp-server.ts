/** An FTP server (RFC 959, 2428, 3659) that takes files for one vendor: passive, in memory, on loopback, without TLS. */
import type { Socket } from 'node:net';
import { posix } from 'node:path';
import type { Clock } from './clock';
import { createFtpData } from './ftp-data';
import { createFolder } from './ftp-folder';
import type { Verdict } from './smtp-server';
import type { TcpServer } from './tcp-server';
import { createLines, startTcpServer } from './tcp-server';

export interface FtpSettings {
  hang: number;
  after: Clock['after'];
  now: Clock['now'];
  login(user: string, pass: string): boolean;
  /** A file is complete: it was uploaded, or renamed. */
  complete(file: { path: string; user: string; content: Buffer }): Verdict;
}

export interface FtpServer extends TcpServer {
  /** Takes a user's file away. */
  remove(user: string, path: string): void;
}

type Folder = ReturnType<typeof createFolder>;

export async function startFtpServer(settings: FtpSettings): Promise<FtpServer> {
  const folders = new Map<string, Folder>();
  const folderOf = (user: string): Folder => {
    const folder = folders.get(user) ?? createFolder(settings.now);
    folders.set(user, folder);
    return folder;
  };
  const server = await startTcpServer((socket) => converse(socket, settings, folderOf));
  return { ...server, remove: (user, path) => folderOf(user).remove(path) };
}

/** What may be said before the password. */
const ANYTIME = ['USER', 'PASS', 'QUIT', 'FEAT', 'NOOP', 'SYST', 'OPTS', 'HELP', 'AUTH'];

function converse(socket: Socket, settings: FtpSettings, folderOf: (user: string) => Folder): (chunk: Buffer) => void {
  let user = '';
  let folder: Folder | undefined;
  let cwd = '/';
  let renamed: string | undefined;
  /** An answer hangs: nothing follows it. */
  let isSilent = false;
  const say = (...lines: string[]): void => {
    if (!socket.destroyed && !isSilent) socket.write(lines.map((line) => `${line}\r\n`).join(''), 'utf8');
  };
  const data = createFtpData(socket, say);
  const at = (name: string): string => posix.resolve('/', cwd, name || '.');
  const known = (): Folder => folder ?? folderOf('');
  const isFree = (path: string): boolean => known().hasFolder(posix.dirname(path)) && !known().hasFolder(path);

  function upload(name: string, before: Buffer): void {
    const path = at(name);
    if (!name || !isFree(path)) {
      say('553 Not allowed');
      return;
    }
    data.receive((content) => {
      const whole = Buffer.concat([before, content]);
      settle(settings.complete({ path, user, content: whole }), '226 Transfer complete', () =>
        known().put(path, whole),
      );
    });
  }

  function rename(target: string): void {
    const content = renamed === undefined ? undefined : known().get(renamed);
    const source = renamed ?? '';
    renamed = undefined;
    const path = at(target);
    if (!content) say('503 Say RNFR first');
    else if (!target || !isFree(path)) say('553 Not allowed');
    else {
      settle(settings.complete({ path, user, content }), '250 Renamed', () => {
        known().remove(source);
        known().put(path, content);
      });
    }
  }

  function settle(verdict: Verdict, sentence: string, keep: () => void): void {
    if (verdict !== 'later' && verdict !== 'unanswered') keep();
    if (verdict === 'accepted') say(sentence);
    else if (verdict === 'later') say('451 Try again later');
    else if (verdict === 'malformed') say('\u0015\u0003\u0001');
    else {
      isSilent = true;
      socket.pause();
      socket.once(
        'close',
        settings.after(settings.hang, () => socket.destroy()),
      );
    }
  }

  const commands: Readonly<Record<string, (rest: string) => void>> = {
    USER(name) {
      user = name;
      folder = undefined;
      say('331 Password, please');
    },
    PASS(pass) {
      if (!settings.login(user, pass)) return say('530 Wrong user or password');
      folder = folderOf(user);
      return say('230 Logged in');
    },
    FEAT: () => say('211-Features:', ' EPSV', ' PASV', ' SIZE', ' MDTM', ' UTF8', ' TVFS', '211 End'),
    OPTS: (rest) => say(/^UTF8/i.test(rest) ? '200 Always UTF-8' : '501 Unknown option'),
    SYST: () => say('215 UNIX Type: L8'),
    HELP: () => say('214 RFC 959, 2428, 3659'),
    NOOP: () => say('200 Ok'),
    AUTH: () => say('502 There is no TLS here'),
    TYPE: (kind) => say(/^([AI]|A N|L 8)$/i.test(kind) ? `200 Type ${kind}` : '504 A or I'),
    MODE: (mode) => say(/^S$/i.test(mode) ? '200 Stream' : '504 S only'),
    STRU: (structure) => say(/^F$/i.test(structure) ? '200 File' : '504 F only'),
    ALLO: () => say('202 Not needed'),
    PASV: () => data.open('PASV'),
    EPSV: (rest) => (/^ALL$/i.test(rest) ? say('200 Ok') : data.open('EPSV')),
    PORT: () => say('502 Passive only'),
    EPRT: () => say('502 Passive only'),
    ABOR() {
      data.close();
      say('226 Nothing is transferred');
    },
    PWD: () => say(`257 "${cwd.replaceAll('"', '""')}"`),
    CWD(name) {
      if (!known().hasFolder(at(name))) return say('550 There is no such directory');
      cwd = at(name);
      return say('250 Ok');
    },
    CDUP: () => commands.CWD?.('..'),
    MKD(name) {
      const path = at(name);
      return say(known().make(path) ? `257 "${path.replaceAll('"', '""')}" created` : '550 Not allowed');
    },
    RMD: (name) => say(known().removeFolder(at(name)) ? '250 Removed' : '550 Not allowed'),
    LIST: (rest) =>
      data.send(
        known()
          .list(at(argument(rest)))
          .map(({ line }) => `${line}\r\n`)
          .join(''),
      ),
    NLST: (rest) =>
      data.send(
        known()
          .list(at(argument(rest)))
          .map(({ name }) => `${name}\r\n`)
          .join(''),
      ),
    SIZE(name) {
      const content = known().get(at(name));
      return say(content ? `213 ${content.length}` : '550 There is no such file');
    },
    MDTM(name) {
      const time = known().timeOf(at(name));
      return say(time === undefined ? '550 There is no such file' : `213 ${time.replace(/\D/g, '').slice(0, 14)}`);
    },
    STOR: (name) => upload(name, Buffer.alloc(0)),
    APPE: (name) => upload(name, known().get(at(name)) ?? Buffer.alloc(0)),
    RETR(name) {
      const content = known().get(at(name));
      return content ? data.send(content) : say('550 There is no such file');
    },
    DELE(name) {
      if (!known().get(at(name))) return say('550 There is no such file');
      known().remove(at(name));
      return say('250 Deleted');
    },
    RNFR(name) {
      if (!known().get(at(name))) return say('550 There is no such file');
      renamed = at(name);
      return say('350 Its new name, please');
    },
    RNTO: (name) => rename(name),
    QUIT() {
      say('221 Bye');
      socket.end();
    },
  };

  function read(bytes: string): void {
    const line = Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\0', '');
    const [, word = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
    const name = word.toUpperCase();
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) say('502 Unknown command');
    else if (!folder && !ANYTIME.includes(name)) say('530 Log in first');
    else command(rest);
  }

  socket.on('close', data.close);
  say('220 ecoSMS sandbox');
  return createLines(read);
}

/** `LIST -la` is what clients say who think of ls. */
const argument = (rest: string): string => rest.replace(/^-\S+\s*/, '');
