import { join } from 'node:path';
import { isMap, parseAllDocuments, type Document } from 'yaml';
import { ensureProgram } from '../local-kubernetes/programs/programs.ts';
import { run } from '../local-kubernetes/run.ts';

export const CHART_DIRECTORY = join(import.meta.dirname, '..', 'charts', 'job-template-run');

const NAMESPACE = 'job-template-run-system';
/** Manifests in a repository cannot contain a secret. certs/README.md explains how to replace this part of the paths. */
const PATH_TOKEN = 'path-token';
/** The chart accepts no token as short as {@link PATH_TOKEN}. */
const RENDERED_TOKEN = PATH_TOKEN.repeat(4);
const HEADER = '# Made by `npm run generate` from charts/job-template-run. Do not edit.\n';

/** The files of certs/ and the kinds in each, in the order in which they are applied. */
const KINDS = {
  'namespace.yaml': ['Namespace'],
  'crds.yaml': ['CustomResourceDefinition'],
  'rbac.yaml': ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'cert-manager.yaml': ['Issuer', 'Certificate'],
  'deployment.yaml': ['Service', 'Deployment', 'PodDisruptionBudget'],
  'policies.yaml': ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  'webhooks.yaml': ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
} as const;

const MANIFESTS = Object.keys(KINDS) as (keyof typeof KINDS)[];

export type PlainFile = keyof typeof KINDS | 'kustomization.yaml';
export const PLAIN_FILES: PlainFile[] = [...MANIFESTS, 'kustomization.yaml'];

/**
 * The files of certs/: the output of `helm template` with the chart's defaults, without what only Helm needs.
 *
 * @throws if the chart renders a kind that belongs to none of the files.
 */
export async function renderPlainManifests(): Promise<Record<PlainFile, string>> {
  const helm = await ensureProgram('helm');
  const rendered = await run([
    helm,
    ...['template', 'job-template-run', CHART_DIRECTORY, '--namespace', NAMESPACE, '--skip-tests'],
    ...['--set', `webhook.pathToken=${RENDERED_TOKEN}`],
  ]);
  const text = rendered.replaceAll(RENDERED_TOKEN, PATH_TOKEN);
  const documents = [...parseAllDocuments(namespace), ...parseAllDocuments(text)].filter(
    (document) => document.contents !== null,
  );
  const files = {} as Record<PlainFile, string>;
  for (const file of MANIFESTS) {
    const parts = KINDS[file].flatMap((kind) => documents.filter((document) => kindOf(document) === kind));
    files[file] = HEADER + parts.map((part) => withoutHelm(part).toString({ lineWidth: 0 })).join('---\n');
  }
  const known: readonly string[] = Object.values(KINDS).flat();
  const stray = documents.map(kindOf).filter((kind) => !known.includes(kind));
  if (stray.length > 0)
    throw new Error(`no file of certs/ contains ${stray.join(', ')}: name it in plain-manifests.ts`);
  files['kustomization.yaml'] = kustomization;
  return files;
}

const namespace = `
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

// No `images:`: an overlay, or `kustomize edit set image`, brings its own.
const kustomization = `${HEADER}
# kubectl apply --server-side -k certs
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${MANIFESTS.map((file) => `  - ${file}`).join('\n')}
`;

const kindOf = (document: Document): string => String(document.get('kind'));

function withoutHelm(document: Document): Document {
  const content = document.contents;
  if (content?.commentBefore?.startsWith(' Source: ') === true) content.commentBefore = null;
  if (document.directives !== undefined) document.directives.docStart = null;
  for (const metadata of [['metadata'], ['spec', 'template', 'metadata']]) {
    prune(document, [...metadata, 'labels'], ['helm.sh/chart', 'app.kubernetes.io/managed-by']);
    prune(document, [...metadata, 'annotations'], ['helm.sh/resource-policy']);
  }
  return document;
}

/** Removes keys of a map, and the map if nothing is left of it. */
function prune(document: Document, path: string[], keys: string[]): void {
  const map = document.getIn(path);
  if (!isMap(map)) return;
  for (const key of keys) map.delete(key);
  if (map.items.length === 0) document.deleteIn(path);
}
