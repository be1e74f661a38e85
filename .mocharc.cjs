/** How the tests run: all of them, or those whose files or folders are named on the command line. */
const named = process.argv.slice(2).some((argument) => argument.startsWith('test/') || argument.endsWith('.ts'));

module.exports = {
  spec: named ? [] : ['test/**/*.test.ts'],
  require: ['test/support/strict.ts', 'test/coverage/table.ts'],
  extension: ['ts'],
  recursive: true,
  // A folder that is named has files that are no tests, too.
  ignore: ['test/**/!(*.test).ts'],
  timeout: 10_000,
  'forbid-only': true,
  'fail-zero': true,
};
