import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { JobRun } from '../../../api/job-run.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../api/names.ts';

/** Clients that apply manifests, by their names as field managers. `kubectl patch` and `kubectl edit` have other names. */
const APPLYING = new Set(['kubectl-client-side-apply', 'argocd-controller']);

/** The warning of a run that goes on, though the manifest sets `suspend: true`. */
export const STAYS_RESUMED =
  'this JobRun was resumed after the same manifest was applied, and goes on; to suspend it again, use kubectl patch';

/**
 * Whether the same manifest, with `suspend: true`, is applied again to a run that was resumed since. A client-side apply
 * sets such a field back, but the user has not asked for it: the manifest is the one that was applied before.
 */
export function isResumedAndAppliedAgain(request: AdmissionRequest, run: JobRun, before: JobRun | undefined): boolean {
  if (request.operation !== 'UPDATE' || before === undefined) return false;
  // `null` resumes a run as well: what its template says applies.
  const isResumed = suspendOf(before) !== true && suspendOf(run) === true;
  return isResumed && isApply(request) && isSameManifest(run, before);
}

function isApply({ options }: AdmissionRequest): boolean {
  const { fieldManager = '' } = (options ?? {}) as { fieldManager?: string };
  return APPLYING.has(fieldManager);
}

function isSameManifest(run: JobRun, before: JobRun): boolean {
  const manifest = run.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  return manifest !== undefined && manifest === before.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
}

function suspendOf({ spec }: JobRun): unknown {
  return (spec as Partial<JobRun['spec']> | null | undefined)?.suspend;
}
