import type { JobRun } from '../../api/job-run.ts';

/** The run with the namespace of the request, which the object itself may leave out. */
export function inNamespace(run: JobRun, namespace: string | undefined): JobRun {
  return namespace === undefined ? run : { ...run, metadata: { ...run.metadata, namespace } };
}
