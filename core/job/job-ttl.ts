import { ANNOTATION_TTL_SECONDS } from '../../api/names.ts';
import type { Job, JobSpec, JobStatus } from '../../api/wire.ts';
import { outcomeOf } from '../status/job-run-status.ts';

/** Kubernetes deletes a finished Job no earlier than this. It is the time that all syncers may be away. */
const BACKSTOP_SECONDS = 3600;

const WHOLE_NUMBER = /^\d{1,10}$/;

/** The JobSpec that is created, and the annotations of its Job. */
export interface Backed {
  spec: JobSpec;
  annotations: Record<string, string>;
}

/**
 * A finished Job must stay until the run's final status is stored, or nobody knows the outcome. So a shorter
 * `ttlSecondsAfterFinished` is raised to an hour, and the syncer deletes the Job when the time that was requested is over.
 * An annotation of the Job has that time. A value that the API server refuses stays as it is.
 */
export function withBackstop(spec: JobSpec): Backed {
  const { ttlSecondsAfterFinished: seconds } = spec;
  if (seconds === undefined || !Number.isInteger(seconds) || seconds < 0 || seconds >= BACKSTOP_SECONDS) {
    return { spec, annotations: {} };
  }
  return {
    spec: { ...spec, ttlSecondsAfterFinished: BACKSTOP_SECONDS },
    annotations: { [ANNOTATION_TTL_SECONDS]: String(seconds) },
  };
}

/**
 * When the syncer may delete this Job, in milliseconds since the Unix epoch; `undefined` if it never does: the Job has not
 * finished, or has no annotation of {@link withBackstop}.
 */
export function jobExpiry({ metadata, status }: Job): number | undefined {
  const text = metadata?.annotations?.[ANNOTATION_TTL_SECONDS] ?? '';
  const finished = finishedAt(status ?? {});
  return Number.isNaN(finished) || !WHOLE_NUMBER.test(text) ? undefined : finished + Number(text) * 1000;
}

/** In milliseconds since the Unix epoch; NaN if the Job has not finished, or if the time is not known. */
function finishedAt({ conditions = [], completionTime = '' }: JobStatus): number {
  const outcome = outcomeOf(conditions);
  return outcome === undefined ? Number.NaN : Date.parse(outcome.lastTransitionTime ?? completionTime);
}
