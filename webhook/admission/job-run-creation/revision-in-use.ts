import type { Check } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';
import { revisionNotFound } from './revision-not-found.ts';

/**
 * Marks an old revision as used, so that it still exists when the syncer creates the Job. If it was removed a moment ago,
 * the JobRun is denied. If it cannot be marked, the JobRun is allowed with a warning.
 */
export function revisionInUse({
  templates,
  revisions,
}: Pick<JobRunCreationOptions, 'templates' | 'revisions'>): Check<JobRunCreation> {
  return async (creation) => {
    const { request, run, signal } = creation;
    const revision = run.spec.templateRevision;
    if (revision === undefined || request.dryRun === true || templates.isCurrent(run, revision)) return {};
    const key = creation.key();
    try {
      if (await revisions.touch(key, revision, { signal })) return {};
      const found = await creation.template();
      const owner = found.kind === 'found' ? found.template.uid : undefined;
      return { errors: [revisionNotFound(creation, await revisions.list(key, { owner, signal }))] };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { warnings: [`the revision that this JobRun names could not be marked as used: ${why}`] };
    }
  };
}
