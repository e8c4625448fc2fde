import type { JobTemplate } from '../api/job-template.ts';
import { JOB_TEMPLATES } from '../api/resources.ts';
import { isNotFound, KubeApiError, KubeConnectionError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ObjectCache } from '../kube/cache.ts';

/** `cached` may be a moment behind; `unknown` means that the API server could not be asked. */
export type FoundTemplate =
  { kind: 'cached' | 'live'; template: JobTemplate } | { kind: 'missing' } | { kind: 'unknown'; why: string };

/** Longer than any healthy read; the dry run needs the rest of the time. */
const LONGEST_GET_MS = 1000;

/** Finds JobTemplates: from the cache where that is enough, from the API server before anyone is refused. */
export class TemplateLookup {
  readonly #client: Pick<KubeClient, 'get'>;
  readonly #cache: Pick<ObjectCache<JobTemplate>, 'get' | 'list'>;

  constructor(client: Pick<KubeClient, 'get'>, cache: Pick<ObjectCache<JobTemplate>, 'get' | 'list'>) {
    this.#client = client;
    this.#cache = cache;
  }

  /** From the cache, else live: a template that was created a moment ago is found. */
  async find(namespace: string, name: string, signal: AbortSignal): Promise<FoundTemplate> {
    const template = this.#cache.get(namespace, name);
    return template === undefined ? this.findLive(namespace, name, signal) : { kind: 'cached', template };
  }

  /** As the API server has it now. */
  async findLive(namespace: string, name: string, signal: AbortSignal): Promise<FoundTemplate> {
    const options = { signal, timeoutMs: LONGEST_GET_MS };
    try {
      const template = await this.#client.get<JobTemplate>(JOB_TEMPLATES, { namespace, name }, options);
      return { kind: 'live', template };
    } catch (error) {
      if (isNotFound(error)) return { kind: 'missing' };
      if (error instanceof KubeApiError || error instanceof KubeConnectionError) {
        return { kind: 'unknown', why: error.message };
      }
      if (signal.aborted) return { kind: 'unknown', why: 'the API server took too long to answer' };
      throw error;
    }
  }

  /** Names of the namespace's templates, as far as the cache has them. */
  names(namespace: string): string[] {
    return this.#cache.list(namespace).flatMap((template) => template.metadata.name ?? []);
  }
}
