import type { Job, JobSpec } from '../../api/wire.ts';

type PodSpec = NonNullable<JobSpec['template']['spec']>;
type Container = PodSpec['containers'][number];
type Volume = NonNullable<PodSpec['volumes']>[number];

/** Kinds of objects that a Job can name, and for which admission can warn if they do not exist. */
export const REFERENCE_KINDS = [
  'Secret',
  'ConfigMap',
  'ServiceAccount',
  'PersistentVolumeClaim',
  'PriorityClass',
] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

/** An object that a Job's Pods need. */
export interface Reference {
  kind: ReferenceKind;
  name: string;
  /** The part of the Job that names it, for people: `volume "data"`. */
  by: string;
}

type Optional = { name?: string; optional?: boolean } | null | undefined;

/** Every object that a Job names, each once, without those marked as optional. */
export function referencesOf(job: Job): Reference[] {
  const podSpec = job.spec?.template.spec;
  if (!podSpec) return [];
  const { containers, initContainers = [], volumes = [] } = podSpec;
  const all = [
    ...ofPod(podSpec),
    ...volumes.flatMap(ofVolume),
    ...[...initContainers, ...containers].flatMap(ofContainer),
  ];
  const seen = new Set<string>();
  return all.filter(({ kind, name }) => {
    const id = `${kind}/${name}`;
    return seen.has(id) ? false : seen.add(id);
  });
}

function ofPod({
  serviceAccountName: account,
  priorityClassName: priority,
  imagePullSecrets = [],
}: PodSpec): Reference[] {
  return [
    // Kubernetes creates it in every namespace.
    ...(account === 'default' ? [] : needed('ServiceAccount', { name: account ?? '' }, 'the Pods')),
    ...needed('PriorityClass', { name: priority ?? '' }, 'the Pods'),
    ...imagePullSecrets.flatMap(({ name = '' }) => needed('Secret', { name }, 'imagePullSecrets')),
  ];
}

function needed(kind: ReferenceKind, reference: Optional, by: string): Reference[] {
  const { name = '', optional = false } = reference ?? {};
  return name === '' || optional ? [] : [{ kind, name, by }];
}

function ofVolume({ name, secret, configMap, persistentVolumeClaim: claim, projected }: Volume): Reference[] {
  const by = `volume "${name}"`;
  return [
    ...needed('Secret', secret && { name: secret.secretName ?? '', optional: secret.optional === true }, by),
    ...needed('ConfigMap', configMap, by),
    ...needed('PersistentVolumeClaim', claim && { name: claim.claimName }, by),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...needed('Secret', source.secret as Optional, by),
      ...needed('ConfigMap', source.configMap as Optional, by),
    ]),
  ];
}

function ofContainer({ name, env = [], envFrom = [] }: Container): Reference[] {
  const by = `container "${name}"`;
  return [
    ...env.flatMap(({ name: variable, valueFrom }) => [
      ...needed('Secret', valueFrom?.secretKeyRef as Optional, `${by}, variable ${variable}`),
      ...needed('ConfigMap', valueFrom?.configMapKeyRef as Optional, `${by}, variable ${variable}`),
    ]),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [
      ...needed('Secret', secretRef as Optional, `${by}, envFrom`),
      ...needed('ConfigMap', configMapRef as Optional, `${by}, envFrom`),
    ]),
  ];
}
