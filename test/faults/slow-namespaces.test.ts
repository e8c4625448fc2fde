import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { REASON_COMPLETED } from '../../api/names.ts';
import { CONTROLLER_REVISIONS, EVENTS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { NAMESPACES, SyncerEnvironment } from '../integration/syncer-environment.ts';
import { CHECKED, startHangingWebhook, type HangingWebhook, type Target } from './hanging-webhook.ts';

/** As many runs as could use all connections for Jobs several times over. */
const HOSTILE_NAMESPACES = 6;
const RUNS = 5;
/**
 * A request of the syncer gives up after 15 s. Who has to wait for the connection of one that hangs waits that long. Who has
 * not needs well below a second, and on a busy machine some seconds.
 */
const NOT_WAITED_MS = 12_000;

let environment: SyncerEnvironment;
let directory: string;
let webhook: HangingWebhook | undefined;

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
  directory = await mkdtemp(join(tmpdir(), 'job-template-run-slow-'));
});
afterEach(async () => {
  await webhook?.stop();
  webhook = undefined;
  await environment.stopSyncers();
});
afterAll(async () => {
  await environment.stop();
  await rm(directory, { recursive: true, force: true });
});

async function hostileNamespaces(count = HOSTILE_NAMESPACES, spec: object = {}): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const namespace = await environment.namespace();
      await environment.client.patch(NAMESPACES, { name: namespace }, { metadata: { labels: CHECKED } });
      await environment.template(namespace, 'echo', spec);
      return namespace;
    }),
  );
}

const names = Array.from({ length: RUNS }, (_, index) => `hostile-${index}`);
const createRuns = (namespaces: string[]) =>
  Promise.all(namespaces.flatMap((namespace) => names.map((name) => environment.run(namespace, name))));
const eachRun = <T>(namespaces: string[], act: (namespace: string, name: string) => Promise<T>) =>
  Promise.all(namespaces.flatMap((namespace) => names.map((name) => act(namespace, name))));
const withJobs = (namespaces: string[]) =>
  eachRun(namespaces, (namespace, name) => environment.withJob(namespace, name));

/** An object that the API server accepts. */
function probeOf({ resource }: Target, name: string, namespace: string): KubeObject {
  const { group, version, kind } = resource;
  const job = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } };
  const event = {
    ...{ eventTime: new Date().toISOString().replace('Z', '000Z'), type: 'Normal', reason: 'Probe', action: 'Probe' },
    ...{ reportingController: 'example.com/probe', reportingInstance: 'probe', regarding: { kind: 'Pod', namespace } },
  };
  const content = {
    [JOBS.kind]: { spec: job },
    [JOB_RUNS.kind]: { spec: { templateRef: 'echo' } },
    [EVENTS.kind]: event,
    [CONTROLLER_REVISIONS.kind]: { revision: 1, data: {} },
  }[kind];
  return { apiVersion: `${group}/${version}`, kind, metadata: { name, namespace }, ...content };
}

/** Returns when the API server calls the webhook: it learns of its configuration a moment later. */
async function hang(target: Target): Promise<void> {
  const { client } = environment;
  const [namespace] = await hostileNamespaces(1);
  const { operation, resource } = target;
  const key = { namespace: namespace!, name: 'probe' };
  const short = { dryRun: true, timeoutMs: 500 };
  await client.create(resource, namespace, probeOf(target, 'probe', key.namespace));
  const changed = target.subresource
    ? { status: { phase: 'Pending' } }
    : { metadata: { annotations: { probe: 'yes' } } };
  const send = {
    CREATE: () => client.create(resource, namespace, probeOf(target, 'another', key.namespace), short),
    UPDATE: () => client.patch(resource, { ...key, subresource: target.subresource }, changed, short),
    DELETE: () => client.delete(resource, key, short),
  }[operation];
  const started = await startHangingWebhook(client, directory, target);
  webhook = started;
  const received = async () => {
    await send().catch(() => undefined);
    return started.received();
  };
  await expect.poll(received, { timeout: 30_000 }).toBeGreaterThan(0);
  await expect.poll(started.held, { timeout: 30_000 }).toBe(0);
}

/** The run of another namespace gets its Job and its status while as many requests hang as are let. */
async function othersAreServed(victim: string): Promise<void> {
  await expect.poll(() => webhook?.held(), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  for (const name of ['first', 'second']) {
    const started = performance.now();
    await environment.run(victim, name);
    const { job } = await environment.withJob(victim, name);
    await environment.complete(job);
    await environment.runThat(victim, name, ({ status }) => status?.phase === 'Succeeded');
    expect(performance.now() - started).toBeLessThan(NOT_WAITED_MS);
    await expect.poll(() => webhook?.held(), { timeout: 30_000 }).toBeGreaterThan(0);
  }
}

async function victimNamespace(): Promise<string> {
  const victim = await environment.namespace();
  await environment.template(victim);
  return victim;
}

const options = () => ({ kubeConfig: environment.kubeConfig });

describe('while a webhook of several namespaces hangs on each', () => {
  it('creation of a Job, the runs of others get theirs', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces();
    await environment.syncer({}, options());
    await hang({ operation: 'CREATE', resource: JOBS });
    await createRuns(hostile);
    await othersAreServed(victim);
    webhook?.release();
    for (const namespace of hostile) {
      await environment.runThat(namespace, names[0]!, ({ status }) => status?.jobName !== undefined, 120_000);
    }
  });

  it('change of a Job, the runs of others get theirs', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces();
    await environment.syncer({}, options());
    await createRuns(hostile);
    await withJobs(hostile);
    await hang({ operation: 'UPDATE', resource: JOBS });
    await eachRun(hostile, (namespace, name) =>
      environment.client.patch<JobRun>(JOB_RUNS, { namespace, name }, { spec: { suspend: true } }),
    );
    await othersAreServed(victim);
    webhook?.release();
    for (const namespace of hostile) {
      const isApplied = ({ status }: JobRun): boolean => status?.observedGeneration === 2;
      await environment.runThat(namespace, names[0]!, isApplied, 120_000);
    }
  });

  it('deletion of a Job, the runs of others get theirs', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces(HOSTILE_NAMESPACES, { ttlSecondsAfterFinished: 0 });
    await environment.syncer({}, options());
    await createRuns(hostile);
    const made = await withJobs(hostile);
    await hang({ operation: 'DELETE', resource: JOBS });
    await Promise.all(made.map(({ job }) => environment.complete(job)));
    await othersAreServed(victim);
    webhook?.release();
    const remaining = async () =>
      (await Promise.all(hostile.map((namespace) => environment.client.list(JOBS, { namespace })))).flatMap(
        ({ items }) => items,
      );
    await expect.poll(remaining, { timeout: 130_000, interval: 500 }).toEqual([]);
  });

  it('removal of a run, the runs of others get their Jobs, and are removed', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces();
    const remove = { runs: { retention: { ttlSecondsAfterFinished: 0 } } };
    await environment.syncer({}, options());
    await createRuns(hostile);
    const made = await withJobs(hostile);
    await Promise.all(made.map(({ job }) => environment.complete(job)));
    await eachRun(hostile, (namespace, name) =>
      environment.runThat(namespace, name, ({ status }) => status?.phase === 'Succeeded'),
    );
    await hang({ operation: 'DELETE', resource: JOB_RUNS });
    for (const namespace of hostile) {
      await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, remove);
    }
    await othersAreServed(victim);
    await environment.client.patch(JOB_TEMPLATES, { namespace: victim, name: 'echo' }, remove);
    const runsOf = async (namespace: string) => (await environment.client.list(JOB_RUNS, { namespace })).items;
    await expect.poll(() => runsOf(victim), { timeout: 30_000 }).toEqual([]);
    webhook?.release();
    const remaining = async () => (await Promise.all(hostile.map(runsOf))).flat();
    await expect.poll(remaining, { timeout: 130_000, interval: 500 }).toEqual([]);
  });

  it('status of a run, the runs of others get theirs', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces();
    await environment.syncer({}, options());
    await hang({ operation: 'UPDATE', resource: JOB_RUNS, subresource: 'status' });
    await createRuns(hostile);
    await othersAreServed(victim);
    webhook?.release();
    for (const namespace of hostile) {
      await environment.runThat(namespace, names[0]!, ({ status }) => status?.jobName !== undefined, 120_000);
    }
  });

  it('Event, the runs of others get theirs', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces();
    await environment.syncer({}, options());
    await hang({ operation: 'CREATE', resource: EVENTS });
    await createRuns(hostile);
    await othersAreServed(victim);
    await environment.run(victim, 'last');
    const { job } = await environment.withJob(victim, 'last');
    await environment.complete(job);
    const ofLast = async () => {
      const { items } = await environment.client.list<KubeObject & { reason: string }>(EVENTS, { namespace: victim });
      return items.filter(({ metadata }) => metadata?.name?.startsWith('last.')).map(({ reason }) => reason);
    };
    await expect.poll(ofLast, { timeout: NOT_WAITED_MS }).toContain(REASON_COMPLETED);
    webhook?.release();
  });

  it('revision of a template, the runs and templates of others get theirs', async () => {
    const victim = await victimNamespace();
    const hostile = await hostileNamespaces();
    // The syncer stores revisions of its own accord.
    await hang({ operation: 'CREATE', resource: CONTROLLER_REVISIONS });
    await environment.syncer({}, options());
    for (const namespace of hostile) {
      for (const name of names) await environment.template(namespace, name);
    }
    await othersAreServed(victim);
    await environment.template(victim, 'later');
    const revisions = async () =>
      (await environment.client.list(CONTROLLER_REVISIONS, { namespace: victim })).items.map(
        ({ metadata }) => metadata?.name,
      );
    const ofLater = expect.stringContaining('later') as string;
    await expect.poll(revisions, { timeout: NOT_WAITED_MS }).toContainEqual(ofLater);
    webhook?.release();
  });
});
