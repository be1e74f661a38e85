/** A mail or FTP server behind a door that breaks: of what is said, one reply goes wrong. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { perform, type Step } from './gate.ts';

/** The greeting; the reply to a command, by its name; to the mail itself; and, by FTP, when the file is stored. `A or B` is both. */
export type Point = 'greeting' | 'mail' | 'stored' | (string & {});

export interface Wrong {
  at: Point;
  /** What is said instead of the reply. */
  how: (reply: string) => Step[];
  /** Whether the server hears what the reply is to; what it would have said is made up if not. */
  seen: boolean;
}

export interface Door {
  port: number;
  sockets: Set<Socket>;
  close(): Promise<void>;
}

/** @param finish goes over what is about to be said */
export async function openDoor(port: number, wrong: Wrong, finish = (step: Step) => step): Promise<Door> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(port, '127.0.0.1');
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        socket.destroy();
        upstream.destroy();
      });
    }
    listen(socket, upstream, { ...wrong, how: (reply) => wrong.how(reply).map(finish) });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return { port: typeof address === 'object' && address ? address.port : 0, sockets, close };
}

/** What a server says that is not asked. */
const MADE_UP = '250 Made up\r\n';

function listen(client: Socket, server: Socket, { at, how, seen }: Wrong): void {
  let [said, heard] = ['', ''];
  /** What the next reply is to; null when it is the client's turn. */
  let awaited: Point | null = 'greeting';
  let isMail = false;
  let isOver = false;
  const isAt = (point: Point | null) => point !== null && at.split(' or ').includes(point);

  /** After a reply, though a wrong one, the talk goes on. */
  const goWrong = (reply: string) => {
    const steps = how(reply);
    const last = steps.at(-1);
    isOver = typeof last !== 'string' || !last.endsWith('\r\n');
    if (!isOver) awaited = null;
    perform(client, steps).then(turn);
  };

  client.on('data', (chunk) => {
    said += chunk.toString('latin1');
    turn();
  });
  server.on('data', (chunk) => {
    heard += chunk.toString('latin1');
    for (let reply = wholeReply(heard); reply !== null && !isOver; reply = wholeReply(heard)) {
      heard = heard.slice(reply.length);
      if (isAt(awaited)) {
        goWrong(reply);
        continue;
      }
      client.write(reply, 'latin1');
      isMail = awaited === 'DATA' && reply.startsWith('3');
      awaited = reply.startsWith('1') ? 'stored' : null;
    }
    turn();
  });

  /** The client may have said several things at once: each waits for the reply to the one before. */
  function turn(): void {
    if (awaited !== null || isOver) return;
    const end = isMail ? '\r\n.\r\n' : '\r\n';
    const length = said.indexOf(end) + end.length;
    if (length < end.length) return;
    const unit = said.slice(0, length);
    said = said.slice(length);
    awaited = isMail ? 'mail' : (/^\w+/.exec(unit)?.[0].toUpperCase() ?? '');
    if (isAt(awaited) && !seen) goWrong(MADE_UP);
    else server.write(unit, 'latin1');
  }
}

/** One line, or several of which the last has no dash behind its number. */
function wholeReply(heard: string): string | null {
  return /^(?:\d{3}-.*\r\n|[^\d\r\n].*\r\n)*\d{3}(?: .*)?\r\n/.exec(heard)?.[0] ?? null;
}
