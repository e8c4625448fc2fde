import type { JobRun } from '../api/job-run.ts';
import type { Template } from '../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../api/resources.ts';
import type { Job } from '../api/wire.ts';
import type { TemplateKey } from '../core/template/template-key.ts';
import { isNotFound } from '../kube/client/api-error.ts';
import type { KubeClient, WriteOptions } from '../kube/client/client.ts';

/** What must hold for a write; both are this process' leadership. */
export interface WriteGuard {
  /** Throws when nothing may be written any more. */
  assertHeld: () => void;
  /** Aborts requests in flight. */
  lost: AbortSignal;
}

/** For each write: asked when it begins, when it is about to be sent, and until it is answered. */
export function guarded(guard: WriteGuard): Pick<WriteOptions, 'signal' | 'beforeSend'> {
  guard.assertHeld();
  return {
    signal: guard.lost,
    beforeSend: () => {
      guard.assertHeld();
    },
  };
}

/** All that the syncer asks of the API server apart from lists and watches. */
export class Cluster {
  readonly #client: KubeClient;
  readonly #guard: WriteGuard;

  constructor(client: KubeClient, guard: WriteGuard) {
    this.#client = client;
    this.#guard = guard;
  }

  /** Live, past any cache. */
  async getTemplate({ kind, namespace, name }: TemplateKey): Promise<Template | undefined> {
    const resource = kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
    return found(this.#client.get<Template>(resource, { namespace, name }));
  }

  /** Live, past any cache. */
  async getJob(namespace: string, name: string): Promise<Job | undefined> {
    return found(this.#client.get<Job>(JOBS, { namespace, name }));
  }

  /** @throws KubeApiError, among others AlreadyExists; LeadershipLostError. */
  async createJob(namespace: string, job: Job): Promise<Job> {
    return this.#client.create<Job>(JOBS, namespace, job, { fieldValidation: 'Strict', ...guarded(this.#guard) });
  }

  /** Sets `spec.suspend` of this very Job. `undefined` when it is gone. @throws Conflict when a namesake took its place. */
  async suspendJob({ metadata }: Job, suspend: boolean): Promise<Job | undefined> {
    const { namespace, name = '', uid } = metadata ?? {};
    const body = { metadata: { uid }, spec: { suspend } };
    return found(this.#client.patch<Job>(JOBS, { namespace, name }, body, guarded(this.#guard)));
  }

  /**
   * Patches the status of this very version of the run: one that changed since, or a recreated namesake, is answered
   * with a Conflict. `undefined` when the run is gone.
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
