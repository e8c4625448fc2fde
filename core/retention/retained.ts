import { ANNOTATION_RETAIN, LABEL_APP_INSTANCE, LABEL_APP_MANAGED_BY } from '../../api/names.ts';
import type { ObjectMeta } from '../../api/wire.ts';

/** Labels and annotations by which Helm, Argo CD and Flux know the objects that they apply. */
const TRACKING_LABELS = [
  'kustomize.toolkit.fluxcd.io/name',
  'helm.toolkit.fluxcd.io/name',
  'resourceset.fluxcd.controlplane.io/name',
  // Argo CD: its default before version 3, and the key that its documentation suggests instead.
  LABEL_APP_INSTANCE,
  'argocd.argoproj.io/instance',
];
const TRACKING_ANNOTATIONS = ['meta.helm.sh/release-name', 'argocd.argoproj.io/tracking-id'];

/**
 * Whether a run is never removed: a user has requested this, or a tool tracks the run. Such a tool would create the run
 * again from its source, and it would run again.
 */
export function isRetained({ labels = {}, annotations = {} }: ObjectMeta): boolean {
  const requested = annotations[ANNOTATION_RETAIN];
  return (
    (requested !== undefined && requested !== 'false') ||
    labels[LABEL_APP_MANAGED_BY] === 'Helm' ||
    TRACKING_LABELS.some((name) => labels[name] !== undefined) ||
    TRACKING_ANNOTATIONS.some((name) => annotations[name] !== undefined)
  );
}
