import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { isFinished, isJobFinished } from '../../core/status/job-run-status.ts';
import { controllingRun } from '../../core/job/ownership.ts';
import type { BrokenAnswer, Fault } from '../integration/fault-proxy.ts';
import { NAMESPACES } from '../integration/syncer-environment.ts';
import { Arena, DEFAULT_LEASE, namesOf, NOBODY, runNamed, sized, SYNCERS } from './arena.ts';
import type { SyncerName } from './arena.ts';
import { allWell, listAll } from './checker.ts';

const PODS: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' };

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start();
});
afterEach(async ({ task }) => {
  await arena.endSyncers();
  const output = arena.takeOutput();
  if (task.result?.state === 'fail') console.error(output);
  // No crash and no unhandled rejection, whatever was broken.
  expect(output).not.toMatch(/unhandled|uncaught|TypeError|RangeError|"level":60/i);
});
afterAll(async () => {
  await arena.stop();
});

const other = (name: SyncerName): SyncerName => (name === 'syncer-a' ? 'syncer-b' : 'syncer-a');

describe('no run is lost and no Job is created twice', () => {
  it(
    'when the leader is killed again and again',
    async () => {
      const count = sized(10_000, 600);
      const ledMs = sized(5_000, 1_000);
      // On a slow machine, a leader may need longer than that for its first Job: it is not killed before it has done
      // some of the work.
      const jobsOfTerm = sized(200, 40);
      const namespace = await arena.begin();
      for (const name of SYNCERS) arena.syncer(name);
      let kills = 0;
      const killAgainAndAgain = async (isOver: () => boolean) => {
        while (!isOver()) {
          const leader = await arena.untilLed();
          const holder = await arena.holder();
          const jobs = await countOf(JOBS, namespace);
          await sleep(ledMs);
          await arena.until(`${jobsOfTerm} more Jobs`, async () => {
            const now = await countOf(JOBS, namespace);
            return now >= Math.min(jobs + jobsOfTerm, count) || isOver();
          });
          if (isOver()) return;
          await arena.kill(leader);
          arena.syncer(leader);
          kills += 1;
          await arena.untilTakenFrom(holder);
        }
      };
      await during(killAgainAndAgain, async () => {
        await arena.createRuns(namespace, namesOf(count), { perSecond: sized(60, 60) });
        await arena.untilAllFinished(namespace, sized(1_800_000, 150_000));
      });
      expect(kills).toBeGreaterThanOrEqual(2);
      expect(await arena.verdict(namespace)).toEqual(allWell(count));
    },
    sized(2_400_000, 300_000),
  );

  it('when two syncers are forced to act at the same time', async () => {
    const count = sized(2_000, 200);
    const namespace = await arena.begin();
    for (const name of SYNCERS) arena.syncer(name, { env: { LEADER_ELECTION: 'false' } });
    await arena.createRuns(namespace, namesOf(count));
    await arena.untilAllFinished(namespace, 120_000);
    expect(await arena.verdict(namespace, { leases: false })).toEqual(allWell(count));
  }, 180_000);

  it('when the leader is frozen until its lease expires, and resumed', async () => {
    const count = sized(1_000, 300);
    const namespace = await arena.begin();
    const processes = new Map(SYNCERS.map((name) => [name, arena.syncer(name)]));
    const leader = await arena.untilLed();
    const creating = arena.createRuns(namespace, namesOf(count), { perSecond: 60 });
    await expect
      .poll(async () => (await listAll(arena.client, JOBS, namespace)).length, { timeout: 30_000 })
      .toBeGreaterThan(20);
    processes.get(leader)!.kill('SIGSTOP');
    await arena.untilLed(other(leader));
    await sleep(500);
    processes.get(leader)!.kill('SIGCONT');
    await creating;
    await arena.untilAllFinished(namespace);
    expect(await arena.leader()).toBe(other(leader));
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 180_000);

  it('when the clock of a syncer is a minute ahead or behind', async () => {
    const count = sized(1_000, 200);
    const namespace = await arena.begin();
    arena.syncer('syncer-a', { env: { CLOCK_OFFSET_MS: '60000' } });
    await arena.untilLed('syncer-a');
    arena.syncer('syncer-b', { env: { CLOCK_OFFSET_MS: '-60000' } });
    await arena.createRuns(namespace, namesOf(count / 2, 'ahead'), { perSecond: 60 });
    // A difference between the clocks never moves the lease.
    expect(await arena.leader()).toBe('syncer-a');
    await arena.kill('syncer-a');
    await arena.untilLed('syncer-b');
    await arena.createRuns(namespace, namesOf(count / 2, 'behind'), { perSecond: 60 });
    await arena.untilAllFinished(namespace);
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 180_000);
});

describe('whatever goes wrong between the syncer and the API server', () => {
  const everyFault: (() => Fault)[] = [
    () => 'cutBefore',
    () => 'cutAfter',
    () => ({ code: 429, status: status(429, 'TooManyRequests'), retryAfter: 1 }),
    () => ({ code: 500, status: status(500, 'InternalError') }),
    () => ({ code: 410, status: status(410, 'Expired') }),
    ...(['reset', 'end', 'truncate', 'error', 'gone'] satisfies BrokenAnswer[]).map((answer) => () => ({
      answer,
      afterMs: Math.random() * 300,
    })),
  ];
  const status = (code: number, reason: string) => ({ kind: 'Status', code, reason, message: 'broken on purpose' });

  it('all is well at most 30 s after it is over, and the API server is not flooded', async () => {
    // Work that cannot be done while all is broken must be caught up with in time; the full form lets more of it
    // accumulate.
    const count = sized(2_000, 500);
    const brokenMs = sized(100_000, 15_000);
    const goneMs = sized(12_000, 3_000);
    const namespace = await arena.begin();
    const proxy = await arena.proxy('syncer-a');
    const healed = Promise.withResolvers<'pass'>();
    let broken = true;
    const goneAt = performance.now() + brokenMs - goneMs;
    proxy.onRequest = () => {
      if (!broken) return 'pass';
      // At the end no request passes: a syncer that retries without a pause would be noticed.
      if (performance.now() > goneAt) return 'cutBefore';
      if (Math.random() > 0.3) return 'pass';
      // Some hang until it is over, and some forever.
      if (Math.random() < 0.03) return Math.random() < 0.5 ? healed.promise : 'swallow';
      return everyFault[Math.floor(Math.random() * everyFault.length)]!();
    };
    arena.syncer('syncer-a', { proxy });
    const creating = arena.createRuns(namespace, namesOf(count), { perSecond: (count * 1000) / brokenMs });
    await sleep(brokenMs);
    await creating;
    const whileBroken = proxy.requests.slice();
    broken = false;
    healed.resolve('pass');
    const seconds = await arena.untilAllFinished(namespace);
    expect(seconds).toBeLessThan(30);
    const afterwards = proxy.requests.slice(whileBroken.length);
    const busiest = {
      broken: busiestSecond(whileBroken),
      gone: busiestSecond(whileBroken.filter(({ at }) => at > goneAt)),
      healed: busiestSecond(afterwards),
    };
    console.log(
      `converged ${seconds.toFixed(1)} s after; ${whileBroken.length} requests while broken, ${afterwards.length} afterwards; ` +
        `at most ${busiest.broken} in a second while broken, ${busiest.gone} in one in which none passed, ` +
        `${busiest.healed} afterwards`,
    );
    // Workers (7 at a time), watches (5) and the lease notice the outage and back off: some 70 requests in the first
    // second.
    expect(busiest.gone).toBeLessThan(100);
    // How fast the work is done, before and after, depends on the machine; the number of requests does not.
    expect(whileBroken.length).toBeLessThan(5 * count);
    expect(afterwards.length).toBeLessThan(10 * count);
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 300_000);

  it('watches that stop without an error are detected', async () => {
    const namespace = await arena.begin();
    const proxy = await arena.proxy('syncer-a');
    arena.syncer('syncer-a', { proxy });
    await arena.untilLed();
    await arena.createRuns(namespace, namesOf(20, 'before'));
    await arena.untilAllFinished(namespace);
    const vanished = new Set<string>();
    proxy.onRequest = ({ path }) => {
      const [collection = '', query = ''] = path.split('?');
      if (!query.includes('watch=true') || vanished.has(collection)) return 'pass';
      vanished.add(collection);
      return 'swallow';
    };
    proxy.cutAll();
    await expect.poll(() => vanished.size, { timeout: 30_000 }).toBe(5);
    await arena.createRuns(namespace, namesOf(20, 'meanwhile'));
    expect(await arena.untilAllFinished(namespace)).toBeLessThan(30);
    expect(await arena.verdict(namespace)).toEqual(allWell(40));
  }, 120_000);

  it('an API server that restarts, an etcd that is killed, and a compaction cause no loss', async () => {
    const count = sized(2_000, 400);
    const namespace = await arena.begin();
    for (const name of SYNCERS) arena.syncer(name);
    await arena.untilLed();
    const creating = arena.createRuns(namespace, namesOf(count), { perSecond: 40 });
    const { controlPlane } = arena.environment;
    await sleep(2_000);
    await controlPlane.restartApiServer();
    await sleep(2_000);
    await controlPlane.restartEtcd();
    await sleep(1_000);
    await controlPlane.compactEtcd();
    await creating;
    await arena.untilAllFinished(namespace, 120_000);
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 300_000);
});

describe('whatever users do meanwhile', () => {
  it('runs that were deleted and recreated with the same names while the syncer was cut off get their own Jobs', async () => {
    const namespace = await arena.begin();
    const names = namesOf(sized(500, 60));
    // Every second run is deleted while its Job runs.
    await arena.environment.template(namespace, 'kept', { managedBy: NOBODY });
    const proxy = await arena.proxy('syncer-a');
    const healed = Promise.withResolvers<'cutBefore'>();
    arena.syncer('syncer-a', { proxy, env: { LEADER_ELECTION: 'false' } });
    for (const [index, name] of names.entries()) {
      const spec = { templateRef: index % 2 === 0 ? 'kept' : 'echo' };
      await arena.client.create<JobRun>(JOB_RUNS, namespace, { ...runNamed(name), spec });
    }
    const listRuns = () => listAll<JobRun>(arena.client, JOB_RUNS, namespace);
    await expect
      .poll(async () => (await listRuns()).filter(({ status }) => status?.jobName === undefined), { timeout: 30_000 })
      .toEqual([]);
    await expect.poll(() => arena.unfinished(namespace), { timeout: 30_000 }).toBe(names.length / 2);
    // The old Jobs stay too: a syncer that matches by name would find the wrong ones.
    const jobsBefore = (await listRuns()).map(({ status }) => ({ namespace, name: status!.jobName! }));
    const keep = { metadata: { finalizers: ['example.com/kept'] } };
    for (const job of jobsBefore) await arena.client.patch(JOBS, job, keep);
    proxy.onRequest = () => healed.promise;
    proxy.cutAll();
    for (const name of names) await arena.client.delete(JOB_RUNS, { namespace, name });
    await arena.createRuns(namespace, names);
    proxy.onRequest = () => 'pass';
    healed.resolve('cutBefore');
    await arena.untilAllFinished(namespace);
    const jobs = await listAll<Job>(arena.client, JOBS, namespace);
    expect(jobs.length).toBe(2 * names.length);
    const ownerOf = new Map(jobs.map((job) => [job.metadata?.name, controllingRun(job)?.uid]));
    for (const { metadata, status } of await listRuns()) {
      expect([metadata.name, status?.phase, ownerOf.get(status?.jobName)]).toEqual([
        metadata.name,
        'Succeeded',
        metadata.uid,
      ]);
    }
    expect(await arena.verdict(namespace, { leases: false })).toEqual(allWell(names.length));
    for (const job of jobsBefore) await arena.client.patch(JOBS, job, { metadata: { finalizers: null } });
  }, 180_000);

  it('templates are edited under load: each run has the Job of one version, and records which', async () => {
    const count = sized(1_000, 200);
    const namespace = await arena.begin();
    arena.syncer('syncer-a');
    await arena.untilLed();
    const edit = async (isOver: () => boolean) => {
      for (let i = 1; !isOver(); i += 1) {
        const spec = { template: { metadata: { annotations: { edit: `${i}` } } } };
        await arena.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { spec });
        await sleep(20);
      }
    };
    await during(edit, async () => {
      await arena.createRuns(namespace, namesOf(count), { perSecond: 60 });
      await arena.untilAllFinished(namespace);
    });
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
    const revisions = new Map(
      (await listAll<JobRun>(arena.client, JOB_RUNS, namespace)).map(({ metadata, status }) => [
        metadata.uid,
        status?.template?.revision,
      ]),
    );
    const jobs = await listAll<Job>(arena.client, JOBS, namespace);
    for (const { metadata } of jobs) {
      expect(metadata?.labels?.['app.kubernetes.io/version']).toBe(revisions.get(metadata!.ownerReferences![0]!.uid));
    }
    expect(new Set(revisions.values()).size).toBeGreaterThan(10);
  }, 180_000);

  it('runs whose Jobs are deleted by hand fail, and no Job is created again', async () => {
    const count = sized(500, 100);
    const namespace = await arena.begin();
    // These Jobs are never finished: they are deleted while they run.
    await arena.environment.template(namespace, 'kept', { managedBy: NOBODY });
    arena.syncer('syncer-a');
    await arena.untilLed();
    const names = namesOf(count);
    for (const name of names) {
      await arena.client.create<JobRun>(JOB_RUNS, namespace, { ...runNamed(name), spec: { templateRef: 'kept' } });
    }
    await expect
      .poll(async () => (await listAll(arena.client, JOBS, namespace)).length, { timeout: 30_000 })
      .toBe(count);
    const jobs = await listAll<Job>(arena.client, JOBS, namespace);
    for (const { metadata } of jobs) {
      await arena.client.delete(JOBS, { namespace, name: metadata!.name! }, { propagationPolicy: 'Background' });
    }
    await arena.untilAllFinished(namespace);
    expect(await listAll(arena.client, JOBS, namespace)).toEqual([]);
    const runs = await listAll<JobRun>(arena.client, JOB_RUNS, namespace);
    expect(new Set(runs.map(({ status }) => status?.phase))).toEqual(new Set(['Failed']));
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 180_000);

  it('runs are cancelled while the leader is killed again and again', async () => {
    const size = sized(200, 20);
    const waves = ['first', 'second', 'third'].map((wave) => namesOf(size, wave));
    const count = waves.flat().length;
    const namespace = await arena.begin();
    // There are no nodes: the Pods of these runs never end by themselves.
    await arena.environment.template(namespace, 'endless', { managedBy: null });
    for (const name of SYNCERS) arena.syncer(name);
    const listRuns = () => listAll<JobRun>(arena.client, JOB_RUNS, namespace);
    const cancel = async (name: string, index: number) => {
      const key = { namespace, name };
      const spec = index % 3 === 0 ? { templateRef: 'echo' } : { templateRef: 'endless', suspend: index % 3 === 1 };
      await arena.client.create<JobRun>(JOB_RUNS, namespace, { ...runNamed(name), spec });
      // Every second one is cancelled while its Job is created, or before.
      if (index % 2 === 0) {
        await arena.until(`the Job of ${name}`, async () => {
          return (await arena.client.get<JobRun>(JOB_RUNS, key)).status?.jobName !== undefined;
        });
      }
      await arena.client.patch<JobRun>(JOB_RUNS, key, { spec: { cancel: true } });
    };
    const killAfterProgress = async () => {
      const before = (await listRuns()).filter(isFinished).length;
      const leader = await arena.untilLed();
      const holder = await arena.holder();
      await expect
        .poll(async () => (await listRuns()).filter(isFinished).length, { timeout: 120_000, interval: 20 })
        .toBeGreaterThan(before + size / 4);
      await arena.kill(leader);
      arena.syncer(leader);
      await arena.untilTakenFrom(holder);
    };
    for (const wave of waves) await Promise.all([...wave.map(cancel), killAfterProgress()]);
    await arena.untilAllFinished(namespace, 120_000);
    const runs = await listRuns();
    const endless = runs.filter(({ spec }) => spec.templateRef === 'endless');
    expect(new Set(endless.map(({ status }) => status?.phase))).toEqual(new Set(['Cancelled']));
    const phases = runs.map(({ status }) => status?.phase ?? 'none');
    expect(phases.filter((phase) => !['Cancelled', 'Succeeded'].includes(phase))).toEqual([]);
    // The Jobs of suspended runs are deleted after the status of the run is stored.
    const active = async () => {
      const jobs = (await listAll<Job>(arena.client, JOBS, namespace)).filter((job) => !isJobFinished(job));
      const pods = (await listAll(arena.client, PODS, namespace)).filter(
        ({ metadata }) => metadata?.deletionTimestamp === undefined,
      );
      return [...jobs, ...pods].map(({ metadata }) => metadata?.name);
    };
    await expect.poll(active, { timeout: 60_000 }).toEqual([]);
    const { notOneJob, ...verdict } = await arena.verdict(namespace);
    expect({ ...verdict, notOneJob: [] }).toEqual(allWell(count));
    const withoutJob = runs.filter(({ status }) => status?.jobName === undefined).map(({ metadata }) => metadata.name);
    expect(notOneJob.filter((name) => !withoutJob.includes(name))).toEqual([]);
  }, 300_000);

  it('a namespace deleted under load terminates, and runs elsewhere do not wait for it', async () => {
    const count = sized(1_000, 200);
    const doomed = await arena.begin();
    const namespace = await arena.environment.namespace();
    await arena.environment.template(namespace);
    // As many Jobs as the syncer creates at once in one namespace are on their way into it, and arrive when it is already
    // terminating.
    const [before, atOnce] = [20, 4];
    const proxy = await arena.proxy('syncer-a');
    const ending = Promise.withResolvers<'pass'>();
    const intoDoomed = new RegExp(`/namespaces/${doomed}/jobs(\\?|$)`);
    let asked = 0;
    proxy.onRequest = ({ method, path }) => {
      if (method !== 'POST' || !intoDoomed.test(path)) return 'pass';
      asked += 1;
      return asked > before ? ending.promise : 'pass';
    };
    // The syncer remembers refusals for a while. This test is not about the lease: it must not expire on a slow
    // machine.
    arena.syncer('syncer-a', { proxy, env: DEFAULT_LEASE });
    await arena.untilLed();
    const fill = async (isOver: () => boolean) => {
      for (let i = 0; !isOver() && i < count; i += 1) {
        await arena.client.create<JobRun>(JOB_RUNS, doomed, runNamed(`run-${i}`)).catch(() => undefined);
      }
    };
    await during(fill, async () => {
      await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThanOrEqual(before + atOnce);
      await arena.client.delete(NAMESPACES, { name: doomed });
      ending.resolve('pass');
      await arena.createRuns(namespace, namesOf(count), { perSecond: 60 });
      await arena.untilAllFinished(namespace);
    });
    await expect
      .poll(
        () =>
          arena.client.get(NAMESPACES, { name: doomed }).then(
            () => 'there',
            () => 'gone',
          ),
        { timeout: 60_000 },
      )
      .toBe('gone');
    const refused = await arena.refusedJobs(doomed);
    expect(refused.length).toBeGreaterThanOrEqual(atOnce);
    // A terminating namespace that refuses a Job once refuses it forever.
    expect(refused).toEqual(Array.from(new Set(refused)));
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 240_000);

  it('poison objects block no other run', async () => {
    const count = sized(500, 100);
    const namespace = await arena.begin();
    arena.syncer('syncer-a');
    await arena.untilLed();
    const create = (metadata: JobRun['metadata'], spec: object = {}) =>
      arena.client.create<JobRun>(JOB_RUNS, namespace, {
        ...runNamed(metadata.name ?? ''),
        metadata,
        spec: { templateRef: 'echo', ...spec },
      });
    const poison = [
      await create({ name: `${'x'.repeat(62)}.`.repeat(4).slice(0, 252) + 'x' }),
      await create({ name: 'annotated', annotations: { huge: 'y'.repeat(250_000) } }),
      await create({ name: 'labelled', labels: { 'hematoscope.app/job-run': 'another', 'example.com/label': '' } }),
      await create(
        { name: 'many-args', annotations: {} },
        { args: Array.from({ length: 5_000 }, () => 'z'.repeat(100)) },
      ),
      await create({ name: 'own-finalizer', finalizers: ['example.com/never'] }),
    ];
    // Its Job is rejected by the API server, now and always.
    const always = { spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'busybox' }] } };
    await arena.environment.template(namespace, 'refused', { template: always });
    poison.push(await create({ name: 'refused' }, { templateRef: 'refused' }));
    const handwritten: object[] = [
      { phase: 'Running', jobName: 'not-there' },
      { conditions: [] },
      { conditions: [{ type: 'Unknown', status: 'Maybe' }], succeeded: 12 },
      { template: { revision: 'x', generation: 0, uid: '' } },
    ];
    const before = await Promise.all(
      handwritten.map(async (body, index) => {
        const name = `handwritten-${index}`;
        await create({ name });
        await arena.client
          .patch(JOB_RUNS, { namespace, name, subresource: 'status' }, { status: body })
          .catch((error: unknown) => error); // the CRD's schema may reject it, which is fine too
        return name;
      }),
    );
    await arena.createRuns(namespace, namesOf(count));
    await expect
      .poll(
        async () => {
          const runs = await listAll<JobRun>(arena.client, JOB_RUNS, namespace);
          return runs.filter((run) => !isFinished(run)).map(({ metadata }) => metadata.name);
        },
        { timeout: 60_000 },
      )
      .toEqual([]);
    const verdict = await arena.verdict(namespace);
    // A run whose status names a Job that never existed is finished: as far as the syncer can know, it had its one Job.
    expect(verdict).toMatchObject({
      createdAgain: [],
      ownsMore: [],
      changedNothing: [],
      withoutLease: [],
      unpaged: [],
    });
    expect(verdict.runs).toBe(count + poison.length + before.length);
    expect(verdict.notOneJob.filter((name) => !name.startsWith('handwritten'))).toEqual(['refused']);
    await arena.client.patch(JOB_RUNS, { namespace, name: 'own-finalizer' }, { metadata: { finalizers: null } });
  }, 180_000);
});

describe('leadership', () => {
  it('changes long before the lease expires after SIGTERM, and work in progress is finished', async () => {
    const count = sized(500, 200);
    const namespace = await arena.begin();
    const processes = new Map(SYNCERS.map((name) => [name, arena.syncer(name, { env: DEFAULT_LEASE })]));
    const leader = await arena.untilLed();
    // The other syncer should already be waiting for the lease.
    await sleep(3_000);
    const creating = arena.createRuns(namespace, namesOf(count), { perSecond: 100 });
    await sleep(1_000);
    const began = performance.now();
    processes.get(leader)!.kill('SIGTERM');
    await arena.untilLed(other(leader));
    const seconds = (performance.now() - began) / 1000;
    // About three seconds if the machine has nothing else to do. The lease lasts 15.
    expect(seconds).toBeLessThan(10);
    expect(await processes.get(leader)!.ended).toBe(0);
    await creating;
    await arena.untilAllFinished(namespace);
    expect(await arena.verdict(namespace)).toEqual(allWell(count));
  }, 120_000);

  it('changes when the lease of a killed leader expires', async () => {
    const namespace = await arena.begin();
    for (const name of SYNCERS) arena.syncer(name, { env: DEFAULT_LEASE });
    const leader = await arena.untilLed();
    await sleep(3_000);
    const began = performance.now();
    await arena.kill(leader);
    await arena.createRuns(namespace, namesOf(20));
    await arena.untilLed(other(leader));
    const seconds = (performance.now() - began) / 1000;
    expect(seconds).toBeGreaterThan(10); // the lease was respected
    expect(seconds).toBeLessThan(30);
    await arena.untilAllFinished(namespace);
    expect(await arena.verdict(namespace)).toEqual(allWell(20));
  }, 120_000);
});

/**
 * Runs `work` while `background` goes on. The background is ended in any case: what a failed test leaves running would
 * break the tests after it.
 */
async function during(background: (isOver: () => boolean) => Promise<void>, work: () => Promise<void>): Promise<void> {
  let over = false;
  const running = background(() => over);
  running.catch(() => undefined); // reported below
  try {
    await work();
  } finally {
    over = true;
    await running.catch(() => undefined);
  }
  await running;
}

/** How many objects a namespace has, without reading them. */
async function countOf(resource: Resource, namespace: string): Promise<number> {
  const { items, metadata } = await arena.client.list(resource, { namespace, limit: 1 });
  return items.length + (metadata.remainingItemCount ?? 0);
}

/** The number of requests in the busiest second, counted from the first request. */
function busiestSecond(requests: readonly { at: number }[]): number {
  const first = requests[0]?.at ?? 0;
  const counts = new Map<number, number>();
  for (const { at } of requests) {
    const second = Math.floor((at - first) / 1000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
