import type { KubeObject } from '../../api/wire.ts';
import { isAlreadyExists, KubeApiError } from '../../kube/client/api-error.ts';
import type { WriteOptions } from '../../kube/client/request-options.ts';
import type { ClusterContext } from '../context.ts';
import { errors, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { LintedManifest } from './lint.ts';
import type { Manifest } from './read-manifests.ts';

/**
 * Lets the API server check what the files alone do not decide, in dry runs: templates without errors, and runs whose
 * template or revision is not in the files.
 */
export async function askServer(context: ClusterContext, linted: readonly LintedManifest[]): Promise<LintedManifest[]> {
  const answers: LintedManifest[] = [];
  for (const one of linted) {
    const hasError = one.findings.some(({ severity }) => severity === 'error');
    const isAsked = !hasError && (one.unknown.length > 0 || one.manifest.resource.kind !== 'JobRun');
    const found = isAsked ? await answerOf(context, one.manifest) : [];
    answers.push(isAsked ? { ...one, findings: [...one.findings, ...found], unknown: [] } : one);
  }
  return answers;
}

async function answerOf(context: ClusterContext, manifest: Manifest): Promise<Finding[]> {
  const found: Finding[] = [];
  const options: WriteOptions = {
    dryRun: true,
    fieldValidation: 'Strict',
    signal: context.interrupted,
    onWarning: (text) => found.push(warning(text)),
  };
  try {
    await write(context, manifest, options);
    return found;
  } catch (error) {
    if (!(error instanceof KubeApiError) || error.code >= 500) throw error;
    return [...found, ...refusal(error)];
  }
}

/** Creates the object. If it exists, an update of it is tried: the same manifest can be applied again. */
async function write(context: ClusterContext, { resource, value }: Manifest, options: WriteOptions): Promise<void> {
  const { client } = context;
  const namespace = resource.clusterScoped === true ? undefined : (value.metadata?.namespace ?? context.namespace);
  try {
    await client.create(resource, namespace, value, options);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const key = { namespace, name: value.metadata?.name ?? '' };
    const { metadata } = await client.get<KubeObject>(resource, key, { signal: options.signal });
    const { resourceVersion } = metadata ?? {};
    const updated = {
      ...value,
      metadata: { ...value.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
    };
    await client.replace(resource, key, updated, options);
  }
}

function refusal({ status, message }: KubeApiError): Finding[] {
  const causes = status.details?.causes ?? [];
  if (causes.length === 0) return errors([{ path: '', message: status.message ?? message }]);
  return errors(causes.map(({ field = '', message: why = '' }) => ({ path: field, message: why })));
}
