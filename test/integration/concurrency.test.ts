import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Concurrency } from '../../api/concurrency.ts';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_HOLDERS, API_VERSION, LABEL_CONCURRENCY_GROUP, LABEL_JOB_RUN } from '../../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS, LEASES } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { contentOf, type Lease } from '../../core/concurrency/group-lease.ts';
import { jobName } from '../../core/job/job-name.ts';
import { completed } from './job-statuses.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

const NAMESPACE_OF_LEASES = 'default';

describe('runs of a template with a limit', () => {
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

  /** A namespace with a template. */
  const begin = async (concurrency: Concurrency): Promise<string> => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await limit(namespace, concurrency);
    return namespace;
  };
  const limit = (namespace: string, concurrency: Concurrency | null) =>
    environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { runs: { concurrency } });
  const leases = async (): Promise<Lease[]> =>
    (
      await environment.client.list<Lease>(LEASES, {
        namespace: NAMESPACE_OF_LEASES,
        labelSelector: LABEL_CONCURRENCY_GROUP,
      })
    ).items;
  /** The names of the runs that have a place; or that a Lease exists without any. */
  const holders = async (namespace: string): Promise<string[]> =>
    (await leases())
      .flatMap((lease) => contentOf(lease) ?? [])
      .filter(({ id }) => id.startsWith(`${namespace}/`))
      .flatMap((content) => (content.holders.length === 0 ? 'nobody' : content.holders.map(({ name }) => name)));
  const phase = (namespace: string, name: string, wanted: string): Promise<JobRun> =>
    environment.runThat(namespace, name, ({ status }) => status?.phase === wanted);
  const jobOf = async (namespace: string, name: string): Promise<Job> =>
    (await environment.withJob(namespace, name)).job;
  const finish = async (namespace: string, name: string): Promise<JobRun> => {
    await environment.complete(await jobOf(namespace, name));
    return phase(namespace, name, 'Succeeded');
  };
  /** Completes the Jobs of these runs. There are never more than `limit` that have not finished. */
  const finishAll = async (namespace: string, names: readonly string[], most: number): Promise<void> => {
    const left = new Set(names);
    while (left.size > 0) {
      const open = (await environment.jobs(namespace)).filter(({ status }) => !status?.conditions);
      expect(open.length).toBeLessThanOrEqual(most);
      for (const job of open) await environment.patchJobStatus(job, completed());
      for (const name of left) {
        if ((await environment.getRun(namespace, name)).status?.phase === 'Succeeded') left.delete(name);
      }
    }
  };
  const noLease = (namespace: string) => expect.poll(() => holders(namespace), { timeout: 10_000 }).toEqual([]);
  /** The API server counts creation times in seconds: runs of the same second have no order that a test knows. */
  const inNextSecond = async (): Promise<void> => {
    const second = Math.floor(Date.now() / 1000);
    await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5_000 }).toBeGreaterThan(second);
  };
  const later = async (namespace: string, name: string): Promise<JobRun> => {
    await inNextSecond();
    return environment.run(namespace, name);
  };

  it('wait in the queue, in their order, and no Lease is left', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    expect(await holders(namespace)).toEqual(['first']);
    for (const name of ['second', 'third']) {
      await later(namespace, name);
      const { status } = await phase(namespace, name, 'Queued');
      expect(status?.waiting).toMatchObject({
        reason: 'Queued',
        message: 'JobTemplate "echo" permits 1 run at a time, and 100 in the queue; the JobRun waits for a place',
      });
      expect(status?.jobName).toBeUndefined();
    }
    const { metadata } = await environment.getRun(namespace, 'third');
    await finish(namespace, 'first');
    await jobOf(namespace, 'second');
    // Its place has changed, and nothing is written for that.
    expect((await environment.getRun(namespace, 'third')).metadata.resourceVersion).toBe(metadata.resourceVersion);
    expect(await holders(namespace)).toEqual(['second']);
    await finish(namespace, 'second');
    await finish(namespace, 'third');
    await noLease(namespace);
  });

  it('of other groups do not wait for each other', async () => {
    const namespace = await begin({ policy: 'Queue', group: 'customer-$(params.customer)' });
    await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { parameters: [{ name: 'customer' }] });
    await environment.syncer();
    for (const [name, customer] of [
      ['a-1', 'a'],
      ['b-1', 'b'],
    ] as const) {
      await environment.run(namespace, name, { spec: { parameters: { customer } } });
      await jobOf(namespace, name);
    }
    await environment.run(namespace, 'a-2', { spec: { parameters: { customer: 'a' } } });
    await phase(namespace, 'a-2', 'Queued');
    for (const name of ['b-1', 'a-1', 'a-2']) await finish(namespace, name);
    await noLease(namespace);
  });

  it('fail with Forbid if admission did not see the other run', async () => {
    const namespace = await begin({ policy: 'Forbid' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    await later(namespace, 'second');
    const { status } = await phase(namespace, 'second', 'Failed');
    expect(status?.error).toBe('JobTemplate "echo" permits 1 run at a time; JobRun "first" is not finished');
    expect(status?.conditions?.find(({ type }) => type === 'Failed')?.reason).toBe('ConcurrencyForbidden');
    // As soon as a user sees the end of the first one, another one can be created.
    await finish(namespace, 'first');
    await later(namespace, 'third');
    await finish(namespace, 'third');
    expect((await environment.jobs(namespace)).length).toBe(2);
  });

  it('fail if the queue is full, or after their time in it', async () => {
    const namespace = await begin({ policy: 'Queue', maxQueued: 1 });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    await later(namespace, 'third');
    const reasons = async (name: string) =>
      (await phase(namespace, name, 'Failed')).status?.conditions?.find(({ type }) => type === 'Finished')?.reason;
    expect(await reasons('third')).toBe('QueueFull');
    await limit(namespace, { policy: 'Queue', queueTimeoutSeconds: 1 });
    expect(await reasons('second')).toBe('QueueTimeout');
    await finish(namespace, 'first');
    await noLease(namespace);
  });

  it('replace older ones, and start when the Pods of these are gone', async () => {
    const namespace = await begin({ policy: 'Replace' });
    await environment.client.patch(
      JOB_TEMPLATES,
      { namespace, name: 'echo' },
      // A real Job, whose Pod is on no node.
      { spec: { managedBy: null } },
    );
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    await later(namespace, 'second');
    const { status } = await phase(namespace, 'first', 'Cancelled');
    expect(status?.error).toBe('the JobRun was replaced by JobRun "second"');
    const started = Date.parse((await jobOf(namespace, 'second')).metadata!.creationTimestamp!);
    const ended = status?.conditions?.find(({ type }) => type === 'Failed')?.lastTransitionTime;
    expect(started).toBeGreaterThanOrEqual(Date.parse(ended!));
  });

  it('with ReplaceQueued, only the newest one waits', async () => {
    const namespace = await begin({ policy: 'ReplaceQueued' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    await later(namespace, 'third');
    const { status } = await phase(namespace, 'second', 'Cancelled');
    expect(status?.error).toBe('the JobRun was replaced by JobRun "third" before it had a Job');
    await finish(namespace, 'first');
    await finish(namespace, 'third');
    expect((await environment.jobs(namespace)).length).toBe(2);
    await noLease(namespace);
  });

  it('are cancelled at once while they wait, and the next one gets the place', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    for (const name of ['second', 'third']) {
      await later(namespace, name);
      await phase(namespace, name, 'Queued');
    }
    await environment.client.patch(JOB_RUNS, { namespace, name: 'second' }, { spec: { cancel: true } });
    await phase(namespace, 'second', 'Cancelled');
    await finish(namespace, 'first');
    await finish(namespace, 'third');
    await noLease(namespace);
  });

  it('give their places back when they are deleted, with their Jobs', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    const job = await jobOf(namespace, 'first');
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    await environment.client.delete(JOB_RUNS, { namespace, name: 'first' });
    // The garbage collector of a new cluster knows nothing of JobRuns for half a minute.
    await environment.deleteJob(job);
    await finish(namespace, 'second');
    await noLease(namespace);
  });

  it('have their places after a restart of the syncer, also if they were deleted meanwhile', async () => {
    const namespace = await begin({ policy: 'Queue', limit: 2 });
    await environment.syncer();
    for (const name of ['first', 'second']) {
      await environment.run(namespace, name);
      await jobOf(namespace, name);
    }
    for (const name of ['third', 'fourth']) {
      await later(namespace, name);
      await phase(namespace, name, 'Queued');
    }
    const job = await jobOf(namespace, 'first');
    await environment.stopSyncers();
    await environment.client.delete(JOB_RUNS, { namespace, name: 'first' });
    await environment.deleteJob(job);
    await environment.syncer();
    await jobOf(namespace, 'third');
    expect((await environment.getRun(namespace, 'fourth')).status?.phase).toBe('Queued');
    for (const name of ['second', 'third', 'fourth']) await finish(namespace, name);
    await noLease(namespace);
  });

  it('give their places to others while the API server refuses their Jobs, and get them again', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    let isRefused = true;
    const quota = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'exceeded quota: jobs' };
    environment.proxy.onRequest = async ({ method, path }) => {
      const createsJob = method === 'POST' && path.includes(`/${namespace}/jobs`);
      const isOfFirst = isRefused && createsJob && (await holders(namespace)).includes('first');
      return isOfFirst ? { code: 403, status: quota } : 'pass';
    };
    await environment.run(namespace, 'first');
    await environment.runThat(namespace, 'first', ({ status }) => status?.waiting?.reason === 'Forbidden');
    await later(namespace, 'second');
    await jobOf(namespace, 'second');
    expect(await holders(namespace)).toEqual(['second']);
    isRefused = false;
    await phase(namespace, 'first', 'Queued');
    await later(namespace, 'third');
    await phase(namespace, 'third', 'Queued');
    await finish(namespace, 'second');
    await finish(namespace, 'first');
    await finish(namespace, 'third');
    await noLease(namespace);
  }, 60_000);

  it('keep their places when they are cancelled while their Jobs may still be stored', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    let isCutOff = true;
    environment.proxy.onRequest = ({ method, path }) =>
      isCutOff && method === 'POST' && path.includes(`/${namespace}/jobs`) ? 'cutBefore' : 'pass';
    const { metadata } = await environment.run(namespace, 'first');
    await expect.poll(() => holders(namespace)).toEqual(['first']);
    await expect.poll(() => environment.sent('POST', /\/jobs/)).toBeGreaterThan(0);
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    await environment.client.patch(JOB_RUNS, { namespace, name: 'first' }, { spec: { cancel: true } });
    await phase(namespace, 'first', 'Cancelled');
    isCutOff = false;
    await later(namespace, 'third');
    await phase(namespace, 'third', 'Queued');
    expect(await holders(namespace)).toEqual(['first']);
    // The API server carries out the request after all.
    const { uid = '' } = metadata;
    const owner = { apiVersion: API_VERSION, kind: 'JobRun', name: 'first', uid, controller: true };
    const name = jobName('first', uid);
    const labels = { [LABEL_JOB_RUN]: 'first' };
    const pod = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox' }] } };
    const job = await environment.client.create<Job>(JOBS, namespace, {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, labels, ownerReferences: [owner] } },
      spec: { managedBy: 'example.com/test', template: pod },
    });
    await environment.complete(job);
    await finish(namespace, 'second');
    await finish(namespace, 'third');
    await noLease(namespace);
  });

  it('keep their places while a Job runs that has lost its run', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    const job = await jobOf(namespace, 'first');
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    // As `kubectl delete --cascade=orphan` does.
    const { name = '' } = job.metadata!;
    await environment.client.patch(JOBS, { namespace, name }, { metadata: { ownerReferences: null } });
    await phase(namespace, 'first', 'Unknown');
    await environment.client.delete(JOB_RUNS, { namespace, name: 'first' });
    await later(namespace, 'third');
    await phase(namespace, 'third', 'Queued');
    expect(await holders(namespace)).toEqual(['first']);
    await environment.complete(job);
    await finish(namespace, 'second');
    await finish(namespace, 'third');
    await noLease(namespace);
  });

  it('do not wait for a suspended Job that was stopped and cannot be deleted', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    await environment.run(namespace, 'first', { spec: { suspend: true } });
    const { name = '' } = (await jobOf(namespace, 'first')).metadata!;
    const finalizers = (value: string[] | null) =>
      environment.client.patch(JOBS, { namespace, name }, { metadata: { finalizers: value } });
    await finalizers(['example.com/test']);
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    await environment.client.patch(JOB_RUNS, { namespace, name: 'first' }, { spec: { cancel: true } });
    await phase(namespace, 'first', 'Cancelled');
    await finish(namespace, 'second');
    await finalizers(null);
    await noLease(namespace);
  });

  it('are not overtaken after a change of the leader, though it takes long to find out their group', async () => {
    const namespace = await begin({ policy: 'Queue', group: 'g' });
    await environment.template(namespace, 'slow');
    const runs = { concurrency: { policy: 'Queue', group: 'g' } };
    await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'slow' }, { runs });
    await environment.syncer();
    await environment.run(namespace, 'first');
    const job = await jobOf(namespace, 'first');
    await inNextSecond();
    await environment.run(namespace, 'older', { spec: { templateRef: 'slow' } });
    await phase(namespace, 'older', 'Queued');
    await later(namespace, 'younger');
    await phase(namespace, 'younger', 'Queued');
    await environment.stopSyncers();
    await environment.complete(job);
    environment.proxy.onRequest = async ({ path }) => {
      if (path.includes('/jobtemplates/slow')) await sleep(2_000);
      return 'pass' as const;
    };
    await environment.syncer();
    await jobOf(namespace, 'older');
    expect(await holders(namespace)).toEqual(['older']);
    await finish(namespace, 'older');
    await finish(namespace, 'younger');
    await noLease(namespace);
  });

  it('wait although somebody removes the Lease', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    for (const { metadata } of await leases()) {
      await environment.client.delete(LEASES, { namespace: NAMESPACE_OF_LEASES, name: metadata!.name! });
    }
    await later(namespace, 'second');
    await phase(namespace, 'second', 'Queued');
    await environment.stopSyncers();
    await environment.syncer();
    // After a restart, only the Job shows that its run has a place.
    await later(namespace, 'third');
    await phase(namespace, 'third', 'Queued');
    expect((await environment.jobs(namespace)).length).toBe(1);
    for (const name of ['first', 'second', 'third']) await finish(namespace, name);
    await noLease(namespace);
  });

  it('wait and say so while the Lease cannot be read, and no run that has a place is lost', async () => {
    const namespace = await begin({ policy: 'Queue', limit: 2 });
    await environment.syncer();
    await environment.run(namespace, 'first');
    await jobOf(namespace, 'first');
    const lease = (await leases()).find((each) => contentOf(each)?.id.startsWith(`${namespace}/`) === true);
    const key = { namespace: NAMESPACE_OF_LEASES, name: lease!.metadata!.name! };
    const { [ANNOTATION_HOLDERS]: stored = '' } = lease!.metadata!.annotations!;
    await environment.stopSyncers();
    const broken = { [ANNOTATION_HOLDERS]: JSON.stringify([...(JSON.parse(stored) as object[]), { name: 'lost' }]) };
    await environment.client.patch(LEASES, key, { metadata: { annotations: broken } });
    await environment.syncer();
    await later(namespace, 'second');
    const { status } = await phase(namespace, 'second', 'Queued');
    expect(status?.waiting?.message).toBe(
      `Lease ${key.namespace}/${key.name} does not list the runs that have a place, so no run gets one; repair or delete the Lease`,
    );
    // A run of the group that ends changes nothing.
    await finish(namespace, 'first');
    expect((await environment.client.get<Lease>(LEASES, key)).metadata?.annotations).toMatchObject(broken);
    expect((await environment.getRun(namespace, 'second')).status?.phase).toBe('Queued');
    await environment.client.patch(LEASES, key, { metadata: { annotations: { [ANNOTATION_HOLDERS]: stored } } });
    await finish(namespace, 'second');
    await noLease(namespace);
  });

  it('get their places although requests for the Lease are cut off before or after they take effect', async () => {
    const namespace = await begin({ policy: 'Queue', limit: 2 });
    await environment.syncer();
    let seen = 0;
    environment.proxy.onRequest = ({ path, method }) => {
      if (!path.includes('/leases') || method === 'GET') return 'pass';
      seen += 1;
      if (seen % 3 === 1) return 'cutAfter';
      return seen % 3 === 2 ? 'cutBefore' : 'pass';
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await environment.run(namespace, name);
    await finishAll(namespace, names, 2);
    await noLease(namespace);
    expect(seen).toBeGreaterThan(6);
  });

  it('follow a new limit: a greater one starts more, a lower one stops none', async () => {
    const namespace = await begin({ policy: 'Queue' });
    await environment.syncer();
    for (const name of ['first', 'second', 'third']) await later(namespace, name);
    await jobOf(namespace, 'first');
    await phase(namespace, 'second', 'Queued');
    await limit(namespace, { policy: 'Queue', limit: 2 });
    await jobOf(namespace, 'second');
    await limit(namespace, { policy: 'Queue', limit: 1 });
    await finish(namespace, 'first');
    await phase(namespace, 'third', 'Queued');
    await finish(namespace, 'second');
    await limit(namespace, null);
    await finish(namespace, 'third');
    await noLease(namespace);
  });

  it('never exceed the limit with two syncers', async () => {
    const namespace = await begin({ policy: 'Queue', limit: 3 });
    await environment.syncer();
    await environment.syncer();
    const names = Array.from({ length: 30 }, (_, index) => `run-${String(index).padStart(2, '0')}`);
    await Promise.all(names.map((name) => environment.run(namespace, name)));
    await finishAll(namespace, names, 3);
    await noLease(namespace);
  }, 60_000);

  it('without a limit cost no request for a Lease', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    const before = environment.sent('GET', /\/leases/);
    await environment.run(namespace, 'first');
    await finish(namespace, 'first');
    expect(environment.sent('GET', /\/leases/)).toBe(before);
    expect(environment.sent('POST', /\/leases/)).toBe(0);
  });
});
