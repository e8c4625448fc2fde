import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_RERUN_OF } from '../../api/names.ts';
import { rerunOfErrors } from '../../core/run/rerun-of.ts';
import type { Findings } from './run-checks.ts';

/** The annotation that names the repeated run has the form of a name. A value that is already stored can stay. */
export function rerunAnnotation({ run, before }: { run: JobRun; before?: JobRun | undefined }): Findings {
  const stored = before?.metadata.annotations?.[ANNOTATION_RERUN_OF];
  return run.metadata.annotations?.[ANNOTATION_RERUN_OF] === stored ? {} : { errors: rerunOfErrors(run) };
}
