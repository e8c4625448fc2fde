import type { JobRun } from '../../api/job-run.ts';
import type { FieldError } from '../errors/field-error.ts';
import { originInRun } from '../overrides/origin.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import type { CompiledTemplate } from './compile.ts';
import { templateKeyOfRun } from './template-key.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a run's reference, whatever templates there are. The CRD says so too; this holds without it. */
export function validateTemplateRef(run: JobRun): FieldError[] {
  const path = 'spec.templateRef';
  const spec = run.spec as Partial<JobRun['spec']> | null | undefined;
  const name: unknown = spec?.templateRef;
  const kind = spec?.templateKind ?? 'JobTemplate';
  const where = kind === 'JobTemplate' ? ' in this namespace' : '';
  if (typeof name !== 'string' || name === '') {
    const message = `Required value: give the name of a ${kind}${where}`;
    return [{ path, reason: 'FieldValueRequired', message }];
  }
  const why = whyNoName(name, kind);
  if (why === undefined) return [];
  return [{ path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(name)}: ${why}` }];
}

function whyNoName(name: string, kind: string): string | undefined {
  if (name.includes('/')) {
    return kind === 'JobTemplate'
      ? "a JobRun can only use a JobTemplate of the JobRun's own namespace; give its name alone, without a namespace"
      : 'a ClusterJobTemplate has no namespace; give its name alone';
  }
  return name.length > 253 || !NAME.test(name) ? `cannot be the name of a ${kind}` : undefined;
}

/**
 * The error of a run whose template is not there.
 * @param names of the templates of that kind that the run could name. Those of other namespaces are never told: their
 * names may be secret.
 */
export function templateNotFound(run: JobRun, names: readonly string[]): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  const isCluster = kind === 'ClusterJobTemplate';
  const namespace = run.metadata.namespace ?? '';
  const none = isCluster ? 'there are no ClusterJobTemplates' : 'the namespace has no JobTemplates';
  const see = isCluster ? 'see `kubectl get clusterjobtemplates`' : `see \`kubectl get jobtemplates -n ${namespace}\``;
  const hint = names.length === 0 ? none : didYouMean(nearNames(name, names)) || see;
  const where = isCluster ? '' : ` in namespace "${namespace}"`;
  return {
    path: 'spec.templateRef',
    reason: 'FieldValueNotFound',
    message: `Not found: ${JSON.stringify(name)}: no ${kind} of this name${where}; ${hint}`,
  };
}

/**
 * Errors of a rendered Job, told to the one who made the run: what the run itself put there under its own field, the
 * rest as the template's.
 */
export function asRunErrors(errors: readonly FieldError[], run: JobRun, template: CompiledTemplate): FieldError[] {
  return errors.map((error) => {
    const own = originInRun(error.path, run, template);
    return own === undefined ? ofTemplate(error, run) : { ...error, path: own };
  });
}

/** Errors of a template, told to the one who made a run of it. */
export function asTemplateErrors(errors: readonly FieldError[], run: JobRun): FieldError[] {
  return errors.map((error) => ofTemplate(error, run));
}

function ofTemplate({ path, message }: FieldError, run: JobRun): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  return {
    path: 'spec.templateRef',
    reason: 'FieldValueInvalid',
    message: `${kind} "${name}" can't make a Job: ${path}: ${message}`,
  };
}
