import { DEEPEST_OBJECT, LARGEST_RUN, LARGEST_TEMPLATE } from '../../api/limits.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { FieldError } from './field-error.ts';
import { field, OMITTED } from './field.ts';
import { inBytes } from './in-bytes.ts';

/**
 * The error of a JobRun or a template that is too large, or too deep. Every other check may rely on it, so it comes first.
 * An update that does not make the object larger has no error: it may have been stored without this check.
 *
 * @param before the object before an update
 */
export function objectSizeErrors(kind: string, object: unknown, before?: unknown): FieldError[] {
  // Before anything visits the object recursively.
  if (isDeeperThan(object, DEEPEST_OBJECT)) return isDeeperThan(before, DEEPEST_OBJECT) ? [] : [tooDeep(kind)];
  const most = kind === JOB_RUNS.kind ? LARGEST_RUN : LARGEST_TEMPLATE;
  const bytes = bytesOf(object);
  return bytes <= most || (before !== undefined && bytes <= bytesOf(before)) ? [] : [tooLarge(kind, bytes, most)];
}

function tooDeep(kind: string): FieldError {
  return field.invalid(
    '',
    OMITTED,
    `the ${kind} has more than ${DEEPEST_OBJECT} levels of maps and lists in each other`,
  );
}

/** Goes level by level, since a recursion could exceed the stack. */
function isDeeperThan(object: unknown, most: number): boolean {
  let level = [object];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return false;
}

function tooLarge(kind: string, bytes: number, most: number): FieldError {
  const way = 'put large data into a ConfigMap, a Secret or a volume';
  return field.tooLarge('', `the ${kind} has ${inBytes(bytes)}, and can have at most ${inBytes(most)}; ${way}`);
}

/** The size of the object's JSON, without the fields that the API server manages. */
function bytesOf(object: unknown): number {
  const { metadata, ...others } = (object ?? {}) as { metadata?: { managedFields?: unknown } };
  return Buffer.byteLength(JSON.stringify({ ...others, metadata: { ...metadata, managedFields: undefined } }));
}
