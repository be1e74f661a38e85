/** A door to a mail server: passes the talk on, and spoils what becomes of the first mail with a message. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Cell, type Fault, keysIn } from './matrix.ts';
import type { Doorkeeper } from './vendor.ts';

const END_OF_MAIL = '\r\n.\r\n';

/** SMTP has neither 503 nor Retry-After: these are its words for it (RFC 5321, 4.2.3; RFC 3463, 3.5). */
const REFUSED: Partial<Record<Fault, string>> = {
  unavailable: '421 4.3.2 The service is not available\r\n',
  throttled: '450 4.7.1 Too many mails; try again later\r\n',
};
const UNREADABLE = '\u0015\u0003\u0001\r\n';

/** One for each account, since a mail does not say whose it is. */
export async function startMailDoor(cell: Cell, server: { host: string; port: number }, doorkeeper: Doorkeeper) {
  const sockets = new Set<Socket>();
  const door = createServer((client) => {
    const beyond = connect(server.port, server.host);
    for (const socket of [client, beyond]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    pass(cell, client, beyond, doorkeeper);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  return {
    port: (door.address() as AddressInfo).port,
    close() {
      door.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function pass(cell: Cell, client: Socket, beyond: Socket, doorkeeper: Doorkeeper): void {
  let mail: string | null = null;
  /** What becomes of the server's next reply. */
  let reply: (text: string) => void = (text) => client.write(text);
  beyond.on('data', (chunk) => {
    const text = chunk.toString('latin1');
    if (/^354 /m.test(text)) mail = '';
    reply(text);
  });
  client.on('data', (chunk) => {
    if (mail === null) return void beyond.write(chunk);
    mail += chunk.toString('latin1');
    if (!mail.endsWith(END_OF_MAIL)) return;
    const whole = mail;
    mail = null;
    take(whole).catch(() => client.destroy());
  });
  // Who has died does not take back what it sent.
  client.on('end', () => client.end());
  beyond.on('close', () => client.end());

  async function take(whole: string): Promise<void> {
    const keys = keysIn(whole);
    const fault = await doorkeeper.arrived(cell, keys);
    if (fault === 'hang-before') return;
    if (fault === 'reset-before') return void client.resetAndDestroy();
    const refusal = REFUSED[fault];
    if (refusal) return void client.write(refusal);
    reply = (text) => {
      reply = (next) => client.write(next);
      answered(text, fault, keys).catch(() => client.destroy());
    };
    beyond.write(Buffer.from(whole, 'latin1'));
  }

  async function answered(text: string, fault: Fault, keys: readonly string[]): Promise<void> {
    await doorkeeper.accepted(keys);
    if (fault === 'hang-after') return;
    if (fault === 'reset-after') return void client.resetAndDestroy();
    client.write(fault === 'garbage' ? UNREADABLE : text);
  }
}
