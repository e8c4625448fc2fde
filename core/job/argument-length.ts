import { LONGEST_ARGUMENT } from '../../api/limits.ts';
import type { JobSpec } from '../../api/wire.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { inBytes } from '../errors/in-bytes.ts';
import type { Container, PodSpec } from '../overrides/container-overrides.ts';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HOOKS = ['postStart', 'preStop'] as const;

const POD_SPEC = FieldPath.of('spec', 'template', 'spec');
const WHY = `Linux starts no process with an argument or variable of more than ${inBytes(LONGEST_ARGUMENT)}; use a file in a ConfigMap or volume`;

/** The arguments and variables of a JobSpec with which no process can start. Paths are those of a Job. */
export function argumentErrors(spec: JobSpec): FieldError[] {
  const podSpec = spec.template.spec as Partial<PodSpec> | undefined;
  return (['containers', 'initContainers'] as const).flatMap((name) =>
    errorsOfEach(entriesOf(podSpec?.[name]), ([index, container]: [number, Partial<Container> | null]) =>
      containerErrors(container, POD_SPEC.child(name).index(index)),
    ),
  );
}

/** A revision that was written by hand can contain anything. */
function containerErrors(container: Partial<Container> | null, path: FieldPath): FieldError[] {
  const { command, args, env } = container ?? {};
  return [
    ...listErrors(command, path.child('command'), unescaped),
    ...listErrors(args, path.child('args'), unescaped),
    ...hookErrors(container ?? {}, path),
    ...errorsOfEach(entriesOf(env), ([index, variable]) => {
      const { name = '', value = '' } = (variable as Partial<typeof variable> | null) ?? {};
      return canBeTooLong(name, value) && isTooLong(`${name}=`, unescaped(value))
        ? [field.tooLarge(path.child('env').index(index).child('value'), WHY)]
        : [];
    }),
  ];
}

/** The commands of probes and of lifecycle hooks. The kubelet expands those of probes only. */
function hookErrors(container: Partial<Container>, path: FieldPath): FieldError[] {
  const { lifecycle } = container;
  const probes = PROBES.flatMap((name) => commandErrors(container[name], path.child(name), unescaped));
  const hooks = HOOKS.flatMap((name) => commandErrors(lifecycle?.[name], path.child('lifecycle', name), asItIs));
  return [...probes, ...hooks];
}

type Hook = { exec?: { command?: string[] } } | null | undefined;

function commandErrors(hook: Hook, path: FieldPath, read: Reading): FieldError[] {
  return listErrors(hook?.exec?.command, path.child('exec', 'command'), read);
}

/** What a process gets of a text. */
type Reading = (text: unknown) => unknown;

const asItIs: Reading = (text) => text;

/** The kubelet replaces `$$` by `$`. */
const unescaped: Reading = (text) => (typeof text === 'string' ? text.replaceAll('$$', () => '$') : text);

/** A list can have hundreds of thousands of elements, nearly all of them short. */
function listErrors(list: readonly string[] | undefined, path: FieldPath, read: Reading): FieldError[] {
  const long: [number, string][] = [];
  if (Array.isArray(list)) {
    (list as string[]).forEach((text, index) => {
      if (canBeTooLong('', text)) long.push([index, text]);
    });
  }
  return errorsOfEach(long, ([index, text]) =>
    isTooLong('', read(text)) ? [field.tooLarge(path.index(index), WHY)] : [],
  );
}

/** From the number of characters alone, before any work is done. Each has at most three bytes for a unit of its length. */
function canBeTooLong(name: string, text: unknown): boolean {
  return typeof text === 'string' && 3 * (name.length + text.length) >= LONGEST_ARGUMENT - 3;
}

/** A NUL at its end is part of it. */
function isTooLong(beginning: string, text: unknown): boolean {
  if (typeof text !== 'string') return false;
  return Buffer.byteLength(beginning) + Buffer.byteLength(text) + 1 > LONGEST_ARGUMENT;
}

function entriesOf<T>(list: readonly T[] | undefined): [number, T][] {
  return Array.isArray(list) ? Array.from((list as T[]).entries()) : [];
}
