import { KubeConfig } from '@kubernetes/client-node';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_REQUESTED_BY, LABEL_TEMPLATE_REVISION, OVERRIDES } from '../../api/names.ts';
import { CONTROLLER_REVISIONS, JOB_RUNS } from '../../api/resources.ts';
import type { ControllerRevision, KubeObject } from '../../api/wire.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { render } from '../chart/helm.ts';
import { expectSuccess } from './command-results.ts';
import { eventually, jobRun, list, ProductEnvironment, template, type Tenant } from './product-environment.ts';

/** The names in the webhook configurations of the environment. */
const RELEASE = { fullnameOverride: 'job-template-run' };
/** The namespace of the release that {@link render} renders, and the user that its ServiceAccount is. */
const RELEASE_NAMESPACE = 'apps';
const PRODUCT_USER = `system:serviceaccount:${RELEASE_NAMESPACE}:job-template-run`;

/** What the API server needs of the chart, besides the CustomResourceDefinitions and the webhook configurations. */
const INSTALLED = new Set([
  ...['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
]);

/** Each user can write JobRuns and ControllerRevisions in every namespace. */
export const USERS = ['anna', 'ben', 'uma'] as const;
export type User = (typeof USERS)[number];

/** The product with the policies of the chart, in mode `Use`. Webhook and syncer have the permissions of the chart. */
export class PoliciesEnvironment {
  readonly product: ProductEnvironment;
  readonly tenant: Tenant;
  readonly #clients: Map<User, KubeClient>;

  private constructor(product: ProductEnvironment, tenant: Tenant) {
    this.product = product;
    this.tenant = tenant;
    const { kubeConfig } = product.webhookEnvironment;
    this.#clients = new Map(USERS.map((user) => [user, KubeClient.fromKubeConfig(impersonating(kubeConfig, user))]));
  }

  static async start(): Promise<PoliciesEnvironment> {
    const config = { policies: true, authorizationMode: 'Use', podNamespace: RELEASE_NAMESPACE } as const;
    const product = await ProductEnvironment.start(config, async (kubectl, kubeConfig) => {
      expectSuccess(await kubectl(['create', 'namespace', RELEASE_NAMESPACE]));
      const manifests = await render({ ...RELEASE, authorization: { mode: 'Use' } });
      const installed = list(...manifests.filter(({ kind }) => INSTALLED.has(kind)));
      expectSuccess(await kubectl(['apply', '--server-side', '-f', '-'], installed));
      return impersonating(kubeConfig, PRODUCT_USER);
    });
    const environment = new PoliciesEnvironment(product, await product.tenant());
    await environment.#install();
    return environment;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.values()) await client.close();
    await this.product.stop();
  }

  /** The client of a user. */
  as(user: User): KubeClient {
    return this.#clients.get(user)!;
  }

  /** Creates a JobRun in the namespace of the tenant. */
  create(user: User, manifest: object, { dryRun = false } = {}): Promise<JobRun> {
    return this.as(user).create<JobRun>(JOB_RUNS, this.tenant.namespace, manifest as JobRun, { dryRun });
  }

  /** Stops the webhook, and lets the API server ignore that. */
  async stopWebhook(): Promise<void> {
    await this.product.webhookEnvironment.webhook.stop();
    for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration']) {
      const { stdout } = expectSuccess(await this.product.kubectl(['get', kind, 'job-template-run', '-o', 'json']));
      const configuration = JSON.parse(stdout) as { webhooks: { failurePolicy: string }[] };
      for (const webhook of configuration.webhooks) webhook.failurePolicy = 'Ignore';
      expectSuccess(await this.product.kubectl(['replace', '-f', '-'], configuration));
    }
    await eventually('a run that no webhook has seen', async () => {
      return requesterOf(await this.create('anna', jobRun('unseen', 'echo'), { dryRun: true })) === undefined;
    });
  }

  /** Templates, and who may use them; see the tests. */
  async #install(): Promise<void> {
    const { namespace } = this.tenant;
    const kinds = ['jobtemplates', 'clusterjobtemplates'];
    const allow = OVERRIDES.filter((name) => name !== 'metadata');
    await this.tenant.applied(
      list(
        ...granted('writer', USERS, [
          { apiGroups: ['hematoscope.app'], resources: ['jobruns', 'jobruns/status'], verbs: ['*'] },
          { apiGroups: ['apps'], resources: ['controllerrevisions', 'statefulsets'], verbs: ['*'] },
        ]),
        ...granted('user', ['anna', 'uma'], [verb('use', kinds, 'echo')], namespace),
        ...granted('overrider', ['anna'], [verb('override', kinds, 'echo')], namespace),
        ...granted('cluster-user', ['anna'], [verb('use', kinds, 'everywhere')]),
        ...granted('user-of-everywhere', ['ben'], [verb('use', kinds, 'everywhere')], namespace),
        template('echo', {}, { content: { overrides: { allow } } }),
        template('other'),
        { ...template('everywhere'), kind: 'ClusterJobTemplate' },
      ),
    );
    // The API server knows new policies and permissions a moment later.
    await eventually('the permissions and the policies', async () => {
      await this.create('anna', jobRun('probe', 'echo', { parallelism: 2 }), { dryRun: true });
      await this.create('anna', jobRun('probe', 'everywhere', { templateKind: 'ClusterJobTemplate' }), {
        dryRun: true,
      });
      const refused = [
        this.create('uma', jobRun('probe', 'other'), { dryRun: true }),
        this.as('ben').create(CONTROLLER_REVISIONS, namespace, labeled('probe'), { dryRun: true }),
      ];
      return (await Promise.all(refused.map(refusalOf))).every((refusal) => refusal !== undefined);
    });
  }
}

/** A ControllerRevision with the label of revisions. */
export const labeled = (name: string): ControllerRevision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name, labels: { [LABEL_TEMPLATE_REVISION]: '0123456789' } },
  revision: 1,
  data: {},
});

/** The user that a JobRun names as its creator. */
export const requesterOf = ({ metadata }: KubeObject): string | undefined =>
  metadata?.annotations?.[ANNOTATION_REQUESTED_BY];

/**
 * Why a policy forbids the request; `undefined` if the policies allow it. The webhook, which is called after them, may
 * find it invalid. Every other error is thrown, also that of a policy that cannot be evaluated.
 */
export async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    const isOfPolicy = error.message.includes('ValidatingAdmissionPolicy');
    if (isOfPolicy && error.reason === 'Forbidden') return error.message;
    if (!isOfPolicy && error.reason === 'Invalid') return undefined;
    throw error;
  }
}

/** The same cluster for another user, with only this user's permissions. */
function impersonating(kubeConfig: KubeConfig, impersonateUser: string): KubeConfig {
  const other = new KubeConfig();
  other.loadFromClusterAndUser(kubeConfig.getCurrentCluster()!, { ...kubeConfig.getCurrentUser()!, impersonateUser });
  return other;
}

const RBAC = 'rbac.authorization.k8s.io';

const verb = (name: string, resources: string[], resourceName: string): object => ({
  apiGroups: ['hematoscope.app'],
  resources,
  resourceNames: [resourceName],
  verbs: [name],
});

/** A ClusterRole, and its binding to users: in the cluster, or in one namespace. */
function granted(name: string, users: readonly User[], rules: object[], namespace?: string): object[] {
  const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name };
  const subjects = users.map((user) => ({ apiGroup: RBAC, kind: 'User', name: user }));
  const apiVersion = `${RBAC}/v1`;
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules },
    { apiVersion, kind, metadata, roleRef, subjects },
  ];
}
