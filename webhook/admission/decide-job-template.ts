import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { API_VERSION } from '../../api/names.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { placeholderPaths } from '../../core/template/placeholder-paths.ts';
import { render } from '../../core/job/render.ts';
import { sampleParameters } from '../../core/parameters/samples.ts';
import { compileTemplate, type CompiledTemplate } from '../../core/template/compile.ts';
import type { DryRunVerdicts } from '../lookups/dry-run-verdicts.ts';
import type { UnfinishedRunWarnings } from '../lookups/unfinished-run-warnings.ts';
import { allow, denyInvalid, type Verdict } from './verdict.ts';

export interface JobTemplateDeciderOptions {
  dryRuns: Pick<DryRunVerdicts, 'try'>;
  unfinishedRuns: Pick<UnfinishedRunWarnings, 'warnings'>;
  /** Where Jobs of ClusterJobTemplates are tried out. */
  clusterNamespace: string;
}

/**
 * Denies a template of which no Job could ever be made. What stands against a Job only here and now (a quota, a policy, a
 * missing permission, an API server that does not answer) is a warning.
 *
 * @param signal ends the asking; the template is then admitted with a warning.
 */
export async function decideJobTemplate(
  request: AdmissionRequest,
  options: JobTemplateDeciderOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  if (request.operation === 'DELETE') return allow(await options.unfinishedRuns.warnings(request, signal));
  const template = request.object as Template;
  if (template.metadata.deletionTimestamp !== undefined || isUnchanged(request, template)) return allow();
  const [verdict, warnings] = await Promise.all([
    tryOut(request, template, { options, signal }),
    request.operation === 'UPDATE' ? options.unfinishedRuns.warnings(request, signal) : [],
  ]);
  return verdict.allowed ? { ...verdict, warnings: [...verdict.warnings, ...allow(warnings).warnings] } : verdict;
}

async function tryOut(
  request: AdmissionRequest,
  template: Template,
  { options, signal }: { options: JobTemplateDeciderOptions; signal: AbortSignal },
): Promise<Verdict> {
  const compiled = compileTemplate(template);
  if (compiled.errors.length > 0) return denyInvalid(request, compiled.errors);
  const run = sampleRun(template, compiled, request.namespace ?? options.clusterNamespace);
  const rendered = render(compiled, run);
  if ('errors' in rendered) {
    // No value could be made up for a parameter: there is no Job to try.
    return rendered.of === 'run' ? allow() : denyInvalid(request, rendered.errors);
  }
  const outcome = await options.dryRuns.try(rendered.job, signal);
  switch (outcome.kind) {
    case 'accepted':
      return allow(outcome.warnings);
    case 'invalid': {
      const errors = ofTheTemplate(outcome.errors, compiled);
      return errors.length === 0 ? allow() : denyInvalid(request, errors);
    }
    case 'forbidden':
      return allow([`a Job of this ${template.kind} would be refused now: ${outcome.message}`]);
    case 'unknown':
      return allow([`this ${template.kind} could not be checked: ${outcome.why}`]);
  }
}

/** Fields that depend on a run's values were tried with samples, whose faults are nobody's. */
function ofTheTemplate(errors: readonly FieldError[], { plan }: CompiledTemplate): FieldError[] {
  const dependent = Array.from(placeholderPaths(plan));
  const isSample = (path: string): boolean =>
    dependent.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
  return errors.filter(({ path }) => !isSample(path));
}

function isUnchanged(request: AdmissionRequest, template: Template): boolean {
  const before = request.oldObject as Template | null | undefined;
  if (request.operation !== 'UPDATE' || !before) return false;
  return isDeepStrictEqual(contentOf(before), contentOf(template));
}

function contentOf({ spec, parameters, overrides }: Template): unknown[] {
  return [spec, parameters, overrides];
}

/** A run that overrides nothing, with a value for each parameter. */
function sampleRun(template: Template, compiled: CompiledTemplate, namespace: string): JobRun {
  const name = template.metadata.name ?? 'example';
  const spec = { templateRef: name, templateKind: template.kind, parameters: sampleParameters(compiled) };
  return { apiVersion: API_VERSION, kind: 'JobRun', metadata: { name, namespace }, spec };
}
