import { DEEPEST_OBJECT, LARGEST_RUN, LARGEST_TEMPLATE } from '../../api/limits.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { field, OMITTED } from '../../core/errors/field.ts';
import { inBytes } from '../../core/errors/in-bytes.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import type { AdmissionCase } from './admission-case.ts';
import type { Findings } from './run-checks.ts';

/**
 * Denies an object that is too large, before any other check spends work on it. An update that does not make the object
 * larger is accepted: it may have been stored without this check.
 */
export function objectSize({ request }: AdmissionCase): Findings {
  const isRun = request.resource.resource === JOB_RUNS.plural;
  const most = isRun ? LARGEST_RUN : LARGEST_TEMPLATE;
  // Before anything visits the object recursively.
  if (isDeeperThan(request.object, DEEPEST_OBJECT)) {
    const wasStored = request.operation === 'UPDATE' && isDeeperThan(request.oldObject, DEEPEST_OBJECT);
    return wasStored ? {} : { errors: [tooDeep(request.kind.kind)] };
  }
  const bytes = bytesOf(request.object);
  const before = request.operation === 'UPDATE' ? bytesOf(request.oldObject) : 0;
  return bytes <= most || bytes <= before ? {} : { errors: [tooLarge(request.kind.kind, bytes, most)] };
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
