/** How the tests run: all of them, or those whose files or folders are named on the command line. */
const named = process.argv.slice(2).some((argument) => argument.startsWith('test/') || argument.endsWith('.ts'));

module.exports = {
  // The longest first, so that none of them is left alone at the end.
  spec: named ? [] : ['test/editor/*.test.ts', 'test/package/*.test.ts', 'test/**/*.test.ts'],
  require: ['test/support/strict.ts'],
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
