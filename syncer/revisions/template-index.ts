import type { JobRun } from '../../api/job-run.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import { identityOfRevision } from '../../core/template/controller-revision.ts';
import { templateKeyOfRun, templateKeyString } from '../../core/template/template-key.ts';

/** Name of the index of runs and of revisions by their template. */
export const BY_TEMPLATE = 'template';

/** The index value of a run. */
export const templateOfRun = (run: JobRun): string[] => [templateKeyString(templateKeyOfRun(run))];

/** The index value of a revision; none for ControllerRevisions of other controllers. */
export function templateOfRevision(stored: ControllerRevision): string[] {
  const identity = identityOfRevision(stored);
  return identity ? [templateKeyString(identity.key)] : [];
}
