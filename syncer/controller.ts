import type { Logger } from 'pino';
import type { JobRun } from '../api/job-run.ts';
import type { ClusterJobTemplate, JobTemplate, Template } from '../api/job-template.ts';
import { LABEL_JOB_RUN, LABEL_TEMPLATE_REVISION } from '../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../api/resources.ts';
import type { ControllerRevision, Job, KubeObject } from '../api/wire.ts';
import { identityOfRevision } from '../core/template/controller-revision.ts';
import { isFinished } from '../core/job/job-run-status.ts';
import { isInShard, type Shard } from './shard.ts';
import { keyOfTemplate, templateKeyOfRun } from '../core/template/template-key.ts';
import type { TemplateKey } from '../core/template/template-key.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { EventRecorder } from '../kube/controller/event-recorder.ts';
import { LeadershipLostError } from '../kube/controller/leader-election.ts';
import type { KubeMetrics } from '../kube/metrics/client-metrics.ts';
import { keyOf } from '../kube/watch/object-key.ts';
import { Reflector } from '../kube/watch/reflector.ts';
import { WorkQueue } from '../kube/controller/work-queue.ts';
import type { WorkResult } from '../kube/controller/work-queue.ts';
import { CompiledTemplates } from '../revisions/compiled-templates.ts';
import { RevisionStore } from '../revisions/revision-store.ts';
import { cachedJob, cachedRun, jobInOutline, runInOutline } from './cached.ts';
import { Cluster } from './cluster.ts';
import type { WriteGuard } from './cluster.ts';
import { Memory } from './memory.ts';
import type { MissingTemplateRules } from './missing-template.ts';
import { Outage } from './outage.ts';
import { controllingRun } from './ownership.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileContext } from './reconcile.ts';
import { BY_TEMPLATE, RevisionKeeper, templateOfRun, templateOfStored } from './revision-keeper.ts';
import { Templates } from './templates.ts';

const CONTROLLER = 'jobrun';

export interface ControllerOptions {
  client: KubeClient;
  guard: WriteGuard;
  rules: MissingTemplateRules;
  workers: number;
  /** Which namespaces are worked on. The others are looked at, too: their runs may use a ClusterJobTemplate. */
  shard: Shard;
  /** Where the revisions of ClusterJobTemplates live. */
  clusterNamespace: string;
  revisionHistoryLimit: number;
  /** For tests; five minutes by default. */
  revisionGraceMs?: number | undefined;
  /** Name of this process, for Events. */
  instance: string;
  metrics: KubeMetrics;
  logger: Logger;
}

/** Caches, queue and handlers around {@link reconcile}: what is watched, and which run an event concerns. */
export class Controller {
  readonly outage: Outage;
  readonly #runs: Reflector<JobRun>;
  readonly #templates: Reflector<JobTemplate>;
  readonly #clusterTemplates: Reflector<ClusterJobTemplate>;
  readonly #revisions: Reflector<ControllerRevision>;
  readonly #keeper: RevisionKeeper;
  readonly #jobs: Reflector<Job>;
  readonly #queue: WorkQueue;
  readonly #events: EventRecorder;
  readonly #memory = new Memory();
  readonly #context: ReconcileContext;
  readonly #shard: Shard;
  readonly #logger: Logger;

  constructor(options: ControllerOptions) {
    const { client, logger } = options;
    this.#logger = logger;
    this.#shard = options.shard;
    this.#events = new EventRecorder({
      client,
      controller: 'hematoscope.app/syncer',
      instance: options.instance,
      logger,
      busy: () => this.#queue.depth > 0,
    });
    this.#queue = new WorkQueue({
      workers: options.workers,
      work: (key) => this.#work(key),
      onError: (err, run, delayMs) => {
        logger.error({ err, run, delayMs: Math.round(delayMs) }, 'reconcile failed, trying again');
      },
      metrics: options.metrics.workQueue(CONTROLLER),
    });
    this.outage = new Outage((ms) => {
      this.#queue.holdFor(ms);
      this.#keeper.holdFor(ms);
    }, logger);
    this.#runs = new Reflector<JobRun>({
      client,
      logger,
      resource: JOB_RUNS,
      handlers: this.#runHandlers(),
      indexers: { [BY_TEMPLATE]: templateOfRun },
      trim: (run) => (this.#isOurs(run.metadata) ? cachedRun(run) : runInOutline(run)),
    });
    this.#templates = new Reflector<JobTemplate>({
      client,
      logger,
      resource: JOB_TEMPLATES,
      handlers: this.#templateHandlers(),
    });
    this.#clusterTemplates = new Reflector<ClusterJobTemplate>({
      client,
      logger,
      resource: CLUSTER_JOB_TEMPLATES,
      handlers: this.#templateHandlers(),
    });
    this.#revisions = new Reflector<ControllerRevision>({
      client,
      logger,
      resource: CONTROLLER_REVISIONS,
      labelSelector: LABEL_TEMPLATE_REVISION,
      handlers: this.#revisionHandlers(),
      indexers: { [BY_TEMPLATE]: templateOfStored },
    });
    this.#jobs = new Reflector<Job>({
      client,
      logger,
      resource: JOBS,
      labelSelector: LABEL_JOB_RUN,
      handlers: this.#jobHandlers(),
      trim: (job) => (this.#isOurs(job.metadata) ? cachedJob(job) : jobInOutline(job)),
    });
    const cluster = new Cluster(client, options.guard);
    const compiled = new CompiledTemplates();
    const store = new RevisionStore({ client, clusterNamespace: options.clusterNamespace, templates: compiled });
    const caches = {
      templates: this.#templates.cache,
      clusterTemplates: this.#clusterTemplates.cache,
      revisions: this.#revisions.cache,
    };
    const { clusterNamespace } = options;
    const templates = new Templates({
      ...caches,
      cluster,
      store,
      compiled,
      clusterNamespace,
      onWait: (run) => {
        this.#memory.wait(run);
      },
    });
    this.#keeper = new RevisionKeeper({
      client,
      store,
      clusterNamespace,
      guard: options.guard,
      present: (key) => templates.present(key),
      revisions: this.#revisions.cache,
      runs: this.#runs.cache,
      limit: options.revisionHistoryLimit,
      outage: this.outage,
      graceMs: options.revisionGraceMs,
      metrics: options.metrics.workQueue('revision'),
      logger,
    });
    this.#context = {
      cluster,
      runs: this.#runs.cache,
      jobs: this.#jobs.cache,
      templates,
      memory: this.#memory,
      rules: options.rules,
      events: this.#events,
      onEnd: (run) => {
        this.#ended(run);
      },
    };
  }

  get synced(): boolean {
    return this.#reflectors().every((reflector) => reflector.synced);
  }

  /** Fills the caches; works on nothing yet. */
  watch(): void {
    for (const reflector of this.#reflectors()) reflector.start();
  }

  /**
   * Begins to work once the caches are filled. Runs are listed anew first: what an earlier leader wrote must be seen,
   * or a run whose Job is gone already would get a second one.
   */
  async lead(): Promise<void> {
    await Promise.all([this.#runs.refresh(), ...this.#reflectors().map((reflector) => reflector.whenSynced())]);
    this.#queue.start();
    this.#keeper.start();
  }

  /** Ends the work under way and begins no other: from then on nothing is written but Events. */
  async endWork(): Promise<void> {
    await Promise.all([this.#queue.stop(), this.#keeper.stop()]);
  }

  /** Ends the work under way first, then tells the last Events, then stops watching. */
  async stop(): Promise<void> {
    await this.endWork();
    await this.#events.stop(2_000);
    await Promise.all(this.#reflectors().map((reflector) => reflector.stop()));
  }

  #reflectors(): Reflector<KubeObject>[] {
    const all = [this.#runs, this.#templates, this.#clusterTemplates, this.#revisions, this.#jobs];
    return all as unknown as Reflector<KubeObject>[];
  }

  async #work(key: string): Promise<WorkResult> {
    const slash = key.indexOf('/');
    try {
      return await reconcile(this.#context, key.slice(0, slash), key.slice(slash + 1));
    } catch (error) {
      // The term ends in a moment, or a renewal on its way still counts: then nobody else would do this work.
      if (error instanceof LeadershipLostError) return 'retry';
      return this.outage.failed(error, { run: key });
    }
  }

  #runHandlers(): {
    onAdd: (run: JobRun) => void;
    onUpdate: (before: JobRun, run: JobRun) => void;
    onDelete: (run: JobRun) => void;
  } {
    const changed = (run: JobRun): void => {
      if (isFinished(run)) this.#ended(run);
      else if (this.#isOurs(run.metadata)) this.#queue.add(keyOf(run.metadata));
    };
    return {
      onAdd: changed,
      onUpdate: (_before, run) => {
        changed(run);
      },
      onDelete: (run) => {
        this.#ended(run);
      },
    };
  }

  #ended(run: JobRun): void {
    this.#memory.forget(run);
    const key = templateKeyOfRun(run);
    if (this.#isOurs(key)) this.#keeper.released(key);
  }

  #look(key: TemplateKey): void {
    if (this.#isOurs(key)) this.#keeper.look(key);
  }

  #isOurs({ namespace }: { namespace?: string | undefined } = {}): boolean {
    return isInShard(namespace, this.#shard);
  }

  #jobHandlers(): {
    onAdd: (job: Job) => void;
    onUpdate: (before: Job, job: Job) => void;
    onDelete: (job: Job) => void;
  } {
    const changed = (job: Job): void => {
      const owner = this.#isOurs(job.metadata) ? controllingRun(job) : undefined;
      if (owner) this.#queue.add(keyOf({ ...namespaceOf(job), name: owner.name }));
    };
    return {
      onAdd: changed,
      onUpdate: (_before, job) => {
        changed(job);
      },
      onDelete: (job) => {
        if (!this.#isOurs(job.metadata)) return;
        const owner = controllingRun(job);
        const run = owner && this.#runs.cache.get(job.metadata?.namespace, owner.name);
        if (run?.metadata.uid === owner?.uid && run && !isFinished(run)) this.#memory.rememberGone(run, job);
        changed(job);
      },
    };
  }

  #templateHandlers(): {
    onAdd: (template: Template) => void;
    onUpdate: (before: Template, template: Template) => void;
  } {
    return {
      onAdd: (template) => {
        const key = keyOfTemplate(template);
        for (const run of this.#memory.takeWaiting(key)) this.#queue.add(run);
        this.#look(key);
      },
      onUpdate: (before, template) => {
        if (before.metadata.generation !== template.metadata.generation) this.#look(keyOfTemplate(template));
      },
    };
  }

  #revisionHandlers(): { onAdd: (stored: ControllerRevision) => void; onDelete: (stored: ControllerRevision) => void } {
    const look = (stored: ControllerRevision): void => {
      const identity = identityOfRevision(stored);
      if (identity) this.#look(identity.key);
    };
    return { onAdd: look, onDelete: look };
  }
}

function namespaceOf(job: Job): { namespace?: string } {
  const namespace = job.metadata?.namespace;
  return namespace === undefined ? {} : { namespace };
}
