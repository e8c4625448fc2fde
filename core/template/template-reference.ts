import type { JobRun } from '../../api/job-run.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import { limitBeside } from '../refusal/error-place.ts';
import { isObjectName } from '../job/object-name.ts';
import type { Origins } from '../overrides/origins.ts';
import { templateKeyOfRun } from './template-key.ts';

/** Characters of the names of templates that are compared with a wrong name: ten thousand names. This happens once. */
const MOST_COMPARED = 500_000;

const TEMPLATE_REF = FieldPath.of('spec', 'templateRef');

/** Errors of a run's reference that do not depend on the existing templates. The CRD has the same rules. */
export function validateTemplateRef(run: JobRun): FieldError[] {
  const spec = run.spec as Partial<JobRun['spec']> | null | undefined;
  const name: unknown = spec?.templateRef;
  const kind = spec?.templateKind ?? 'JobTemplate';
  const where = kind === 'JobTemplate' ? ' in this namespace' : '';
  if (typeof name !== 'string' || name === '') {
    return [field.required(TEMPLATE_REF, `give the name of a ${kind}${where}`)];
  }
  const why = whyNoName(name, kind);
  return why === undefined ? [] : [field.invalid(TEMPLATE_REF, name, why)];
}

function whyNoName(name: string, kind: string): string | undefined {
  if (name.includes('/')) {
    return kind === 'JobTemplate'
      ? "a JobRun can only use a JobTemplate of the JobRun's own namespace; give its name alone, without a namespace"
      : 'a ClusterJobTemplate has no namespace; give its name alone';
  }
  return !isObjectName(name) ? `cannot be the name of a ${kind}` : undefined;
}

/**
 * The error of a run whose template does not exist.
 * @param names the templates of that kind that the run could name; never those of other namespaces: they may be secret.
 */
export function templateNotFound(run: JobRun, names: readonly string[]): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  const isCluster = kind === 'ClusterJobTemplate';
  const namespace = run.metadata.namespace ?? '';
  const none = isCluster ? 'there are no ClusterJobTemplates' : 'the namespace has no JobTemplates';
  const see = isCluster ? 'see `kubectl get clusterjobtemplates`' : `see \`kubectl get jobtemplates -n ${namespace}\``;
  const hint = names.length === 0 ? none : didYouMean(nearNames(name, names, MOST_COMPARED)) || see;
  const where = isCluster ? '' : ` in namespace "${namespace}"`;
  return field.notFound(TEMPLATE_REF, name, `no ${kind} of this name${where}; ${hint}`);
}

/**
 * Errors of a rendered Job, for the user who creates the run. If a value came from the run, its error is reported at the
 * run's field, else as an error of the template.
 */
export function asRunErrors(errors: readonly FieldError[], run: JobRun, origins: Origins): FieldError[] {
  return errors.map((error) => {
    const own = origins.of(error.path) ?? origins.of(limitBeside(error) ?? '');
    return own === undefined ? ofTemplate(error, run) : { ...error, path: own };
  });
}

/** Errors of a template, for the user who creates a run of it. */
export function asTemplateErrors(errors: readonly FieldError[], run: JobRun): FieldError[] {
  return errors.map((error) => ofTemplate(error, run));
}

function ofTemplate({ path, message }: FieldError, run: JobRun): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  return field.reported(
    TEMPLATE_REF,
    'FieldValueInvalid',
    `${kind} "${name}" can't make a Job: ${pathInTemplate(path)}: ${message}`,
  );
}

/** The path in a template of a field of its Job. */
export function pathInTemplate(path: string): string {
  return path.startsWith('metadata.') ? `jobMetadata.${path.slice('metadata.'.length)}` : path;
}
