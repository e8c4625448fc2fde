import { isDeepStrictEqual } from 'node:util';
import type { JobRun } from '../../api/job-run.ts';
import type { ControllerRevision, Job } from '../../api/wire.ts';
import { isCallbackPending } from '../../core/callback/attempt.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { controllingRun, isOwnJob } from '../../core/job/ownership.ts';
import { identityOfRevision } from '../../core/template/controller-revision.ts';
import type { TemplateOutline } from '../../core/template/outline.ts';
import { keyOfTemplate, templateKeyOfRun, type TemplateKey } from '../../core/template/template-key.ts';
import { groupOfJob } from '../concurrency/jobs-of-group.ts';
import type { Priority } from '../../kube/controller/work-queue.ts';
import type { Deletion } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';

/** What follows from an event of a watch. */
export type Reaction =
  /** Work on the run with this key. The default priority is `normal`. */
  | { kind: 'reconcile'; run: string; priority?: Priority }
  /** The Job with this key has the label of a concurrency group, and no run. */
  | { kind: 'checkPlaceOfJob'; job: string }
  /** Remember the last known state of the run's Job. */
  | { kind: 'rememberDeletedJob'; run: JobRun; job: Job; deletion: Deletion }
  | { kind: 'forgetRun'; run: JobRun }
  /** Send the callback of the run with this key. */
  | { kind: 'sendCallback'; run: string }
  /** The finished run was added, changed or deleted: retention counts it again. */
  | { kind: 'countRun'; run: JobRun }
  /** The template was added, changed or deleted, and its retention with it. */
  | { kind: 'checkRetention'; template: TemplateKey }
  /** Work on all unfinished runs of this template. */
  | { kind: 'reconcileRuns'; template: TemplateKey }
  /** Work on the runs that wait for this template. */
  | { kind: 'reconcileWaiting'; template: TemplateKey }
  /** Check the stored revisions of this template. */
  | { kind: 'checkRevisions'; template: TemplateKey }
  /** A run of this template no longer needs its revision. */
  | { kind: 'releaseRevision'; template: TemplateKey };

export interface EventRoutingOptions {
  /** Whether this syncer works on the namespace. */
  isInShard: (namespace: string | undefined) => boolean;
  findRun: (namespace: string | undefined, name: string) => JobRun | undefined;
  hasTemplate: (template: TemplateKey) => boolean;
}

/** Decides which runs and templates an event concerns. */
export class EventRouting {
  readonly #options: EventRoutingOptions;

  constructor(options: EventRoutingOptions) {
    this.#options = options;
  }

  /** A run was added or updated. */
  runChanged(run: JobRun): Reaction[] {
    if (isFinished(run)) return this.runFinished(run);
    if (!this.#isOurs(run.metadata)) return [];
    return [{ kind: 'reconcile', run: keyOf(run.metadata), priority: this.#priorityOf(run) }];
  }

  /** A run that was created while no syncer worked gets its Job before the others are only checked again. */
  #priorityOf(run: JobRun): Priority {
    if (this.#lacksTemplate(run)) return 'low';
    return run.status?.phase === undefined ? 'high' : 'normal';
  }

  /** A run was updated. Somebody can have taken the mark from a run that had finished. */
  runUpdated(before: JobRun, run: JobRun): Reaction[] {
    const isReopened = isFinished(before) && !isFinished(run) && this.#isOurs(run.metadata);
    return [...this.runChanged(run), ...(isReopened ? [{ kind: 'countRun' as const, run }] : [])];
  }

  /** The run can only wait or fail, so the runs that can get a Job come first. */
  #lacksTemplate(run: JobRun): boolean {
    return run.spec.templateRevision === undefined && !this.#options.hasTemplate(templateKeyOfRun(run));
  }

  /** A run finished or was deleted. */
  runFinished(run: JobRun): Reaction[] {
    const template = templateKeyOfRun(run);
    const release: Reaction[] = this.#isOurs(template) ? [{ kind: 'releaseRevision', template }] : [];
    return [{ kind: 'forgetRun', run }, ...release, ...(this.#isOurs(run.metadata) ? this.#afterFinish(run) : [])];
  }

  #afterFinish(run: JobRun): Reaction[] {
    const callback: Reaction[] = isCallbackPending(run) ? [{ kind: 'sendCallback', run: keyOf(run.metadata) }] : [];
    return [{ kind: 'countRun', run }, ...callback];
  }

  /** A Job was added or updated. A run that is not cached yet may be its own; of a known run, only its own Job matters. */
  jobChanged(job: Job): Reaction[] {
    const { namespace } = job.metadata ?? {};
    if (!this.#isOurs({ namespace })) return [];
    const owner = controllingRun(job);
    if (!owner) return groupOfJob(job).length > 0 ? [{ kind: 'checkPlaceOfJob', job: keyOf(job.metadata) }] : [];
    const run = this.#options.findRun(namespace, owner.name);
    if (run && !isOwnJob(job, run)) return [];
    return [{ kind: 'reconcile', run: keyOf({ ...(namespace !== undefined && { namespace }), name: owner.name }) }];
  }

  /** A Job that lost its owner reference no longer names the run, which must not wait for it for ever. */
  jobUpdated(before: Job, job: Job): Reaction[] {
    const run = this.#unfinishedRunOf(before);
    if (!run || isOwnJob(job, run)) return this.jobChanged(job);
    return [{ kind: 'reconcile', run: keyOf(run.metadata) }, ...this.jobChanged(job)];
  }

  jobDeleted(job: Job, deletion: Deletion): Reaction[] {
    const run = this.#unfinishedRunOf(job);
    const remember: Reaction[] = run ? [{ kind: 'rememberDeletedJob', run, job, deletion }] : [];
    return [...remember, ...this.jobChanged(job)];
  }

  templateAdded(template: TemplateOutline): Reaction[] {
    const key = keyOfTemplate(template);
    return [
      { kind: 'reconcileWaiting', template: key },
      ...this.#checkRevisions(key),
      ...this.#checkRetention(key),
      ...runsToCheck(undefined, template),
    ];
  }

  templateUpdated(before: TemplateOutline, template: TemplateOutline): Reaction[] {
    if (before.metadata.generation === template.metadata.generation) return [];
    const key = keyOfTemplate(template);
    return [...this.#checkRevisions(key), ...this.#checkRetention(key), ...runsToCheck(before, template)];
  }

  /** The runs of a deleted template have the default retention. */
  templateDeleted(template: TemplateOutline): Reaction[] {
    return this.#checkRetention(keyOfTemplate(template));
  }

  /** A revision was added or deleted. */
  revisionChanged(stored: ControllerRevision): Reaction[] {
    const identity = identityOfRevision(stored);
    return identity ? this.#checkRevisions(identity.key) : [];
  }

  #checkRevisions(template: TemplateKey): Reaction[] {
    return this.#isOurs(template) ? [{ kind: 'checkRevisions', template }] : [];
  }

  /** A ClusterJobTemplate can have runs in every namespace. */
  #checkRetention(template: TemplateKey): Reaction[] {
    const concernsUs = template.kind === 'ClusterJobTemplate' || this.#isOurs(template);
    return concernsUs ? [{ kind: 'checkRetention', template }] : [];
  }

  #unfinishedRunOf(job: Job): JobRun | undefined {
    const { namespace } = job.metadata ?? {};
    const owner = this.#isOurs({ namespace }) ? controllingRun(job) : undefined;
    const run = owner && this.#options.findRun(namespace, owner.name);
    return run && !isFinished(run) && isOwnJob(job, run) ? run : undefined;
  }

  #isOurs({ namespace }: { namespace?: string | undefined }): boolean {
    return this.#options.isInShard(namespace);
  }
}

/** A new start deadline and a new limit apply to runs that wait already. Without them, nothing has to be done. */
function runsToCheck(before: TemplateOutline | undefined, template: TemplateOutline): Reaction[] {
  const treatment = ({ runs }: Pick<TemplateOutline, 'runs'>): unknown[] => [
    runs?.startDeadlineSeconds,
    runs?.concurrency,
  ];
  const isSame = isDeepStrictEqual(treatment(template), treatment(before ?? {}));
  return isSame ? [] : [{ kind: 'reconcileRuns', template: keyOfTemplate(template) }];
}
