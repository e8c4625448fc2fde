import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { JobRun } from '../../../api/job-run.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../api/names.ts';

/** Clients that apply manifests, by their names as field managers. */
const APPLYING = new Set(['kubectl-client-side-apply', 'argocd-controller']);
/** Clients with which a user edits an object. */
const EDITING = new Set(['kubectl-edit', 'kubectl-patch', 'kubectl-replace']);

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
  return isResumed && isApply(request, before) && isSameManifest(run, before);
}

/**
 * `kubectl apply --field-manager` can have any name. It validates fields, as `kubectl patch` and most programs do not, and
 * the manager of the first apply is the one of the annotation with the manifest.
 */
function isApply({ options }: AdmissionRequest, before: JobRun): boolean {
  const { fieldManager = '', fieldValidation = '' } = (options ?? {}) as Options;
  if (EDITING.has(fieldManager) || fieldManager === '') return false;
  return APPLYING.has(fieldManager) || fieldValidation !== '' || isManagerOfManifest(fieldManager, before);
}

interface Options {
  fieldManager?: string;
  fieldValidation?: string;
}

interface ManagedFields {
  'f:metadata'?: { 'f:annotations'?: Record<string, unknown> };
}

function isManagerOfManifest(fieldManager: string, { metadata }: JobRun): boolean {
  return (metadata.managedFields ?? []).some(({ manager, fieldsV1 }) => {
    const annotations = (fieldsV1 as ManagedFields | undefined)?.['f:metadata']?.['f:annotations'] ?? {};
    return manager === fieldManager && Object.hasOwn(annotations, `f:${LAST_APPLIED_ANNOTATION}`);
  });
}

function isSameManifest(run: JobRun, before: JobRun): boolean {
  const manifest = run.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  return manifest !== undefined && manifest === before.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
}

function suspendOf({ spec }: JobRun): unknown {
  return (spec as Partial<JobRun['spec']> | null | undefined)?.suspend;
}
