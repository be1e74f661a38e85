/** A process that writes into a store and prints what was acknowledged, until it is killed. */
import { embeddedStore } from '../../dist/src/store/index.js';
import { ACCOUNT, entry } from './sqlite-entries.ts';

const [file = '', run = ''] = process.argv.slice(2);
const store = embeddedStore({ file, keepDays: 30 });
await store.open();
process.stdout.write('open\n');
for (let i = 0; run; i += 1) {
  const added = Array.from({ length: 1 + (i % 7) }, (_, n) => entry(`+32${n}`, { reference: `${run}-${i}-${n}` }));
  await Promise.all(added.map((one) => store.outbox.add([one])));
  let told = added.map(({ reference }) => `added ${reference}\n`).join('');
  if (i % 3 === 0) {
    const [claimed] = await store.outbox.claim(ACCOUNT, Date.now(), 1);
    if (claimed) {
      process.stdout.write(`${told}removing ${claimed.reference}\n`);
      await store.outbox.remove(claimed.reference);
      told = `removed ${claimed.reference}\n`;
    }
  }
  process.stdout.write(told);
}
setInterval(() => {}, 1000);
