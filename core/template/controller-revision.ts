import { createHash } from 'node:crypto';
import type { TemplateContent } from '../../api/job-template.ts';
import {
  API_VERSION,
  GROUP,
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
import { sortKeys } from './template-revision.ts';
import type { TemplateVersion } from './template-version.ts';

type OwnerReference = NonNullable<ObjectMeta['ownerReferences']>[number];

/** The data of our ControllerRevisions. It is immutable. */
interface RevisionData {
  kind: TemplateKind;
  name: string;
  /** Of the template that the revision was first stored for; the current owner is in `metadata.ownerReferences`. */
  uid: string;
  generation: number;
  content: TemplateContent;
}

const MAX_LENGTH = 253;
/** No revision of a JobTemplate has this suffix: templates of both kinds can have the same name in one namespace. */
const CLUSTER_SUFFIX = '-cluster';

/**
 * Name of the ControllerRevision that holds a revision of a template: the same for the same template and content. A name
 * that would be too long is cut, and gets a hash of the whole name.
 */
export function controllerRevisionName({ kind, name }: TemplateKey, revision: string): string {
  const suffix = `-${revision}${kind === 'ClusterJobTemplate' ? CLUSTER_SUFFIX : ''}`;
  if (name.length + suffix.length <= MAX_LENGTH) return `${name}${suffix}`;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10);
  const [cut = ''] = /^.*[a-z0-9]/s.exec(name.slice(0, MAX_LENGTH - suffix.length - hash.length - 1)) ?? [];
  return `${cut}-${hash}${suffix}`;
}

/** The namespace of a template's revisions: its own, or the release's for a ClusterJobTemplate. */
export function revisionNamespace(key: TemplateKey, clusterNamespace: string): string {
  return key.namespace ?? clusterNamespace;
}

/**
 * The label selector of a template's revisions. The value of a label may be cut: check {@link identityOfRevision} too. A
 * StatefulSet can copy the label of a template to its own revisions, but only we write the other label.
 */
export function revisionSelector({ kind, name }: TemplateKey): string {
  return `${templateLabel(kind)}=${labelValue(name)},${LABEL_TEMPLATE_REVISION}`;
}

/** The ControllerRevision of a template version. @param namespace see {@link revisionNamespace}. */
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
    data: withSortedKeys(data),
  };
}

/**
 * In the order in which the API server encodes it again. The data is immutable byte for byte: in another order, the garbage
 * collector could not remove the owner reference when the template is deleted with `--cascade=orphan`.
 */
function withSortedKeys(data: RevisionData): unknown {
  return JSON.parse(JSON.stringify(data, sortKeys));
}

/** The owner reference by which the garbage collector deletes the revisions of a deleted template. */
export function revisionOwner({ kind, name }: TemplateKey, uid: string): OwnerReference {
  return { apiVersion: API_VERSION, kind, name, uid, controller: true };
}

/**
 * The template and revision that a ControllerRevision claims to contain. `undefined` if it is not ours, or if its fields
 * contradict each other.
 * Its content is not checked.
 */
export function identityOfRevision(stored: ControllerRevision): { key: TemplateKey; revision: string } | undefined {
  const { data } = stored;
  const { name, namespace, labels, ownerReferences: owners = [] } = stored.metadata ?? {};
  const revision = labels?.[LABEL_TEMPLATE_REVISION];
  if (revision === undefined || !isRevisionData(data)) return undefined;
  const key: TemplateKey = { kind: data.kind, name: data.name };
  if (!isOwnedBy(data, owners) || name !== controllerRevisionName(key, revision)) return undefined;
  if (data.kind === 'JobTemplate' && namespace !== undefined) key.namespace = namespace;
  return { key, revision };
}

/**
 * A revision may have no owner: the template may have been deleted with `--cascade=orphan`. While the template exists, a
 * reader also compares {@link ownerUid} with its uid.
 */
function isOwnedBy({ kind, name }: RevisionData, owners: readonly OwnerReference[]): boolean {
  if (owners.length === 0) return true;
  return owners.some((owner) => isController(owner) && owner.kind === kind && owner.name === name);
}

function isController({ apiVersion, controller }: OwnerReference): boolean {
  return controller === true && apiVersion.startsWith(`${GROUP}/`);
}

/**
 * The template version in a ControllerRevision, with the uid of its current owner. `undefined` if there is none, or if the
 * content does not match the hash in the name: such content is never trusted.
 */
export function versionOfRevision(stored: ControllerRevision): TemplateVersion | undefined {
  const identity = identityOfRevision(stored);
  const { data } = stored;
  if (identity === undefined || !isRevisionData(data)) return undefined;
  const compiled = compileTemplate(data.content);
  if (compiled.revision !== identity.revision) return undefined;
  const owner = ownerUid(stored);
  const { key } = identity;
  return { key, uid: owner ?? data.uid, generation: stored.revision, owner, allowedRevisions: 'Any', compiled };
}

/** The uid of the template that owns a revision; `undefined` if it was deleted with `--cascade=orphan`. */
export function ownerUid({ metadata }: { metadata?: ObjectMeta | undefined }): string | undefined {
  return metadata?.ownerReferences?.find(isController)?.uid;
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
