import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebhookEnvironment, type KubectlResult, type WebhookEnvironment } from './webhook-environment.ts';

let environment: WebhookEnvironment;

beforeAll(async () => {
  environment = await startWebhookEnvironment();
  const { code, stderr } = await create(template('echo'));
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

afterAll(async () => {
  await environment.stop();
});

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
}

function template(name: string, spec: object = {}, container: object = {}): Manifest {
  const echo = { name: 'echo', image: 'busybox', command: ['echo'], ...container };
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobTemplate',
    metadata: { name },
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [echo] } }, ...spec },
  };
}

function jobRun(name: string, spec: object = {}, metadata: object = {}): Manifest {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobRun',
    metadata: { name, ...metadata },
    spec: { templateRef: 'echo', ...spec },
  };
}

const create = (manifest: object, ...flags: string[]): Promise<KubectlResult> =>
  environment.kubectl(['create', ...flags, '-f', '-'], manifest);
const apply = (manifest: object, ...flags: string[]): Promise<KubectlResult> =>
  environment.kubectl(['apply', ...flags, '-f', '-'], manifest);

describe('the sentence that kubectl prints', () => {
  it('for a missing template', async () => {
    console.log(await create(jobRun('a', { templateRef: 'ehco' })));
    console.log(await create(jobRun('a', { templateRef: 'ehco' }), '-n', 'kube-public'));
    console.log(await create(jobRun('a', { templateRef: 'default/echo' })));
    console.log(await create(jobRun('a', { templateRef: '' })));
    console.log(await create(jobRun('a', { args: 'x' })));
    console.log(await create(jobRun('a', { args: null })));
    console.log(await create(template('nocont', { template: { spec: { restartPolicy: 'Never', containers: [] } } })));
    console.log(await create(template('typo', {}, { comand: ['x'] })));
    console.log(await create(template('typo', {}, { image: undefined })));
    console.log(await create(template('typo', { paralelism: 1, backoffLimit: -1 }, { comand: ['x'] })));
    console.log(
      await create(
        template('typo', {
          parallelism: -1,
          backoffLimit: -1,
          template: { metadata: { labels: { 'a b': 'c' } }, spec: { containers: [{ name: 'x', image: 'x' }] } },
        }),
      ),
    );
    console.log(await create(template('typo', { x: { y: 1 } }, { image: 3 })));
    console.log(
      await create(
        template('typo', {
          template: {
            spec: {
              restartPolicy: 'Never',
              tolerations: [{ tolerationSecond: 3 }],
              containers: [{ name: 'A', image: 'x', resources: { limits: { cpu: 'x' } } }],
            },
          },
        }),
      ),
    );
    console.log(await create(jobRun('a', {}, { annotations: { 'hematoscope.app/missing-template': 'Waitt' } })));
    console.log(await create(jobRun('a')));
    console.log(await environment.kubectl(['get', 'jobrun', 'a', '-o', 'yaml']));
    console.log(await apply(jobRun('a', { args: ['changed'] })));
  });
});
