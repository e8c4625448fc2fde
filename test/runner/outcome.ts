/** The result of a stage of `npm test`. Failed checks have no count of their own: each one has a name. */
export interface Outcome {
  passed: number;
  skipped: number;
  /** Each failed check: a line that finds it (file and test name, or command), and why. */
  failures: string[];
}

/** A command, and why it failed. */
export interface CommandResult {
  command: string;
  /** `exit code 1`; undefined if the command succeeded. */
  failure?: string | undefined;
}

/** A stage made of commands: each one is one check. */
export function outcomeOfCommands(results: readonly CommandResult[]): Outcome {
  const failures = results.flatMap(({ command, failure }) => (failure === undefined ? [] : [`${command}: ${failure}`]));
  return { passed: results.length - failures.length, skipped: 0, failures };
}
