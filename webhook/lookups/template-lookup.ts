import type { Template } from '../../api/job-template.ts';
import type { TemplateKind } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_TEMPLATES } from '../../api/resources.ts';
import { templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import { isNotFound, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { Singleflight } from './singleflight.ts';
import { withDeadline } from './with-deadline.ts';

/** `cached` may be a moment behind; `unknown` means that the API server could not be asked. */
export type FoundTemplate =
  { kind: 'cached' | 'live'; template: Template } | { kind: 'missing' } | { kind: 'unknown'; why: string };

export type TemplateCache = Pick<ObjectCache<Template>, 'get' | 'list'>;

/** Longer than any healthy read; the dry run needs the rest of the time. */
const LONGEST_GET_MS = 1000;
/** Under load, so many milliseconds of runs of one template share a look at it. */
const SHARED_MS = 5;

/** Finds templates of both kinds: from the cache where that is enough, from the API server before anyone is refused. */
export class TemplateLookup {
  readonly #client: Pick<KubeClient, 'get'>;
  readonly #caches: Readonly<Record<TemplateKind, TemplateCache>>;
  readonly #gets = new Singleflight<FoundTemplate>(SHARED_MS);

  constructor(client: Pick<KubeClient, 'get'>, caches: Readonly<Record<TemplateKind, TemplateCache>>) {
    this.#client = client;
    this.#caches = caches;
  }

  /** As the cache has it, which may be a moment behind. */
  cached({ kind, namespace, name }: TemplateKey): Template | undefined {
    return this.#caches[kind].get(namespace, name);
  }

  /** As the API server has it now: no answer is from before the call. Calls that come together share a request. */
  async findLive(key: TemplateKey, signal: AbortSignal): Promise<FoundTemplate> {
    const found = this.#gets.run(templateKeyString(key), () => this.#get(key));
    return withDeadline(found, signal, () => ({ kind: 'unknown', why: 'the API server took too long to answer' }));
  }

  /** Names of the templates that a run could have meant, as far as the cache has them. */
  names({ kind, namespace }: TemplateKey): string[] {
    return this.#caches[kind].list(namespace).flatMap((template) => template.metadata.name ?? []);
  }

  async #get({ kind, namespace, name }: TemplateKey): Promise<FoundTemplate> {
    const resource = kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
    try {
      const place = { namespace, name };
      const template = await this.#client.get<Template>(resource, place, { timeoutMs: LONGEST_GET_MS });
      return { kind: 'live', template };
    } catch (error) {
      if (isNotFound(error)) return { kind: 'missing' };
      if (error instanceof KubeApiError || error instanceof KubeConnectionError) {
        return { kind: 'unknown', why: error.message };
      }
      throw error;
    }
  }
}
