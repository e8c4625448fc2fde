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
    name: names.LABEL_CONCURRENCY_GROUP,
    on: 'JobRun, Job, Lease',
    meaning:
      'Hash of the concurrency group: the runs of a namespace that have a limit together. Set only if the template has `runs.concurrency`.',
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
    name: names.ANNOTATION_GROUP,
    on: 'Lease',
    meaning: 'The concurrency group that the Lease is of.',
  },
  {
    name: names.ANNOTATION_HOLDERS,
    on: 'Lease',
    meaning:
      'The JobRuns of the concurrency group that have a place: name, uid, time of creation, and the process that creates the Job.',
  },
  {
    name: names.ANNOTATION_STOPPED,
    on: 'Job',
    meaning:
      'Why and when the syncer stopped the Job, with `activeDeadlineSeconds: 1`: its run was cancelled, had finished already, or did not start in time.',
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
    name: names.ANNOTATION_RESULTS_FROM,
    on: JOB,
    meaning: 'Name of the container that writes the results that the template declares.',
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
    name: names.CONDITION_RESULTS_VALID,
    on: 'JobRun',
    meaning:
      'Only of a run that has succeeded and whose template declares results. True if they are in `status.results`; False if they are missing or wrong; Unknown if they could not be read. The run has succeeded in any case.',
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

export const PHASE_MEANINGS: Readonly<Record<names.Phase, string>> = {
  Pending:
    'The run has no Job yet, or no container of the Job has started; `status.waiting` gives the reason, if it is known.',
  Queued:
    'The run waits until other runs of its concurrency group have finished (`runs.concurrency` of the template). It has no Job yet.',
  Running: 'A Pod of the Job is ready or has finished, and the Job has not finished.',
  Suspended: 'The Job is suspended (`spec.suspend` of the template or the run).',
  Succeeded: 'The Job succeeded.',
  Failed: 'The Job failed, or the run failed before it had a Job; `status.error` gives the reason.',
  Cancelled:
    'The run was cancelled with `spec.cancel`, or a newer run replaced it; `status.error` names the user or the run.',
  Unknown: 'The Job was deleted while no syncer watched it, so nobody knows whether it succeeded.',
};
