/** Hands one mail to a mail server: as much of SMTP (RFC 5321) as a sandbox needs, without credentials and without TLS. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const TIMEOUT = 5000;

/**
 * @param url `smtp://127.0.0.1:2525`
 * @throws Error when the server cannot be reached, refuses, or `signal` breaks it off
 */
export async function sendMail(
  url: string,
  mail: { from: string; to: readonly string[]; content: Uint8Array },
  signal: AbortSignal,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port || 25), signal });
  socket.setTimeout(TIMEOUT, () => socket.destroy(new Error(`No answer within ${TIMEOUT} ms`)));
  const broken = new Promise<never>((_, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The mail server has closed the connection')));
  });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();

  /** The end of an answer has a blank after its code. */
  async function expect(kind: string): Promise<void> {
    for (;;) {
      const { value = '', done } = await Promise.race([lines.next(), broken]);
      if (done) throw new Error('The mail server has closed the connection');
      if (/^\d{3}-/.test(value)) continue;
      if (value.startsWith(kind)) return;
      throw new Error(`The mail server answered: ${value}`);
    }
  }

  try {
    await expect('2');
    const dialogue = ['EHLO sandbox', `MAIL FROM:<${mail.from}>`, ...mail.to.map((to) => `RCPT TO:<${to}>`)];
    for (const command of dialogue) {
      socket.write(`${command}\r\n`);
      await expect('2');
    }
    socket.write('DATA\r\n');
    await expect('3');
    socket.write(`${stuffed(mail.content)}\r\n.\r\n`, 'latin1');
    await expect('2');
    socket.write('QUIT\r\n');
  } finally {
    broken.catch(() => {});
    socket.destroySoon();
  }
}

/** A line that begins with a dot gets another one; bytes stay bytes. */
function stuffed(content: Uint8Array): string {
  return Buffer.from(content).toString('latin1').replace(/\r\n$/, '').replace(/^\./gm, '..');
}
