import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../api/names.ts';
import { JOB_TEMPLATES } from '../../api/resources.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

let environment: SyncerEnvironment;

beforeAll(async () => {
  environment = await SyncerEnvironment.start();
});
afterEach(async () => {
  await environment.stopSyncers();
});
afterAll(async () => {
  await environment.stop();
});

const LIMIT_MS = 90_000;

/** A template as a user may store it while no webhook answers. */
async function laughs(namespace: string, args: string[]): Promise<void> {
  const containers = [{ name: 'main', image: 'busybox', args }];
  await environment.client.create(JOB_TEMPLATES, namespace, {
    apiVersion: API_VERSION,
    kind: 'JobTemplate',
    metadata: { name: 'laughs' },
    parameters: [{ name: 'x', default: 'y' }],
    spec: { template: { spec: { restartPolicy: 'Never', containers } } },
  });
}

/** The syncer makes the Job of another namespace. */
async function othersAreServed(): Promise<void> {
  const other = await environment.namespace();
  await environment.template(other);
  await environment.run(other, 'other');
  await environment.runThat(other, 'other', ({ status }) => status?.jobName, LIMIT_MS);
}

describe('substitution-bomb: a run that no webhook has checked', () => {
  it.each([
    ['in one text', ['$(params.x)'.repeat(1000)]],
    ['in many texts', Array<string>(1000).fill('$(params.x)')],
  ])('with a thousand placeholders %s fails before its Job is built', async (_sentence, args) => {
    const namespace = await environment.namespace();
    await laughs(namespace, args);
    await environment.run(namespace, 'bomb', {
      spec: { templateRef: 'laughs', parameters: { x: 'y'.repeat(200_000) } },
    });
    await environment.syncer();
    const { status } = await environment.runThat(namespace, 'bomb', (run) => run.status?.phase === 'Failed', LIMIT_MS);
    expect(status?.error).toContain('spec.parameters[x]');
    expect(status?.error).toContain('MiB');
    expect(status?.error?.length).toBeLessThan(2000);
    expect(await environment.jobs(namespace)).toEqual([]);
    await othersAreServed();
  });
});

describe('big-runs-starve-the-syncer: waiting runs that no webhook has checked', () => {
  it('do not keep a syncer from starting and from making the Job of another namespace', async () => {
    const namespace = await environment.namespace();
    const metadata = (name: string) => ({ name, annotations: { 'hematoscope.app/missing-template': 'Wait' } });
    for (let index = 0; index < 20; index += 1) {
      const spec = { templateRef: 'never-there', args: Array<string>(10).fill('y'.repeat(100_000)) };
      await environment.run(namespace, `big-${index}`, { metadata: metadata(`big-${index}`), spec });
    }
    await environment.syncer();
    await othersAreServed();
    const { status } = await environment.getRun(namespace, 'big-0');
    expect(status?.jobName).toBeUndefined();
    expect(status?.phase).not.toBe('Succeeded');
  });
});
