import type { JobRun } from '../api/job-run.ts';
import { CONDITION_FINISHED, LABEL_APP_VERSION, LABEL_JOB_RUN } from '../api/names.ts';
import type { Job } from '../api/wire.ts';
import { isFinished } from '../core/job-run-status.ts';

/**
 * Of a run that ended nothing is read any more but that it did, and what it was made of. Tens of thousands of them may be
 * kept by their owners; they are to cost the syncer next to nothing.
 */
export function cachedRun(run: JobRun): JobRun {
  if (!isFinished(run)) return run;
  const { templateRef, templateKind, templateRevision } = run.spec;
  const finished = run.status?.conditions?.find(({ type }) => type === CONDITION_FINISHED);
  return {
    apiVersion: run.apiVersion,
    kind: run.kind,
    metadata: identityOf(run.metadata),
    spec: {
      templateRef,
      ...(templateKind !== undefined && { templateKind }),
      ...(templateRevision !== undefined && { templateRevision }),
    },
    status: { conditions: finished ? [{ type: finished.type, status: finished.status }] : [] },
  };
}

/** Of a Job nothing is read but whose it is, how it stands, and whether it is suspended: not its Pod template. */
export function cachedJob(job: Job): Job {
  const { creationTimestamp, deletionTimestamp, labels, ownerReferences } = job.metadata ?? {};
  const { suspend } = job.spec ?? {};
  const kept = [LABEL_APP_VERSION, LABEL_JOB_RUN].flatMap((name) => {
    const value = labels?.[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    metadata: {
      ...identityOf(job.metadata ?? {}),
      labels: Object.fromEntries(kept),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(ownerReferences && { ownerReferences }),
    },
    spec: (suspend === undefined ? {} : { suspend }) as NonNullable<Job['spec']>,
    ...(job.status && { status: job.status }),
  };
}

type Metadata = NonNullable<Job['metadata']>;

function identityOf({ name, namespace, uid, resourceVersion, generation }: Metadata): Metadata {
  return {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(generation !== undefined && { generation }),
  };
}
