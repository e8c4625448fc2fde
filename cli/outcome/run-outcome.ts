import type { JobRun } from '../../api/job-run.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { EXIT } from './exit-code.ts';
import { durationMsOf } from './run-duration.ts';

/** How a run finished: the exit code of the command that waited for it, and a sentence about it. */
export interface RunOutcome {
  exitCode: number;
  sentence: string;
}

/** `undefined` while the run has not finished. */
export function outcomeOf(run: JobRun): RunOutcome | undefined {
  if (!isFinished(run)) return undefined;
  const { phase, error } = run.status ?? {};
  const why = error === undefined ? '' : `: ${error}`;
  switch (phase) {
    case 'Succeeded':
      return { exitCode: EXIT.succeeded, sentence: `succeeded${durationOf(run)}` };
    case 'Failed':
      return { exitCode: EXIT.failed, sentence: `failed${durationOf(run)}${why}` };
    case 'Cancelled':
      return { exitCode: EXIT.cancelled, sentence: `was cancelled${why}` };
    default:
      return { exitCode: EXIT.outcomeUnknown, sentence: `has an unknown outcome${why}` };
  }
}

/** The outcome of a run that was deleted before it finished. */
export const DELETED: RunOutcome = { exitCode: EXIT.cancelled, sentence: 'was deleted before it finished' };

function durationOf(run: JobRun): string {
  const ms = durationMsOf(run, Date.now());
  return ms === undefined ? '' : ` after ${humanDuration(ms)}`;
}
