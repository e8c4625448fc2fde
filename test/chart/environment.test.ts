import { describe, expect, test } from 'vitest';
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

/** What a container finds in its environment; what Kubernetes fills in is given here. */
const environmentOf = ({ env }: Container) =>
  Object.fromEntries(env.map(({ name, value }) => [name, value ?? `the ${name}`]));

describe('the webhook is configured as the values say', () => {
  test('by default', async () => {
    const { container } = await podOf({}, 'webhook');
    expect(readWebhookConfig(environmentOf(container))).toMatchObject({
      port: 9443,
      healthPort: 8080,
      validatingWebhookConfiguration: 'jtr-job-template-run',
      mutatingWebhookConfiguration: 'jtr-job-template-run',
      missingTemplate: 'Reject',
      logLevel: 'info',
    });
  });

  test('with all values changed', async () => {
    const values = {
      webhook: { port: 10250, drainSeconds: 40 },
      admission: { missingTemplate: 'Wait' },
      log: { level: 'debug' },
    };
    const { container, pod } = await podOf(values, 'webhook');
    const config = readWebhookConfig(environmentOf(container));
    expect(config).toMatchObject({ port: 10250, drainSeconds: 40, missingTemplate: 'Wait', logLevel: 'debug' });
    expect(container.ports).toContainEqual({ name: 'https', containerPort: config.port });
    expect(container.ports).toContainEqual({ name: 'webhook-health', containerPort: config.healthPort });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(config.drainSeconds);
  });

  test.for(Object.keys(cases))('it reads its certificate from where it is mounted: %s', async (name) => {
    const { container, pod } = await podOf(cases[name] ?? {}, 'webhook');
    const { tlsCertFile, tlsKeyFile } = readWebhookConfig(environmentOf(container));
    expect(container).toHaveProperty('volumeMounts', [{ name: 'tls', mountPath: '/tls', readOnly: true }]);
    expect([tlsCertFile, tlsKeyFile]).toEqual(['/tls/tls.crt', '/tls/tls.key']);
    // 0440 for the Pod's group: readable by the user the container runs as, whoever that is.
    expect(pod).toMatchObject({ volumes: [{ name: 'tls', secret: { defaultMode: 0o440 } }] });
  });
});
