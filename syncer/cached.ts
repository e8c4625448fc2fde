import type { JobRun } from '../api/job-run.ts';
import { CONDITION_FINISHED, LABEL_APP_VERSION, LABEL_JOB_RUN } from '../api/names.ts';
import type { Job } from '../api/wire.ts';
import { isFinished } from '../core/job/job-run-status.ts';

/** A run that ended is kept as no more than {@link runInOutline}: tens of thousands of them may be kept by their owners. */
export function cachedRun(run: JobRun): JobRun {
  return isFinished(run) ? runInOutline(run) : run;
}

/** What is read of a run that is not worked on: whether it ended, and what it was made of. Costs next to nothing. */
export function runInOutline(run: JobRun): JobRun {
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

/** What is read of a Job that is not worked on: that it is there. */
export function jobInOutline({ metadata }: Job): Job {
  return { metadata: identityOf(metadata ?? {}) };
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
