import type { JobRun, JobRunStatus } from '../../api/job-run.ts';
import {
  ANNOTATION_RESULTS_FROM,
  ANNOTATION_RETAIN,
  ANNOTATION_STOPPED,
  ANNOTATION_TTL_SECONDS,
  CONDITION_COMPLETE,
  CONDITION_FINISHED,
  LABEL_APP_VERSION,
  LABEL_CONCURRENCY_GROUP,
  LABEL_JOB_RUN,
} from '../../api/names.ts';
import type { Job, JobSpec } from '../../api/wire.ts';
import { isCallbackPending } from '../../core/callback/attempt.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { isRetained } from '../../core/retention/retained.ts';

/** Of a Job. */
const USED_ANNOTATIONS = [ANNOTATION_RESULTS_FROM, ANNOTATION_STOPPED, ANNOTATION_TTL_SECONDS];

/** Shared by the outlines of all runs that have them. */
const RETAINED = { annotations: { [ANNOTATION_RETAIN]: 'true' } };
const COMPLETE = { type: CONDITION_COMPLETE, status: 'True' };

/** What every syncer knows of every run: whether it is finished, and which template it uses. There can be many thousands. */
export function runOutline(run: JobRun): JobRun {
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

/**
 * The outline of a run that this syncer works on. It has the uid of the run's Job. Until the run has finished, it has the
 * phase: a run without one is new. That of a finished run also has what retention and callbacks need: when and how it
 * finished, whether it is retained, and where and when its callback is sent, if that is not settled.
 */
export function ownRunOutline(run: JobRun): JobRun {
  return isFinished(run) ? finishedOutline(run) : unfinishedOutline(run);
}

function unfinishedOutline(run: JobRun): JobRun {
  const outline = runOutline(run);
  const { phase } = run.status ?? {};
  return { ...outline, status: { ...outline.status, ...jobUidOf(run), ...(phase && { phase }) } };
}

function jobUidOf({ status }: JobRun): Pick<JobRunStatus, 'jobUid'> {
  return status?.jobUid === undefined ? {} : { jobUid: status.jobUid };
}

function finishedOutline(run: JobRun): JobRun {
  const outline = runOutline(run);
  const { deletionTimestamp } = run.metadata;
  const { callbackUrl } = run.spec;
  const { callback } = run.status ?? {};
  const isPending = isCallbackPending(run);
  return {
    ...outline,
    metadata: {
      ...outline.metadata,
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(isRetained(run.metadata) && RETAINED),
    },
    spec: { ...outline.spec, ...(isPending && callbackUrl !== undefined && { callbackUrl }) },
    status: { conditions: outcomeConditions(run), ...jobUidOf(run), ...(isPending && callback && { callback }) },
  };
}

/** Of the conditions of a finished run, those that tell when and how it finished. */
function outcomeConditions({ status }: JobRun): NonNullable<NonNullable<JobRun['status']>['conditions']> {
  const isTrue = (wanted: string) =>
    status?.conditions?.find(({ type, status: value }) => type === wanted && value === 'True');
  const { lastTransitionTime } = isTrue(CONDITION_FINISHED) ?? {};
  const finished = { type: CONDITION_FINISHED, status: 'True', ...(lastTransitionTime && { lastTransitionTime }) };
  return isTrue(CONDITION_COMPLETE) ? [finished, COMPLETE] : [finished];
}

/**
 * The parts of a Job that the syncer uses: its owner, its status, its time to live, whether it is suspended or stopped, and
 * how often it retries; not its Pod template.
 */
export function trimmedJob(job: Job): Job {
  const { annotations, creationTimestamp, deletionTimestamp, labels, ownerReferences } = job.metadata ?? {};
  return {
    metadata: {
      ...identityOf(job.metadata ?? {}),
      labels: only([LABEL_APP_VERSION, LABEL_CONCURRENCY_GROUP, LABEL_JOB_RUN], labels),
      ...(annotations && { annotations: only(USED_ANNOTATIONS, annotations) }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      // An object has one controller at most, and any number of other owners.
      ...(ownerReferences && { ownerReferences: ownerReferences.filter(({ controller }) => controller === true) }),
    },
    spec: trimmedSpec(job.spec),
    ...(job.status && { status: job.status }),
  };
}

function trimmedSpec({ suspend, backoffLimit, activeDeadlineSeconds }: Partial<JobSpec> = {}): JobSpec {
  return {
    ...(suspend !== undefined && { suspend }),
    ...(backoffLimit !== undefined && { backoffLimit }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
  } as JobSpec;
}

/** The entries with these names. */
function only(names: readonly string[], map: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (map[name] === undefined ? [] : [[name, map[name]]])));
}

/** The parts of a Job that this syncer does not work on: only that it exists matters. */
export function jobOutline({ metadata }: Job): Job {
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
