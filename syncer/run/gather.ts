import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { isOwnJob, jobNameOfRun, jobUidOfRun } from '../../core/job/ownership.ts';
import type { Answers, Moment, RunRecord, Situation, TemplateResolution } from '../../core/run/situation.ts';
import { appliedGeneration } from '../../core/run/suspend-step.ts';
import type { MissingTemplateRules } from '../../core/run/template-wait.ts';
import { templateKeyOfRun } from '../../core/template/template-key.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { isNewer } from '../../kube/watch/resource-version.ts';
import type { Places } from '../concurrency/places.ts';
import type { PodReader } from './read-pods.ts';
import type { RunRecords } from './run-records.ts';
import type { TemplateResolver } from './template-resolver.ts';

export interface GatherContext {
  jobs: Pick<ObjectCache<Job>, 'get'>;
  templates: Pick<TemplateResolver, 'cached' | 'mustRead' | 'outline'>;
  records: Pick<RunRecords, 'get'>;
  rules: MissingTemplateRules;
  places: Pick<Places, 'look'>;
  pods: Pick<PodReader, 'isPermitted' | 'keepsLogEnds'>;
}

/**
 * Everything that decides the next step of a run: from the caches, from what is remembered of the run, and from what the
 * API server answered during this attempt. Sends no request: if something is missing, the next step is to read it.
 */
export function gather(context: GatherContext, run: JobRun, answers: Answers, now: Moment): Situation {
  const record = context.records.get(run);
  const own = (job: Job | undefined): Job | undefined =>
    job && isOwnJob(job, run, jobUidOfRun(run, record)) ? job : undefined;
  const watched = own(context.jobs.get(run.metadata.namespace, jobNameOfRun(run)));
  const template = templateFor(context, run, record, answers);
  return {
    now,
    run,
    job: newest(watched, answers.job === 'none' ? undefined : own(answers.job)),
    isJobWatched: watched !== undefined,
    template,
    place: context.places.look(run, template),
    outline: context.templates.outline(templateKeyOfRun(run)),
    record,
    answers,
    rules: context.rules,
    readsPods: context.pods.isPermitted,
    keepsLogEnds: context.pods.keepsLogEnds,
  };
}

/** The watch may have reported a newer state than the answer to the last request. */
function newest(cached: Job | undefined, answered: Job | undefined): Job | undefined {
  if (!cached || !answered) return cached ?? answered;
  return isNewer(cached.metadata?.resourceVersion, answered.metadata?.resourceVersion) === true ? cached : answered;
}

/** A template matters until the run has its Job, when `spec.suspend` changes, and to hide secret values. */
function templateFor(
  { templates }: GatherContext,
  run: JobRun,
  record: RunRecord,
  answers: Answers,
): TemplateResolution | undefined {
  const { generation = 1 } = run.metadata;
  const hasJob = run.status?.jobName !== undefined || record.created !== undefined;
  const isNeeded = !hasJob || answers.pods !== undefined || generation > appliedGeneration({ run, record });
  if (!isNeeded) return undefined;
  const template = !hasJob && templates.mustRead(run) ? undefined : templates.cached(run);
  return template ? { kind: 'found', template } : answers.template;
}
