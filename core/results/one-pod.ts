import type { JobSpec } from '../../api/wire.ts';
import type { FieldError } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field } from '../errors/field.ts';

const SPEC = FieldPath.of('spec');
const WHY = 'the template declares results, so its Jobs have one Pod';

/**
 * Why a Job of this spec can have no results: several Pods would write them. A number or mode that is still a placeholder is
 * judged when the Job is rendered. Paths are those of the Job.
 */
export function onePodErrors({ parallelism, completions, completionMode }: Partial<JobSpec>): FieldError[] {
  return [
    ...manyErrors('parallelism', parallelism),
    ...manyErrors('completions', completions),
    ...(completionMode === 'Indexed' ? [field.forbidden(SPEC.child('completionMode'), `${WHY}; leave it out`)] : []),
  ];
}

function manyErrors(name: string, count: unknown): FieldError[] {
  if (typeof count !== 'number' || count <= 1) return [];
  return [field.forbidden(SPEC.child(name), `${WHY}; leave it out, or set it to 1`)];
}
