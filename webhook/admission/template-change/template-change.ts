import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { Template } from '../../../api/job-template.ts';
import type { ParameterValue } from '../../../api/parameter.ts';
import type { CallbackPolicy } from '../../../core/callback/callback-policy.ts';
import type { RenderErrors } from '../../../core/job/render.ts';
import { hidingFromAuthor } from '../../../core/job/secret-values.ts';
import { compileTemplate, type CompiledTemplate } from '../../../core/template/compile.ts';
import { sampleJobOf } from '../../../core/template/sample-job.ts';
import { trialOf, type Trial } from '../../../core/template/trial.ts';
import type { DryRunVerdicts } from '../../lookups/dry-run-verdicts.ts';
import type { UnfinishedRunWarnings } from '../../lookups/unfinished-run-warnings.ts';
import { once, type AdmissionCase } from '../admission-case.ts';
import { objectSize } from '../object-size.ts';
import { repeatableJob, type RepeatableJob } from '../repeatable-job.ts';
import type { Stages } from '../run-checks.ts';
import { callbackOfRunsPermitted } from './callback-of-runs-permitted.ts';
import { groupDeclared } from './group-declared.ts';
import { namesFixed } from './names-fixed.ts';
import { parametersUsed } from './parameters-used.ts';
import { sampleJobAccepted } from './sample-job-accepted.ts';
import { sampleJobRendered } from './sample-job-rendered.ts';
import { unfinishedRuns } from './unfinished-runs.ts';

export interface TemplateChangeOptions {
  dryRuns: Pick<DryRunVerdicts, 'try'>;
  unfinishedRuns: Pick<UnfinishedRunWarnings, 'warnings'>;
  callbacks: CallbackPolicy;
  /** The namespace of the dry runs for ClusterJobTemplates. */
  clusterNamespace: string;
}

/** A Job of the template, or why there is none. */
export type SampleJob = RepeatableJob | RenderErrors;

/** A template that is created or updated. Each function does its work once, at its first call, for all checks. */
export interface TemplateChange extends AdmissionCase {
  template: Template;
  compiled: () => CompiledTemplate;
  /** The trial of the template. The template must have no errors. */
  trial: () => Trial;
  /** The same Job with these values of parameters. */
  jobWith: (parameters: Record<string, ParameterValue>) => SampleJob;
  /** The Job of a JobRun that overrides nothing and has a sample for each parameter. */
  sampleJob: () => SampleJob;
}

/**
 * The checks of a template that is created or updated. It is denied only if no Job could ever be created from it. What
 * prevents a Job only now (a quota, a policy, a missing permission, an API server that does not answer) is a warning.
 */
export function templateChangeStages(options: TemplateChangeOptions): Stages<TemplateChange> {
  const ofJob = [sampleJobRendered, namesFixed, sampleJobAccepted(options)];
  return [
    [objectSize],
    [...ofJob, groupDeclared, parametersUsed, callbackOfRunsPermitted(options), unfinishedRuns(options)],
  ];
}

/** The checks of a template that is deleted: they only warn. */
export function templateDeletionStages(options: TemplateChangeOptions): Stages<AdmissionCase> {
  return [[unfinishedRuns(options)]];
}

export function gatherTemplateChange(
  request: AdmissionRequest,
  { clusterNamespace }: Pick<TemplateChangeOptions, 'clusterNamespace'>,
  signal: AbortSignal,
): TemplateChange {
  const template = request.object as Template;
  const compiled = once(() => compileTemplate(template));
  const trial = once(() => trialOf(compiled()));
  const namespace = request.namespace ?? clusterNamespace;
  const jobWith = (values: Record<string, ParameterValue>): SampleJob =>
    repeatableJob(() => sampleJobOf({ template, compiled: compiled(), trial, namespace }, values));
  const sampleJob = once(() => jobWith({}));
  const lookUpHide = once(() => Promise.resolve(hidingFromAuthor(compiled)));
  return { request, signal, lookUpHide, template, compiled, trial, jobWith, sampleJob };
}

/** Whether an update changes nothing but metadata and status. The match conditions of the chart are the same. */
export function isContentUnchanged({ operation, object, oldObject }: AdmissionRequest): boolean {
  if (operation !== 'UPDATE' || oldObject === undefined || oldObject === null) return false;
  return isDeepStrictEqual(contentOf(oldObject), contentOf(object));
}

function contentOf(template: unknown): object {
  const beside = ['apiVersion', 'kind', 'metadata', 'status'];
  return Object.fromEntries(Object.entries(template as object).filter(([name]) => !beside.includes(name)));
}
