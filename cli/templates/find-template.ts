import type { Template } from '../../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { controllerRevisionName, versionOfRevision } from '../../core/template/controller-revision.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import { versionOfTemplate } from '../../core/template/template-version.ts';
import { isNotFound, KubeApiError } from '../../kube/client/api-error.ts';
import type { ClusterContext } from '../context.ts';

/** The key of a template in the namespace of the command. */
export function templateKey(
  { namespace }: Pick<ClusterContext, 'namespace'>,
  name: string,
  isCluster: boolean,
): TemplateKey {
  return isCluster ? { kind: 'ClusterJobTemplate', name } : { kind: 'JobTemplate', namespace, name };
}

export async function readTemplate({ client, interrupted }: ClusterContext, key: TemplateKey): Promise<Template> {
  const resource = key.kind === 'JobTemplate' ? JOB_TEMPLATES : CLUSTER_JOB_TEMPLATES;
  const stored = await client.get<Template>(resource, key, { signal: interrupted });
  return { ...stored, kind: key.kind };
}

/**
 * What a run is checked with before it is created: the template, or an older revision of it. `undefined`: it does not
 * exist, or the user may not read it. Then the API server alone checks the run.
 */
export async function findTemplate(
  context: ClusterContext,
  key: TemplateKey,
  revision: string | undefined,
): Promise<CompiledTemplate | undefined> {
  const present = await ifReadable(async () => versionOfTemplate(await readTemplate(context, key)).compiled);
  if (revision === undefined || present?.revision === revision) return present;
  // Revisions of ClusterJobTemplates are where only administrators read.
  if (key.namespace === undefined) return undefined;
  return ifReadable(() => readRevision(context, key, revision));
}

export async function readRevision(
  { client, interrupted }: ClusterContext,
  key: TemplateKey,
  revision: string,
): Promise<CompiledTemplate | undefined> {
  const place = { namespace: key.namespace, name: controllerRevisionName(key, revision) };
  const stored = await client.get<ControllerRevision>(CONTROLLER_REVISIONS, place, { signal: interrupted });
  return versionOfRevision(stored)?.compiled;
}

async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error) || (error instanceof KubeApiError && error.code === 403)) return undefined;
    throw error;
  }
}
