/** Mocha's own report, and after it the table of coverage: what every process of a parallel run has told is counted. */
import mocha from 'mocha';
import { report, type Told } from './table.ts';

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = mocha.Runner.constants;

export default class Reporter extends mocha.reporters.Spec {
  readonly #told: Told[] = [];

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    for (const event of [EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING]) {
      runner.on(event, (test: Mocha.Test) => {
        this.#told.push({ title: test.fullTitle(), file: test.file ?? '', passed: event === EVENT_TEST_PASS });
      });
    }
  }

  /** A row without a test is one failure more. */
  override done(failures: number, end: (failures: number) => void): void {
    end(failures + report(this.#told));
  }
}
