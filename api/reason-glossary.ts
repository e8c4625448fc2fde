/** What each reason of `names.ts` means, for the reference page. */
import type { Term } from './glossary.ts';
import * as names from './names.ts';

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
    meaning: 'The template does not exist yet, or no longer and limited its runs, and the run waits for it.',
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
    name: names.REASON_QUEUED,
    on: '`status.waiting`, Event, condition',
    meaning:
      'The run waits until other runs of its concurrency group have finished (`runs.concurrency` of the template).',
  },
  {
    name: names.REASON_CONCURRENCY_FORBIDDEN,
    on: EVENT_AND_CONDITION,
    meaning:
      'As many runs of the concurrency group as can be were under way, and the policy is `Forbid`. The run has failed.',
  },
  {
    name: names.REASON_QUEUE_FULL,
    on: EVENT_AND_CONDITION,
    meaning: 'As many runs of the concurrency group as `maxQueued` permits were waiting. The run has failed.',
  },
  {
    name: names.REASON_QUEUE_TIMEOUT,
    on: EVENT_AND_CONDITION,
    meaning: 'The run got no place in its concurrency group within `queueTimeoutSeconds`. The run has failed.',
  },
  {
    name: names.REASON_CANCELLED,
    on: EVENT_AND_CONDITION,
    meaning:
      'The run was cancelled with `spec.cancel`, and its Job had not finished before. The message names the user.',
  },
  {
    name: names.REASON_START_DEADLINE_EXCEEDED,
    on: 'condition, `status.failure`',
    meaning:
      'No container of the run has started within `runs.startDeadlineSeconds` of its template. The run has failed, and its Job was stopped or never created.',
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
      'The result of the run was not delivered to its callback, and it is not tried again; `status.callback.lastError` gives the reason.',
  },
  {
    name: names.REASON_REMOVED,
    on: 'Event',
    meaning:
      'The finished run was removed, with its Job, because `runs.retention` of its template, or the default of the cluster, requires it.',
  },
  {
    name: names.REASON_RESULTS_VALID,
    on: 'condition',
    meaning: 'The results of the run fit the schemas of its template, and are in `status.results`.',
  },
  {
    name: names.REASON_RESULTS_MISSING,
    on: EVENT_AND_CONDITION,
    meaning: 'The container has written no results.',
  },
  {
    name: names.REASON_RESULTS_INVALID,
    on: EVENT_AND_CONDITION,
    meaning:
      'What the container has written is not a JSON object, is longer than 4 KiB, or does not fit the schemas of the template. The message has all errors.',
  },
  {
    name: names.REASON_RESULTS_UNKNOWN,
    on: EVENT_AND_CONDITION,
    meaning:
      'The results could not be read or checked, for example because the Pod was deleted. The message gives the reason.',
  },
];
