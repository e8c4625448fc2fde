import type { Logger } from 'pino';
import type { JobRun } from '../../api/job-run.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { LABEL_JOB_RUN, LABEL_TEMPLATE_REVISION } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { ControllerRevision, Job, KubeObject } from '../../api/wire.ts';
import { revisionOutline, templateOutline, type TemplateOutline } from '../../core/template/outline.ts';
import { templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { CacheHandlers } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { BY_GROUP, groupOfJob } from '../concurrency/jobs-of-group.ts';
import { BY_TEMPLATE, templateOfRevision, templateOfRun } from '../revisions/template-index.ts';
import type { EventRouting, Reaction } from './event-routing.ts';
import { RunContents } from './run-contents.ts';
import { jobOutline, ownRunOutline, runOutline, trimmedJob } from './trimmed-objects.ts';

export interface WatchesOptions {
  client: Pick<KubeClient, 'list' | 'watch'>;
  logger: Logger;
  /** Whether this syncer works on the namespace. Of the others only outlines are cached. */
  isInShard: (namespace: string | undefined) => boolean;
  routing: EventRouting;
  react: (reactions: Reaction[]) => void;
}

/** The caches of everything that the syncer watches, in all namespaces: runs anywhere may use a ClusterJobTemplate. */
export class Watches {
  /** Outlines of all runs; {@link contents} has the whole objects of those that the syncer works on. */
  readonly runs: Reflector<JobRun>;
  readonly contents = new RunContents();
  readonly templates: Reflector<TemplateOutline>;
  readonly clusterTemplates: Reflector<TemplateOutline>;
  readonly revisions: Reflector<ControllerRevision>;
  readonly jobs: Reflector<Job>;
  readonly #isInShard: WatchesOptions['isInShard'];

  constructor(options: WatchesOptions) {
    const { client, logger, isInShard } = options;
    this.#isInShard = isInShard;
    const common = { client, logger };
    const templateHandlers = handlersOfTemplates(options);
    this.runs = new Reflector<JobRun>({
      ...common,
      resource: JOB_RUNS,
      handlers: handlersOfRuns(options),
      indexers: { [BY_TEMPLATE]: templateOfRun },
      trim: (run) => {
        if (isFinished(run)) this.contents.forget(run);
        else if (isInShard(run.metadata.namespace)) this.contents.remember(run);
        return isInShard(run.metadata.namespace) ? ownRunOutline(run) : runOutline(run);
      },
    });
    const ofTemplates = { ...common, handlers: templateHandlers, trim: templateOutline };
    this.templates = new Reflector<TemplateOutline>({ ...ofTemplates, resource: JOB_TEMPLATES });
    this.clusterTemplates = new Reflector<TemplateOutline>({ ...ofTemplates, resource: CLUSTER_JOB_TEMPLATES });
    this.revisions = new Reflector<ControllerRevision>({
      ...common,
      resource: CONTROLLER_REVISIONS,
      labelSelector: LABEL_TEMPLATE_REVISION,
      handlers: handlersOfRevisions(options),
      indexers: { [BY_TEMPLATE]: templateOfRevision },
      trim: revisionOutline,
    });
    this.jobs = new Reflector<Job>({
      ...common,
      resource: JOBS,
      labelSelector: LABEL_JOB_RUN,
      handlers: handlersOfJobs(options),
      indexers: { [BY_GROUP]: groupOfJob },
      trim: (job) => (isInShard(job.metadata?.namespace) ? trimmedJob(job) : jobOutline(job)),
    });
  }

  /** The keys of the unfinished runs of a template that this syncer works on. */
  unfinishedRuns(template: TemplateKey): string[] {
    const runs = this.runs.cache.byIndex(BY_TEMPLATE, templateKeyString(template));
    const ours = runs.filter((run) => !isFinished(run) && this.#isInShard(run.metadata.namespace));
    return ours.map(({ metadata }) => keyOf(metadata));
  }

  /** Whether every cache has been filled once. */
  get synced(): boolean {
    return this.#all().every((reflector) => reflector.synced);
  }

  start(): void {
    for (const reflector of this.#all()) reflector.start();
  }

  /**
   * Waits for every cache to be filled, and for that of runs to have everything that is stored now: a new leader must see
   * what the last leader wrote, or a run whose Job was deleted could get a second one.
   */
  async refresh(): Promise<void> {
    await Promise.all([this.runs.refresh(), ...this.#all().map((reflector) => reflector.whenSynced())]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((reflector) => reflector.stop()));
  }

  #all(): Pick<Reflector<KubeObject>, 'synced' | 'start' | 'whenSynced' | 'stop'>[] {
    return [this.runs, this.templates, this.clusterTemplates, this.revisions, this.jobs];
  }
}

type HandlerOptions = Pick<WatchesOptions, 'routing' | 'react'>;

function handlersOfRuns({ routing, react }: HandlerOptions): CacheHandlers<JobRun> {
  return {
    onAdd: (run) => {
      react(routing.runChanged(run));
    },
    onUpdate: (before, run) => {
      react(routing.runUpdated(before, run));
    },
    onDelete: (run) => {
      react(routing.runFinished(run));
    },
  };
}

function handlersOfJobs({ routing, react }: HandlerOptions): CacheHandlers<Job> {
  return {
    onAdd: (job) => {
      react(routing.jobChanged(job));
    },
    onUpdate: (before, job) => {
      react(routing.jobUpdated(before, job));
    },
    onDelete: (job, deletion) => {
      react(routing.jobDeleted(job, deletion));
    },
  };
}

function handlersOfTemplates({ routing, react }: HandlerOptions): CacheHandlers<TemplateOutline> {
  return {
    onAdd: (template) => {
      react(routing.templateAdded(template));
    },
    onUpdate: (before, template) => {
      react(routing.templateUpdated(before, template));
    },
    onDelete: (template) => {
      react(routing.templateDeleted(template));
    },
  };
}

function handlersOfRevisions({ routing, react }: HandlerOptions): CacheHandlers<ControllerRevision> {
  const changed = (stored: ControllerRevision): void => {
    react(routing.revisionChanged(stored));
  };
  return { onAdd: changed, onDelete: changed };
}
