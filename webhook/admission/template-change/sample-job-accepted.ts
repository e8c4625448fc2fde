import type { FieldError } from '../../../core/errors/field-error.ts';
import { placeholderPaths } from '../../../core/template/placeholder-paths.ts';
import type { CompiledTemplate } from '../../../core/template/compile.ts';
import type { Check } from '../run-checks.ts';
import type { TemplateChange, TemplateChangeOptions } from './template-change.ts';

/** The API server accepts the Job in a dry run. */
export function sampleJobAccepted({ dryRuns }: Pick<TemplateChangeOptions, 'dryRuns'>): Check<TemplateChange> {
  return async ({ template: { kind }, compiled, sampleJob, signal }) => {
    const rendered = sampleJob();
    if ('errors' in rendered) return {};
    const outcome = await dryRuns.try(rendered.job, signal);
    switch (outcome.kind) {
      case 'accepted':
        return { warnings: outcome.warnings };
      case 'invalid':
        return { errors: withoutSamples(outcome.errors, compiled()) };
      case 'forbidden':
        return { warnings: [`a Job of this ${kind} would be refused now: ${outcome.message}`] };
      case 'unknown':
        return { warnings: [`this ${kind} could not be checked: ${outcome.why}`] };
    }
  };
}

/** Errors in fields that contain a parameter are dropped: a JobRun may set a value that is valid there. */
function withoutSamples(errors: readonly FieldError[], { plan }: CompiledTemplate): FieldError[] {
  const sampled = Array.from(placeholderPaths(plan));
  const isSampled = (path: string): boolean =>
    sampled.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
  return errors.filter(({ path }) => !isSampled(path));
}
