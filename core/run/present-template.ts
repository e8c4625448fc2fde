import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_REQUESTED_BY } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { notAllowedErrors } from '../overrides/overrides.ts';
import { parameterValueErrors } from '../parameters/value-errors.ts';
import { pathOfParameter } from '../parameters/values.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { TemplateVersion } from '../template/template-version.ts';

const TEMPLATE_REVISION = FieldPath.of('spec', 'templateRevision');

/**
 * Errors of a run that names an older revision, if it does not satisfy the present template too: its `revisions.allow`,
 * its allow-list, and the schemas of its parameters. So a template can be tightened, and no older revision is a way
 * around it. What the older revision itself refuses is reported when the Job is rendered.
 *
 * @param present the template as it is now
 * @param used the revision that the run names; `undefined` if its content is not known: then only what is wrong with every
 * revision is reported
 */
export function presentErrors(present: TemplateVersion, run: JobRun, used: CompiledTemplate | undefined): FieldError[] {
  if (present.compiled.revision === used?.revision) return [];
  if (present.allowedRevisions === 'Present') return [onlyPresent(present)];
  const errors = [...notAllowedErrors(present.compiled, run), ...parameterErrors(present.compiled, run, used)];
  return errors.map(({ path, reason, message }) =>
    field.reported(path, reason, `${message}; the present ${named(present)} also applies to runs of older revisions`),
  );
}

/**
 * Whether the syncer must judge this run by the present template: it names a revision, and no webhook has admitted it.
 * An admitted run was judged at admission. The requester that admission sets is the sign of it.
 *
 * @param trustsAdmission false if JobRuns are also stored while no webhook answers (`failurePolicy: Ignore`)
 */
export function isUnjudged(run: JobRun, trustsAdmission: boolean): boolean {
  if (run.spec.templateRevision === undefined) return false;
  return !trustsAdmission || run.metadata.annotations?.[ANNOTATION_REQUESTED_BY] === undefined;
}

function onlyPresent(present: TemplateVersion): FieldError {
  const { revision } = present.compiled;
  const why = `${named(present)} allows only its present revision, "${revision}"; leave the field out to run it`;
  return field.forbidden(TEMPLATE_REVISION, why);
}

/**
 * The values that the run sets, and the defaults of the revision that it names, must fit the present schemas. A parameter
 * that the present template no longer declares cannot be set. One that it has declared since is not required: the older
 * revision does not use it.
 */
function parameterErrors(present: CompiledTemplate, run: JobRun, used: CompiledTemplate | undefined): FieldError[] {
  // The declarations are not valid, so there is nothing to judge by. The webhook refuses such a template.
  if (present.errors.length > 0) return [];
  const set = valuesOf(run);
  const wasSecret = new Set(used?.parameters.filter(({ secret }) => secret === true).map(({ name }) => name));
  const declared = new Map(present.parameters.map((parameter) => [parameter.name, parameter]));
  const ofRun = Array.from(set).flatMap(([name, value]) => {
    const path = pathOfParameter(name);
    const parameter = declared.get(name);
    if (parameter === undefined) return [field.forbidden(path, 'the parameter has been removed from the template')];
    const at = { path, schemas: present.schemas, secret: parameter.secret === true || wasSecret.has(name) };
    return parameterValueErrors(value, parameter.schema ?? undefined, at);
  });
  return [...ofRun, ...(used === undefined ? [] : defaultErrors({ declared, present, set, wasSecret }, used))];
}

interface Judgement {
  present: CompiledTemplate;
  declared: ReadonlyMap<string, CompiledTemplate['parameters'][number]>;
  /** The parameters that the run sets. */
  set: ReadonlyMap<string, unknown>;
  wasSecret: ReadonlySet<string>;
}

/** The defaults of the revision that the run names, where the run sets no value. */
function defaultErrors({ present, declared, set, wasSecret }: Judgement, used: CompiledTemplate): FieldError[] {
  const defaults = used.errors.length > 0 ? [] : used.parameters.filter(({ name }) => !set.has(name));
  return defaults.flatMap(({ name, default: given }) => {
    const parameter = declared.get(name);
    // Null is absent.
    const value = given ?? undefined;
    if (parameter === undefined || value === undefined) return [];
    const secret = parameter.secret === true || wasSecret.has(name);
    const at = { path: TEMPLATE_REVISION, schemas: present.schemas, secret };
    return parameterValueErrors(value, parameter.schema ?? undefined, at).map(({ message }) => {
      const why = `the default of this revision for parameter "${name}" is not allowed: ${message}`;
      return field.invalid(TEMPLATE_REVISION, used.revision, why);
    });
  });
}

/** The parameters that a run sets. A value of null is absent. A value that is no map is reported by the rendering. */
function valuesOf(run: JobRun): ReadonlyMap<string, unknown> {
  const set: unknown = (run.spec as Partial<JobRun['spec']>).parameters ?? {};
  if (typeof set !== 'object' || set === null || Array.isArray(set)) return new Map();
  return new Map(Object.entries(set).filter(([, value]) => value !== null));
}

function named({ key: { kind, name } }: TemplateVersion): string {
  return `${kind} "${name}"`;
}
