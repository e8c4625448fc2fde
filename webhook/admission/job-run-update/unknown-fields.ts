import { unknownRunFields } from '../../../core/run/unknown-run-fields.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunUpdate } from './job-run-update.ts';

/** No unknown field is added. One that was stored while no webhook answered can stay, so that the object can be changed. */
export function unknownFields({ before, run }: Pick<JobRunUpdate, 'before' | 'run'>): Findings {
  const stored = new Set(unknownRunFields(before).map(({ path }) => path));
  return { errors: unknownRunFields(run).filter(({ path }) => !stored.has(path)) };
}
