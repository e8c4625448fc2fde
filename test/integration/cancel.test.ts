import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import {
  ANNOTATION_CANCELLED_BY,
  ANNOTATION_MISSING_TEMPLATE,
  ANNOTATION_STOPPED,
  LABEL_JOB_RUN,
} from '../../api/names.ts';
import { JOB_RUNS, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { jobNameOfRun } from '../../core/job/ownership.ts';
import { expectSuccess } from './command-results.ts';
import { failed } from './job-statuses.ts';
import {
  eventually,
  jobRun,
  MANAGED_BY_TEST,
  ProductEnvironment,
  template,
  type Tenant,
} from './product-environment.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

const KUEUE = { 'kueue.x-k8s.io/queue-name': 'research' };
const CANCEL = ['--type', 'merge', '-p', '{"spec":{"cancel":true}}'];
const isCancelled = ({ status }: JobRun): boolean => status?.phase === 'Cancelled';
const conditionsOf = ({ status }: JobRun): Map<string, string> =>
  new Map(status?.conditions?.map(({ type, status: value, reason = '' }) => [type, `${value} ${reason}`]));

describe('a user cancels a run', () => {
  let environment: ProductEnvironment;
  let tenant: Tenant;

  beforeAll(async () => {
    environment = await ProductEnvironment.start();
    tenant = await environment.tenant();
    await tenant.applied(template('echo'));
    await tenant.applied(template('slow', {}, { spec: { backoffLimit: 6, activeDeadlineSeconds: 3600 } }));
    await tenant.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
    await tenant.applied(template('kueue', {}, { spec: { suspend: true }, metadata: { labels: KUEUE } }));
  });
  afterAll(async () => {
    await environment.stop();
  });

  const cancel = async (name: string, ...flags: string[]): Promise<string> =>
    expectSuccess(await tenant.kubectl(['patch', 'jobrun', name, ...CANCEL, ...flags])).stderr;
  const jobOf = ({ metadata: { uid } }: JobRun): Promise<Job[]> =>
    tenant
      .jobs()
      .then((jobs) => jobs.filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.uid === uid)));
  const pods = async (job: Job): Promise<string> => {
    const selector = `batch.kubernetes.io/job-name=${job.metadata!.name!}`;
    return expectSuccess(await tenant.kubectl(['get', 'pods', '-l', selector, '-o', 'name'])).stdout;
  };
  const changed = ({ metadata }: Job, patch: object): Promise<Job> =>
    environment.client.patch<Job>(JOBS, { namespace: tenant.namespace, name: metadata!.name! }, patch);
  /** A run whose Job has a Pod. No node runs it. */
  const running = async (name: string, templateRef: string): Promise<Job> => {
    await tenant.created(jobRun(name, templateRef));
    const job = await tenant.job(name);
    await eventually('the Pod', async () => (await pods(job)) !== '');
    return job;
  };

  it('before it has a Job, and it never gets one', async () => {
    const metadata = { annotations: { [ANNOTATION_MISSING_TEMPLATE]: 'Wait' } };
    await tenant.created(jobRun('waiting', 'not-yet', {}, metadata));
    await tenant.runThat('waiting', ({ status }) => status?.phase === 'Pending');
    await cancel('waiting', '--as', 'anna', '--as-group', 'system:masters');
    const run = await tenant.runThat('waiting', isCancelled);
    expect(run.status?.error).toBe('the JobRun was cancelled by anna before it had a Job');
    expect(conditionsOf(run)).toEqual(
      new Map([
        ['Failed', 'True Cancelled'],
        ['JobCreated', 'False Cancelled'],
        ['Finished', 'True Cancelled'],
        ['Stalled', 'True Cancelled'],
      ]),
    );
    await tenant.applied(template('not-yet'));
    // A run that was created later has its Job: the template was seen.
    await tenant.created(jobRun('later', 'not-yet'));
    await tenant.job('later');
    expect(await jobOf(run)).toEqual([]);
  });

  it('that runs: its Pods are deleted, its Job remains, and the user is recorded', async () => {
    const job = await running('runs', 'slow');
    await cancel('runs', '--as', 'anna', '--as-group', 'system:masters');
    const run = await tenant.runThat('runs', isCancelled);
    expect(run.metadata.annotations).toMatchObject({ [ANNOTATION_CANCELLED_BY]: 'anna' });
    expect(run.status?.error).toBe('the JobRun was cancelled by anna');
    expect(conditionsOf(run)).toEqual(
      new Map([
        ['FailureTarget', 'True DeadlineExceeded'],
        ['Failed', 'True Cancelled'],
        ['JobCreated', 'True JobCreated'],
        ['Finished', 'True Cancelled'],
        ['Stalled', 'True Cancelled'],
      ]),
    );
    expect(await pods(job)).toBe('');
    const [stored] = await jobOf(run);
    expect(stored?.metadata?.uid).toBe(job.metadata?.uid);
    expect(stored?.spec).toEqual({ ...job.spec, activeDeadlineSeconds: 1 });
    expect(stored?.metadata?.annotations?.[ANNOTATION_STOPPED]).toMatch(/^the JobRun was cancelled by anna at 20/);
    expectSuccess(await tenant.kubectl(['wait', '--for=condition=Failed', 'jobrun/runs', '--timeout=60s']));
    await eventually('the Event', async () => {
      const { stdout } = expectSuccess(await tenant.kubectl(['describe', 'jobrun', 'runs']));
      return /Normal +Cancelled .*the JobRun was cancelled by anna/.test(stdout);
    });
  });

  it('that is suspended: its Job is deleted, and a resume has no effect', async () => {
    await tenant.created(jobRun('suspended', 'echo', { suspend: true }));
    await tenant.runThat('suspended', ({ status }) => status?.phase === 'Suspended');
    await cancel('suspended');
    const run = await tenant.runThat('suspended', isCancelled);
    expect(conditionsOf(run).get('Finished')).toBe('True Cancelled');
    await eventually('no Job', async () => (await jobOf(run)).length === 0);
    const resume = ['patch', 'jobrun', 'suspended', '--type', 'merge', '-p', '{"spec":{"suspend":false}}'];
    expect(expectSuccess(await tenant.kubectl(resume)).stderr).toContain('suspending or resuming it changes nothing');
    await tenant.created(jobRun('after-resume', 'echo'));
    await tenant.job('after-resume');
    expect(await jobOf(run)).toEqual([]);
  });

  it.each([
    ['completed', 'Succeeded', undefined],
    ['failed by itself', 'Failed', failed()],
  ])('whose Job has %s first: it is %s', async (what, phase, status) => {
    const name = what.replaceAll(' ', '-');
    await tenant.created(jobRun(name, 'managed'));
    const job = await tenant.job(name);
    await environment.stopSyncer();
    const key = { namespace: tenant.namespace, name: job.metadata!.name!, subresource: 'status' };
    if (status === undefined) await tenant.complete(job);
    else await environment.client.patch(JOBS, key, { status });
    await cancel(name);
    await environment.startSyncer();
    const run = await tenant.runThat(name, ({ status: seen }) =>
      conditionsOf({ status: seen } as JobRun).has('Finished'),
    );
    expect(run.status?.phase).toBe(phase);
    expect((await jobOf(run))[0]?.metadata?.annotations).not.toHaveProperty(ANNOTATION_STOPPED);
    expect(await cancel(name)).toBe('');
  });

  it('that has finished: a warning says that it has no effect', async () => {
    await tenant.created(jobRun('finished', 'managed'));
    await tenant.complete(await tenant.job('finished'));
    await tenant.runThat('finished', ({ status }) => status?.phase === 'Succeeded');
    expect(await cancel('finished')).toContain('this JobRun has finished: cancelling it changes nothing');
    await tenant.created(jobRun('after-finished', 'echo'));
    await tenant.job('after-finished');
    expect((await tenant.run('finished')).status?.phase).toBe('Succeeded');
  });

  it('whose Job another controller manages: that controller ends it', async () => {
    await tenant.created(jobRun('elsewhere', 'managed'));
    const job = await tenant.job('elsewhere');
    await cancel('elsewhere');
    const key = { namespace: tenant.namespace, name: job.metadata!.name! };
    await eventually('the deadline', async () => {
      const { spec } = await environment.client.get<Job>(JOBS, key);
      return spec?.activeDeadlineSeconds === 1;
    });
    const status = JSON.parse(
      JSON.stringify(failed()).replaceAll('BackoffLimitExceeded', 'DeadlineExceeded'),
    ) as object;
    await environment.client.patch(JOBS, { ...key, subresource: 'status' }, { status });
    expect((await tenant.runThat('elsewhere', isCancelled)).status).toMatchObject({ failed: 1 });
  });

  it('whose Job is queued by Kueue: it is deleted', async () => {
    await tenant.created(jobRun('queued', 'kueue'));
    expect((await tenant.job('queued')).metadata?.labels).toMatchObject(KUEUE);
    await cancel('queued');
    const run = await tenant.runThat('queued', isCancelled);
    await eventually('no Job', async () => (await jobOf(run)).length === 0);
  });

  it('whose Job is admitted by Kueue: nothing of Kueue is changed', async () => {
    await tenant.created(jobRun('admitted', 'kueue'));
    const job = await tenant.job('admitted');
    await changed(job, { spec: { suspend: false, template: { spec: { nodeSelector: { pool: 'a' } } } } });
    await eventually('the Pod', async () => (await pods(job)) !== '');
    await cancel('admitted');
    const [stored] = await jobOf(await tenant.runThat('admitted', isCancelled));
    expect(stored?.metadata?.labels).toMatchObject(KUEUE);
    expect(stored?.metadata?.labels).toEqual(job.metadata?.labels);
    expect(stored?.spec).toMatchObject({ suspend: false, template: { spec: { nodeSelector: { pool: 'a' } } } });
  });

  it('twice: the first user stays, and nobody can set it back', async () => {
    await tenant.created(jobRun('twice', 'managed'));
    await tenant.job('twice');
    await cancel('twice', '--as', 'anna', '--as-group', 'system:masters');
    await cancel('twice', '--as', 'ben', '--as-group', 'system:masters');
    const { metadata } = await tenant.run('twice');
    expect(metadata.annotations).toMatchObject({ [ANNOTATION_CANCELLED_BY]: 'anna' });
    for (const value of ['false', 'null']) {
      const patch = ['patch', 'jobrun', 'twice', '--type', 'merge', '-p', `{"spec":{"cancel":${value}}}`];
      expect((await tenant.kubectl(patch)).stderr).toContain('cancel cannot be set back: the JobRun is cancelled');
    }
  });

  it('with a manifest that is applied to a new cluster: it runs nothing', async () => {
    const { stderr } = await tenant.created(jobRun('from-git', 'echo', { cancel: true }));
    expect(stderr).toContain('it is cancelled, and gets no Job');
    const run = await tenant.runThat('from-git', isCancelled);
    expect(await jobOf(run)).toEqual([]);
    expect(run.metadata.annotations?.[ANNOTATION_CANCELLED_BY]).toBe(
      run.metadata.annotations?.['hematoscope.app/requested-by'],
    );
  });

  describe('a Job of a finished run', () => {
    /** The Job of a run, as a syncer makes it. */
    const strayOf = (run: JobRun, metadata: object, spec: object = {}): Job => ({
      metadata: {
        name: jobNameOfRun(run),
        labels: { [LABEL_JOB_RUN]: run.metadata.name! },
        ownerReferences: [
          {
            apiVersion: run.apiVersion,
            kind: run.kind,
            name: run.metadata.name!,
            uid: run.metadata.uid!,
            controller: true,
          },
        ],
        ...metadata,
      },
      spec: {
        ...spec,
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } },
      },
    });
    const create = (job: Job): Promise<Job> => environment.client.create<Job>(JOBS, tenant.namespace, job);
    const get = (job: Job): Promise<Job> =>
      environment.client.get<Job>(JOBS, { namespace: tenant.namespace, name: job.metadata!.name! });
    /** A run that was cancelled before it had a Job. */
    const finishedRun = async (name: string): Promise<JobRun> => {
      await tenant.created(jobRun(name, 'echo', { cancel: true }));
      return tenant.runThat(name, isCancelled);
    };

    it('that a stale leader made is stopped', async () => {
      const run = await finishedRun('stray');
      const job = await create(strayOf(run, {}));
      await eventually('the end of the Job', async () => {
        const { status } = await get(job);
        return (status?.conditions ?? []).some(
          ({ type, reason }) => type === 'Failed' && reason === 'DeadlineExceeded',
        );
      });
      expect(await pods(job)).toBe('');
      expect((await tenant.run('stray')).status).toEqual(run.status);
    });

    it('that is suspended is deleted', async () => {
      const run = await finishedRun('stray-suspended');
      await create(strayOf(run, {}, { suspend: true }));
      await eventually('no Job', async () => (await jobOf(run)).length === 0);
    });

    it('is left alone if it is not the Job of the run', async () => {
      const run = await finishedRun('namesake');
      const [reference] = strayOf(run, {}).metadata!.ownerReferences!;
      const others = [
        await create(strayOf(run, { name: 'another-name' })),
        await create(strayOf(run, { ownerReferences: [{ ...reference!, controller: false }] })),
      ];
      // The syncer has seen them before the Job of this run.
      await create(strayOf(await finishedRun('witness'), {}, { suspend: true }));
      await eventually('the last Job', async () => (await jobOf(await tenant.run('witness'))).length === 0);
      for (const other of others) {
        const { metadata, spec } = await get(other);
        expect(metadata?.annotations ?? {}).not.toHaveProperty(ANNOTATION_STOPPED);
        expect(spec).not.toHaveProperty('activeDeadlineSeconds');
      }
    });
  });
});

describe('a syncer that cancels', () => {
  let environment: SyncerEnvironment;

  beforeAll(async () => {
    environment = await SyncerEnvironment.start();
  });
  afterAll(async () => {
    await environment.stopSyncers();
    await environment.stop();
  });

  const cancel = (namespace: string, name: string): Promise<JobRun> =>
    environment.client.patch<JobRun>(JOB_RUNS, { namespace, name }, { spec: { cancel: true } });
  const jobsThat = (namespace: string, expected: (jobs: Job[]) => boolean): Promise<void> =>
    expect.poll(async () => expected(await environment.jobs(namespace)), { timeout: 60_000 }).toBe(true);

  it('looks for a Job whose creation had no answer before it finishes the run', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace, 'echo', { managedBy: null });
    let lost = 0;
    environment.proxy.onRequest = ({ method, path }) => {
      if (method !== 'POST' || !/\/jobs(?:\?|$)/.test(path)) return 'pass';
      lost += 1;
      return 'cutAfter';
    };
    await environment.syncer();
    await environment.run(namespace, 'unclear');
    await expect.poll(() => lost, { timeout: 30_000 }).toBeGreaterThan(0);
    await cancel(namespace, 'unclear');
    const run = await environment.runThat(namespace, 'unclear', isCancelled, 60_000);
    expect(run.status?.jobName).toBe(jobNameOfRun(run));
    const [job, ...more] = await environment.jobs(namespace);
    expect(more).toEqual([]);
    expect(job?.status?.conditions?.map(({ type }) => type)).toContain('Failed');
    environment.proxy.onRequest = () => 'pass';
  });

  it('that was killed before it deleted the suspended Job leaves that to the next', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace, 'echo', { managedBy: null });
    let forbidden = true;
    environment.proxy.onRequest = ({ method }) => (method === 'DELETE' && forbidden ? 'cutBefore' : 'pass');
    await environment.syncer();
    await environment.run(namespace, 'left', { spec: { suspend: true } });
    await environment.runThat(namespace, 'left', ({ status }) => status?.phase === 'Suspended');
    await cancel(namespace, 'left');
    await environment.runThat(namespace, 'left', isCancelled);
    expect(await environment.jobs(namespace)).toHaveLength(1);
    await environment.stopSyncers();
    forbidden = false;
    await environment.syncer();
    await jobsThat(namespace, (jobs) => jobs.length === 0);
  });

  it('stops a suspended Job that is resumed before it is deleted', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace, 'echo', { managedBy: null });
    environment.proxy.onRequest = ({ method }) => (method === 'DELETE' ? 'cutBefore' : 'pass');
    await environment.syncer();
    await environment.run(namespace, 'resumed', { spec: { suspend: true } });
    await environment.runThat(namespace, 'resumed', ({ status }) => status?.phase === 'Suspended');
    await cancel(namespace, 'resumed');
    await environment.runThat(namespace, 'resumed', isCancelled);
    await environment.stopSyncers();
    const [job] = await environment.jobs(namespace);
    await environment.client.patch(JOBS, { namespace, name: job!.metadata!.name! }, { spec: { suspend: false } });
    await jobsThat(namespace, ([stopped]) =>
      (stopped?.status?.conditions ?? []).some(
        ({ type, reason }) => type === 'Failed' && reason === 'DeadlineExceeded',
      ),
    );
  });

  it('needs no webhook for the rule that cancel is never set back', async () => {
    const namespace = await environment.namespace();
    await environment.run(namespace, 'bare', { spec: { cancel: false } });
    await cancel(namespace, 'bare');
    for (const value of [false, null]) {
      const patch = environment.client.patch(JOB_RUNS, { namespace, name: 'bare' }, { spec: { cancel: value } });
      await expect(patch).rejects.toThrow('cancel cannot be set back');
    }
    await environment.client.patch(JOB_RUNS, { namespace, name: 'bare' }, { spec: { suspend: true } });
  });
});
