import type { JobRun } from '../api/job-run.ts';
import { LABEL_APP_VERSION, REASON_JOB_REFUSED, REASON_NAME_CONFLICT } from '../api/names.ts';
import type { Job } from '../api/wire.ts';
import { formatFieldErrors } from '../core/errors/field-error.ts';
import { jobName } from '../core/job/job-name.ts';
import { isJobFinished, jobDeleted } from '../core/job/job-run-status.ts';
import type { Observation } from '../core/job/job-run-status.ts';
import { render } from '../core/job/render.ts';
import type { TemplateVersion } from '../core/template/template-version.ts';
import { isAlreadyExists, KubeApiError } from '../kube/client/api-error.ts';
import type { ObjectCache } from '../kube/watch/cache.ts';
import { cachedJob } from './cached.ts';
import type { Cluster } from './cluster.ts';
import { creationFailure } from './creation-failure.ts';
import type { Barred, Memory } from './memory.ts';
import { missingTemplate } from './missing-template.ts';
import type { MissingTemplateRules } from './missing-template.ts';
import { isOwnJob } from './ownership.ts';
import type { Templates } from './templates.ts';

export interface MakeJobContext {
  cluster: Cluster;
  jobs: ObjectCache<Job>;
  templates: Templates;
  memory: Memory;
  rules: MissingTemplateRules;
}

/** What was found out, and when to look again: at a set time, or after a growing delay. */
export interface Observed {
  observation: Observation;
  again?: 'retry' | { afterMs: number };
}

/**
 * Makes the Job of a run that has none, or finds the one that an earlier attempt made: rules 1 and 2 of the design
 * meet here. The Job's name is the lock. Whoever finds it taken looks, live, whose Job that is.
 *
 * @throws what may pass by itself: no connection, an overloaded server, a conflict.
 */
export async function makeJob(context: MakeJobContext, run: JobRun): Promise<Observed | undefined> {
  const earlier = earlierAttempt(context, run);
  if (earlier) return earlier;
  if (run.metadata.deletionTimestamp !== undefined) return undefined;
  const barred = context.memory.barred(run);
  if (barred) return waits(barred);
  const found = await context.templates.find(run);
  if (found.kind === 'found') return create(context, run, found.template);
  if (found.kind === 'lost') return { observation: found.observation };
  const { observation, afterMs } = missingTemplate(run, context.rules, Date.now());
  return afterMs === undefined ? { observation } : { observation, again: { afterMs } };
}

/** A Job of this run's that the watch brought, though its name was never written down. */
function earlierAttempt(context: MakeJobContext, run: JobRun): Observed | undefined {
  const { namespace = '', name = '', uid = '' } = run.metadata;
  const wanted = jobName(name, uid);
  const known = context.jobs.get(namespace, wanted);
  if (known && isOwnJob(known, run)) return adopt(context, run, known);
  const gone = context.memory.gone(run);
  if (!gone) return undefined;
  if (isJobFinished(gone)) return { observation: { kind: 'job', job: gone } };
  return { observation: jobDeleted(wanted, 'was deleted before it finished') };
}

async function create(context: MakeJobContext, run: JobRun, template: TemplateVersion): Promise<Observed> {
  const rendered = render(template.compiled, run);
  if ('errors' in rendered) {
    return refused(
      `${template.key.kind} "${run.spec.templateRef}" makes no Job: ${formatFieldErrors(rendered.errors)}`,
    );
  }
  try {
    const job = await context.cluster.createJob(run.metadata.namespace ?? '', rendered.job);
    context.jobs.put(job);
    context.memory.rememberCarried(run);
    return made(context, run, job, template);
  } catch (error) {
    if (isAlreadyExists(error)) return takeOver(context, run, rendered.job);
    return failedCreation(context, run, error);
  }
}

/** The name is taken: by an earlier attempt of ours, or by somebody else's Job, which is left alone. */
async function takeOver(context: MakeJobContext, run: JobRun, wanted: Job): Promise<Observed> {
  const { name = '' } = wanted.metadata ?? {};
  const { namespace = '' } = run.metadata;
  const existing = await context.cluster.getJob(namespace, name);
  if (!existing) throw new Error(`Job ${namespace}/${name} existed a moment ago and is gone`);
  if (isOwnJob(existing, run)) {
    context.jobs.put(existing);
    return adopt(context, run, existing);
  }
  const message = `a Job "${name}" that does not belong to this JobRun exists already; remove it, then create the JobRun anew`;
  return { observation: { kind: 'failed', reason: REASON_NAME_CONFLICT, message } };
}

function failedCreation({ memory }: MakeJobContext, run: JobRun, error: unknown): Observed {
  const failure = creationFailure(error);
  if (failure === 'transient' || !(error instanceof KubeApiError)) throw error;
  const { message = error.message } = error.status;
  if (failure === 'refused') return refused(`the API server refused the Job: ${message}`);
  const reason = error.reason === '' ? REASON_JOB_REFUSED : error.reason;
  const observation: Observation = { kind: 'pending', reason, message: `trying again: ${message}` };
  return failure === 'ending' ? waits(memory.bar(run, observation)) : { observation, again: 'retry' };
}

const waits = ({ observation, afterMs }: Barred): Observed => ({ observation, again: { afterMs } });

function refused(message: string): Observed {
  return { observation: { kind: 'failed', reason: REASON_JOB_REFUSED, message } };
}

/** The template is known only if it is still the one that the Job's label names. */
function adopt(context: MakeJobContext, run: JobRun, job: Job): Observed {
  const template = context.templates.known(run);
  const same = template && job.metadata?.labels?.[LABEL_APP_VERSION] === template.compiled.revision;
  return made(context, run, job, same ? template : undefined);
}

function made(context: MakeJobContext, run: JobRun, job: Job, template: TemplateVersion | undefined): Observed {
  const rendered = template && {
    revision: template.compiled.revision,
    generation: template.generation,
    uid: template.uid,
  };
  context.memory.rememberMade(run, { job: cachedJob(job), template: rendered });
  return { observation: { kind: 'job', job, template: rendered } };
}
