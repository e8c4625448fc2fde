import { runShapeErrors } from '../../../core/run/run-shape.ts';
import type { AdmissionCase } from '../admission-case.ts';
import type { Findings } from '../run-checks.ts';

/** The object has the shape of a JobRun, without unknown fields. Other checks rely on it. */
export function jobRunShape({ request: { object } }: AdmissionCase): Findings {
  return { errors: runShapeErrors(object) };
}
