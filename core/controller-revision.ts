import { createHash } from 'node:crypto';
import type { Template, TemplateContent } from '../api/job-template.ts';
import {
  API_VERSION,
  LABEL_CLUSTER_JOB_TEMPLATE,
  LABEL_JOB_TEMPLATE,
  LABEL_TEMPLATE_REVISION,
  TEMPLATE_KINDS,
  type TemplateKind,
} from '../api/names.ts';
import type { ControllerRevision, JobSpec } from '../api/wire.ts';
import { labelValue } from './label-value.ts';
import { templateRevision } from './template-revision.ts';
import { keyOfTemplate, type TemplateKey } from './template-key.ts';

/** What `data` of a ControllerRevision holds: the template, whole enough to make the same Job of it. */
interface StoredTemplate {
  kind: TemplateKind;
  name: string;
  uid: string;
  generation: number;
  content: TemplateContent;
}

const LONGEST_NAME = 253;

/**
 * Name of the ControllerRevision that holds a revision of a template. The kind is a part of it: both kinds' revisions can
 * live in one namespace. A name that would be too long is cut, and a hash of the whole stands for what is gone.
 */
export function controllerRevisionName({ kind, name }: TemplateKey, revision: string): string {
  const whole = kind === 'ClusterJobTemplate' ? `cluster.${name}` : name;
  const suffix = kind === 'ClusterJobTemplate' ? `-cjt-${revision}` : `-${revision}`;
  if (whole.length + suffix.length <= LONGEST_NAME) return whole + suffix;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  const room = LONGEST_NAME - suffix.length - hash.length - 1;
  return `${whole.slice(0, room).replace(/[^a-z0-9]+$/, '')}-${hash}${suffix}`;
}

/** The label by which the revisions (and the runs) of a template are found; its value is cut to 63 characters. */
export function templateLabel({ kind, name }: TemplateKey): Record<string, string> {
  const label = kind === 'ClusterJobTemplate' ? LABEL_CLUSTER_JOB_TEMPLATE : LABEL_JOB_TEMPLATE;
  return { [label]: labelValue(name) };
}

/**
 * The ControllerRevision of a template as it is. The template owns it: it goes with the template.
 *
 * @param namespace that of the template; for a ClusterJobTemplate the release's.
 */
export function controllerRevision(template: Template, namespace: string): ControllerRevision {
  const { kind, metadata, spec, parameters, overrides } = template;
  const { name = '', uid = '', generation = 1 } = metadata;
  const key = keyOfTemplate(template);
  const revision = templateRevision(template);
  const content: TemplateContent = { spec };
  if (parameters !== undefined) content.parameters = parameters;
  if (overrides !== undefined) content.overrides = overrides;
  const data: StoredTemplate = { kind, name, uid, generation, content };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: controllerRevisionName(key, revision),
      namespace,
      labels: { ...templateLabel(key), [LABEL_TEMPLATE_REVISION]: revision },
      ownerReferences: [{ apiVersion: API_VERSION, kind, name, uid, controller: true }],
    },
    data,
    revision: generation,
  };
}

/**
 * The template as a ControllerRevision holds it, under the namespace it belongs to. `undefined` when it holds none, or
 * one that is not what its label says: anybody with the permission can write ControllerRevisions.
 */
export function templateOfRevision(stored: ControllerRevision): Template | undefined {
  const { data, metadata = {} } = stored;
  if (!isStoredTemplate(data)) return undefined;
  if (templateRevision(data.content) !== metadata.labels?.[LABEL_TEMPLATE_REVISION]) return undefined;
  const { kind, name, uid, generation, content } = data;
  const { namespace } = metadata;
  const place = kind === 'ClusterJobTemplate' || namespace === undefined ? {} : { namespace };
  const base = { apiVersion: API_VERSION, metadata: { name, ...place, uid, generation }, ...content };
  return { ...base, kind };
}

function isStoredTemplate(data: unknown): data is StoredTemplate {
  if (typeof data !== 'object' || data === null) return false;
  const { kind, name, uid, generation, content } = data as Partial<Record<keyof StoredTemplate, unknown>>;
  return (
    TEMPLATE_KINDS.some((known) => known === kind) &&
    typeof name === 'string' &&
    typeof uid === 'string' &&
    typeof generation === 'number' &&
    hasJobSpec(content)
  );
}

function hasJobSpec(content: unknown): boolean {
  const spec = (content as { spec?: Partial<JobSpec> | null } | null | undefined)?.spec;
  return typeof spec === 'object' && spec !== null && typeof spec.template === 'object';
}
