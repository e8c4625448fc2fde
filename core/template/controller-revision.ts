import { createHash } from 'node:crypto';
import type { TemplateContent } from '../../api/job-template.ts';
import {
  API_VERSION,
  LABEL_CLUSTER_JOB_TEMPLATE,
  LABEL_JOB_TEMPLATE,
  LABEL_TEMPLATE_REVISION,
  TEMPLATE_KINDS,
} from '../../api/names.ts';
import type { TemplateKind } from '../../api/names.ts';
import { CONTROLLER_REVISIONS } from '../../api/resources.ts';
import type { ControllerRevision, ObjectMeta } from '../../api/wire.ts';
import { labelValue } from '../job/label-value.ts';
import type { TemplateKey } from './template-key.ts';
import { compileTemplate } from './compile.ts';
import type { TemplateVersion } from './template-version.ts';

type OwnerReference = NonNullable<ObjectMeta['ownerReferences']>[number];

/** What a ControllerRevision of ours holds. The API server never lets it be changed. */
interface RevisionData {
  kind: TemplateKind;
  name: string;
  /** Of the template that the revision was stored for first; its present owner is in `metadata.ownerReferences`. */
  uid: string;
  generation: number;
  content: TemplateContent;
}

const MAX_LENGTH = 253;
/** No JobTemplate's revision ends like this, so that namesakes of both kinds can live in one namespace. */
const CLUSTER_SUFFIX = '-cluster';

/**
 * Name of the ControllerRevision that holds a revision of a template: the same for the same template and content. A name
 * that would be too long is cut, and a hash of all of it stands for the rest.
 */
export function controllerRevisionName({ kind, name }: TemplateKey, revision: string): string {
  const suffix = `-${revision}${kind === 'ClusterJobTemplate' ? CLUSTER_SUFFIX : ''}`;
  if (name.length + suffix.length <= MAX_LENGTH) return `${name}${suffix}`;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10);
  const cut = name.slice(0, MAX_LENGTH - suffix.length - hash.length - 1).replace(/[^a-z0-9]+$/, '');
  return `${cut}-${hash}${suffix}`;
}

/** Where a template's revisions live: beside it, or in the release's namespace where it has none. */
export function revisionNamespace(key: TemplateKey, clusterNamespace: string): string {
  return key.namespace ?? clusterNamespace;
}

/** The label by which a template's revisions are found. Its value is cut: look at {@link identityOfRevision} too. */
export function revisionSelector({ kind, name }: TemplateKey): string {
  return `${templateLabel(kind)}=${labelValue(name)}`;
}

/** The ControllerRevision of a template version, for the namespace in which such revisions live. */
export function controllerRevision(
  { key, uid, generation, compiled }: TemplateVersion,
  namespace: string,
): ControllerRevision {
  const { kind, name } = key;
  const { content, revision } = compiled;
  const data: RevisionData = { kind, name, uid, generation, content };
  return {
    apiVersion: 'apps/v1',
    kind: CONTROLLER_REVISIONS.kind,
    metadata: {
      name: controllerRevisionName(key, revision),
      namespace,
      labels: { [templateLabel(kind)]: labelValue(name), [LABEL_TEMPLATE_REVISION]: revision },
      ownerReferences: [revisionOwner(key, uid)],
    },
    revision: generation,
    data,
  };
}

/** The reference by which a template's deletion removes its revisions. */
export function revisionOwner({ kind, name }: TemplateKey, uid: string): OwnerReference {
  return { apiVersion: API_VERSION, kind, name, uid, controller: true };
}

/**
 * Which template and revision a ControllerRevision says that it is; `undefined` where it is none of ours, or contradicts
 * itself. Its content is not looked at.
 */
export function identityOfRevision(stored: ControllerRevision): { key: TemplateKey; revision: string } | undefined {
  const { data } = stored;
  const { name, namespace, labels, ownerReferences: owners = [] } = stored.metadata ?? {};
  const revision = labels?.[LABEL_TEMPLATE_REVISION];
  if (revision === undefined || !isRevisionData(data)) return undefined;
  const owned = isOwnedBy(data, owners);
  const key: TemplateKey = { kind: data.kind, name: data.name };
  if (!owned || name !== controllerRevisionName(key, revision)) return undefined;
  if (data.kind === 'JobTemplate' && namespace !== undefined) key.namespace = namespace;
  return { key, revision };
}

/** A revision whose template was deleted with `--cascade=orphan` has no owner. */
function isOwnedBy({ kind, name }: RevisionData, owners: readonly { kind: string; name: string }[]): boolean {
  return owners.length === 0 || owners.some((owner) => owner.kind === kind && owner.name === name);
}

/**
 * The template version that a ControllerRevision holds, with the uid of its present owner. `undefined` where it holds none,
 * or where the content is not what its name says: that is never trusted.
 */
export function versionOfRevision(stored: ControllerRevision): TemplateVersion | undefined {
  const identity = identityOfRevision(stored);
  const { data } = stored;
  if (identity === undefined || !isRevisionData(data)) return undefined;
  const compiled = compileTemplate(data.content);
  if (compiled.revision !== identity.revision) return undefined;
  return { key: identity.key, uid: ownerUid(stored) ?? data.uid, generation: stored.revision, compiled };
}

/** The uid of the template that owns a revision; a template that is deleted with `--cascade=orphan` leaves none. */
export function ownerUid(stored: ControllerRevision): string | undefined {
  return stored.metadata?.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

function templateLabel(kind: TemplateKind): string {
  return kind === 'ClusterJobTemplate' ? LABEL_CLUSTER_JOB_TEMPLATE : LABEL_JOB_TEMPLATE;
}

function isRevisionData(data: unknown): data is RevisionData {
  if (!isObject(data)) return false;
  const { kind, name, uid, generation, content } = data;
  if (typeof name !== 'string' || typeof uid !== 'string' || typeof generation !== 'number') return false;
  return TEMPLATE_KINDS.some((known) => known === kind) && isObject(content) && isObject(content['spec']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
