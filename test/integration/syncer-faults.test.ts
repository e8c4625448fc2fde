import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { JOB_RUNS, JOB_TEMPLATES, LEASES } from '../../api/resources.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { KubeObject } from '../../api/wire.ts';
import { SYSTEM_CLOCK } from '../../syncer/clock.ts';
import { WHOLE } from '../../syncer/shard.ts';
import { LeadershipLostError } from '../../kube/controller/leader-election.ts';
import { kubeMetrics } from '../../kube/metrics/client-metrics.ts';
import { Controller } from '../../syncer/controller/controller.ts';
import type { Fault, SeenRequest } from './fault-proxy.ts';
import { NAMESPACES, SyncerEnvironment } from './syncer-environment.ts';
import { startSyncerProcess } from './syncer-process.ts';
import type { SyncerProcess } from './syncer-process.ts';
import { NO_CALLBACKS } from '../unit/syncer/callback/no-callbacks.ts';

let environment: SyncerEnvironment;
const processes: SyncerProcess[] = [];

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
});
afterEach(async () => {
  for (const child of processes.splice(0)) {
    child.kill('SIGKILL');
    await child.ended;
  }
  await environment.stopSyncers();
});
afterAll(async () => {
  await environment.stop();
});

function process(config: Record<string, string> = {}): SyncerProcess {
  const child = startSyncerProcess(environment.proxy.kubeConfig, config);
  processes.push(child);
  return child;
}

const createsJob = ({ method, path }: SeenRequest): boolean => method === 'POST' && /\/jobs(?:\?|$)/.test(path);
const writesStatus = ({ method, path }: SeenRequest): boolean => method === 'PATCH' && path.endsWith('/status');
const isWatch = ({ path }: SeenRequest): boolean => path.includes('watch=true');
const writesLease = ({ method, path }: SeenRequest): boolean => method === 'PUT' && path.includes('/leases/');

describe('slow-webhook: Jobs of one namespace that the API server checks for long', () => {
  it('leave connections to the others, and their runs say why they wait', { timeout: 90_000 }, async () => {
    const slow = await environment.namespace();
    const other = await environment.namespace();
    await Promise.all([environment.template(slow), environment.template(other)]);
    const hanging = Promise.withResolvers<'pass'>();
    let held = 0;
    environment.proxy.onRequest = (request) => {
      if (!createsJob(request) || !request.path.includes(`/${slow}/`)) return 'pass';
      held += 1;
      return hanging.promise;
    };
    await environment.syncer();
    const names = Array.from({ length: 40 }, (_, index) => `slow-${index}`);
    await Promise.all(names.map((name) => environment.run(slow, name)));
    await expect.poll(() => held, { timeout: 10_000 }).toBeGreaterThan(0);
    await environment.run(other, 'other');
    await environment.withJob(other, 'other');
    expect(held).toBeLessThanOrEqual(4);
    // Those in flight get no answer in time; the others wait for turns.
    for (const name of names) {
      const isWaiting = ({ status }: JobRun): boolean => status?.waiting?.reason === 'JobCreationSlow';
      await environment.runThat(slow, name, isWaiting, 40_000);
    }
    await environment.run(other, 'another');
    await environment.withJob(other, 'another');
    expect(environment.logLines.filter(({ msg }) => String(msg).includes('all work pauses'))).toEqual([]);
    environment.proxy.onRequest = () => 'pass';
    hanging.resolve('pass');
    await environment.withJob(slow, 'slow-39');
    expect(await environment.jobs(other)).toHaveLength(2);
  });
});

describe('exactly one Job per run', () => {
  it('when two syncers act at the same time', async () => {
    const namespace = await environment.namespace();
    await Promise.all([environment.syncer(), environment.syncer(), environment.template(namespace)]);
    const names = Array.from({ length: 40 }, (_, index) => `race-${index}`);
    await Promise.all(names.map((name) => environment.run(namespace, name)));
    for (const name of names) {
      const { job } = await environment.withJob(namespace, name);
      await environment.complete(job);
    }
    for (const name of names) {
      const run = await environment.runThat(namespace, name, ({ status }) => status?.phase === 'Succeeded');
      expect(run.status?.conditions?.map(({ type }) => type)).toEqual([
        'SuccessCriteriaMet',
        'Complete',
        'JobCreated',
        'Finished',
      ]);
    }
    expect(await environment.jobs(namespace)).toHaveLength(40);
    // Both did try: otherwise the test would prove nothing.
    expect(environment.proxy.requests.filter(createsJob).length).toBeGreaterThan(40);
  });

  it('when the response to its creation is lost', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    let lost = 0;
    environment.proxy.onRequest = (request) => (createsJob(request) && (lost += 1) === 1 ? 'cutAfter' : 'pass');
    await environment.syncer();
    await environment.run(namespace, 'lost-answer');
    const { run, job } = await environment.withJob(namespace, 'lost-answer');
    expect(await environment.jobs(namespace)).toHaveLength(1);
    expect(job.metadata?.ownerReferences?.[0]?.uid).toBe(run.metadata.uid);
    expect(run.status?.conditions?.[0]).toMatchObject({ type: 'JobCreated', status: 'True' });
    expect(lost).toBeGreaterThan(0);
  });

  it('when the syncer is killed after it created the Job and before it writes the status', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const first = process({ LEADER_ELECTION: 'false' });
    environment.proxy.onRequest = (request) => {
      if (!writesStatus(request)) return 'pass';
      first.kill('SIGKILL');
      return 'cutBefore';
    };
    await environment.run(namespace, 'killed');
    expect(await first.ended).toBe('SIGKILL');
    expect((await environment.getRun(namespace, 'killed')).status).toEqual({ observedGeneration: -1 });
    const [job] = await environment.jobs(namespace);
    expect(job).toBeDefined();

    environment.proxy.onRequest = () => 'pass';
    process({ LEADER_ELECTION: 'false' });
    const { run } = await environment.withJob(namespace, 'killed');
    expect(run.status).toMatchObject({ jobName: job!.metadata!.name, template: { generation: 1 } });
    await environment.complete(job!);
    await environment.runThat(namespace, 'killed', ({ status }) => status?.phase === 'Succeeded');
    expect((await environment.jobs(namespace)).map(({ metadata }) => metadata?.uid)).toEqual([job!.metadata!.uid]);
  });

  it('when the Job is deleted before its name is stored in the status', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    const held = Promise.withResolvers<'cutBefore'>();
    let holding = 0;
    environment.proxy.onRequest = (request) =>
      writesStatus(request) && request.path.includes(`/${namespace}/`) && (holding += 1) === 1 ? held.promise : 'pass';
    await environment.run(namespace, 'unwritten');
    await expect.poll(() => holding).toBe(1);
    const [job] = await environment.jobs(namespace);
    await environment.deleteJob(job!);
    held.resolve('cutBefore');
    const run = await environment.runThat(namespace, 'unwritten', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.conditions?.find(({ type }) => type === 'Finished')?.reason).toBe('JobDeleted');
    expect(await environment.jobs(namespace)).toEqual([]);
    expect(environment.proxy.requests.filter(createsJob)).toHaveLength(1);
  });

  it('when a new leader has not seen the last writes of the previous one', async () => {
    const namespace = await environment.namespace();
    const timing = { leaseMs: 2_000, renewDeadlineMs: 1_500, retryMs: 200 };
    const config = { leaderElection: true, leaseName: 'stale', missingTemplate: 'Wait' } as const;
    const first = await environment.syncer(config, { kubeConfig: environment.kubeConfig, leaseTiming: timing });
    await environment.run(namespace, 'handed-over');
    await environment.runThat(namespace, 'handed-over', ({ status }) => status?.phase === 'Pending');
    // The second syncer lists the run while it has no Job. From then on its watches receive nothing.
    environment.proxy.onRequest = (request) => (isWatch(request) ? new Promise<'pass'>(() => undefined) : 'pass');
    const second = environment.syncer(config, { leaseTiming: timing });
    await expect.poll(() => environment.proxy.requests.filter(isWatch).length, { timeout: 5_000 }).toBe(5);
    await environment.template(namespace);
    const { job } = await environment.withJob(namespace, 'handed-over');
    await environment.deleteJob(job);
    await environment.runThat(namespace, 'handed-over', ({ status }) => status?.phase === 'Failed');
    await first.stop();
    await second;
    // Runs are processed in the order of the queue: when a later run is pending, the earlier one has been processed.
    await environment.run(namespace, 'later', { spec: { templateRef: 'none' } });
    environment.proxy.onRequest = () => 'pass';
    environment.proxy.cutAll();
    await environment.runThat(namespace, 'later', ({ status }) => status?.phase === 'Pending');
    expect(environment.proxy.requests.filter(createsJob)).toEqual([]);
    expect(await environment.jobs(namespace)).toEqual([]);
  });

  it('and its template stays known, though the template changes before the status is written', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    await environment.syncer();
    const held = Promise.withResolvers<'cutBefore'>();
    let holding = 0;
    environment.proxy.onRequest = (request) =>
      writesStatus(request) && request.path.includes(`/${namespace}/`) && (holding += 1) === 1 ? held.promise : 'pass';
    await environment.run(namespace, 'edited');
    await expect.poll(() => holding).toBe(1);
    await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { spec: { backoffLimit: 3 } });
    held.resolve('cutBefore');
    const { run, job } = await environment.withJob(namespace, 'edited');
    expect(run.status?.template).toEqual({
      uid: template.metadata.uid,
      generation: 1,
      revision: job.metadata?.labels?.['app.kubernetes.io/version'],
    });
  });
});

describe('a status is never written to another run', () => {
  it('even if another run took its name while the write was in flight', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    const first = await environment.run(namespace, 'again', { spec: { args: ['first'] } });
    const { job } = await environment.withJob(namespace, 'again');
    const held = Promise.withResolvers<'pass'>();
    let holding = 0;
    environment.proxy.onRequest = (request) =>
      writesStatus(request) && request.path.includes(`/${namespace}/`) && (holding += 1) === 1 ? held.promise : 'pass';
    await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 7 });
    await expect.poll(() => holding).toBe(1);
    await environment.client.delete(JOB_RUNS, { namespace, name: 'again' });
    const second = await environment.run(namespace, 'again', { spec: { args: ['second'] } });
    const seen: JobRun[] = [];
    const abort = new AbortController();
    const start = {
      namespace,
      resourceVersion: second.metadata.resourceVersion!,
      timeoutSeconds: 60,
      inactivityMs: 60_000,
    };
    const watch = environment.client.watch<JobRun>(JOB_RUNS, start, { signal: abort.signal });
    const watching = (async () => {
      for await (const event of watch) if (event.type === 'MODIFIED') seen.push(event.object);
    })().catch(() => undefined);
    held.resolve('pass');
    const run = await environment.runThat(namespace, 'again', ({ status }) => status?.jobName !== undefined);
    await expect
      .poll(() => seen.some(({ metadata }) => metadata.resourceVersion === run.metadata.resourceVersion))
      .toBe(true);
    abort.abort();
    await watching;
    expect(run.metadata.uid).not.toBe(first.metadata.uid);
    expect(seen.map(({ metadata }) => metadata.uid)).not.toContain(first.metadata.uid);
    expect(seen.map(({ status }) => status?.active)).not.toContain(7);
    expect(seen.map(({ status }) => status?.jobName)).not.toContain(job.metadata!.name);
  });
});

const busyFor = (seconds: number): Fault => ({
  code: 429,
  status: { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'later' },
  retryAfter: seconds,
});

describe('an unavailable API server', () => {
  it('costs no run, no crash and no flood of requests', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const child = process({ LEASE_NAME: 'away', MISSING_TEMPLATE: 'Wait' });
    await environment.run(namespace, 'before');
    const { job } = await environment.withJob(namespace, 'before');
    // Unfinished runs keep the syncer busy while the server is away.
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        environment.run(namespace, `open-${index}`, { spec: { templateRef: 'later' } }),
      ),
    );
    await environment.runThat(namespace, 'open-49', ({ status }) => status?.phase === 'Pending');

    await environment.controlPlane.stopApiServer();
    environment.proxy.cutAll();
    const start = environment.proxy.requests.length;
    await sleep(60_000);
    const sent = environment.proxy.requests.length - start;
    await environment.controlPlane.startApiServer();

    await environment.complete(job);
    await environment.template(namespace, 'later');
    await environment.run(namespace, 'after');
    await environment.runThat(namespace, 'before', ({ status }) => status?.phase === 'Succeeded', 30_000);
    await environment.withJob(namespace, 'after');
    for (let index = 0; index < 50; index += 1) await environment.withJob(namespace, `open-${index}`);
    expect(await environment.jobs(namespace)).toHaveLength(52);
    // Three watches (each at least every 5 s), the lease (every 2 s) and one probing worker: about 2 requests a second.
    // A flood is 50 runs.
    expect(sent).toBeGreaterThan(5);
    expect(sent / 60).toBeLessThan(4);
    child.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  }, 180_000);

  it.each<{ how: string; fault: Fault; atMost: number }>([
    { how: 'while much work is pending', fault: 'cutBefore', atMost: 200 },
    // Concurrent requests, each second. If each run retried on its own, it would be 500.
    { how: 'that rejects all requests with 429 while much work is pending', fault: busyFor(1), atMost: 100 },
  ])('$how gets few requests, and all runs finish when it is back', async ({ fault, atMost }) => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    let away = true;
    environment.proxy.onRequest = (request) => (away && createsJob(request) ? fault : 'pass');
    const names = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => environment.run(namespace, name)));
    await sleep(5_000);
    const tried = environment.proxy.requests.filter(createsJob).length;
    away = false;
    for (const name of names) await environment.withJob(namespace, name);
    expect(await environment.jobs(namespace)).toHaveLength(100);
    expect(tried).toBeGreaterThan(0);
    expect(tried).toBeLessThan(atMost);
  });

  it('that responds 429 gets no request until its Retry-After is over', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    let refusedAt = 0;
    environment.proxy.onRequest = (request) => {
      if (!createsJob(request) || refusedAt > 0) return 'pass';
      refusedAt = request.at;
      return busyFor(2);
    };
    await environment.run(namespace, 'busy');
    await environment.withJob(namespace, 'busy');
    const creations = environment.proxy.requests.filter(createsJob);
    expect(creations).toHaveLength(2);
    const whileBusy = creations.filter(({ at }) => at > refusedAt && at < refusedAt + 1_990);
    expect(whileBusy).toEqual([]);
  });

  it('that responds 429 to one request still gets the others', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    let refusals = 0;
    environment.proxy.onRequest = (request) => (createsJob(request) && (refusals += 1) === 1 ? busyFor(5) : 'pass');
    await environment.run(namespace, 'refused');
    await expect.poll(() => refusals).toBe(1);
    const names = Array.from({ length: 20 }, (_, index) => `other-${index}`);
    await Promise.all(names.map((name) => environment.run(namespace, name)));
    for (const name of names) await environment.withJob(namespace, name);
    expect(await environment.jobs(namespace)).toHaveLength(20);
    await environment.withJob(namespace, 'refused');
  });

  it('that responds 429 to a status write gets the write again', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    let refused = 0;
    const status = { kind: 'Status', code: 500, reason: 'InternalError', message: 'etcd is ill' };
    environment.proxy.onRequest = (request) =>
      writesStatus(request) && request.path.includes(`/${namespace}/`) && (refused += 1) <= 3
        ? { code: 500, status }
        : 'pass';
    await environment.run(namespace, 'ill');
    await environment.withJob(namespace, 'ill');
    expect(environment.proxy.requests.filter(createsJob)).toHaveLength(1);
    expect(
      environment.logLines.some(
        ({ msg, err }) => msg === 'reconcile failed, trying again' && (err as Error).message.includes('etcd is ill'),
      ),
    ).toBe(true);
  });
});

describe('a terminating namespace', () => {
  it('gets one create for each of its runs, and each run reports why it has no Job', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const ending = Promise.withResolvers<'pass'>();
    environment.proxy.onRequest = (request) => (createsJob(request) ? ending.promise : 'pass');
    await environment.syncer();
    const names = Array.from({ length: 20 }, (_, index) => `doomed-${index}`);
    await Promise.all(names.map((name) => environment.run(namespace, name)));
    await environment.client.delete(NAMESPACES, { name: namespace });
    ending.resolve('pass');
    for (const name of names) {
      const run = await environment.runThat(namespace, name, ({ status }) => status?.phase === 'Pending');
      expect(run.status?.conditions?.[0]).toMatchObject({ type: 'JobCreated', status: 'False', reason: 'Forbidden' });
      expect(run.status?.conditions?.[0]?.message).toContain('is being terminated');
    }
    await sleep(2_000);
    expect(environment.proxy.requests.filter(createsJob)).toHaveLength(names.length);
  });
});

describe('leadership', () => {
  const timing = { leaseMs: 2_000, renewDeadlineMs: 1_200, retryMs: 200 };

  it('passes on if the lease cannot be renewed, and the old leader writes nothing more', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const old = await environment.syncer({ leaderElection: true, leaseName: 'pass-on' }, { leaseTiming: timing });
    const next = environment.syncer(
      { leaderElection: true, leaseName: 'pass-on' },
      { leaseTiming: timing, kubeConfig: environment.kubeConfig },
    );
    await environment.run(namespace, 'one');
    await environment.withJob(namespace, 'one');
    environment.proxy.onRequest = (request) => (writesLease(request) ? 'cutBefore' : 'pass');
    expect((await old.lost).message).toContain('could not be renewed');
    environment.proxy.requests.length = 0;
    await next;
    await environment.run(namespace, 'two');
    await environment.withJob(namespace, 'two');
    expect(environment.proxy.requests.filter((request) => createsJob(request) || writesStatus(request))).toEqual([]);
    expect(await environment.jobs(namespace)).toHaveLength(2);
  });

  it('is kept even if as many statuses hang as there are connections for them', async () => {
    const connections = 12;
    const namespaces: string[] = [];
    for (let count = 0; count < connections; count += 1) namespaces.push(await environment.namespace());
    for (const namespace of namespaces) await environment.template(namespace);
    let hanging = 0;
    const over = Promise.withResolvers<'pass'>();
    environment.proxy.onRequest = (request) => {
      if (!writesStatus(request)) return 'pass';
      hanging += 1;
      return over.promise;
    };
    const syncer = await environment.syncer({ leaderElection: true, leaseName: 'hanging' }, { leaseTiming: timing });
    const lost = syncer.lost.then(({ message }) => message);
    await Promise.all(namespaces.map((namespace) => environment.run(namespace, 'hangs')));
    await expect.poll(() => hanging, { timeout: 10_000 }).toBeGreaterThanOrEqual(connections);
    const renewals = () => environment.proxy.requests.filter(writesLease).length;
    const before = renewals();
    const renewedOften = expect.poll(renewals, { timeout: 10_000 }).toBeGreaterThan(before + 10);
    expect(await Promise.race([lost, renewedOften.then(() => 'kept')])).toBe('kept');
    over.resolve('pass');
  });

  it('that is uncertain for a moment costs no run', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    let doubts = 0;
    const assertHeld = (): void => {
      doubts += 1;
      if (doubts <= 3) throw new LeadershipLostError('in doubt');
    };
    const controller = new Controller({
      client: environment.client,
      jobClient: environment.client,
      statusClient: environment.client,
      backgroundClient: environment.client,
      clock: SYSTEM_CLOCK,
      guard: { assertHeld, lost: new AbortController().signal },
      trustsAdmission: true,
      rules: { policy: 'Reject', waitSeconds: 300 },
      reads: { pods: true, events: true, logEnds: true },
      shard: WHOLE,
      workers: 1,
      clusterNamespace: 'default',
      revisionHistoryLimit: 10,
      callbacks: NO_CALLBACKS,
      retention: { defaults: {} },
      instance: 'in-doubt',
      metrics: kubeMetrics(new Registry()),
      logger: environment.logger,
    });
    controller.watch();
    await controller.lead();
    try {
      await environment.run(namespace, 'one');
      await environment.withJob(namespace, 'one');
      expect(doubts).toBeGreaterThan(3);
    } finally {
      await controller.stop();
    }
  });

  it('is released as soon as the work is done, even if Events are still to be sent', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const key = { namespace: 'default', name: 'tells-later' };
    const holder = async () => {
      const lease = await environment.client.get<KubeObject & { spec?: { holderIdentity?: string } }>(LEASES, key);
      return lease.spec?.holderIdentity ?? '';
    };
    const mayPost = Promise.withResolvers<'pass'>();
    let eventRequests = 0;
    environment.proxy.onRequest = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/events')) return 'pass';
      eventRequests += 1;
      return mayPost.promise;
    };
    const syncer = await environment.syncer({ leaderElection: true, leaseName: key.name });
    await environment.run(namespace, 'one');
    await environment.withJob(namespace, 'one');
    await expect.poll(() => eventRequests, { timeout: 10_000 }).toBeGreaterThan(0);
    const stopped = syncer.stop();
    await expect.poll(holder, { timeout: 1_800 }).toBe('');
    mayPost.resolve('pass');
    await stopped;
    expect(await environment.eventReasons(namespace)).toContain('JobCreated');
  });

  it('is released on SIGTERM, so that the next process does not wait for its end', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const old = process({ LEASE_NAME: 'give-up' });
    await environment.run(namespace, 'one');
    await environment.withJob(namespace, 'one');
    old.kill('SIGTERM');
    expect(await old.ended).toBe(0);
    const lease = await environment.client.get<KubeObject & { spec?: { holderIdentity?: string } }>(LEASES, {
      namespace: 'default',
      name: 'give-up',
    });
    expect(lease.spec?.holderIdentity ?? '').toBe('');
    process({ LEASE_NAME: 'give-up' });
    await environment.run(namespace, 'two');
    // A lease that is not released lasts 15 s.
    await environment.runThat(namespace, 'two', ({ status }) => status?.jobName !== undefined, 12_000);
  });
});

describe('the process', () => {
  it('exits with code 2 and reports every mistake if its configuration is wrong', async () => {
    const child = process({ WORKERS: 'many', MISSING_TEMPLATE: 'Maybe' });
    expect(await child.ended).toBe(2);
    expect(child.output()).toContain('WORKERS="many" must be integer');
    expect(child.output()).toContain('MISSING_TEMPLATE="Maybe"');
    expect(child.output()).toContain('Reject, Wait, Fail');
  });
});
