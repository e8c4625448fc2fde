/**
 * Every name that users, the API server and the two processes must agree on: group, resources, labels, annotations,
 * condition types, reasons and phases. Each is defined here, once.
 */

export const GROUP = 'hematoscope.app';
export const VERSION = 'v1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Labels on JobRuns, Jobs and Pods. Longer names are shortened to 63 characters and stay valid label values. */
export const LABEL_JOB_TEMPLATE = `${GROUP}/job-template`;
/** Replaces the label above when the template is a ClusterJobTemplate. */
export const LABEL_CLUSTER_JOB_TEMPLATE = `${GROUP}/cluster-job-template`;
export const LABEL_JOB_RUN = `${GROUP}/job-run`;
/** On ControllerRevisions: the content hash, the value of `spec.templateRevision` of a JobRun. */
export const LABEL_TEMPLATE_REVISION = `${GROUP}/template-revision`;
/** On JobRuns, Jobs and Leases: which runs have a limit together, as 40 hex digits. */
export const LABEL_CONCURRENCY_GROUP = `${GROUP}/concurrency-group`;
export const LABEL_APP_NAME = 'app.kubernetes.io/name';
export const LABEL_APP_INSTANCE = 'app.kubernetes.io/instance';
export const LABEL_APP_VERSION = 'app.kubernetes.io/version';
export const LABEL_APP_MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'job-template-run';

/** On Jobs and Pods: the full name of the JobRun, which may be longer than a label value. */
export const ANNOTATION_JOB_RUN_NAME = `${GROUP}/job-run-name`;
/** On a JobRun: overrides `admission.missingTemplate` for this run. Value: one of {@link MISSING_TEMPLATE_POLICIES}. */
export const ANNOTATION_MISSING_TEMPLATE = `${GROUP}/missing-template`;

/** On a JobRun: the name of the user who created it. Set at admission; overwrites what the user set. */
export const ANNOTATION_REQUESTED_BY = `${GROUP}/requested-by`;
/** On a JobRun: the name of the JobRun of its namespace that it repeats. For people and tools; changes nothing. */
export const ANNOTATION_RERUN_OF = `${GROUP}/rerun-of`;
/** On a JobRun: the name of the user who set `spec.cancel`. Set at admission; overwrites what the user set. */
export const ANNOTATION_CANCELLED_BY = `${GROUP}/cancelled-by`;
/** On a ControllerRevision: when a JobRun last named it, RFC 3339. It is not deleted for some minutes after that. */
export const ANNOTATION_LAST_USED = `${GROUP}/last-used`;

/** On a JobRun that was restored or copied: `Hold`, set at admission, until a user sets `Run`. */
export const ANNOTATION_RESTORED = `${GROUP}/restored`;
/** Set by Velero on every object that it restores. */
export const LABEL_VELERO_RESTORE = 'velero.io/restore-name';
/** On a JobRun: with `true`, retention never removes the run. */
export const ANNOTATION_RETAIN = `${GROUP}/retain`;
/** On a Job: `ttlSecondsAfterFinished` as it was requested, if the Job itself has a longer one. */
export const ANNOTATION_TTL_SECONDS = `${GROUP}/ttl-seconds-after-finished`;

/** On a Job whose template declares results: the name of the container that writes them. */
export const ANNOTATION_RESULTS_FROM = `${GROUP}/results-from`;
/** On the Lease of a concurrency group: which group it is of. */
export const ANNOTATION_GROUP = `${GROUP}/group`;
/** On the Lease of a concurrency group: the runs that have a place, as JSON. */
export const ANNOTATION_HOLDERS = `${GROUP}/holders`;

/** On a Job that the syncer stops: why, and when. */
export const ANNOTATION_STOPPED = `${GROUP}/stopped`;

export const MISSING_TEMPLATE_POLICIES = ['Reject', 'Wait', 'Fail'] as const;
/** What happens to a JobRun whose template does not exist: denied, admitted and waiting, or admitted and failed. */
export type MissingTemplatePolicy = (typeof MISSING_TEMPLATE_POLICIES)[number];

export const TEMPLATE_KINDS = ['JobTemplate', 'ClusterJobTemplate'] as const;
/** The kinds of templates that a JobRun can name. */
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

export const OVERRIDES = [
  'args',
  'command',
  'env',
  'resources',
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
  'suspend',
  'labels',
  'annotations',
  'metadata',
  'image',
  'nodeSelector',
  'tolerations',
  'priorityClassName',
] as const;
/** What a template can allow its runs to override. `env` includes `envFrom`; `metadata` is `labels` and `annotations`. */
export type Override = (typeof OVERRIDES)[number];

/**
 * What runs may override when the template has no `overrides.allow`: nothing that selects code, node or priority, and no
 * annotations, which runtimes and policies read as settings.
 */
export const DEFAULT_OVERRIDES = [
  'args',
  'command',
  'env',
  'resources',
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
  'suspend',
  'labels',
] as const satisfies readonly Override[];

export const ALLOWED_REVISIONS = ['Any', 'Present'] as const;
/** Which revisions of a template runs may name: any that is stored, or only the present one. */
export type AllowedRevisions = (typeof ALLOWED_REVISIONS)[number];

export const AUTHORIZATION_MODES = ['Namespace', 'Use'] as const;
/** Who may run a template: every user who may create JobRuns in the namespace, or only users with the verb `use` on it. */
export type AuthorizationMode = (typeof AUTHORIZATION_MODES)[number];
/** The verb on a template that permits a run of it, in mode `Use`. */
export const VERB_USE = 'use';
/** The verb on a template that permits overrides of more than args, command, env and parameters, in mode `Use`. */
export const VERB_OVERRIDE = 'override';

export const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Queue', 'Replace', 'ReplaceQueued'] as const;

/** Where `kubectl apply` records the manifest, with its nulls. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

export const PHASES = [
  'Pending',
  'Queued',
  'Running',
  'Suspended',
  'Succeeded',
  'Failed',
  'Cancelled',
  'Unknown',
] as const;
/** The state of a JobRun in one word, for people. Programs read the conditions. */
export type Phase = (typeof PHASES)[number];
/** The phases of finished runs. */
const FINAL_PHASES: readonly Phase[] = ['Succeeded', 'Failed', 'Cancelled', 'Unknown'];
/** The field selector of runs that are not finished. */
export const UNFINISHED = FINAL_PHASES.map((phase) => `status.phase!=${phase}`).join(',');

export const CALLBACK_STATES = ['Pending', 'Delivered', 'Failed'] as const;

/** Condition types. `Complete`, `Failed`, `Suspended` and others are the Job's own, mirrored verbatim. */
export const CONDITION_COMPLETE = 'Complete';
export const CONDITION_FAILED = 'Failed';
export const CONDITION_SUSPENDED = 'Suspended';
export const CONDITION_SUCCESS_CRITERIA_MET = 'SuccessCriteriaMet';
export const CONDITION_FAILURE_TARGET = 'FailureTarget';
/** Ours: True once the Job was created, False with a reason when it could not be. */
export const CONDITION_JOB_CREATED = 'JobCreated';
/** Ours: True on success and on failure, so that one `kubectl wait --for=condition=Finished` is enough. */
export const CONDITION_FINISHED = 'Finished';

/** Ours, for kstatus (Helm, Flux): True while the run is neither finished nor suspended, absent otherwise. */
export const CONDITION_RECONCILING = 'Reconciling';
/** Ours, for kstatus: True once the run has failed, absent otherwise. */
export const CONDITION_STALLED = 'Stalled';

/** Ours, of a run that has succeeded and whose template declares results: whether they are in its status. */
export const CONDITION_RESULTS_VALID = 'ResultsValid';

/** Reasons of conditions and of Events. */
export const REASON_JOB_CREATED = 'JobCreated';
export const REASON_COMPLETED = 'Completed';
export const REASON_FAILED = 'Failed';
export const REASON_JOB_DELETED = 'JobDeleted';
/** The Job was deleted while no syncer watched it, or lost its owner reference. It may have succeeded or failed. */
export const REASON_OUTCOME_UNKNOWN = 'OutcomeUnknown';
export const REASON_TEMPLATE_NOT_FOUND = 'TemplateNotFound';
/** The template was deleted after the run was admitted, and its admitted revision with it. */
export const REASON_TEMPLATE_DELETED = 'TemplateDeleted';
/** The template exists, but the revision that the run names does not. */
export const REASON_REVISION_NOT_FOUND = 'RevisionNotFound';
export const REASON_WAITING_FOR_TEMPLATE = 'WaitingForTemplate';
export const REASON_NAME_CONFLICT = 'NameConflict';
/** The run was restored from a backup, and waits until a user requests that it runs again. */
export const REASON_RESTORED = 'Restored';
/** The API server does not answer the creation of the Job in time, or the run waits for other such creations. */
export const REASON_JOB_CREATION_SLOW = 'JobCreationSlow';
/** The API server refuses the Job for good, or it cannot be rendered. */
export const REASON_JOB_REFUSED = 'JobRefused';
/** `spec.suspend` of the run was changed, and the Job was suspended or resumed. */
export const REASON_SUSPENDED = 'Suspended';
export const REASON_RESUMED = 'Resumed';
/** `spec.suspend` of the run was changed without admission, and the template does not allow it. */
export const REASON_SUSPEND_REFUSED = 'SuspendRefused';
/** A Pod of the run has no node, and no scheduler has reported why. */
export const REASON_NOT_SCHEDULED = 'NotScheduled';
/** The run waits until other runs of its concurrency group have finished. */
export const REASON_QUEUED = 'Queued';
/** As many runs of the concurrency group as can be were under way, and the policy is Forbid. */
export const REASON_CONCURRENCY_FORBIDDEN = 'ConcurrencyForbidden';
/** As many runs of the concurrency group as can wait were waiting. */
export const REASON_QUEUE_FULL = 'QueueFull';
/** The run got no place in its concurrency group within `queueTimeoutSeconds`. */
export const REASON_QUEUE_TIMEOUT = 'QueueTimeout';
/** `spec.cancel` of the run was set, and its Job did not finish before. */
export const REASON_CANCELLED = 'Cancelled';
/** No container of the run has started within `runs.startDeadlineSeconds` of its template. */
export const REASON_START_DEADLINE_EXCEEDED = 'StartDeadlineExceeded';
/** The Job of a finished run had not finished, and was stopped. */
export const REASON_JOB_STOPPED = 'JobStopped';
/** The callback of a finished run was given up. */
export const REASON_CALLBACK_FAILED = 'CallbackFailed';
/** A finished run was removed, because of its age or number. */
export const REASON_REMOVED = 'Removed';
/** Reasons of the condition `ResultsValid`. */
export const REASON_RESULTS_VALID = 'ResultsValid';
export const REASON_RESULTS_MISSING = 'ResultsMissing';
export const REASON_RESULTS_INVALID = 'ResultsInvalid';
export const REASON_RESULTS_UNKNOWN = 'ResultsUnknown';
