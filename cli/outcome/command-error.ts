/** A command ends with this message and exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The user pressed Ctrl-C, or the process was asked to end. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** A command reached its time limit. */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';
}
