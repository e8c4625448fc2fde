import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import { stopPatch } from '../../core/run/job-stop.ts';
import { isConflict, isNotFound } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { DeleteOptions } from '../../kube/client/request-options.ts';
import { guarded, type WriteGuard } from '../write-guard.ts';

/** All requests that the syncer sends for a run, apart from lists and watches. */
export class Cluster {
  readonly #client: Pick<KubeClient, 'get' | 'create' | 'patch' | 'delete'>;
  readonly #guard: WriteGuard;

  constructor(client: Pick<KubeClient, 'get' | 'create' | 'patch' | 'delete'>, guard: WriteGuard) {
    this.#client = client;
    this.#guard = guard;
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

  /**
   * @param onSent called when the request gets its connection
   * @throws KubeApiError, for example AlreadyExists; LeadershipLostError.
   */
  async createJob(namespace: string, job: Job, onSent: () => void): Promise<Job> {
    const { signal, beforeSend } = guarded(this.#guard);
    const options = {
      signal,
      beforeSend: () => {
        beforeSend?.();
        onSent();
      },
    };
    return this.#client.create<Job>(JOBS, namespace, job, { fieldValidation: 'Strict', ...options });
  }

  /** Sets `spec.suspend`. Returns `undefined` if the Job was deleted. @throws Conflict if another Job has its name now. */
  async suspendJob({ metadata }: Job, suspend: boolean): Promise<Job | undefined> {
    const { namespace, name = '', uid } = metadata ?? {};
    const body = { metadata: { uid }, spec: { suspend } };
    return found(this.#client.patch<Job>(JOBS, { namespace, name }, body, guarded(this.#guard)));
  }

  /**
   * Stops exactly this version of the Job; see {@link stopPatch}. Returns `undefined` if the Job was deleted.
   *
   * @throws Conflict if the Job changed, or another Job has its name now.
   */
  async stopJob({ metadata }: Job, why: string): Promise<Job | undefined> {
    const { namespace, name = '', uid, resourceVersion } = metadata ?? {};
    const patch = stopPatch(why);
    const body = { ...patch, metadata: { ...patch.metadata, uid, resourceVersion } };
    return found(this.#client.patch<Job>(JOBS, { namespace, name }, body, guarded(this.#guard)));
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

  async #delete({ metadata }: Job, preconditions: DeleteOptions['preconditions']): Promise<void> {
    const { namespace, name = '' } = metadata ?? {};
    const options = { preconditions, propagationPolicy: 'Background', ...guarded(this.#guard) } as const;
    try {
      await this.#client.delete(JOBS, { namespace, name }, options);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /**
   * Deletes exactly this version of the run, and its Job after it.
   *
   * @throws NotFound; Conflict if the run changed, or another run has its name now.
   */
  async deleteRun({ metadata }: JobRun): Promise<void> {
    const { namespace, name = '', uid, resourceVersion } = metadata;
    const preconditions = { uid, resourceVersion };
    const options = { preconditions, propagationPolicy: 'Background', ...guarded(this.#guard) } as const;
    await this.#client.delete(JOB_RUNS, { namespace, name }, options);
  }

  /**
   * Patches the status of exactly this version of the run. Returns `undefined` if the run was deleted.
   *
   * @throws Conflict if the run changed, or another run has its name now.
   */
  async patchStatus(run: JobRun, status: object): Promise<JobRun | undefined> {
    const { namespace, name = '', uid, resourceVersion } = run.metadata;
    const body = { metadata: { uid, resourceVersion }, status };
    const options = guarded(this.#guard);
    return found(this.#client.patch<JobRun>(JOB_RUNS, { namespace, name, subresource: 'status' }, body, options));
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
