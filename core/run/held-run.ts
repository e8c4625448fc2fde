import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_REQUESTED_BY, ANNOTATION_RESTORED, LABEL_VELERO_RESTORE } from '../../api/names.ts';

/** The values of the annotation. Every value other than `Run` holds the run. */
export const RESTORED_HOLD = 'Hold';
export const RESTORED_RUN = 'Run';

/**
 * Whether a JobRun that is being created was stored before: it was restored from a backup, or copied from the output of
 * `kubectl get`. Backups have no status, so nothing else shows that it has run. A manifest that a person writes has no
 * requester: only admission sets it.
 */
export function isRestored({ metadata }: JobRun): boolean {
  const { annotations, labels } = mapsOf(metadata);
  if (annotations[ANNOTATION_REQUESTED_BY] !== undefined) return true;
  return labels[LABEL_VELERO_RESTORE] !== undefined && annotations[ANNOTATION_RESTORED] !== RESTORED_RUN;
}

/** Why the syncer does not create the Job of this run until a user requests it; `undefined` if nothing holds the run. */
export function holdMessage({ metadata }: JobRun): string | undefined {
  const { name = '', namespace = '' } = metadata;
  const { annotations, labels } = mapsOf(metadata);
  const value = annotations[ANNOTATION_RESTORED];
  const isHeld = value === undefined ? labels[LABEL_VELERO_RESTORE] !== undefined : value !== RESTORED_RUN;
  if (!isHeld) return undefined;
  const command = `kubectl annotate jobrun ${name} -n ${namespace} --overwrite ${ANNOTATION_RESTORED}=${RESTORED_RUN}`;
  return `the JobRun was restored from a backup or copied, and may have run before; to run it again: ${command}`;
}

/** Null is absent, as everywhere in Kubernetes. */
function mapsOf({ annotations, labels }: JobRun['metadata']): { annotations: StringMap; labels: StringMap } {
  return {
    annotations: (annotations as StringMap | null | undefined) ?? {},
    labels: (labels as StringMap | null | undefined) ?? {},
  };
}

type StringMap = Record<string, string | undefined>;
