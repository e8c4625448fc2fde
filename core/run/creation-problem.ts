import { REASON_JOB_CREATION_SLOW, REASON_JOB_REFUSED, REASON_NAME_CONFLICT } from '../../api/names.ts';
import { jobNameOfRun } from '../job/ownership.ts';
import type { Observation } from '../status/job-run-status.ts';
import type { Situation } from './situation.ts';
import type { Observed, Step } from './step.ts';

/** A run that waits for its turn is added to the queue when its turn comes. If that is missed, it tries again after this time. */
export const TURN_MS = 120_000;

/** No Job is created before a set time. After a creation without an answer, a live read shows whether the Job exists. */
export function blockedCreation({ run, record: { blocked }, answers, now }: Situation): Observed | Step | undefined {
  const blockedMs = blocked ? Math.ceil(blocked.untilMs - now.monotonicMs) : 0;
  if (!blocked || blockedMs <= 0) return undefined;
  const isUnclear = answers.creation?.kind === 'timedOut' && answers.job === undefined;
  if (isUnclear) return { kind: 'readJob', name: jobNameOfRun(run) };
  return { observation: tryingAgain(blocked), again: { afterMs: blockedMs } };
}

/** A run that already says that the creation is slow keeps its message. */
function waitForTurn({ run }: Situation): Observed | Step {
  const again = { afterMs: TURN_MS };
  if (run.status?.waiting?.reason === REASON_JOB_CREATION_SLOW) return { kind: 'nothing', again };
  const message =
    'the API server takes long to check Jobs of this namespace, so few are created at once; waiting for those of other JobRuns';
  return { observation: { kind: 'pending', reason: REASON_JOB_CREATION_SLOW, message }, again };
}

/** The step after an attempt to create the Job. */
export function creationProblem(situation: Situation): Observed | Step | undefined {
  const { creation: problem } = situation.answers;
  switch (problem?.kind) {
    case undefined:
      return undefined;
    case 'timedOut':
      // The time of the next attempt came during this one.
      return { kind: 'nothing', again: 'retry' };
    case 'noTurn':
      return waitForTurn(situation);
    case 'refused':
      return failed(REASON_JOB_REFUSED, `the API server refused the Job: ${problem.message}`);
    case 'blocked':
      // Others may wait for its place, and have to know how long it tries.
      return situation.place?.kind === 'held'
        ? { ...problem, kind: 'delayCreation' }
        : { observation: tryingAgain(problem), again: 'retry' };
    case 'nameTaken':
      return takenName(situation);
  }
}

function takenName({ run, answers }: Situation): Observed | Step {
  const name = jobNameOfRun(run);
  if (answers.job === undefined) return { kind: 'readJob', name };
  // It was deleted in the meantime. The next attempt uses what the watch has reported by then.
  if (answers.job === 'none') return { kind: 'nothing', again: 'retry' };
  return failed(
    REASON_NAME_CONFLICT,
    `a Job "${name}" that does not belong to this JobRun exists already; remove it, then create the JobRun again`,
  );
}

/** The run never gets a Job. */
export function failed(reason: string, message: string): Observed {
  return { observation: { kind: 'failed', reason, message } };
}

function tryingAgain({ reason, message }: { reason: string; message: string }): Observation {
  return { kind: 'pending', reason, message: `trying again within two minutes: ${message}` };
}
