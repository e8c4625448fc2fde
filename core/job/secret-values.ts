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
  return lazily(template, run, () => [
    ...variablesOf(template?.content.spec),
    ...containerOverrides(run).flatMap(({ fields }) => valuesOf(fields.env)),
  ]);
}

/**
 * Hides what a denial of a run must not quote: the token of its callback, the values of secret parameters, and what the
 * template sets for environment variables. The creator of the run can read what the run itself sets for them.
 */
export function hidingFromCreator(template: CompiledTemplate | undefined, run: JobRun): Hide {
  return lazily(template, run, () => variablesOf(template?.content.spec));
}

function lazily(template: CompiledTemplate | undefined, run: JobRun, variables: () => string[]): Hide {
  let hide: Hide | undefined;
  const secrets = (): string[] => [...callbackToken(run), ...secretParameters(template, run)];
  return (text) => (hide ??= hiding(variables(), secrets()))(text);
}

function callbackToken(run: JobRun): string[] {
  return textsOf((run.spec as Partial<JobRun['spec']> | null | undefined)?.callbackToken);
}

function secretParameters(template: CompiledTemplate | undefined, run: JobRun): string[] {
  const set = (run.spec as Partial<JobRun['spec']> | null | undefined)?.parameters ?? {};
  return listOf(template?.parameters).flatMap((parameter) => {
    const { name, secret, default: value } = (parameter as Partial<typeof parameter> | null) ?? {};
    if (secret !== true || name === undefined) return [];
    return [...textsOf(Object.hasOwn(set, name) ? set[name] : undefined), ...textsOf(value)];
  });
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
