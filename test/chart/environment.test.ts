import { describe, expect, test } from 'vitest';
import { readConfig as readSupervisorConfig } from '../../supervisor/config.ts';
import { leaseName, readConfig as readSyncerConfig } from '../../syncer/config.ts';
import { readConfig as readWebhookConfig } from '../../webhook/config.ts';
import { cases } from './cases.ts';
import { render } from './helm.ts';

interface Container {
  name: string;
  args: string[];
  env: { name: string; value?: string; valueFrom?: unknown }[];
  ports: { name: string; containerPort: number }[];
}

interface Deployment {
  spec: { template: { spec: { terminationGracePeriodSeconds: number; containers: Container[] } } };
}

const podOf = async (values: object, name: string) => {
  const manifests = await render(values);
  for (const manifest of manifests.filter(({ kind }) => kind === 'Deployment')) {
    const pod = (manifest as unknown as Deployment).spec.template.spec;
    const container = pod.containers.find((each) => each.name === name);
    if (container !== undefined) return { pod, container };
  }
  throw new Error(`no container ${name}`);
};

/** The environment of a container, with test values for what Kubernetes would fill in. */
const environmentOf = ({ env }: Container) =>
  Object.fromEntries(env.map(({ name, value }) => [name, value ?? `the ${name}`]));

describe('the webhook is configured as the values request', () => {
  test('by default', async () => {
    const { container } = await podOf({}, 'webhook');
    expect(readWebhookConfig(environmentOf(container))).toMatchObject({
      port: 9443,
      healthPort: 8080,
      validatingWebhookConfiguration: 'jtr-job-template-run',
      mutatingWebhookConfiguration: 'jtr-job-template-run',
      missingTemplate: 'Reject',
      authorizationMode: 'Namespace',
      policies: true,
      podNamespace: 'the POD_NAMESPACE',
      dryRun: true,
      dryRunReuseSeconds: 10,
      warnMissing: ['Secret', 'ConfigMap', 'ServiceAccount', 'PersistentVolumeClaim', 'PriorityClass'],
      logLevel: 'info',
    });
  });

  test('with all values changed', async () => {
    const values = {
      webhook: { port: 10250, healthPort: 18080, drainSeconds: 40 },
      admission: {
        missingTemplate: 'Wait',
        dryRun: { enabled: false, reuseSeconds: 0 },
        warnings: { missingSecrets: false, missingServiceAccounts: false, missingPriorityClasses: false },
      },
      authorization: { mode: 'Use' },
      policies: { enabled: false },
      log: { level: 'debug' },
    };
    const { container, pod } = await podOf(values, 'webhook');
    const config = readWebhookConfig(environmentOf(container));
    expect(config).toMatchObject({
      port: 10250,
      healthPort: 18080,
      drainSeconds: 40,
      missingTemplate: 'Wait',
      logLevel: 'debug',
    });
    expect(config).toMatchObject({
      authorizationMode: 'Use',
      policies: false,
      dryRun: false,
      dryRunReuseSeconds: 0,
      warnMissing: ['ConfigMap', 'PersistentVolumeClaim'],
    });
    expect(container.ports).toContainEqual({ name: 'https', containerPort: config.port });
    expect(container.ports).toContainEqual({ name: 'webhook-health', containerPort: config.healthPort });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(config.drainSeconds);
  });

  test.for(Object.keys(cases))('it reads its certificate from the path where it is mounted: %s', async (name) => {
    const { container, pod } = await podOf(cases[name] ?? {}, 'webhook');
    const { tlsCertFile, tlsKeyFile } = readWebhookConfig(environmentOf(container));
    expect(container).toHaveProperty(['volumeMounts', 0], { name: 'tls', mountPath: '/tls', readOnly: true });
    expect([tlsCertFile, tlsKeyFile]).toEqual(['/tls/tls.crt', '/tls/tls.key']);
    // 0440 for the Pod's group: readable by the user of the container, whichever it is.
    expect(pod).toHaveProperty(['volumes', 0], {
      name: 'tls',
      secret: expect.objectContaining({ defaultMode: 0o440 }) as object,
    });
  });
});

test('the client CA is read from the mounted Secret; by default, no client CA is set', async () => {
  const { container, pod } = await podOf({ webhook: { clientCaSecret: 'api-server-ca' } }, 'webhook');
  expect(readWebhookConfig(environmentOf(container)).clientCaFile).toBe('/client-ca/ca.crt');
  expect(container).toHaveProperty(['volumeMounts', 1], { name: 'client-ca', mountPath: '/client-ca', readOnly: true });
  expect(pod).toMatchObject({ volumes: [{}, { name: 'client-ca', secret: { secretName: 'api-server-ca' } }] });
  const byDefault = await podOf({}, 'webhook');
  expect(byDefault.pod).toHaveProperty('volumes.length', 1);
  expect(readWebhookConfig(environmentOf(byDefault.container)).clientCaFile).toBe('');
});

describe.for(['Sidecar', 'Deployment'])('the syncer is configured as the values request (%s)', (mode) => {
  test('by default', async () => {
    const { container } = await podOf({ syncer: { mode } }, 'syncer');
    expect(readSyncerConfig(environmentOf(container))).toMatchObject({
      healthPort: 8081,
      leaderElection: true,
      leaseName: 'jtr-job-template-run-syncer',
      podName: 'the POD_NAME',
      podNamespace: 'the POD_NAMESPACE',
      workers: 16,
      missingTemplate: 'Reject',
      missingTemplateWaitSeconds: 300,
      revisionHistoryLimit: 10,
      logLevel: 'info',
    });
  });

  test('with all values changed', async () => {
    const values = {
      replicas: 1,
      syncer: { mode, replicas: 1, workers: 4, healthPort: 18081, leaderElection: { enabled: false } },
      admission: { missingTemplate: 'Fail', missingTemplateWaitSeconds: 60 },
      log: { level: 'debug' },
      revisionHistoryLimit: 3,
    };
    const { container } = await podOf(values, 'syncer');
    const config = readSyncerConfig(environmentOf(container));
    expect(config).toMatchObject({
      healthPort: 18081,
      leaderElection: false,
      workers: 4,
      missingTemplate: 'Fail',
      missingTemplateWaitSeconds: 60,
      revisionHistoryLimit: 3,
      logLevel: 'debug',
    });
    expect(container.ports).toContainEqual({ name: 'syncer-health', containerPort: config.healthPort });
  });
});

test('the syncer removes finished runs as the values request, and by default none', async () => {
  const { container } = await podOf(cases['finished runs are removed by default'] ?? {}, 'syncer');
  const config = readSyncerConfig(environmentOf(container));
  expect(config).toMatchObject({ retentionTtlSecondsAfterFinished: 604_800, retentionSuccessfulRunsHistoryLimit: 0 });
  expect(config).not.toHaveProperty('retentionFailedRunsHistoryLimit');
  const { container: byDefault } = await podOf({}, 'syncer');
  expect(Object.keys(readSyncerConfig(environmentOf(byDefault))).join()).not.toContain('retention');
});

test('webhook and syncer permit the same callbacks', async () => {
  const values = cases['callbacks are permitted'];
  const expected = {
    callbackAllowedHosts: 'hooks.example.com,*.{namespace}.svc.cluster.local',
    callbackAllowHttp: true,
    callbackSecrets: 'team-a/callback,team-a/other,team-b/callback',
  };
  const { container: webhook } = await podOf(values ?? {}, 'webhook');
  expect(readWebhookConfig(environmentOf(webhook))).toMatchObject(expected);
  const { container: syncer } = await podOf(values ?? {}, 'syncer');
  expect(readSyncerConfig(environmentOf(syncer))).toMatchObject({
    ...expected,
    callbackCaBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  });
  const { container: byDefault } = await podOf({}, 'syncer');
  expect(readSyncerConfig(environmentOf(byDefault)).callbackAllowedHosts).toBe('');
});

test.for(Object.keys(cases))(
  'beside the webhook, a supervisor starts the syncer; alone in its Pods, it starts itself: %s',
  async (name) => {
    const values = cases[name] as { syncer?: { mode?: string } };
    const { container } = await podOf(values, 'syncer');
    if (values.syncer?.mode === 'Deployment') {
      expect(container.args).toEqual(['dist/syncer/main.js']);
      expect(container).not.toHaveProperty('lifecycle');
      return;
    }
    expect(container.args.at(-1)).toBe('dist/supervisor/main.js');
    const command = ['/usr/local/bin/node', 'dist/supervisor/pre-stop.js'];
    expect(container).toHaveProperty('lifecycle.preStop.exec.command', command);
    // The container counts as started before the startup probe gives up.
    const { startedAfterSeconds, healthPort } = readSupervisorConfig(environmentOf(container));
    const { startupProbe } = container as unknown as {
      startupProbe: { periodSeconds: number; failureThreshold: number };
    };
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThan(2 * startedAfterSeconds);
    expect(container.ports).toContainEqual({ name: 'syncer-health', containerPort: healthPort });
  },
);

test('a webhook that starts slowly is not killed by its liveness probe', async () => {
  const { container } = await podOf({}, 'webhook');
  const { startupProbe: startup } = container as unknown as {
    startupProbe: { httpGet: { path: string }; periodSeconds: number; failureThreshold: number };
  };
  expect(startup.httpGet.path).toBe('/healthz');
  expect(startup.periodSeconds * startup.failureThreshold).toBeGreaterThanOrEqual(120);
});

test('on the network of the node, no rollout needs a second Pod on the same node', async () => {
  const manifests = await render({ webhook: { hostNetwork: true } });
  const deployment = manifests.find(({ kind }) => kind === 'Deployment');
  expect(deployment).toHaveProperty('spec.strategy.rollingUpdate', { maxSurge: 0, maxUnavailable: 1 });
  const pod = { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' };
  expect(deployment).toMatchObject({ spec: { template: { spec: pod } } });
});

test('each shard of syncers has its number, and its own lease', async () => {
  const manifests = await render({ syncer: { mode: 'Deployment', shards: 3 } });
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment') as unknown as Deployment[];
  const configs = deployments.flatMap(({ spec }) => {
    const { containers } = spec.template.spec;
    return containers.filter(({ name }) => name === 'syncer').map((each) => readSyncerConfig(environmentOf(each)));
  });
  expect(configs.map(({ shard, shards }) => [shard, shards])).toEqual([0, 1, 2].map((shard) => [shard, 3]));
  expect(new Set(configs.map(leaseName)).size).toBe(3);
});

describe('the paths at which the API server calls the webhook', () => {
  const pathsOf = async (values: object) => {
    const configurations = (await render(values)).filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
    return configurations.flatMap(({ kind, webhooks }) =>
      (webhooks as { clientConfig: { service: { path: string } } }[]).map(({ clientConfig: { service } }) => ({
        ...{ kind, path: service.path },
      })),
    );
  };

  test('contain one token, which differs for each installation', async () => {
    const tokens = new Set<string>();
    for (const paths of [await pathsOf({}), await pathsOf({})]) {
      expect(paths).toHaveLength(6);
      const [, token = ''] = /^\/([a-z0-9]{40})\//.exec(paths[0]?.path ?? '') ?? [];
      for (const { kind, path } of paths)
        expect(path).toBe(`/${token}/${kind.startsWith('Mutating') ? 'mutate' : 'validate'}`);
      tokens.add(token);
    }
    expect(tokens.size).toBe(2);
  });

  test('contain the token that is set', async () => {
    const pathToken = 'a-token-that-is-set-by-hand-0123456789';
    for (const { path } of await pathsOf({ webhook: { pathToken } })) expect(path).toMatch(`/${pathToken}/`);
  });
});
