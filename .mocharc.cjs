/** How the tests run: all of them, or those whose files or folders are named on the command line. */
const { readdirSync } = require('node:fs');

const named = process.argv.slice(2).some((argument) => argument.startsWith('test/') || argument.endsWith('.ts'));

/** Each file once; those that take longest first, so that none of them is left alone at the end. */
function everyFile() {
  const files = readdirSync(`${__dirname}/test`, { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  const isLong = (file) => /^(editor|package|load)./.test(file);
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))].map((file) => `test/${file}`);
}

module.exports = {
  spec: named ? [] : everyFile(),
  require: ['test/support/strict.ts', 'test/support/repeatable.ts'],
  reporter: 'test/coverage/reporter.ts',
  extension: ['ts'],
  recursive: true,
  // A folder that is named has files that are no tests, too.
  ignore: ['test/**/!(*.test).ts'],
  timeout: 10_000,
  // Most of the time is waiting: for a process that starts, a browser, a vendor that hangs.
  parallel: !named,
  jobs: 3,
  'forbid-only': true,
  'fail-zero': true,
};
