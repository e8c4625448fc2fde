import { EventRecorder } from '../../kube/controller/event-recorder.ts';
import { LeadershipLostError } from '../../kube/controller/leader-election.ts';
import { SYSTEM_TIMERS } from '../../kube/controller/timers.ts';
import { WorkQueue } from '../../kube/controller/work-queue.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import { CompiledTemplates } from '../../revisions/compiled-templates.ts';
import { RevisionStore } from '../../revisions/revision-store.ts';
import { CallbackDelivery } from '../callback/callback-delivery.ts';
import { wirePlaces } from '../concurrency/wire-places.ts';
import { RunRemoval } from '../retention/run-removal.ts';
import { RevisionKeeper } from '../revisions/revision-keeper.ts';
import { TurnedClient } from '../revisions/turned-client.ts';
import { AwaitedTurns } from '../run/awaited-turns.ts';
import { Cluster } from '../run/cluster.ts';
import { loggedTimeouts } from '../run/logged-timeouts.ts';
import { PodReader } from '../run/read-pods.ts';
import { reconcile } from '../run/reconcile.ts';
import type { ReconcileContext } from '../run/reconcile.ts';
import { loggedRefusals } from '../run/remove-expired-job.ts';
import { RunRecords } from '../run/run-records.ts';
import { TemplateResolver } from '../run/template-resolver.ts';
import type { TemplateCaches } from '../run/template-resolver.ts';
import { WriteTurns } from '../run/write-turns.ts';
import type { WriteTurnsOptions } from '../run/write-turns.ts';
import { isInShard } from '../shard.ts';
import type { ControllerOptions } from './controller-options.ts';
import { EventRouting } from './event-routing.ts';
import type { Reaction } from './event-routing.ts';
import { Outage } from './outage.ts';
import { reactTo } from './react-to.ts';
import type { Reactors } from './react-to.ts';
import { Watches } from './watches.ts';

/** Connects watches, work queues and caches: each event of a watch leads to work on the runs and templates it concerns. */
export class Controller {
  readonly outage: Outage;
  readonly #watches: Watches;
  readonly #routing: EventRouting;
  readonly #records = new RunRecords();
  readonly #queue: WorkQueue;
  readonly #turns = new WriteTurns(this.#turnOptions());
  readonly #statusTurns = new AwaitedTurns(this.#turnOptions());
  readonly #events: EventRecorder;
  readonly #keeper: RevisionKeeper;
  readonly #templates: TemplateResolver;
  readonly #context: ReconcileContext;
  readonly #callbacks: CallbackDelivery;
  readonly #removal: RunRemoval;
  readonly #concurrency: ReturnType<typeof wirePlaces>;
  readonly #reactors: Reactors;

  constructor(options: ControllerOptions) {
    const { client, clock, logger, clusterNamespace } = options;
    const inShard = (namespace: string | undefined): boolean => isInShard(namespace, options.shard);
    this.outage = new Outage({ pauseAll: this.#pauseAll.bind(this), clock, logger });
    this.#routing = new EventRouting({
      isInShard: inShard,
      findRun: (namespace, name) => this.#watches.runs.cache.get(namespace, name),
      hasTemplate: (template) => this.#templates.outline(template) !== undefined,
    });
    const react = this.#react.bind(this);
    this.#watches = new Watches({ client, logger, isInShard: inShard, routing: this.#routing, react });
    this.#queue = this.#newQueue(options);
    this.#events = this.#newEventRecorder(options);
    const compiled = new CompiledTemplates();
    const writer = new TurnedClient(options.backgroundClient, new WriteTurns({ timers: SYSTEM_TIMERS }));
    const store = new RevisionStore({ client, writer, clusterNamespace, templates: compiled, now: clock.now });
    const cluster = this.#newCluster(options);
    this.#templates = new TemplateResolver({
      caches: this.#templateCaches(),
      cluster,
      store,
      compiled,
      clusterNamespace,
      trustsAdmission: options.trustsAdmission,
    });
    this.#keeper = this.#newKeeper(options, { store, writer });
    this.#concurrency = this.#newConcurrency(options, { cluster, inShard });
    this.#context = this.#newContext(options, cluster);
    this.#callbacks = this.#newCallbackDelivery(options, cluster);
    this.#removal = this.#newRemoval(options, { cluster, inShard });
    this.#reactors = {
      ...{ queue: this.#queue, records: this.#records, callbacks: this.#callbacks },
      ...{ removal: this.#removal, keeper: this.#keeper },
      ...this.#concurrency,
      unfinishedRuns: (template) => this.#watches.unfinishedRuns(template),
    };
  }

  /** How many runs wait for a place in their concurrency group. */
  get queuedRuns(): number {
    return this.#concurrency.places.waiting;
  }

  get synced(): boolean {
    return this.#watches.synced;
  }

  /** Fills the caches. No work starts yet. */
  watch(): void {
    this.#watches.start();
  }

  /** Starts work once the caches are up to date. */
  async lead(): Promise<void> {
    await this.#watches.refresh();
    await this.#concurrency.release.start();
    this.#queue.start();
    this.#keeper.start();
    this.#callbacks.start();
    this.#removal.start();
  }

  /** Completes the work in progress and starts no more. After this only Events are written. */
  async endWork(): Promise<void> {
    const parts = [this.#queue, this.#keeper, this.#callbacks, this.#removal, this.#concurrency.release];
    await Promise.all(parts.map((part) => part.stop()));
  }

  /** Completes the work in progress, then writes the last Events, then stops the watches. */
  async stop(): Promise<void> {
    await this.endWork();
    await this.#events.stop(2_000);
    await this.#watches.stop();
  }

  #pauseAll(ms: number): void {
    const parts = [this.#queue, this.#keeper, this.#callbacks, this.#removal, this.#concurrency.release];
    for (const part of parts) part.holdFor(ms);
  }

  #react(reactions: Reaction[]): void {
    for (const reaction of reactions) reactTo(this.#reactors, reaction);
  }

  async #work(key: string): Promise<WorkResult> {
    const slash = key.indexOf('/');
    try {
      return await reconcile(this.#context, key.slice(0, slash), key.slice(slash + 1));
    } catch (error) {
      // Either the term is about to end, or a renewal is still in flight. Then this process has to do the work.
      if (error instanceof LeadershipLostError) return 'retry';
      return this.outage.failed(error, { run: key });
    } finally {
      this.#turns.next(key);
      this.#statusTurns.next(key);
    }
  }

  #turnOptions(): WriteTurnsOptions {
    return {
      timers: SYSTEM_TIMERS,
      onTurn: (run) => {
        this.#queue.add(run);
      },
    };
  }

  #newCluster({ client, jobClient, statusClient, guard, logger, clock }: ControllerOptions): Cluster {
    return new Cluster(client, guard, {
      jobs: { client: jobClient, turns: this.#turns },
      statuses: { client: statusClient, turns: this.#statusTurns },
      onTimeout: loggedTimeouts(logger, clock),
    });
  }

  #newContext(options: ControllerOptions, cluster: Cluster): ReconcileContext {
    return {
      runs: this.#watches.runs.cache,
      contents: this.#watches.contents,
      jobs: this.#watches.jobs.cache,
      cluster,
      templates: this.#templates,
      pods: new PodReader(options),
      records: this.#records,
      places: this.#concurrency.places,
      unclear: this.#concurrency.unclear,
      rules: options.rules,
      events: this.#events,
      clock: options.clock,
      turns: this.#turns,
      onDeletionForbidden: loggedRefusals(options.logger, options.clock),
      onFinished: (run) => {
        this.#react(this.#routing.runFinished(run));
      },
    };
  }

  #newQueue({ workers, metrics, logger }: ControllerOptions): WorkQueue {
    return new WorkQueue({
      workers,
      // Writes that hang, as many as there are connections for them, leave workers to the others.
      mostActive: 2 * workers,
      work: (key) => this.#work(key),
      onError: (err, run, delayMs) => {
        logger.error({ err, run, delayMs: Math.round(delayMs) }, 'reconcile failed, trying again');
      },
      metrics: metrics.workQueue('jobrun'),
    });
  }

  #newEventRecorder({ backgroundClient: client, instance, logger }: ControllerOptions): EventRecorder {
    const controller = 'hematoscope.app/syncer';
    const busy = (): boolean => this.#queue.depth > 0 || this.#turns.isPressed;
    return new EventRecorder({ client, controller, instance, logger, busy });
  }

  #newKeeper(options: ControllerOptions, wired: { store: RevisionStore; writer: TurnedClient }): RevisionKeeper {
    const { client, clock, guard, logger, clusterNamespace } = options;
    return new RevisionKeeper({
      client,
      ...wired,
      guard,
      outline: (key) => this.#templates.outline(key),
      current: (key) => this.#templates.current(key),
      revisions: this.#watches.revisions.cache,
      runs: this.#watches.runs.cache,
      clusterNamespace,
      limit: options.revisionHistoryLimit,
      graceMs: options.revisionGraceMs,
      clock,
      outage: this.outage,
      metrics: options.metrics.workQueue('revision'),
      logger,
    });
  }

  #newConcurrency(
    options: ControllerOptions,
    { cluster, inShard }: { cluster: Cluster; inShard: (namespace: string | undefined) => boolean },
  ): ReturnType<typeof wirePlaces> {
    return wirePlaces({
      ...options,
      ...{ cluster, isInShard: inShard, outage: this.outage, templates: this.#templates, watches: this.#watches },
      wake: (run) => {
        this.#queue.add(run);
      },
    });
  }

  #newCallbackDelivery(options: ControllerOptions, cluster: Cluster): CallbackDelivery {
    const { callbacks, client, clock, guard, logger } = options;
    return new CallbackDelivery({
      ...{ client, cluster, guard, logger },
      ...callbacks,
      clock: callbacks.clock ?? clock,
      runs: this.#watches.runs.cache,
      events: this.#events,
      onStored: (run) => {
        this.#removal.count(run);
      },
      outage: this.outage,
      queueMetrics: options.metrics.workQueue('callback'),
    });
  }

  #newRemoval(
    { retention, clock, metrics, logger }: ControllerOptions,
    { cluster, inShard }: { cluster: Cluster; inShard: (namespace: string | undefined) => boolean },
  ): RunRemoval {
    return new RunRemoval({
      ...retention,
      ...{ cluster, logger, isInShard: inShard, clock: retention.clock ?? clock },
      runs: this.#watches.runs.cache,
      outline: (key) => this.#templates.outline(key),
      events: this.#events,
      outage: this.outage,
      queueMetrics: metrics.workQueue('retention'),
    });
  }

  #templateCaches(): TemplateCaches {
    const { templates, clusterTemplates, revisions } = this.#watches;
    return { templates: templates.cache, clusterTemplates: clusterTemplates.cache, revisions: revisions.cache };
  }
}
