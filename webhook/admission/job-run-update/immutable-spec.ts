import { isDeepStrictEqual } from 'node:util';
import { IMMUTABLE_FIELDS } from '../../../api/job-run.ts';
import { field } from '../../../core/errors/field.ts';
import { FieldPath } from '../../../core/errors/field-path.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunUpdate } from './job-run-update.ts';

/** No field of the spec changes, apart from `suspend` and `cancel`. Unknown fields have a check of their own. */
export function immutableSpec({ before, run }: Pick<JobRunUpdate, 'before' | 'run'>): Findings {
  const [was, is] = [before.spec, run.spec] as unknown as (Record<string, unknown> | null | undefined)[];
  const changed = IMMUTABLE_FIELDS.filter((name) => !isDeepStrictEqual(was?.[name], is?.[name]));
  return { errors: changed.map((name) => field.forbidden(FieldPath.of('spec', name), immutable(name))) };
}

function immutable(name: string): string {
  return `${name} is immutable: a JobRun runs once, as it was created; create another JobRun with a name of its own`;
}
