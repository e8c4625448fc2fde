import type { JobRun } from '../../api/job-run.ts';
import type { JobSpec } from '../../api/wire.ts';
import { hiding, type Hide } from '../errors/hidden.ts';
import { containerOverrides, listOf, type PodSpec } from '../overrides/container-overrides.ts';
import type { CompiledTemplate } from '../template/compile.ts';

/**
 * Hides what only the creator of a run may read of it: the token of its callback, the values of its secret parameters,
 * and all values of environment variables. For an Event, a status and a log.
 */
export function hidingFromOthers(template: CompiledTemplate | undefined, run: JobRun): Hide {
  return lazily([template], run, () => [
    ...variablesOf(template?.content.spec),
    ...containerOverrides(run).flatMap(({ fields }) => valuesOf(fields.env)),
  ]);
}

/**
 * Hides what a denial of a run must not quote: the token of its callback, the values of secret parameters, and what the
 * template sets for environment variables. The creator of the run can read what the run itself sets for them.
 * @param present the template as it is now, if the run names another revision: it can declare other parameters secret.
 */
export function hidingFromCreator(
  template: CompiledTemplate | undefined,
  run: JobRun,
  present?: CompiledTemplate,
): Hide {
  return lazily([template, present], run, () => variablesOf(template?.content.spec));
}

/**
 * Hides what a denial of a template, or a warning about it, must not quote: the values that it declares for its secret
 * parameters. Denials are stored where more people read them, for instance in the status of a deployment tool.
 */
export function hidingFromAuthor(template: () => CompiledTemplate): Hide {
  let hide: Hide | undefined;
  return (text) => (hide ??= hiding([], secretParameters(template()).flatMap(declaredValues)))(text);
}

function lazily(templates: (CompiledTemplate | undefined)[], run: JobRun, variables: () => string[]): Hide {
  let hide: Hide | undefined;
  const secrets = (): string[] => [
    ...callbackToken(run),
    ...templates.flatMap((template) => valuesOfSecrets(template, run)),
  ];
  return (text) => (hide ??= hiding(variables(), secrets()))(text);
}

function callbackToken(run: JobRun): string[] {
  return textsOf((run.spec as Partial<JobRun['spec']> | null | undefined)?.callbackToken);
}

function valuesOfSecrets(template: CompiledTemplate | undefined, run: JobRun): string[] {
  const set = (run.spec as Partial<JobRun['spec']> | null | undefined)?.parameters ?? {};
  return secretParameters(template).flatMap((parameter) => {
    const { name = '' } = parameter;
    return [...textsOf(Object.hasOwn(set, name) ? set[name] : undefined), ...declaredValues(parameter)];
  });
}

type Declaration = Partial<CompiledTemplate['parameters'][number]>;

function secretParameters(template: CompiledTemplate | undefined): Declaration[] {
  return listOf(template?.parameters as readonly (Declaration | null)[] | undefined).flatMap((parameter) =>
    parameter?.secret === true ? [parameter] : [],
  );
}

/** The values that a template declares for a parameter. */
function declaredValues({ default: value, schema }: Declaration): string[] {
  const { enum: values, examples, items } = (schema as Partial<typeof schema> | null | undefined) ?? {};
  const ofItems = (items as Partial<typeof items> | null | undefined)?.enum;
  return [value, values, examples, ofItems].flatMap(textsOf);
}

function variablesOf(spec: JobSpec | undefined): string[] {
  const { containers, initContainers } = (spec?.template.spec as Partial<PodSpec> | null | undefined) ?? {};
  return [...listOf(containers), ...listOf(initContainers)].flatMap((container) => {
    const { env } = (container as Partial<typeof container> | null) ?? {};
    return valuesOf(env);
  });
}

type Variables = PodSpec['containers'][number]['env'];

/** A template that was stored without admission can contain anything. */
function valuesOf(env: Variables | null): string[] {
  return listOf(env).flatMap((variable) => textsOf((variable as Partial<typeof variable> | null)?.value));
}

/** How values occur in a Job. Where the kubelet expands a string, each `$` is doubled. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (value === undefined || value === null) return [];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.includes('$') ? [text, text.replaceAll('$', () => '$$')] : [text];
}
