import { EventEmitter, on } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Resource } from '../../../../api/resources.ts';
import type { KubeObject } from '../../../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { LeadershipLostError } from '../../../../kube/controller/leader-election.ts';
import { kubeMetrics } from '../../../../kube/metrics/client-metrics.ts';
import { SYSTEM_CLOCK } from '../../../../syncer/clock.ts';
import type { ControllerOptions } from '../../../../syncer/controller/controller-options.ts';
import { Controller } from '../../../../syncer/controller/controller.ts';
import { isInShard, WHOLE } from '../../../../syncer/shard.ts';
import { ALWAYS_ALLOWED } from '../../../../syncer/write-guard.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';
import { collectedLog } from '../../webhook/collected-log.ts';
import { NO_CALLBACKS } from '../callback/no-callbacks.ts';

/** The level of a warning in the log. */
const WARN = 40;
const RUN = echoRun({}, { generation: 1, resourceVersion: '5' });
const TEMPLATE = { ...echoTemplate(), metadata: { ...echoTemplate().metadata, resourceVersion: '5' } };

/** A small API server: it accepts every write, and reports only the events that a test sends. */
class FakeCluster {
  readonly writes: string[] = [];
  /** Called before each write; throws to refuse it. */
  onWrite: (write: string) => void | Promise<void> = () => undefined;
  readonly #objects: Record<string, KubeObject[]>;
  readonly #events = new EventEmitter();
  #version = 10;

  constructor(objects: Record<string, KubeObject[]>) {
    this.#objects = { ...objects };
  }

  readonly client = {
    list: ({ plural }: Resource) =>
      Promise.resolve({ items: this.#objects[plural] ?? [], metadata: { resourceVersion: '10' } }),
    watch: ({ plural }: Resource, _start: unknown, options: { signal: AbortSignal }) => this.#watch(plural, options),
    get: ({ plural }: Resource, { name }: { name: string }) => {
      const object = this.#objects[plural]?.find(({ metadata }) => metadata?.name === name);
      if (object) return Promise.resolve(object);
      return Promise.reject(new KubeApiError({ method: 'GET', path: '/', code: 404, body: '{}' }));
    },
    create: ({ kind }: Resource, _namespace: string, body: KubeObject) => this.#write(`create ${kind}`, body),
    patch: ({ plural, kind }: Resource, _key: unknown, body: KubeObject) =>
      this.#write(`patch ${kind}`, { ...this.#objects[plural]?.[0], ...body }),
  } as unknown as KubeClient;

  /** The watch of this resource reports a new object. */
  add(plural: string, object: KubeObject): void {
    const metadata = { ...object.metadata, resourceVersion: this.#next() };
    this.#objects[plural] = [...(this.#objects[plural] ?? []), { ...object, metadata }];
    this.#events.emit(plural, { type: 'ADDED', object: { ...object, metadata } });
  }

  isWatched(plural: string): boolean {
    return this.#events.listenerCount(plural) > 0;
  }

  async *#watch(plural: string, { signal }: { signal: AbortSignal }) {
    for await (const [event] of on(this.#events, plural, { signal })) yield event as unknown;
  }

  async #write(write: string, body: KubeObject): Promise<KubeObject> {
    await this.onWrite(write);
    this.writes.push(write);
    return { ...body, metadata: { ...RUN.metadata, ...body.metadata, resourceVersion: this.#next() } };
  }

  #next(): string {
    this.#version += 1;
    return String(this.#version);
  }
}

function begin(objects: Record<string, KubeObject[]>, options: Partial<ControllerOptions> = {}) {
  const cluster = new FakeCluster(objects);
  const { logger, lines } = collectedLog();
  const controller = new Controller({
    client: cluster.client,
    jobClient: cluster.client,
    statusClient: cluster.client,
    backgroundClient: cluster.client,
    guard: ALWAYS_ALLOWED,
    clock: SYSTEM_CLOCK,
    rules: { policy: 'Wait', waitSeconds: 300 },
    reads: { pods: false, events: false, logEnds: false },
    workers: 2,
    shard: WHOLE,
    clusterNamespace: 'system',
    trustsAdmission: true,
    revisionHistoryLimit: 1,
    callbacks: NO_CALLBACKS,
    retention: { defaults: {} },
    instance: 'syncer-0',
    metrics: kubeMetrics(new Registry()),
    logger,
    ...options,
  });
  onTestFinished(() => controller.stop());
  const problems = () => lines.filter(({ level }) => Number(level) >= WARN).map(({ msg }) => msg);
  const written = (write: string) =>
    vi.waitFor(() => {
      expect(cluster.writes).toContain(write);
    });
  return { cluster, controller, problems, written };
}

const BOTH = { jobruns: [RUN], jobtemplates: [TEMPLATE] };

describe('the controller', () => {
  it('fills its caches, and writes nothing before it leads', async () => {
    const { cluster, controller } = begin(BOTH);
    expect(controller.synced).toBe(false);
    controller.watch();
    await vi.waitFor(() => {
      expect(controller.synced).toBe(true);
    });
    await controller.stop();
    expect(cluster.writes).toEqual([]);
  });

  it('creates the Job, the status and the Event of a run, and stores the revision of a template', async () => {
    const { cluster, controller, written } = begin(BOTH);
    controller.watch();
    await controller.lead();
    await Promise.all([written('patch JobRun'), written('create ControllerRevision')]);
    await controller.stop();
    expect(cluster.writes.toSorted()).toEqual([
      'create ControllerRevision',
      'create Event',
      'create Job',
      'patch JobRun',
    ]);
  });

  it('starts a run that waits as soon as its template is created', async () => {
    const { cluster, controller, written } = begin({ jobruns: [RUN] });
    controller.watch();
    await controller.lead();
    await written('patch JobRun');
    expect(cluster.writes).not.toContain('create Job');
    await vi.waitFor(() => {
      expect(cluster.isWatched('jobtemplates')).toBe(true);
    });
    cluster.add('jobtemplates', TEMPLATE);
    await written('create Job');
  });

  it('writes the last Events before it has stopped', async () => {
    const { cluster, controller, written } = begin(BOTH);
    const { promise: gate, resolve: openGate } = Promise.withResolvers<undefined>();
    cluster.onWrite = async (write) => {
      if (write === 'create Event') await gate;
    };
    controller.watch();
    await controller.lead();
    await written('patch JobRun');
    setTimeout(openGate, 20, undefined);
    await controller.stop();
    expect(cluster.writes).toContain('create Event');
  });

  it('does not work on the namespaces of another shard', async () => {
    const index = isInShard('team', { index: 0, count: 2 }) ? 1 : 0;
    const { cluster, controller } = begin(BOTH, { shard: { index, count: 2 } });
    controller.watch();
    await controller.lead();
    await controller.stop();
    expect(cluster.writes).toEqual([]);
  });

  it('starts no work after the end of work', async () => {
    const { cluster, controller } = begin({});
    controller.watch();
    await controller.lead();
    await vi.waitFor(() => {
      expect(['jobruns', 'jobtemplates'].every((plural) => cluster.isWatched(plural))).toBe(true);
    });
    await controller.endWork();
    cluster.add('jobruns', RUN);
    cluster.add('jobtemplates', TEMPLATE);
    await setImmediate();
    await controller.stop();
    expect(cluster.writes).toEqual([]);
  });
});

describe('a write that fails is repeated', () => {
  it.each<[string, Error, unknown[]]>([
    ['while the process may not write, without a log', new LeadershipLostError('not now'), []],
    [
      'after no answer, with a warning',
      new KubeConnectionError('POST /: no answer'),
      ['a request failed; trying again'],
    ],
    ['after another error, which is logged', new Error('broken'), ['reconcile failed, trying again']],
  ])('%s', async (_sentence, error, logged) => {
    const { cluster, controller, problems, written } = begin(BOTH);
    let failures = 1;
    cluster.onWrite = (write) => {
      if (write !== 'create Job' || failures === 0) return;
      failures -= 1;
      throw error;
    };
    controller.watch();
    await controller.lead();
    await written('create Job');
    expect(failures).toBe(0);
    expect(problems()).toEqual(logged);
  });
});
