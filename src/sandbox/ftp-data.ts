/** The data connections of one FTP session: opened by PASV or EPSV, used for one transfer each. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';

const MAX_FILE = 8 * 1024 * 1024;
/** After so many ms without a connection the transfer is given up. */
const PATIENCE = 5000;

export interface FtpData {
  /** Listens, and says where. */
  open(how: 'PASV' | 'EPSV'): void;
  send(content: string | Buffer): void;
  /** @param done gets the whole file; it is not called for a transfer that breaks off */
  receive(done: (content: Buffer) => void): void;
  close(): void;
}

export function createFtpData(control: Socket, say: (line: string) => void): FtpData {
  let server: Server | undefined;
  let socket: Socket | undefined;
  let arrived: ((socket: Socket) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(timer);
    server?.close();
    socket?.destroy();
    server = undefined;
    socket = undefined;
    arrived = undefined;
  }

  function use(then: (socket: Socket) => void): void {
    if (!server) {
      say('425 Say PASV or EPSV first');
      return;
    }
    say('150 Here it goes');
    if (socket) {
      then(socket);
      return;
    }
    arrived = then;
    timer = setTimeout(() => {
      close();
      say('425 Nobody has connected');
    }, PATIENCE);
  }

  return {
    open(how) {
      close();
      const listening = createServer({ pauseOnConnect: true }, (connection) => {
        if (socket || server !== listening) return connection.destroy();
        clearTimeout(timer);
        socket = connection;
        connection.on('error', () => connection.destroy());
        arrived?.(connection);
      });
      server = listening;
      listening.on('error', () => say('425 No data connection'));
      listening.listen(0, '127.0.0.1', () => {
        if (control.destroyed) return close();
        const { port } = listening.address() as AddressInfo;
        if (how === 'EPSV') say(`229 Entering Extended Passive Mode (|||${port}|)`);
        else say(`227 Entering Passive Mode (127,0,0,1,${port >> 8},${port & 255})`);
      });
    },
    send(content) {
      use((connection) => {
        connection.end(content);
        connection.once('close', (failed) => {
          close();
          say(failed ? '426 The transfer has broken off' : '226 Transfer complete');
        });
        connection.resume();
      });
    },
    receive(done) {
      use((connection) => {
        const chunks: Buffer[] = [];
        let size = 0;
        let ended = false;
        connection.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_FILE) chunks.push(chunk);
          else connection.destroy();
        });
        connection.once('end', () => {
          ended = true;
          connection.end();
        });
        connection.once('close', () => {
          close();
          if (control.destroyed) return;
          if (ended && size <= MAX_FILE) done(Buffer.concat(chunks));
          else say(size > MAX_FILE ? '552 The file is too large' : '426 The transfer has broken off');
        });
        connection.resume();
      });
    },
    close,
  };
}
