import { asRunErrors } from '../../../core/template/template-reference.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunCreation } from './job-run-creation.ts';

/** The API server accepts the Job in a dry run. Its errors are reported at the fields of the JobRun. */
export async function jobAccepted({ run, rendering, dryRun }: JobRunCreation): Promise<Findings> {
  const [{ rendered } = {}, outcome] = [await rendering(), await dryRun()];
  if (rendered === undefined || 'errors' in rendered || outcome === undefined) return {};
  const errors = outcome.kind === 'invalid' ? asRunErrors(outcome.errors, run, rendered.origins()) : [];
  // Other checks of this review can take much longer.
  rendered.release();
  switch (outcome.kind) {
    case 'accepted':
      return { warnings: outcome.warnings };
    case 'invalid':
      return { errors };
    case 'forbidden':
      return { forbidden: `its Job would be refused: ${outcome.message}` };
    case 'unknown':
      return { warnings: [`the Job of this JobRun could not be checked: ${outcome.why}`] };
  }
}
