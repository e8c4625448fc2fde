import { objectSizeErrors } from '../../core/errors/object-size.ts';
import type { AdmissionCase } from './admission-case.ts';
import type { Findings } from './run-checks.ts';

/** Denies an object that is too large, before any other check spends work on it. */
export function objectSize({ request }: AdmissionCase): Findings {
  const { kind, operation, object, oldObject } = request;
  const errors = objectSizeErrors(kind.kind, object, operation === 'UPDATE' ? oldObject : undefined);
  return errors.length === 0 ? {} : { errors };
}
