import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Outcome } from './outcome.ts';

/** The parts of the report of vitest's JSON reporter that are used. */
interface VitestReport {
  numPassedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: FileResult[];
}

interface FileResult {
  /** Absolute path. */
  name: string;
  status: string;
  /** Why the file did not load, or which hook of the file failed; empty if a hook inside a `describe` failed. */
  message: string;
  assertionResults: {
    ancestorTitles: string[];
    title: string;
    status: string;
    /** One for each error of a failed test, with its stack. */
    failureMessages?: string[];
  }[];
}

/** Longest reason of one failed test. A deep comparison of large objects can be much longer. */
const LONGEST_REASON = 600;

export interface VitestRun {
  /** Text of the report; undefined if vitest wrote none. */
  report: string | undefined;
  /** Why vitest itself failed, such as `exit code 1`; undefined if it succeeded. */
  failure: string | undefined;
  /** Folder to which the paths of files are relative. */
  root: string;
}

/** The outcome of one vitest project. A run that is not a clean success has at least one failure. */
export function outcomeOfVitest({ report: text, failure, root }: VitestRun): Outcome {
  const report = parse(text);
  if (report === undefined) {
    return { passed: 0, skipped: 0, failures: [`vitest wrote no report (${failure ?? 'exit code 0'})`] };
  }
  const failures = report.testResults.flatMap((file) => failuresOf(file, relative(root, file.name)));
  const { numPassedTests: passed } = report;
  if (failures.length === 0 && passed === 0) failures.push(`no test ran (${failure ?? 'exit code 0'})`);
  if (failures.length === 0 && failure !== undefined) {
    failures.push(`vitest failed (${failure}) although no test did: see "Unhandled Errors" above`);
  }
  return { passed, skipped: report.numPendingTests + report.numTodoTests, failures };
}

/**
 * The failed tests of a file, with the first line of each error: it is often all that is left of a long log. A file that
 * failed without a failed test did not load, or a hook failed.
 */
function failuresOf({ status, message, assertionResults }: FileResult, file: string): string[] {
  const tests = assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ ancestorTitles, title, failureMessages = [] }) => {
      const name = [file, ...ancestorTitles, title].map(oneLine).join(' > ');
      return [name, ...failureMessages.map(reason)].join('\n    ');
    });
  if (tests.length > 0 || status !== 'failed') return tests;
  return [`${file}: ${firstLine(message) || 'a hook failed: see "Failed Suites" above'}`];
}

function parse(text: string | undefined): VitestReport | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as VitestReport;
  } catch {
    return undefined;
  }
}

const firstLine = (text: string): string => stripVTControlCharacters(text).trim().split('\n')[0] ?? '';

const reason = (text: string): string => firstLine(text).slice(0, LONGEST_REASON);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
