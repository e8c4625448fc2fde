import { presentErrors } from '../../../core/run/present-template.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunCreation } from './job-run-creation.ts';

/** A run of an older revision satisfies the present template too. What both refuse is reported once. */
export async function revisionAllowed({ run, template, rendering }: JobRunCreation): Promise<Findings> {
  const [found, { rendered } = {}] = await Promise.all([template(), rendering()]);
  if (found.kind !== 'found' || found.present === undefined) return {};
  const reported = rendered !== undefined && 'errors' in rendered && rendered.of === 'run' ? rendered.errors : [];
  const paths = new Set(reported.map(({ path }) => path));
  const errors = presentErrors(found.present, run, found.template.compiled);
  return { errors: errors.filter(({ path }) => !paths.has(path)) };
}
