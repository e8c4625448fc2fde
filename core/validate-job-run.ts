import type { JobRun } from '../api/job-run.ts';
import type { JobTemplate } from '../api/job-template.ts';
import type { FieldError } from './field-error.ts';
import { didYouMean, nearNames } from './suggest.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a run's reference, whatever templates there are. The CRD says so too; this holds without it. */
export function validateTemplateRef(run: JobRun): FieldError[] {
  const path = 'spec.templateRef';
  const spec = run.spec as Partial<JobRun['spec']> | null | undefined;
  const name: unknown = spec?.templateRef;
  if (typeof name !== 'string' || name === '') {
    const message = 'Required value: give the name of a JobTemplate in this namespace';
    return [{ path, reason: 'FieldValueRequired', message }];
  }
  if (name.includes('/')) {
    const why =
      "a JobRun can only use a JobTemplate of the JobRun's own namespace; give its name alone, without a namespace";
    return [{ path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(name)}: ${why}` }];
  }
  if (name.length > 253 || !NAME.test(name)) {
    const why = 'cannot be the name of a JobTemplate';
    return [{ path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(name)}: ${why}` }];
  }
  return [];
}

/**
 * The error of a run whose template is not there.
 * @param names of the JobTemplates in the run's namespace. Those of others are never told: their names may be secret.
 */
export function templateNotFound(run: JobRun, names: readonly string[]): FieldError {
  const { templateRef } = run.spec;
  const namespace = run.metadata.namespace ?? '';
  const hint =
    names.length === 0
      ? 'the namespace has no JobTemplates'
      : didYouMean(nearNames(templateRef, names)) || `see \`kubectl get jobtemplates -n ${namespace}\``;
  return {
    path: 'spec.templateRef',
    reason: 'FieldValueNotFound',
    message: `Not found: ${JSON.stringify(templateRef)}: no JobTemplate of this name in namespace "${namespace}"; ${hint}`,
  };
}

/**
 * Errors of a rendered Job, told to the one who made the run: what the run itself put there under its own field, the
 * rest as the template's.
 */
export function asRunErrors(errors: readonly FieldError[], run: JobRun, template: JobTemplate): FieldError[] {
  return errors.map((error) => {
    const own = ownField(error.path, run);
    if (own !== undefined) return { ...error, path: own };
    const name = template.metadata.name ?? run.spec.templateRef;
    return {
      path: 'spec.templateRef',
      reason: 'FieldValueInvalid',
      message: `JobTemplate "${name}" can't make a Job: ${error.path}: ${error.message}`,
    };
  });
}

function ownField(path: string, run: JobRun): string | undefined {
  const [, field, rest = ''] = /^spec\.template\.spec\.containers\[0\]\.(args|command)\b(.*)$/.exec(path) ?? [];
  if (field !== 'args' && field !== 'command') return undefined;
  return run.spec[field] === undefined ? undefined : `spec.${field}${rest}`;
}
