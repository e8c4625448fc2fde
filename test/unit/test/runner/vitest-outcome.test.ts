import { describe, expect, it } from 'vitest';
import { outcomeOfVitest } from '../../../runner/vitest-outcome.ts';

const passed = { ancestorTitles: ['outer'], title: 'passes', status: 'passed' };
const failed = { ancestorTitles: ['outer', 'inner'], title: 'fails\n  here', status: 'failed' };
const skipped = { ancestorTitles: ['with a hook'], title: 'never runs', status: 'skipped' };

interface File {
  status?: string;
  message?: string;
  tests?: (typeof passed & { failureMessages?: string[] })[];
}

/** A report as vitest writes it for these files, and what vitest ended with. */
function run(files: File[], failure?: string) {
  const tests = files.flatMap((file) => file.tests ?? []);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const report = JSON.stringify({
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('skipped'),
    numTodoTests: count('todo'),
    testResults: files.map(({ status = 'failed', message = '', tests: assertionResults = [] }, index) => ({
      name: `/repository/test/unit/file-${index}.test.ts`,
      status,
      message,
      assertionResults,
    })),
  });
  return outcomeOfVitest({ report, failure, root: '/repository' });
}

describe('the outcome of a vitest project', () => {
  it('counts what passed and what was skipped', () => {
    const todo = { ...skipped, status: 'todo' };
    const outcome = run([{ status: 'passed', tests: [passed, skipped, todo] }]);
    expect(outcome).toEqual({ passed: 1, skipped: 2, failures: [] });
  });

  it.each<[string, File[], string[]]>([
    [
      'each failed test with its file and full name, in one line',
      [{ tests: [passed, failed] }, { tests: [{ ...failed, ancestorTitles: [], title: 'also' }] }],
      ['test/unit/file-0.test.ts > outer > inner > fails here', 'test/unit/file-1.test.ts > also'],
    ],
    [
      'the first line of each error below the test, without colors and not too long',
      [
        {
          tests: [
            {
              ...failed,
              failureMessages: [
                'Error: \u001b[31m3 of 40 runs\u001b[0m are unfinished\n    at arena.ts:1',
                'x'.repeat(1000),
              ],
            },
          ],
        },
      ],
      [
        `test/unit/file-0.test.ts > outer > inner > fails here\n    Error: 3 of 40 runs are unfinished\n    ${'x'.repeat(600)}`,
      ],
    ],
    [
      'a file that did not load, with the first line of the error and without colors',
      [{ message: "\u001b[31mCannot find module './nowhere.ts'\u001b[0m\nRequire stack" }, { tests: [failed] }],
      [
        "test/unit/file-0.test.ts: Cannot find module './nowhere.ts'",
        'test/unit/file-1.test.ts > outer > inner > fails here',
      ],
    ],
    [
      'a file with a hook that failed, although the tests after it count as skipped',
      [{ message: 'no API server', tests: [skipped] }],
      ['test/unit/file-0.test.ts: no API server'],
    ],
    [
      'a file with a hook inside a describe, for which vitest reports no message',
      [{ tests: [skipped, passed] }],
      ['test/unit/file-0.test.ts: a hook failed: see "Failed Suites" above'],
    ],
  ])('names %s', (_, files, failures) => {
    expect(run(files, 'exit code 1').failures).toEqual(failures);
  });

  it.each<[string, File[], string | undefined, RegExp]>([
    [
      'an unhandled error',
      [{ status: 'passed', tests: [passed] }],
      'exit code 1',
      /^vitest failed \(exit code 1\) although no/,
    ],
    ['no file at all', [], 'exit code 1', /^no test ran \(exit code 1\)$/],
    ['only skipped tests', [{ status: 'passed', tests: [skipped] }], undefined, /^no test ran \(exit code 0\)$/],
  ])('is a failure after %s', (_, files, failure, sentence) => {
    expect(run(files, failure).failures).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ['none', undefined],
    ['half of one', '{"numPassedTests": 1'],
  ])('is a failure when vitest wrote %s of a report', (_, report) => {
    const outcome = outcomeOfVitest({ report, failure: 'ended by SIGKILL', root: '/repository' });
    expect(outcome).toEqual({ passed: 0, skipped: 0, failures: ['vitest wrote no report (ended by SIGKILL)'] });
  });
});
