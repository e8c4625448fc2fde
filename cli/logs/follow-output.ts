import type { JobRun } from '../../api/job-run.ts';
import type { ClusterContext } from '../context.ts';
import type { RunOutcome } from '../outcome/run-outcome.ts';
import { troubleNotes } from '../watch/trouble-notes.ts';
import { waitForRun } from '../watch/wait-for-run.ts';
import type { LogFlags } from './log-flags.ts';
import { readRun } from './run-logs.ts';

/** A run whose output is followed. */
export interface FollowedRun {
  name: string;
  /** Absent: whichever run has this name now. */
  uid?: string | undefined;
  signal: AbortSignal;
  flags?: LogFlags;
  /** Called with each version of the run that is seen. */
  onVersion?: (run: JobRun) => void;
}

/** How the run finished, and why its output could not be read. */
export interface FollowedToEnd {
  outcome: RunOutcome;
  logError: Error | undefined;
}

/**
 * Writes all output of a run to stdout while it runs. Resolves when the run has finished and its output is written. If the
 * output cannot be read, the run is waited for all the same. If the signal aborts, it throws the signal's reason.
 */
export async function followOutput(followed: FollowedRun, context: ClusterContext): Promise<FollowedToEnd> {
  const { name, uid, signal, flags = {} } = followed;
  const { client, namespace, terminal } = context;
  const finished = new AbortController();
  const stop = new AbortController();
  let reading: Promise<Error | undefined> | undefined;
  const onVersion = (run: JobRun): void => {
    followed.onVersion?.(run);
    if (reading !== undefined || run.status?.jobName === undefined) return;
    const signals = AbortSignal.any([signal, stop.signal]);
    const read = { run, flags, follow: true, finished: finished.signal, signal: signals };
    reading = readRun(read, context).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  };
  try {
    const onTrouble = troubleNotes(terminal);
    const outcome = await waitForRun({ client, namespace, name, uid, signal, onVersion, onTrouble });
    finished.abort();
    const logError = await reading;
    signal.throwIfAborted();
    return { outcome, logError };
  } finally {
    stop.abort();
    await reading;
  }
}
