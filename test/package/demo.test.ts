/** `npm start`: the first thing a newcomer sees. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../support/packed.ts';

describe('the demo', function () {
  this.timeout(40_000);

  it('tells of the alarm, its delivery and the reply, beside a Node-RED that has the usual port, and ends at Ctrl-C', async () => {
    const other = createServer().listen(1880, '127.0.0.1');
    await Promise.race([once(other, 'listening'), once(other, 'error')]);
    const demo = spawn(process.execPath, [join(ROOT, 'scripts', 'demo.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const heard = (pattern: RegExp) => lines.some((line) => pattern.test(line));
    try {
      const exited = once(demo, 'exit');
      const story = [
        /Port 1880 is taken/,
        /Node-RED is up: http/,
        /Alarm: /,
        /Accepted by /,
        /delivered/,
        /Reply from .*"OK"/,
      ];
      const told = new Promise<void>((resolve) => {
        const hear = (line: string) => {
          lines.push(line);
          if (story.every(heard)) resolve();
        };
        createInterface({ input: demo.stdout }).on('line', hear);
        createInterface({ input: demo.stderr }).on('line', hear);
      });
      await Promise.race([told, exited, patience(25_000)]);
      assert.deepEqual(
        story.filter((pattern) => !heard(pattern)),
        [],
        lines.join('\n'),
      );
      demo.kill('SIGINT');
      assert.deepEqual(await exited, [0, null]);
      const port = /127\.0\.0\.1:(\d+)/.exec(lines.find((line) => line.includes('is up')) ?? '')?.[1];
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`), 'Node-RED is gone');
    } finally {
      demo.kill('SIGKILL');
      other.close();
    }
  });
});

function patience(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
