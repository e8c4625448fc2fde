import { pino } from 'pino';
import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { isJobFinished } from '../../core/status/job-run-status.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { WorkQueue } from '../../kube/controller/work-queue.ts';
import { completed } from '../integration/job-statuses.ts';

/**
 * Completes every Job that `managedBy` keeps from the Job controller, as if its Pods had run. It continues whatever
 * happens to the API server.
 */
export class Finisher {
  readonly #client: KubeClient;
  readonly #jobs: Reflector<Job>;
  readonly #queue: WorkQueue;
  #lastError: unknown;

  constructor(client: KubeClient, isWanted: (job: Job) => boolean = () => true) {
    this.#client = client;
    this.#queue = new WorkQueue({
      workers: 4,
      work: (key) => this.#finish(key),
      // The API server is unavailable on purpose.
      onError: (error) => {
        this.#lastError = error;
      },
    });
    const add = (job: Job): void => {
      if (job.spec?.managedBy !== undefined && !isJobFinished(job) && isWanted(job))
        this.#queue.add(keyOf(job.metadata));
    };
    this.#jobs = new Reflector<Job>({
      client,
      resource: JOBS,
      logger: pino({ level: 'silent' }),
      handlers: {
        onAdd: add,
        onUpdate: (_before, job) => {
          add(job);
        },
      },
    });
  }

  start(): void {
    this.#jobs.start();
    this.#queue.start();
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
    await this.#jobs.stop();
  }

  /** What it knows and has yet to do, for the message of a test that finds unfinished work. */
  state(): string {
    return `knows ${this.#jobs.cache.size} Jobs, has ${this.#queue.depth} to do, failed last with ${String(this.#lastError)}`;
  }

  async #finish(key: string): Promise<undefined> {
    const [namespace = '', name = ''] = key.split('/');
    const known = this.#jobs.cache.get(namespace, name);
    if (!known || isJobFinished(known)) return;
    try {
      const job = await this.#client.patch<Job>(
        JOBS,
        { namespace, name, subresource: 'status' },
        { status: completed() },
      );
      this.#jobs.cache.put(job);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
