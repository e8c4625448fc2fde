import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { certManagerCrds, startChartCluster, type ChartCluster } from './api-server.ts';
import { cases } from './cases.ts';
import { chartDirectory, render } from './helm.ts';

let cluster: ChartCluster;

beforeAll(async () => {
  cluster = await startChartCluster();
});
afterAll(() => cluster.stop());

/** The Prometheus operator is not part of the local cluster. */
const unknownHere = (kind: string) => kind === 'ServiceMonitor';

const restricted = (name: string) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      // `warn` covers Deployments too; `enforce` only Pods.
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  });

const jobTemplate = (name: string) =>
  stringify({
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobTemplate',
    metadata: { name },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox' }] } } },
  });

const jobRun = (name: string) =>
  stringify({ apiVersion: 'hematoscope.app/v1', kind: 'JobRun', metadata: { name }, spec: { templateRef: 'echo' } });

const plainJob = stringify({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'plain' },
  spec: {
    suspend: true,
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox' }] } },
  },
});

/** `--take-ownership` takes over the CustomResourceDefinitions of an earlier test. */
const install = (release: string, namespace: string, values: object = {}, ...more: string[]) =>
  cluster.helm(['install', release, chartDirectory, '--namespace', namespace, '--create-namespace', ...more], values);

test('without cert-manager, the installation fails and explains what to do', async () => {
  await expect(install('jtr', 'early')).rejects.toThrow(
    'tls.mode is certManager, but this cluster has no cert-manager: install it first (https://cert-manager.io/docs/installation/), or set tls.mode to selfSigned',
  );
  expect(await cluster.kubectl(['get', 'crd', '-o', 'name'])).toBe('');
});

describe('with cert-manager', { concurrent: false }, () => {
  beforeAll(async () => {
    await cluster.kubectl(['apply', '--server-side', '-f', await certManagerCrds()]);
    await cluster.kubectl(['apply', '--server-side', '-f', join(chartDirectory, 'files', 'crds')]);
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await cluster.kubectl(['apply', '-f', '-'], restricted('apps'));
    // Callbacks may read Secrets there.
    for (const name of ['team-a', 'team-b']) await cluster.kubectl(['create', 'namespace', name]);
    // Pods are refused until their ServiceAccount exists, and a dry run creates none.
    for (const name of ['jtr-job-template-run-test', 'a-name-that-is-much-longer-than-what-fits-into-the-n-test']) {
      await cluster.kubectl(['create', 'serviceaccount', name, '--namespace', 'apps']);
    }
  });

  test.for(Object.keys(cases))(
    'the API server accepts every object, strictly and without an unexpected warning: %s',
    async (name) => {
      const manifests = (await render(cases[name])).filter(({ kind }) => !unknownHere(kind));
      cluster.takeWarnings();
      const output = await cluster.kubectl(
        ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }),
      );
      expect(output.trim().split('\n')).toHaveLength(manifests.length);
      // The restricted standard does not allow the network of the node.
      const { webhook = {} } = cases[name] as { webhook?: { hostNetwork?: boolean } };
      const expected = webhook.hostNetwork === true ? [expect.stringContaining('(hostNetwork=true)')] : [];
      expect(cluster.takeWarnings()).toEqual(expected);
    },
  );

  test('with more rights than the restricted standard allows, a Pod is denied and a Deployment causes a warning', async () => {
    const manifests = await render({ securityContext: { allowPrivilegeEscalation: true } });
    const dryRun = (kind: string) =>
      cluster.kubectl(
        ['apply', '--dry-run=server', '-f', '-'],
        JSON.stringify(manifests.find((manifest) => manifest.kind === kind)),
      );
    await expect(dryRun('Pod')).rejects.toThrow('violates PodSecurity "restricted:latest"');
    cluster.takeWarnings();
    await dryRun('Deployment');
    expect(cluster.takeWarnings()).toEqual([expect.stringContaining('would violate PodSecurity "restricted:latest"')]);
  });

  test('kubectl apply -k certs is accepted too, on the server and by the client', async () => {
    cluster.takeWarnings();
    const directory = join(repositoryDirectory, 'certs');
    await cluster.kubectl(['apply', '-f', join(directory, 'namespace.yaml')]);
    for (const how of [['--server-side', '--force-conflicts'], ['--server-side=false']]) {
      const output = await cluster.kubectl(['apply', ...how, '--dry-run=server', '--validate=strict', '-k', directory]);
      expect(output).toContain('deployment.apps/job-template-run');
    }
    expect(cluster.takeWarnings().filter((line) => !line.includes('last-applied-configuration'))).toEqual([]);
  });
});

describe('what the ServiceAccounts may do', { concurrent: false }, () => {
  const everyVerb = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

  const verbs = async (account: string, resource: string, namespace: string, name?: string): Promise<string[]> => {
    const allowed: string[] = [];
    for (const verb of everyVerb) {
      const target = name === undefined ? resource : `${resource}/${name}`;
      const who = [`--as=system:serviceaccount:rights:${account}`, '--namespace', namespace];
      // Exits with 1 for "no", which is a valid answer here.
      const answer = await cluster.kubectl(['auth', 'can-i', verb, target, ...who]).catch((error: unknown) => {
        if (error instanceof Error && error.message.includes('no')) return 'no';
        throw error;
      });
      if (answer.trim() === 'yes') allowed.push(verb);
    }
    return allowed;
  };

  const read = ['get', 'list', 'watch'];

  beforeAll(async () => {
    await install('jtr', 'rights', { syncer: { mode: 'Deployment' } }, '--take-ownership');
  });
  afterAll(async () => {
    await cluster.helm(['uninstall', 'jtr', '--namespace', 'rights']);
  });

  test.for<[string, string, string, string[]]>([
    ['jtr-job-template-run', 'jobtemplates.hematoscope.app', 'elsewhere', read],
    ['jtr-job-template-run', 'clusterjobtemplates.hematoscope.app', 'elsewhere', read],
    ['jtr-job-template-run', 'jobruns.hematoscope.app', 'elsewhere', ['list']],
    ['jtr-job-template-run', 'controllerrevisions.apps', 'elsewhere', ['get', 'list', 'create', 'patch']],
    ['jtr-job-template-run', 'jobs.batch', 'elsewhere', ['create']],
    ['jtr-job-template-run', 'secrets', 'rights', ['get']],
    ['jtr-job-template-run', 'pods', 'elsewhere', []],
    ['jtr-job-template-run', 'leases.coordination.k8s.io', 'rights', []],
    ['jtr-job-template-run', 'validatingwebhookconfigurations.admissionregistration.k8s.io', 'rights', []],
    ['jtr-job-template-run-syncer', 'jobtemplates.hematoscope.app', 'elsewhere', read],
    ['jtr-job-template-run-syncer', 'jobruns.hematoscope.app', 'elsewhere', [...read, 'delete']],
    ['jtr-job-template-run-syncer', 'jobs.batch', 'elsewhere', [...read, 'create', 'patch', 'delete']],
    ['jtr-job-template-run-syncer', 'controllerrevisions.apps', 'elsewhere', [...read, 'create', 'patch', 'delete']],
    ['jtr-job-template-run-syncer', 'secrets', 'rights', []],
    ['jtr-job-template-run-syncer', 'pods', 'elsewhere', ['list']],
    ['jtr-job-template-run-syncer', 'leases.coordination.k8s.io', 'elsewhere', []],
    [
      'jtr-job-template-run-syncer',
      'leases.coordination.k8s.io',
      'rights',
      ['get', 'list', 'create', 'update', 'delete'],
    ],
    ['jtr-job-template-run-syncer', 'validatingwebhookconfigurations.admissionregistration.k8s.io', 'rights', []],
  ])('%s on %s in namespace %s: %s', async ([account, resource, namespace, expected]) => {
    expect(await verbs(account, resource, namespace)).toEqual(expected);
  });

  test('cover single objects: the webhook configurations', async () => {
    const name = 'jtr-job-template-run';
    const configurations = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
    expect(await verbs(name, configurations, 'rights', name)).toEqual(read);
    expect(await verbs(name, configurations, 'rights', 'another')).toEqual([]);
  });

  test("the cluster's view and edit roles cover JobRuns", async () => {
    for (const role of ['view', 'edit']) {
      const binding = ['create', 'rolebinding', role, `--clusterrole=${role}`, `--serviceaccount=rights:${role}`];
      await cluster.kubectl([...binding, '--namespace', 'default']);
    }
    await expect.poll(() => verbs('view', 'jobruns.hematoscope.app', 'default'), { timeout: 10_000 }).toEqual(read);
    await expect
      .poll(() => verbs('edit', 'jobruns.hematoscope.app', 'default'), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(everyVerb));
  });
});

describe('the life of a release', { concurrent: false }, () => {
  const inRelease = ['--namespace', 'release'];
  const selfSigned = { tls: { mode: 'selfSigned' } };
  const name = 'job-template-run';
  const secret = async () =>
    (await cluster.kubectl(['get', 'secret', `${name}-self-signed`, ...inRelease, '-o', 'jsonpath={.data}'])).trim();
  const clientConfig = async (field: string, kind = 'validatingwebhookconfiguration') =>
    cluster.kubectl(['get', kind, name, '-o', `jsonpath={.webhooks[0].clientConfig.${field}}`]);
  const bundle = () => clientConfig('caBundle');
  const upgrade = (values: object) => cluster.helm(['upgrade', name, chartDirectory, ...inRelease], values);

  test('install; an upgrade keeps a certificate that Helm created', async () => {
    await install(name, 'release', selfSigned, '--take-ownership');
    const [made, ca] = [await secret(), await bundle()];
    expect(JSON.parse(made)).toHaveProperty(['tls.crt']);
    await upgrade({ ...selfSigned, podAnnotations: { rolled: 'once' } });
    expect(await secret()).toBe(made);
    expect(await bundle()).toBe(ca);
  });

  test('an upgrade keeps the secret path of the webhook, unless another one is set', async () => {
    const path = await clientConfig('service.path');
    expect(path).toMatch(/^\/[a-z0-9]{40}\/validate$/);
    const mutating = 'mutatingwebhookconfiguration';
    expect(await clientConfig('service.path', mutating)).toBe(path.replace('validate', 'mutate'));
    await upgrade({ ...selfSigned, podAnnotations: { rolled: 'twice' } });
    expect(await clientConfig('service.path')).toBe(path);
    const pathToken = 'the-path-was-in-an-error-message-1';
    await upgrade({ ...selfSigned, webhook: { pathToken } });
    expect(await clientConfig('service.path')).toBe(`/${pathToken}/validate`);
    await upgrade(selfSigned);
    expect(await clientConfig('service.path', mutating)).toBe(`/${pathToken}/mutate`);
  });

  test('a certificate near its expiry is renewed, and the old CA is trusted beside the new one', async () => {
    const [made, ca] = [await secret(), await bundle()];
    const soon = Math.round(Date.now() / 1000) + 86_400;
    const annotation = `hematoscope.app/not-after=${soon}`;
    await cluster.kubectl(['annotate', 'secret', `${name}-self-signed`, ...inRelease, '--overwrite', annotation]);
    await cluster.helm(['upgrade', name, chartDirectory, ...inRelease, '--force-conflicts'], selfSigned);
    expect(await secret()).not.toBe(made);
    const now = Buffer.from(await bundle(), 'base64').toString();
    expect(now.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(now.endsWith(Buffer.from(ca, 'base64').toString())).toBe(true);
  });

  test('while no webhook answers: JobRuns are refused, Jobs can be created, and a JobRun can still be labeled and deleted', async () => {
    await cluster.helm(['uninstall', name, ...inRelease]);
    await cluster.kubectl(['create', '-f', '-'], `${jobTemplate('echo')}---\n${jobRun('before')}`);
    await install(name, 'release', selfSigned);
    // The API server loads a new configuration a moment later.
    await expect
      .poll(() => cluster.kubectl(['create', '--dry-run=server', '-f', '-'], jobRun('during')).catch(String), {
        timeout: 10_000,
      })
      .toContain('failed calling webhook "mutate.jobruns.hematoscope.app"');
    await cluster.kubectl(['create', '-f', '-'], plainJob);
    await cluster.kubectl(['label', 'jobrun', 'before', 'team=batch']);
    await cluster.kubectl([
      'patch',
      'jobrun',
      'before',
      '--subresource=status',
      '--type=merge',
      '--patch={"status":{"phase":"Pending"}}',
    ]);
    await cluster.kubectl(['delete', 'jobrun', 'before']);
    await cluster.kubectl(['label', 'jobtemplate', 'echo', 'team=batch']);
    await expect(
      cluster.kubectl(['patch', 'jobtemplate', 'echo', '--type=merge', '--patch={"spec":{"backoffLimit":1}}']),
    ).rejects.toThrow('validate.jobtemplates.hematoscope.app');
  });

  test('uninstall leaves JobTemplates, and neither webhook configurations nor policies', async () => {
    const kinds = [
      'validatingwebhookconfigurations',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
    ];
    const admission = async () => {
      const output = await cluster.kubectl(['get', kinds.join(','), '-o', 'name']);
      return output.split('\n').flatMap((line) => line.split('/').slice(1));
    };
    expect((await admission()).sort()).toEqual([
      ...[name, name],
      ...['metadata', 'requester', 'revisions'].flatMap((policy) => [`${name}-${policy}`, `${name}-${policy}`]),
    ]);
    await cluster.helm(['uninstall', name, ...inRelease]);
    expect(await admission()).toEqual([]);
    expect(await cluster.kubectl(['get', 'jobtemplates', '-o', 'name'])).toBe('jobtemplate.hematoscope.app/echo\n');
    expect(await cluster.kubectl(['get', 'clusterroles', '-o', 'name'])).not.toContain(name);
    await cluster.kubectl(['create', '-f', '-'], jobRun('after'));
  });

  test('installed under another name, --take-ownership adopts the CustomResourceDefinitions', async () => {
    await expect(install('other', 'release', selfSigned)).rejects.toThrow(
      'cannot be imported into the current release',
    );
    const values = { ...selfSigned, crds: { keep: false } };
    await install('other', 'release', values, '--take-ownership');
    expect(await cluster.kubectl(['get', 'jobtemplates', '-o', 'name'])).toBe('jobtemplate.hematoscope.app/echo\n');
    await cluster.helm(['uninstall', 'other', ...inRelease]);
    await expect
      .poll(() => cluster.kubectl(['get', 'crd', '-o', 'name']), { timeout: 30_000 })
      .not.toContain('hematoscope.app');
  });
});
