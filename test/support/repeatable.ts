/** In CI a change is judged by what it changed: there the property tests draw the same every time, elsewhere anew. */
const SEED = 20_261_122;

/** Only there, as loading the library takes longer than most files of tests. */
async function beforeAll(): Promise<void> {
  if (!process.env.CI) return;
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
}

export const mochaHooks = { beforeAll };
