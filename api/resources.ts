import { GROUP, VERSION } from './names.ts';

/** Where the Kubernetes API serves a kind of object. */
export interface Resource {
  /** API group; the empty string is the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural as in the URL. */
  readonly plural: string;
  readonly kind: string;
  /** Objects of this kind have no namespace. */
  readonly clusterScoped?: true;
}

export const JOB_TEMPLATES: Resource = { group: GROUP, version: VERSION, plural: 'jobtemplates', kind: 'JobTemplate' };
export const CLUSTER_JOB_TEMPLATES: Resource = {
  group: GROUP,
  version: VERSION,
  plural: 'clusterjobtemplates',
  kind: 'ClusterJobTemplate',
  clusterScoped: true,
};
export const JOB_RUNS: Resource = { group: GROUP, version: VERSION, plural: 'jobruns', kind: 'JobRun' };
export const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' };
export const PODS: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' };
export const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event' };
export const NAMESPACES: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  clusterScoped: true,
};
export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' };
export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' };
export const CONTROLLER_REVISIONS: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'controllerrevisions',
  kind: 'ControllerRevision',
};
