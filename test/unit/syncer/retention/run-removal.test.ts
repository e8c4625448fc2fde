import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Template } from '../../../../api/job-template.ts';
import type { RetentionPolicy } from '../../../../core/retention/retention-policy.ts';
import { templateOutline } from '../../../../core/template/outline.ts';
import type { TemplateOutline } from '../../../../core/template/outline.ts';
import { templateKeyString, type TemplateKey } from '../../../../core/template/template-key.ts';
import { KubeApiError, KubeConnectionError, KubeTimeoutError } from '../../../../kube/client/api-error.ts';
import { LeadershipLostError } from '../../../../kube/controller/leader-election.ts';
import type { WorkResult } from '../../../../kube/controller/work-queue.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { keyOf } from '../../../../kube/watch/object-key.ts';
import { ownRunOutline } from '../../../../syncer/controller/trimmed-objects.ts';
import { RunRemoval } from '../../../../syncer/retention/run-removal.ts';
import { BY_TEMPLATE, templateOfRun } from '../../../../syncer/revisions/template-index.ts';
import { NoTurnError } from '../../../../syncer/run/write-turns.ts';
import { echoRun } from '../../core/objects.ts';
import { FakeTime } from '../callback/fake-time.ts';

const START = Date.parse('2026-11-28T12:00:00Z');
const HOUR = 3_600_000;
const KEY: TemplateKey = { kind: 'JobTemplate', namespace: 'team', name: 'echo' };
const CLUSTER_KEY: TemplateKey = { kind: 'ClusterJobTemplate', name: 'echo' };

const apiError = (code: number) =>
  new KubeApiError({ method: 'DELETE', path: '/', code, body: JSON.stringify({ message: `refused with ${code}` }) });

interface TrialOptions {
  defaults?: RetentionPolicy;
  /** Called before each deletion; an error that it returns is thrown instead. */
  beforeDelete?: (run: JobRun) => Error | Promise<never> | undefined;
}

/** An API server with runs and templates, and a cache that is up to date unless a test says otherwise. */
class Trial {
  readonly time = new FakeTime();
  readonly stored = new Map<string, JobRun>();
  readonly templates = new Map<string, TemplateOutline>();
  /** As the cache has them, if it is late. */
  readonly outlines = new Map<string, TemplateOutline>();
  /** Names of the runs whose deletion was requested, in order; and the time of each. */
  readonly deletions: string[] = [];
  readonly deletedAt: number[] = [];
  readonly reports: string[] = [];
  readonly logged: string[] = [];
  readonly failures: unknown[] = [];
  isWatching = true;
  readonly removal: RunRemoval;
  readonly #cache: ObjectCache<JobRun>;
  #version = 1;

  constructor({ defaults = {}, beforeDelete = () => undefined }: TrialOptions = {}) {
    const count = (run: JobRun) => {
      this.removal.count(run);
    };
    const handlers = {
      onAdd: count,
      onUpdate: (_before: JobRun, run: JobRun) => {
        count(run);
      },
      onDelete: count,
    };
    this.#cache = new ObjectCache<JobRun>(handlers, { [BY_TEMPLATE]: templateOfRun }, ownRunOutline);
    this.removal = new RunRemoval({
      runs: this.#cache,
      outline: (key) => this.outlines.get(templateKeyString(key)) ?? this.templates.get(templateKeyString(key)),
      isInShard: (namespace) => namespace !== 'elsewhere',
      defaults,
      cluster: {
        getTemplate: (key) => Promise.resolve(this.templates.get(templateKeyString(key)) as Template | undefined),
        deleteRun: (run) => this.#delete(run, beforeDelete),
      },
      events: { record: (run, { reason }) => this.reports.push(`${run.metadata?.name} ${reason}`) },
      metrics: { removed: (reason) => this.reports.push(reason) },
      outage: {
        failed: (error): WorkResult => {
          this.failures.push(error);
          return { afterMs: 1_000 };
        },
      },
      clock: { now: () => START + this.time.ms, monotonic: () => this.time.ms },
      timers: this.time,
      logger: pino({ level: 'info' }, { write: (line: string) => this.logged.push(line) }),
    });
  }

  async #delete(run: JobRun, beforeDelete: NonNullable<TrialOptions['beforeDelete']>): Promise<void> {
    await Promise.resolve();
    this.deletions.push(run.metadata.name ?? '');
    this.deletedAt.push(this.time.ms);
    const error = await beforeDelete(run);
    if (error) throw error;
    const stored = this.stored.get(keyOf(run.metadata));
    if (!stored) throw apiError(404);
    const { uid, resourceVersion } = stored.metadata;
    if (uid !== run.metadata.uid || resourceVersion !== run.metadata.resourceVersion) throw apiError(409);
    this.delete(stored);
  }

  /** Deletes a run as the API server does. */
  delete(run: JobRun): void {
    this.stored.delete(keyOf(run.metadata));
    this.#version += 1;
    const last = { ...run, metadata: { ...run.metadata, resourceVersion: String(this.#version) } };
    if (this.isWatching) this.#cache.remove(last);
  }

  store(run: JobRun): JobRun {
    this.#version += 1;
    const stored = { ...run, metadata: { ...run.metadata, resourceVersion: String(this.#version) } };
    this.stored.set(keyOf(run.metadata), stored);
    if (this.isWatching) this.#cache.apply({ ...stored, metadata: { ...stored.metadata } });
    return stored;
  }

  /** A run that finished so many seconds before the start. */
  finished(
    name: string,
    secondsAgo: number,
    more: { outcome?: string; namespace?: string; spec?: object } = {},
  ): JobRun {
    const { outcome = 'Complete', namespace = 'team', spec = {} } = more;
    const lastTransitionTime = new Date(START - secondsAgo * 1000).toISOString();
    const conditions = [outcome, 'Finished'].map((type) => ({ type, status: 'True', lastTransitionTime }));
    const run = echoRun(spec, { name, namespace, uid: `${namespace}-${name}` });
    return this.store({ ...run, status: { conditions } });
  }

  template(retention: object | undefined, key = KEY): void {
    const { kind, namespace, name } = key;
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    const template = { apiVersion: 'hematoscope.app/v1', kind, metadata, ...(retention && { runs: { retention } }) };
    this.templates.set(templateKeyString(key), templateOutline(template));
    this.removal.checkTemplate(key);
  }

  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Lets time pass in steps of the pause between two removals. */
  async pass(ms = 5_000, step = 100): Promise<void> {
    await this.settled();
    for (let passed = 0; passed < ms; passed += step) {
      this.time.pass(step);
      await this.settled();
    }
  }

  left(): string[] {
    return Array.from(this.stored.values(), ({ metadata }) => metadata.name ?? '').sort();
  }
}

describe('the retention of a template', () => {
  it('removes the oldest runs over the limit, and reports each', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 2 });
    for (const [name, ago] of [
      ['b', 30],
      ['a', 40],
      ['d', 10],
      ['c', 20],
    ] as const)
      trial.finished(name, ago);
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual(['a', 'b']);
    expect(trial.reports).toEqual(['successful-limit', 'a Removed', 'successful-limit', 'b Removed']);
    expect(trial.logged.map((line) => (JSON.parse(line) as { run: string }).run)).toEqual(['team/a', 'team/b']);
  });

  it('is applied to each run that finishes after the start', async () => {
    const trial = new Trial();
    trial.template({ failedRunsHistoryLimit: 1 });
    trial.removal.start();
    for (const [name, ago] of [
      ['a', 30],
      ['b', 20],
      ['c', 10],
    ] as const) {
      trial.finished(name, ago, { outcome: 'Failed' });
      await trial.pass(200);
    }
    expect(trial.left()).toEqual(['c']);
  });

  it('removes a run when its time is over, and not before', async () => {
    const trial = new Trial();
    trial.template({ ttlSecondsAfterFinished: 60 });
    trial.finished('a', 0);
    trial.removal.start();
    await trial.pass(59_900, 5_990);
    expect(trial.deletions).toEqual([]);
    await trial.pass(100);
    expect(trial.deletions).toEqual(['a']);
  });

  it('is that of the template as it is now: a change counts for all runs', async () => {
    const trial = new Trial();
    trial.template(undefined);
    trial.finished('a', 50);
    trial.finished('b', 10);
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual([]);
    trial.template({ ttlSecondsAfterFinished: 30 });
    await trial.pass(300);
    expect(trial.deletions).toEqual(['a']);
    trial.template({});
    await trial.pass(HOUR, 60_000);
    expect(trial.left()).toEqual(['b']);
  });

  it('is read from the API server before a removal: a late cache removes nothing', async () => {
    const trial = new Trial({ defaults: { successfulRunsHistoryLimit: 0 } });
    trial.template({});
    // The cache does not have the template's new content yet.
    trial.outlines.set(templateKeyString(KEY), { ...trial.templates.get(templateKeyString(KEY))!, runs: {} });
    trial.finished('a', 50);
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual([]);
  });

  it('counts runs of a ClusterJobTemplate in each namespace', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 1 }, CLUSTER_KEY);
    const spec = { templateKind: 'ClusterJobTemplate' };
    trial.finished('a', 30, { spec, namespace: 'one' });
    trial.finished('b', 20, { spec, namespace: 'two' });
    trial.finished('c', 10, { spec, namespace: 'two' });
    trial.finished('d', 40, { spec, namespace: 'elsewhere' });
    trial.finished('e', 50, { spec, namespace: 'elsewhere' });
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual(['b']);
  });

  it('is replaced by the defaults when the template is deleted', async () => {
    const trial = new Trial({ defaults: { successfulRunsHistoryLimit: 1 } });
    trial.template({});
    trial.finished('a', 30);
    trial.finished('b', 20);
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual([]);
    trial.templates.clear();
    trial.removal.checkTemplate(KEY);
    await trial.pass();
    expect(trial.deletions).toEqual(['a']);
  });

  it('by default, also applies to runs whose template was deleted before the start', async () => {
    const trial = new Trial({ defaults: { successfulRunsHistoryLimit: 0 } });
    trial.removal.start();
    trial.finished('a', 30);
    await trial.pass();
    expect(trial.left()).toEqual([]);
  });
});

describe('a run is not removed', () => {
  it('that is retained or tracked, and it does not count', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 1 });
    const kept = trial.finished('kept', 60);
    trial.store({ ...kept, metadata: { ...kept.metadata, annotations: { 'hematoscope.app/retain': 'true' } } });
    const tracked = trial.finished('tracked', 50);
    trial.store({ ...tracked, metadata: { ...tracked.metadata, labels: { 'helm.toolkit.fluxcd.io/name': 'x' } } });
    trial.finished('a', 40);
    trial.finished('b', 30);
    trial.removal.start();
    await trial.pass();
    expect(trial.left()).toEqual(['b', 'kept', 'tracked']);
  });

  it('before its callback is settled', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 0 });
    const run = trial.finished('a', 60, { spec: { callbackUrl: 'https://hooks.example.com' } });
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual([]);
    trial.store({ ...run, status: { ...run.status, callback: { state: 'Delivered', attempts: 1 } } });
    await trial.pass();
    expect(trial.deletions).toEqual(['a']);
  });

  it('that changed, although the cache does not show it yet', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 0 });
    const run = trial.finished('a', 60);
    trial.isWatching = false;
    const annotations = { 'hematoscope.app/retain': 'true' };
    const changed = trial.store({ ...run, metadata: { ...run.metadata, annotations } });
    trial.removal.start();
    await trial.pass(1_000);
    expect(trial.deletions.length).toBeGreaterThan(1);
    trial.isWatching = true;
    trial.store(changed);
    const before = trial.deletions.length;
    await trial.pass(HOUR, 60_000);
    expect(trial.deletions).toHaveLength(before);
    expect(trial.left()).toEqual(['a']);
  });

  it('twice: one that the watch still shows does not count any more', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 2 });
    for (const [name, ago] of [
      ['a', 40],
      ['b', 30],
      ['c', 20],
    ] as const)
      trial.finished(name, ago);
    trial.isWatching = false;
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual(['a']);
    // The groups are built again, from a cache that still has the removed run.
    trial.template(undefined);
    trial.template({ successfulRunsHistoryLimit: 2 });
    await trial.pass();
    expect(trial.deletions).toEqual(['a']);
    expect(trial.left()).toEqual(['b', 'c']);
  });

  it('that a user deleted, and neither is another one for it', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 2 });
    for (const [name, ago] of [
      ['a', 40],
      ['b', 30],
    ] as const)
      trial.finished(name, ago);
    trial.removal.start();
    trial.delete(trial.stored.get('team/a')!);
    trial.finished('c', 20);
    await trial.pass();
    expect(trial.deletions).toEqual([]);
  });

  it('that is not finished any more, and it does not count', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 2 });
    for (const [name, ago] of [
      ['a', 40],
      ['b', 30],
    ] as const)
      trial.finished(name, ago);
    trial.removal.start();
    await trial.settled();
    trial.store({ ...trial.stored.get('team/b')!, status: {} });
    trial.finished('c', 20);
    await trial.pass();
    expect(trial.deletions).toEqual([]);
  });
});

describe('removal', () => {
  it('is at most ten a second, whatever the number of templates', async () => {
    const trial = new Trial({ defaults: { ttlSecondsAfterFinished: 0 } });
    for (let index = 0; index < 60; index += 1) {
      trial.finished(`run-${index}`, 60, {
        spec: { templateRef: `template-${index % 7}` },
        namespace: `team-${index % 5}`,
      });
    }
    trial.removal.start();
    await trial.pass(10_000, 50);
    expect(trial.left()).toEqual([]);
    for (const at of trial.deletedAt) {
      expect(trial.deletedAt.filter((other) => other >= at && other < at + 1000).length).toBeLessThanOrEqual(10);
    }
  });

  it('that hangs in one namespace delays no other', async () => {
    const hangs = Promise.withResolvers<never>();
    const trial = new Trial({
      defaults: { ttlSecondsAfterFinished: 0 },
      beforeDelete: ({ metadata }) => (metadata.namespace === 'hostile' ? hangs.promise : undefined),
    });
    for (const name of ['a', 'b']) trial.finished(`hostile-${name}`, 90, { namespace: 'hostile' });
    for (const name of ['c', 'd']) trial.finished(name, 60, { namespace: 'team' });
    trial.removal.start();
    await trial.pass(2_000, 50);
    // One at a time in each namespace.
    expect(trial.deletions.toSorted()).toEqual(['c', 'd', 'hostile-a']);
    hangs.reject(new KubeTimeoutError('no answer in 15000 ms'));
    await trial.pass(2_000, 50);
    expect(trial.failures).toEqual([]);
  });

  it.each([
    ['without an answer in time', new KubeTimeoutError('no answer in 15000 ms')],
    ['without a turn', new NoTurnError(true)],
  ])('%s is tried again, and says nothing about the API server', async (_when, problem) => {
    const problems: (Error | undefined)[] = [problem, problem];
    const trial = new Trial({ defaults: { ttlSecondsAfterFinished: 0 }, beforeDelete: () => problems.shift() });
    trial.finished('a', 60);
    trial.removal.start();
    await trial.pass(10_000, 50);
    expect(trial.left()).toEqual([]);
    expect(trial.failures).toEqual([]);
    expect(trial.deletions).toEqual(['a', 'a', 'a']);
  });

  it('that is refused is logged once, tried again after an hour, and delays no other run for long', async () => {
    let isRefusing = true;
    const beforeDelete = ({ metadata }: JobRun) => (isRefusing && metadata.name === 'a' ? apiError(403) : undefined);
    const trial = new Trial({ beforeDelete });
    trial.template({ successfulRunsHistoryLimit: 0 });
    for (const [name, ago] of [
      ['a', 40],
      ['b', 30],
    ] as const)
      trial.finished(name, ago);
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual(['a', 'b']);
    expect(trial.logged.filter((line) => line.includes('refused'))).toHaveLength(1);
    isRefusing = false;
    await trial.pass(1.1 * HOUR, 60_000);
    expect(trial.deletions).toEqual(['a', 'b', 'a']);
    expect(trial.left()).toEqual([]);
  });

  it('that every run is refused becomes rare', async () => {
    const trial = new Trial({ beforeDelete: () => apiError(403) });
    trial.template({ successfulRunsHistoryLimit: 0 });
    for (let index = 0; index < 500; index += 1) trial.finished(`run-${index}`, 60);
    trial.removal.start();
    await trial.pass(600_000, 1_000);
    expect(trial.deletions.length).toBeLessThan(25);
  });

  it.each([
    ['fails while the API server does not answer', new KubeConnectionError('reset')],
    ['fails with an error of the API server', apiError(500)],
  ])('that %s is tried again', async (_what, error) => {
    let failures = 1;
    const trial = new Trial({ beforeDelete: () => ((failures -= 1) === 0 ? error : undefined) });
    trial.template({ successfulRunsHistoryLimit: 0 });
    trial.finished('a', 40);
    trial.removal.start();
    await trial.pass();
    expect(trial.failures).toEqual([error]);
    expect(trial.left()).toEqual([]);
  });

  it('without the lease is not made, and tried again in case the lease is only in doubt', async () => {
    let doubts = 1;
    const trial = new Trial({ beforeDelete: () => ((doubts -= 1) === 0 ? new LeadershipLostError('x') : undefined) });
    trial.template({ successfulRunsHistoryLimit: 0 });
    trial.finished('a', 40);
    trial.removal.start();
    await trial.pass();
    expect(trial.deletions).toEqual(['a', 'a']);
    expect(trial.failures).toEqual([]);
  });

  it('does not begin before the start', async () => {
    const trial = new Trial();
    trial.template({ successfulRunsHistoryLimit: 0 });
    trial.finished('a', 40);
    await trial.pass();
    expect(trial.deletions).toEqual([]);
  });
});
