import type { Logger } from 'pino';
import type { JobRun } from '../api/job-run.ts';
import type { JobTemplate } from '../api/job-template.ts';
import { LABEL_JOB_RUN } from '../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../api/resources.ts';
import type { Job } from '../api/wire.ts';
import { isFinished } from '../core/job-run-status.ts';
import { KubeApiError, KubeConnectionError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { EventRecorder } from '../kube/event-recorder.ts';
import { LeadershipLostError } from '../kube/leader-election.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import { keyOf } from '../kube/object-key.ts';
import { Reflector } from '../kube/reflector.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import type { WorkResult } from '../kube/work-queue.ts';
import { Cluster } from './cluster.ts';
import type { WriteGuard } from './cluster.ts';
import { Memory } from './memory.ts';
import type { MissingTemplateRules } from './missing-template.ts';
import { Outage } from './outage.ts';
import { controllingRun } from './ownership.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileContext } from './reconcile.ts';

const CONTROLLER = 'jobrun';

export interface ControllerOptions {
  client: KubeClient;
  guard: WriteGuard;
  rules: MissingTemplateRules;
  workers: number;
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
  readonly #jobs: Reflector<Job>;
  readonly #queue: WorkQueue;
  readonly #events: EventRecorder;
  readonly #memory = new Memory();
  readonly #context: ReconcileContext;
  readonly #logger: Logger;

  constructor(options: ControllerOptions) {
    const { client, logger } = options;
    this.#logger = logger;
    this.#events = new EventRecorder({
      client,
      controller: 'hematoscope.app/syncer',
      instance: options.instance,
      logger,
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
    });
    this.#runs = new Reflector<JobRun>({ client, logger, resource: JOB_RUNS, handlers: this.#runHandlers() });
    this.#templates = new Reflector<JobTemplate>({
      client,
      logger,
      resource: JOB_TEMPLATES,
      handlers: {
        onAdd: (template) => {
          this.#wake(template);
        },
      },
    });
    this.#jobs = new Reflector<Job>({
      client,
      logger,
      resource: JOBS,
      labelSelector: LABEL_JOB_RUN,
      handlers: this.#jobHandlers(),
    });
    this.#context = {
      cluster: new Cluster(client, options.guard),
      runs: this.#runs.cache,
      jobs: this.#jobs.cache,
      templates: this.#templates.cache,
      memory: this.#memory,
      rules: options.rules,
      events: this.#events,
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
  }

  /** Ends the work under way first, then tells the last Events, then stops watching. */
  async stop(): Promise<void> {
    await this.#queue.stop();
    await this.#events.stop(2_000);
    await Promise.all(this.#reflectors().map((reflector) => reflector.stop()));
  }

  #reflectors(): Reflector<JobRun | JobTemplate | Job>[] {
    return [this.#runs, this.#templates, this.#jobs] as unknown as Reflector<JobRun | JobTemplate | Job>[];
  }

  async #work(key: string): Promise<WorkResult> {
    const slash = key.indexOf('/');
    try {
      return await reconcile(this.#context, key.slice(0, slash), key.slice(slash + 1));
    } catch (error) {
      if (error instanceof LeadershipLostError) return undefined;
      const pauseMs = pauseAfter(error);
      if (pauseMs === undefined) throw error;
      this.#logger.warn({ err: error, run: key }, 'the API server does not answer; pausing');
      this.outage.failed(pauseMs);
      this.#queue.add(key);
      return undefined;
    }
  }

  #runHandlers(): {
    onAdd: (run: JobRun) => void;
    onUpdate: (before: JobRun, run: JobRun) => void;
    onDelete: (run: JobRun) => void;
  } {
    const changed = (run: JobRun): void => {
      if (isFinished(run)) this.#memory.forget(run);
      else this.#queue.add(keyOf(run.metadata));
    };
    return {
      onAdd: changed,
      onUpdate: (_before, run) => {
        changed(run);
      },
      onDelete: (run) => {
        this.#memory.forget(run);
      },
    };
  }

  #jobHandlers(): {
    onAdd: (job: Job) => void;
    onUpdate: (before: Job, job: Job) => void;
    onDelete: (job: Job) => void;
  } {
    const changed = (job: Job): void => {
      const owner = controllingRun(job);
      if (owner) this.#queue.add(keyOf({ ...namespaceOf(job), name: owner.name }));
    };
    return {
      onAdd: changed,
      onUpdate: (_before, job) => {
        changed(job);
      },
      onDelete: (job) => {
        const owner = controllingRun(job);
        const run = owner && this.#runs.cache.get(job.metadata?.namespace, owner.name);
        if (run?.metadata.uid === owner?.uid && run && !isFinished(run)) this.#memory.rememberGone(run, job);
        changed(job);
      },
    };
  }

  #wake(template: JobTemplate): void {
    for (const key of this.#memory.takeWaiting(keyOf(template.metadata))) this.#queue.add(key);
  }
}

function namespaceOf(job: Job): { namespace?: string } {
  const namespace = job.metadata?.namespace;
  return namespace === undefined ? {} : { namespace };
}

/** How long the server asks everybody to pause; 0 when it is simply away; `undefined` for errors of one run alone. */
function pauseAfter(error: unknown): number | undefined {
  if (error instanceof KubeConnectionError) return 0;
  if (error instanceof KubeApiError && error.code === 429) return (error.retryAfterSeconds ?? 1) * 1000;
  return undefined;
}
