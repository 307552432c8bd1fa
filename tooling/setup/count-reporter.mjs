import { relative } from 'node:path';

/**
 * A vitest reporter that closes the run with one line for each test or hook that failed,
 * `FAIL  path/from/root.test.ts > test: why`, and one for machines: `N passed, N failed, N skipped`.
 */
export default class CountReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly import('vitest').SerializedError[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    /** @type {string[]} */
    const lines = [];
    /** @type {(name: string, errors: readonly import('vitest').SerializedError[] | undefined) => void} */
    const fail = (name, errors) => {
      count.failed += 1;
      lines.push(`FAIL  ${name}: ${firstLine(errors)}`);
    };

    for (const error of unhandledErrors) fail('outside of any test', [error]);
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      if (module.errors().length > 0) fail(file, module.errors());
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) fail(`${file} > ${suite.fullName}`, suite.errors());
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'failed') fail(`${file} > ${test.fullName}`, errors);
        else count[state === 'passed' ? state : 'skipped'] += 1;
      }
    }
    lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    // The default reporter prints its summary in the same hook; these lines must come after it.
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

/**
 * @param {readonly import('vitest').SerializedError[] | undefined} errors
 * @returns {string}
 */
function firstLine(errors) {
  const [error] = errors ?? [];
  const message = (error?.message ?? 'no error was given').split('\n', 1)[0] ?? '';
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}
