/** A process that works on a store in Redis and prints what was acknowledged, until it is killed. */
import { redisStore } from '../../dist/src/store/index.js';
import { ACCOUNT, entry } from './sqlite-entries.ts';

const [url = '', prefix = '', task = ''] = process.argv.slice(2);
const { outbox } = redisStore({ url, prefix, lockDuration: 300, stalledInterval: 100 });
const tell = (what: string, reference = '') => process.stdout.write(`${what} ${reference}\n`);
// It ends with the process that began it.
process.stdin.on('end', () => process.exit()).resume();

if (task === 'hold') {
  for (let held = 0; held < 20; ) held += (await outbox.claim(ACCOUNT, Date.now(), 50)).length;
  tell('held');
} else {
  await Promise.all([work(1), work(2), work(3)]);
}

async function work(worker: number): Promise<void> {
  for (let i = 0; ; i += 1) {
    const names = [1, 2].map((n) => `${task}-${worker}-${i}-${n}`);
    await outbox.add(names.map((reference, n) => entry(`+32${(i + n) % 7}`, { reference })));
    for (const name of names) tell('added', name);
    for (const one of await outbox.claim(ACCOUNT, Date.now(), 2)) {
      const { reference } = one;
      tell('claimed', reference);
      if (i % 3 === 0) {
        tell('removing', reference);
        await outbox.remove(reference);
        tell('removed', reference);
      } else {
        tell('saving', reference);
        await outbox.save(
          Object.assign(one, { state: i % 3 === 1 ? 'waiting' : 'unknown', notBefore: Date.now() + 20 }),
        );
      }
    }
  }
}
