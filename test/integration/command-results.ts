import { expect } from 'vitest';

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Fails the test with all output of a command that did not succeed. */
export function expectSuccess<R extends Result>(result: R): R {
  expect(result.code, outputOf(result)).toBe(0);
  return result;
}

/** The reason why the command failed. Fails the test with all output of a command that succeeded. */
export function expectRefusal(result: Result): string {
  expect(result.code, outputOf(result)).not.toBe(0);
  return result.stderr;
}

function outputOf({ code, stdout, stderr }: Result): string {
  return `exit code ${code}\nstdout: ${stdout}\nstderr: ${stderr}`;
}
