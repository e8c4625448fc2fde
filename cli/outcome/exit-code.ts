/**
 * How `kubectl jobrun` exits. A command that concerns several runs exits with the first of these that applies to one of
 * them: {@link PRECEDENCE}.
 */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  /** Refused, wrong usage, or not found. */
  nothingStarted: 2,
  notFinishedInTime: 3,
  /** Cancelled or deleted. */
  cancelled: 4,
  outcomeUnknown: 5,
  /** The user interrupted the command. The run continues. */
  interrupted: 130,
} as const;

const PRECEDENCE: readonly number[] = [
  EXIT.interrupted,
  EXIT.failed,
  EXIT.nothingStarted,
  EXIT.outcomeUnknown,
  EXIT.cancelled,
  EXIT.notFinishedInTime,
];

/** The exit code of a command that concerns several runs. */
export function exitCodeOfAll(codes: readonly number[]): number {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.succeeded;
}
