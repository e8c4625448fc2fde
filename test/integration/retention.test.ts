import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { Retention } from '../../api/template-runs.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { failed } from './job-statuses.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

const DAY_MS = 86_400_000;

let environment: SyncerEnvironment;

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
});
afterEach(async () => {
  await environment.stopSyncers();
});
afterAll(async () => {
  await environment.stop();
});

/** A namespace with a template; the retention is absent unless it is given. */
async function namespaceWith(retention?: Retention): Promise<string> {
  const namespace = await environment.namespace();
  await environment.template(namespace);
  if (retention) await setRetention(namespace, retention);
  return namespace;
}

async function setRetention(namespace: string, retention: Retention | null): Promise<void> {
  await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { runs: { retention } });
}

type RunOptions = Parameters<SyncerEnvironment['run']>[2];

/** Creates a run and completes its Job. Returns when the run has its final status, or was removed after that. */
async function finish(namespace: string, name: string, options: RunOptions & { fails?: boolean } = {}): Promise<void> {
  const { fails = false, ...more } = options;
  await environment.run(namespace, name, more);
  const { job } = await environment.withJob(namespace, name);
  await (fails ? environment.patchJobStatus(job, failed()) : environment.complete(job));
  const isOver = async () => (await runs(namespace)).every((run) => run.metadata.name !== name || isFinished(run));
  await expect.poll(isOver, { timeout: 15_000, interval: 20 }).toBe(true);
}

const runs = async (namespace: string) => (await environment.client.list<JobRun>(JOB_RUNS, { namespace })).items;

async function namesOfRuns(namespace: string): Promise<string[]> {
  return (await runs(namespace)).map(({ metadata }) => metadata.name ?? '').sort();
}

const untilLeft = (namespace: string, names: string[]) =>
  expect.poll(() => namesOfRuns(namespace), { timeout: 15_000, interval: 20 }).toEqual(names);

const deletions = () => environment.sent('DELETE', /\/jobruns\//);

const later = { retentionTime: { clock: { now: () => Date.now() + DAY_MS, monotonic: () => performance.now() } } };

describe('finished runs are removed', () => {
  it('that are over the limits of their template, each with a log line, an Event and a count', async () => {
    const namespace = await namespaceWith({ successfulRunsHistoryLimit: 1, failedRunsHistoryLimit: 0 });
    const { healthUrl } = await environment.syncer();
    await finish(namespace, 'a');
    await finish(namespace, 'b', { fails: true });
    await untilLeft(namespace, ['a']);
    await finish(namespace, 'c');
    await untilLeft(namespace, ['c']);
    const removed = environment.logLines.filter(({ msg }) => msg === 'removed a finished JobRun');
    expect(removed).toMatchObject([
      { run: `${namespace}/b`, reason: 'failed-limit', template: `JobTemplate/${namespace}/echo` },
      { run: `${namespace}/a`, reason: 'successful-limit' },
    ]);
    await expect
      .poll(async () => (await environment.eventReasons(namespace)).filter((reason) => reason === 'Removed'))
      .toHaveLength(2);
    const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
    expect(metrics).toContain('job_template_run_jobruns_removed_total{reason="failed-limit"} 1');
    expect(metrics).toContain('job_template_run_jobruns_removed_total{reason="successful-limit"} 1');
  });

  it('whose time is over, also by a syncer that was started later', async () => {
    const namespace = await namespaceWith({ ttlSecondsAfterFinished: 3600, failedRunsHistoryLimit: 0 });
    await environment.syncer();
    await finish(namespace, 'in-time');
    await finish(namespace, 'marker', { fails: true });
    await untilLeft(namespace, ['in-time']);
    await environment.stopSyncers();
    await environment.syncer({}, later);
    await untilLeft(namespace, []);
    expect(deletions()).toBe(1);
  });

  it('as soon as the template changes', async () => {
    const namespace = await namespaceWith();
    await environment.syncer();
    await finish(namespace, 'a');
    await finish(namespace, 'b');
    expect(deletions()).toBe(0);
    await setRetention(namespace, { successfulRunsHistoryLimit: 1 });
    await untilLeft(namespace, ['b']);
  });

  it('by the defaults, if the template has no retention of its own or was deleted', async () => {
    const namespace = await namespaceWith();
    const own = await namespaceWith({});
    await environment.syncer();
    await finish(own, 'kept');
    await finish(namespace, 'a');
    await finish(namespace, 'b');
    await environment.stopSyncers();
    await environment.syncer({ retentionSuccessfulRunsHistoryLimit: 1 });
    await untilLeft(namespace, ['b']);
    await finish(own, 'kept-too');
    await environment.client.delete(JOB_TEMPLATES, { namespace: own, name: 'echo' });
    await untilLeft(own, ['kept-too']);
  });
});

describe('no finished run is removed', () => {
  it.each([
    ['hematoscope.app/retain', { annotations: { 'hematoscope.app/retain': 'true' } }],
    ['Helm', { annotations: { 'meta.helm.sh/release-name': 'batch' } }],
    ['Argo CD', { annotations: { 'argocd.argoproj.io/tracking-id': 'a:hematoscope.app/JobRun:b/c' } }],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }],
  ])('that %s retains', async (_by, metadata) => {
    const namespace = await namespaceWith({ ttlSecondsAfterFinished: 0, successfulRunsHistoryLimit: 0 });
    await environment.syncer();
    await finish(namespace, 'retained', { metadata });
    await finish(namespace, 'marker');
    await untilLeft(namespace, ['retained']);
    expect(deletions()).toBe(1);
  });

  it('before its callback is settled', async () => {
    const namespace = await namespaceWith({ successfulRunsHistoryLimit: 0 });
    // The name of the receiver is never found, so the callback stays open.
    const callbackWiring = { resolve: () => Promise.reject(new Error('no such name')), refused: () => undefined };
    await environment.syncer({ callbackAllowedHosts: '*.example.com' }, { callbackWiring });
    await finish(namespace, 'calls', { spec: { callbackUrl: 'https://hooks.example.com/' } });
    await environment.runThat(namespace, 'calls', ({ status }) => status?.callback?.state === 'Pending');
    await finish(namespace, 'marker');
    await untilLeft(namespace, ['calls']);
    const status = { callback: { state: 'Delivered', attempts: 1, nextAttemptTime: null, lastError: null } };
    await environment.client.patch(JOB_RUNS, { namespace, name: 'calls', subresource: 'status' }, { status });
    await untilLeft(namespace, []);
  });

  it('that changed in the moment of its removal', async () => {
    const namespace = await namespaceWith({ successfulRunsHistoryLimit: 0 });
    await environment.syncer();
    const held = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<'pass'>();
    environment.proxy.onRequest = ({ method, path }) => {
      if (method !== 'DELETE' || !path.includes('/jobruns/changed')) return 'pass';
      held.resolve(undefined);
      return released.promise;
    };
    await finish(namespace, 'changed');
    await held.promise;
    const annotations = { 'hematoscope.app/retain': 'true' };
    await environment.client.patch(JOB_RUNS, { namespace, name: 'changed' }, { metadata: { annotations } });
    released.resolve('pass');
    await finish(namespace, 'marker');
    await untilLeft(namespace, ['changed']);
  });
});

describe('the API server refuses a retention', () => {
  it.each([
    ['that is negative', { ttlSecondsAfterFinished: -1 }],
    ['that is not a number', { successfulRunsHistoryLimit: 'none' }],
    ['that is not whole', { failedRunsHistoryLimit: 1.5 }],
    ['that is larger than that of a Job', { ttlSecondsAfterFinished: 2_147_483_648 }],
  ])('%s', async (_what, retention) => {
    const namespace = await namespaceWith();
    await expect(setRetention(namespace, retention as Retention)).rejects.toThrow(/runs\.retention\./);
  });
});
