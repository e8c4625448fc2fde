import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import { controllingRun } from '../../core/job/ownership.ts';
import { stopPatch } from '../../core/run/job-stop.ts';
import { isConflict, isNotFound, KubeTimeoutError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { DeleteOptions } from '../../kube/client/request-options.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import { guarded, type WriteGuard } from '../write-guard.ts';
import type { Turn } from './write-turns.ts';

/** How objects of one kind are written: with connections of their own, in turns. */
export interface TurnedWrites {
  client: Pick<KubeClient, 'create' | 'patch' | 'delete'>;
  turns: { take: (key: string) => Turn | Promise<Turn> };
}

export interface Writes {
  /** Writes Jobs, and deletes runs. */
  jobs: TurnedWrites;
  statuses: TurnedWrites;
  /** Called with the key of a run if a write for it got no answer in time. */
  onTimeout: (error: KubeTimeoutError, run: string) => void;
}

type Send<T> = (client: TurnedWrites['client'], options: ReturnType<typeof guarded>) => Promise<T>;

/**
 * All requests that the syncer sends for a run, apart from lists and watches. Those that write throw a `NoTurnError` if
 * others go first.
 */
export class Cluster {
  readonly #client: Pick<KubeClient, 'get'>;
  readonly #guard: WriteGuard;
  readonly #writes: Writes;

  constructor(client: Pick<KubeClient, 'get'>, guard: WriteGuard, writes: Writes) {
    this.#client = client;
    this.#guard = guard;
    this.#writes = writes;
  }

  async getTemplate({ kind, namespace, name }: TemplateKey): Promise<Template | undefined> {
    const resource = kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
    return found(this.#client.get<Template>(resource, { namespace, name }));
  }

  async getRun(namespace: string, name: string): Promise<JobRun | undefined> {
    return found(this.#client.get<JobRun>(JOB_RUNS, { namespace, name }));
  }

  async getJob(namespace: string, name: string): Promise<Job | undefined> {
    return found(this.#client.get<Job>(JOBS, { namespace, name }));
  }

  /** @throws KubeApiError, for example AlreadyExists; LeadershipLostError; NoTurnError. */
  async createJob(namespace: string, job: Job): Promise<Job> {
    return this.#inTurn(namespace, job, (client, options) =>
      client.create<Job>(JOBS, namespace, job, { fieldValidation: 'Strict', ...options }),
    );
  }

  /** Sets `spec.suspend`. Returns `undefined` if the Job was deleted. @throws Conflict if another Job has its name now. */
  async suspendJob(job: Job, suspend: boolean): Promise<Job | undefined> {
    return this.#patchJob(job, { metadata: { uid: job.metadata?.uid }, spec: { suspend } });
  }

  /**
   * Stops exactly this version of the Job; see {@link stopPatch}. Returns `undefined` if the Job was deleted.
   *
   * @throws Conflict if the Job changed, or another Job has its name now.
   */
  async stopJob(job: Job, why: string): Promise<Job | undefined> {
    const { uid, resourceVersion } = job.metadata ?? {};
    const patch = stopPatch(why);
    return this.#patchJob(job, { ...patch, metadata: { ...patch.metadata, uid, resourceVersion } });
  }

  async #patchJob(job: Job, body: object): Promise<Job | undefined> {
    const { namespace = '', name = '' } = job.metadata ?? {};
    return found(
      this.#inTurn(namespace, job, (client, options) => client.patch<Job>(JOBS, { namespace, name }, body, options)),
    );
  }

  /** The same as {@link deleteJob}, but does nothing if the Job has changed. */
  async deleteUnchangedJob(job: Job): Promise<void> {
    const { uid, resourceVersion } = job.metadata ?? {};
    await this.#delete(job, { uid, resourceVersion });
  }

  /** Deletes exactly this Job, and its Pods after it. Does nothing if it was deleted, or if another Job has its name now. */
  async deleteJob(job: Job): Promise<void> {
    await this.#delete(job, { uid: job.metadata?.uid });
  }

  async #delete(job: Job, preconditions: DeleteOptions['preconditions']): Promise<void> {
    const { namespace = '', name = '' } = job.metadata ?? {};
    const how = { preconditions, propagationPolicy: 'Background' } as const;
    try {
      await this.#inTurn(namespace, job, (client, options) =>
        client.delete(JOBS, { namespace, name }, { ...how, ...options }),
      );
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /** Takes the turn of the run that controls the Job. */
  async #inTurn<T>(namespace: string, job: Job, send: Send<T>): Promise<T> {
    return this.#inTurnOf(this.#writes.jobs, keyOf({ namespace, name: controllingRun(job)?.name ?? '' }), send);
  }

  async #inTurnOf<T>({ client, turns }: TurnedWrites, key: string, send: Send<T>): Promise<T> {
    const { signal, beforeSend } = guarded(this.#guard);
    const turn = await turns.take(key);
    const signals = [turn.signal, ...(signal ? [signal] : [])];
    const options = {
      signal: AbortSignal.any(signals),
      beforeSend: () => {
        beforeSend?.();
        turn.sent();
      },
    };
    try {
      return await send(client, options);
    } catch (error) {
      if (error instanceof KubeTimeoutError) this.#writes.onTimeout(error, key);
      throw error;
    } finally {
      turn.end();
    }
  }

  /**
   * Deletes exactly this version of the run, and its Job after it. It takes the turn of a write of a Job: an admission
   * webhook of the namespace can delay it too.
   *
   * @throws NotFound; Conflict if the run changed, or another run has its name now; NoTurnError.
   */
  async deleteRun({ metadata }: JobRun): Promise<void> {
    const { namespace, name = '', uid, resourceVersion } = metadata;
    const how = { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' } as const;
    await this.#inTurnOf(this.#writes.jobs, keyOf(metadata), (client, options) =>
      client.delete(JOB_RUNS, { namespace, name }, { ...how, ...options }),
    );
  }

  /**
   * Patches the status of exactly this version of the run. Returns `undefined` if the run was deleted.
   *
   * @throws Conflict if the run changed, or another run has its name now; NoTurnError.
   */
  async patchStatus(run: JobRun, status: object): Promise<JobRun | undefined> {
    const { namespace, name = '', uid, resourceVersion } = run.metadata;
    const body = { metadata: { uid, resourceVersion }, status };
    const object = { namespace, name, subresource: 'status' };
    return found(
      this.#inTurnOf(this.#writes.statuses, keyOf(run.metadata), (client, options) =>
        client.patch<JobRun>(JOB_RUNS, object, body, options),
      ),
    );
  }
}

async function found<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
