/** The vendors, as fast as they can be: a process that answers every request at once, and counts sockets and requests. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { cert, key } from '../test/providers/self-signed.ts';

/** What the process tells its parent when it is asked `count`: since it was asked before. */
export interface Counts {
  requests: number;
  /** The most that were open at a time. */
  sockets: number;
}

let requests = 0;
let [open, sockets] = [0, 0];
/** Messages, for ids that differ. */
let messages = 0;

const ANSWERS: readonly [path: string, answer: () => string][] = [
  ['/token', () => response('200 OK', { access_token: 'd41d8cd98f00b204', token_type: 'Bearer', expires_in: 360000 })],
  ['/sms/json', nexmo],
  ['/2010-04-01/', twilio],
  ['/', enco],
];

const server = createServer(serve);
const secure = createTlsServer({ cert, key }, serve);
const [port, tlsPort] = await Promise.all([listening(server), listening(secure)]);
process.send?.({ port, tlsPort });
process.on('message', () => {
  process.send?.({ requests, sockets } satisfies Counts);
  requests = 0;
  sockets = open;
});
process.once('disconnect', () => process.exit());

function listening(one: Server): Promise<number> {
  return new Promise((resolve) => {
    one.listen(0, '127.0.0.1', 8192, () => resolve((one.address() as { port: number }).port));
  });
}

/** Requests come one after the other on a socket, each with its length. */
function serve(socket: Socket): void {
  open += 1;
  sockets = Math.max(sockets, open);
  socket.once('close', () => {
    open -= 1;
  });
  let text = '';
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    text += chunk;
    for (let end = endOf(text); end > 0; end = endOf(text)) {
      const closes = /\r\nconnection: close/i.test(text);
      const path = text.slice(text.indexOf(' ') + 1, 80);
      const [, answer] = ANSWERS.find(([prefix]) => path.startsWith(prefix)) ?? [];
      text = text.slice(end);
      requests += 1;
      socket[closes ? 'end' : 'write'](answer?.() ?? '');
    }
  });
}

/** Where the first request in the text ends; 0 while it is not whole. */
function endOf(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0;
  const end = head + 4 + Number(length);
  return text.length >= end ? end : 0;
}

function response(status: string, body: object): string {
  const json = JSON.stringify(body);
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;
}

function nextId(): string {
  messages += 1;
  return String(messages).padStart(12, '0');
}

function enco(): string {
  const resourceURL = `https://api.enco.io/sms/1.0.0/sms/outboundmessages/${nextId()}`;
  const deliveryInfo = [{ address: 'tel:+32470000000', deliveryStatus: 'MessageWaiting' }];
  return response('201 Created', { resourceURL, deliveryInfo });
}

function nexmo(): string {
  const message = {
    to: '32470000000',
    'message-id': nextId(),
    status: '0',
    'remaining-balance': '3.14',
    price: '0.03',
  };
  return response('200 OK', { 'message-count': '1', messages: [{ ...message, network: '20601' }] });
}

function twilio(): string {
  const id = `SM${nextId()}`;
  return response('201 Created', {
    sid: id,
    status: 'queued',
    to: '+32470000000',
    from: '+3250000',
    body: 'x',
    price: null,
  });
}
