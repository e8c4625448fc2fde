/** What each name of `names.ts` means, for the reference page. */
import * as names from './names.ts';

/** A name and what it means. */
export interface Term {
  name: string;
  /** Where it is set, for example "Jobs, Pods". */
  on: string;
  meaning: string;
}

const JOB = 'Job';
const JOB_AND_PODS = 'Job, Pods';

export const LABELS: readonly Term[] = [
  {
    name: names.LABEL_JOB_TEMPLATE,
    on: 'JobRun, Job, Pods, ControllerRevision',
    meaning: 'Name of the JobTemplate, cut to 63 characters.',
  },
  {
    name: names.LABEL_CLUSTER_JOB_TEMPLATE,
    on: 'JobRun, Job, Pods, ControllerRevision',
    meaning: 'Name of the ClusterJobTemplate, cut to 63 characters; set instead of the label above.',
  },
  {
    name: names.LABEL_VELERO_RESTORE,
    on: 'JobRun (set by Velero)',
    meaning: 'The run was restored from a backup, and is not run again until a user requests it.',
  },
  {
    name: names.LABEL_TEMPLATE_REVISION,
    on: 'ControllerRevision',
    meaning: "Hash of the template's content: the value of `spec.templateRevision` of a JobRun.",
  },
  {
    name: names.LABEL_JOB_RUN,
    on: JOB_AND_PODS,
    meaning: 'Name of the JobRun. If it has more than 63 characters, its beginning and 8 hex digits of its hash.',
  },
  {
    name: names.LABEL_APP_NAME,
    on: JOB,
    meaning: 'Name of the JobTemplate, unless the template sets this label on its Pods.',
  },
  {
    name: names.LABEL_APP_INSTANCE,
    on: JOB,
    meaning: 'Name of the JobRun, unless the template sets this label on its Pods.',
  },
  {
    name: names.LABEL_APP_VERSION,
    on: JOB,
    meaning: "Revision of the template's content, unless the template sets this label on its Pods.",
  },
  {
    name: names.LABEL_APP_MANAGED_BY,
    on: JOB,
    meaning: `\`${names.MANAGED_BY}\`, unless the template sets this label on its Pods.`,
  },
];

export const ANNOTATIONS: readonly Term[] = [
  {
    name: names.ANNOTATION_JOB_RUN_NAME,
    on: JOB_AND_PODS,
    meaning: 'Full name of the JobRun; a label can contain only 63 characters.',
  },
  {
    name: names.ANNOTATION_MISSING_TEMPLATE,
    on: 'JobRun (set by you)',
    meaning: `What happens to this run when its JobTemplate does not exist: ${names.MISSING_TEMPLATE_POLICIES.map((policy) => `\`${policy}\``).join(', ')}. Without it, the installation's \`admission.missingTemplate\` applies.`,
  },
  {
    name: names.ANNOTATION_REQUESTED_BY,
    on: 'JobRun',
    meaning: 'Name of the user who created the run. Set at admission; users cannot set or change it.',
  },
  {
    name: names.ANNOTATION_RERUN_OF,
    on: 'JobRun (set by you)',
    meaning: 'Name of the JobRun that this one repeats. It changes nothing; `kubectl get -o wide` shows it.',
  },
  {
    name: names.ANNOTATION_CANCELLED_BY,
    on: 'JobRun',
    meaning: 'Name of the user who set `spec.cancel`. Set at admission; users cannot set or change it.',
  },
  {
    name: names.ANNOTATION_STOPPED,
    on: 'Job',
    meaning:
      'Why and when the syncer stopped the Job, with `activeDeadlineSeconds: 1`: its run was cancelled, or had finished already.',
  },
  {
    name: names.ANNOTATION_RESTORED,
    on: 'JobRun',
    meaning:
      '`Hold`: the run was restored from a backup or copied from the cluster, and gets no Job. Set at admission. Set it to `Run` to run it again.',
  },
  {
    name: names.ANNOTATION_RETAIN,
    on: 'JobRun (set by users)',
    meaning:
      'With `"true"`, the run is never removed by `runs.retention` of its template or the default of the cluster.',
  },
  {
    name: names.ANNOTATION_TTL_SECONDS,
    on: 'Job',
    meaning:
      'The requested `ttlSecondsAfterFinished`, if it is less than an hour. The Job itself has 3600: the syncer deletes it at the requested time, but not before the final status of its run is stored.',
  },
  {
    name: names.ANNOTATION_LAST_USED,
    on: 'ControllerRevision',
    meaning: 'Time when a JobRun last named this revision. The revision is not deleted in the minutes after this time.',
  },
];

export const CONDITIONS: readonly Term[] = [
  {
    name: names.CONDITION_FINISHED,
    on: 'JobRun',
    meaning:
      'True when the run has succeeded or failed, or when its outcome cannot be known; the reason shows which. To wait for it: `kubectl wait --for=condition=Finished jobrun/NAME`.',
  },
  {
    name: names.CONDITION_JOB_CREATED,
    on: 'JobRun',
    meaning: 'True when the Job has been created; False, with a reason, if it could not be created.',
  },
  {
    name: names.CONDITION_RECONCILING,
    on: 'JobRun',
    meaning:
      'True while the run is neither finished nor suspended, with the reason why it waits, if it is known; absent otherwise. Helm and Flux read it.',
  },
  {
    name: names.CONDITION_STALLED,
    on: 'JobRun',
    meaning:
      'True once the run has failed, with the reason and message of `Failed`; absent otherwise. Helm and Flux read it.',
  },
  { name: names.CONDITION_COMPLETE, on: 'Job, mirrored', meaning: 'True when the Job has succeeded.' },
  {
    name: names.CONDITION_FAILED,
    on: 'Job, mirrored',
    meaning:
      'True when the Job has failed. Also set on a JobRun that fails before it has a Job, or that was cancelled.',
  },
  { name: names.CONDITION_SUSPENDED, on: 'Job, mirrored', meaning: 'True while the Job is suspended.' },
  {
    name: names.CONDITION_SUCCESS_CRITERIA_MET,
    on: 'Job, mirrored',
    meaning: 'True when the Job has met the criteria for success; `Complete` follows when its last Pod has terminated.',
  },
  {
    name: names.CONDITION_FAILURE_TARGET,
    on: 'Job, mirrored',
    meaning: 'True when the Job is going to fail; `Failed` follows when its last Pod has terminated.',
  },
];

const EVENT_AND_CONDITION = 'Event, condition';

export const REASONS: readonly Term[] = [
  { name: names.REASON_JOB_CREATED, on: EVENT_AND_CONDITION, meaning: 'The Job was created.' },
  { name: names.REASON_COMPLETED, on: EVENT_AND_CONDITION, meaning: 'The Job succeeded.' },
  { name: names.REASON_FAILED, on: EVENT_AND_CONDITION, meaning: 'The Job failed.' },
  {
    name: names.REASON_JOB_DELETED,
    on: EVENT_AND_CONDITION,
    meaning:
      'The Job was deleted, or is being deleted, before it finished. The run has failed, and no second Job is created.',
  },
  {
    name: names.REASON_OUTCOME_UNKNOWN,
    on: EVENT_AND_CONDITION,
    meaning:
      'The Job was deleted while no syncer watched it, or lost its owner reference. It may have succeeded or failed. The run has finished, and no second Job is created.',
  },
  {
    name: names.REASON_TEMPLATE_NOT_FOUND,
    on: EVENT_AND_CONDITION,
    meaning: 'The namespace has no JobTemplate with this name. The run has failed.',
  },
  {
    name: names.REASON_TEMPLATE_DELETED,
    on: EVENT_AND_CONDITION,
    meaning: 'The template and the admitted revision were deleted after the run was admitted. The run has failed.',
  },
  {
    name: names.REASON_REVISION_NOT_FOUND,
    on: EVENT_AND_CONDITION,
    meaning: 'The template exists, but the revision that the run names does not. The run has failed.',
  },
  {
    name: names.REASON_WAITING_FOR_TEMPLATE,
    on: EVENT_AND_CONDITION,
    meaning: 'The JobTemplate does not exist yet, and the run waits for it.',
  },
  {
    name: names.REASON_RESTORED,
    on: EVENT_AND_CONDITION,
    meaning:
      'The run was restored from a backup or copied, and may have run before. It gets no Job until a user requests it.',
  },
  {
    name: names.REASON_NAME_CONFLICT,
    on: EVENT_AND_CONDITION,
    meaning:
      'The name of the Job is taken by a Job that this run does not own. The syncer does not change that Job, and the run has failed.',
  },
  {
    name: names.REASON_JOB_CREATION_SLOW,
    on: EVENT_AND_CONDITION,
    meaning:
      'The API server takes too long to check Jobs of this namespace, for example because of a slow admission webhook. The run waits and tries again.',
  },
  {
    name: names.REASON_JOB_REFUSED,
    on: EVENT_AND_CONDITION,
    meaning: 'The API server refuses the Job permanently. The run has failed; `status.error` has the message.',
  },
  {
    name: names.REASON_SUSPENDED,
    on: 'Event',
    meaning: 'The Job was suspended, because `spec.suspend` of the run was set to true.',
  },
  {
    name: names.REASON_RESUMED,
    on: 'Event',
    meaning: 'The Job was resumed, because `spec.suspend` of the run was set to false or removed.',
  },
  {
    name: names.REASON_SUSPEND_REFUSED,
    on: 'Event',
    meaning:
      '`spec.suspend` of the run was changed while no webhook was called, and the template does not allow it. The Job is not changed.',
  },
  {
    name: names.REASON_NOT_SCHEDULED,
    on: '`status.waiting`, condition',
    meaning:
      'A Pod has no node, and no scheduler has reported why. Other reasons why a Pod waits are those of Kubernetes, for example `Unschedulable`, `ImagePullBackOff` or `FailedCreate`.',
  },
  {
    name: names.REASON_CANCELLED,
    on: EVENT_AND_CONDITION,
    meaning:
      'The run was cancelled with `spec.cancel`, and its Job had not finished before. The message names the user.',
  },
  {
    name: names.REASON_JOB_STOPPED,
    on: 'Event',
    meaning: 'The run had finished, but its Job had not. The Job was stopped.',
  },
  {
    name: names.REASON_CALLBACK_FAILED,
    on: 'Event',
    meaning:
      'The result of the run was not sent to `spec.callbackUrl`, and it is not tried again; `status.callback.lastError` gives the reason.',
  },
  {
    name: names.REASON_REMOVED,
    on: 'Event',
    meaning:
      'The finished run was removed, with its Job, because `runs.retention` of its template, or the default of the cluster, requires it.',
  },
];

export const PHASE_MEANINGS: Readonly<Record<names.Phase, string>> = {
  Pending:
    'The run has no Job yet, or no container of the Job has started; `status.waiting` gives the reason, if it is known.',
  Running: 'A Pod of the Job is ready or has finished, and the Job has not finished.',
  Suspended: 'The Job is suspended (`spec.suspend` of the template or the run).',
  Succeeded: 'The Job succeeded.',
  Failed: 'The Job failed, or the run failed before it had a Job; `status.error` gives the reason.',
  Cancelled: 'The run was cancelled with `spec.cancel`; `status.error` names the user.',
  Unknown: 'The Job was deleted while no syncer watched it, so nobody knows whether it succeeded.',
};
