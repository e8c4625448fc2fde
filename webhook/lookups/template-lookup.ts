import type { Template } from '../../api/job-template.ts';
import type { TemplateKind } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_TEMPLATES } from '../../api/resources.ts';
import type { TemplateOutline } from '../../core/template/outline.ts';
import { templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import { isNotFound, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { Singleflight } from './singleflight.ts';
import { withDeadline } from './with-deadline.ts';

/** `cached` can be out of date; `unknown`: the request to the API server failed. */
export type FoundTemplate =
  { kind: 'cached' | 'live'; template: Template } | { kind: 'missing' } | { kind: 'unknown'; why: string };

export type TemplateCaches = Readonly<Record<TemplateKind, Pick<ObjectCache<TemplateOutline>, 'get' | 'list'>>>;

/** Longer than any healthy read. The dry run needs the rest of the time. */
const GET_TIMEOUT_MS = 1000;
/** Under load, requests for one template within this many milliseconds share an answer. */
const SHARED_MS = 5;

/** Finds templates of both kinds, in the cache or live in the API server. A denial needs a live answer. */
export class TemplateLookup {
  readonly #client: Pick<KubeClient, 'get'>;
  readonly #caches: TemplateCaches;
  readonly #gets = new Singleflight<FoundTemplate>(SHARED_MS);

  constructor(client: Pick<KubeClient, 'get'>, caches: TemplateCaches) {
    this.#client = client;
    this.#caches = caches;
  }

  /** The outline in the cache, which can be out of date. */
  cached({ kind, namespace, name }: TemplateKey): TemplateOutline | undefined {
    return this.#caches[kind].get(namespace, name);
  }

  /** From the API server. No answer is older than the call. Calls that arrive together share a request. */
  async findLive(key: TemplateKey, signal: AbortSignal): Promise<FoundTemplate> {
    const found = this.#gets.run(templateKeyString(key), () => this.#get(key));
    return withDeadline(found, signal, () => ({ kind: 'unknown', why: 'the API server took too long to answer' }));
  }

  /** The names of the cached templates of this kind and namespace, for suggestions. */
  names({ kind, namespace }: TemplateKey): string[] {
    return this.#caches[kind].list(namespace).flatMap((template) => template.metadata.name ?? []);
  }

  async #get({ kind, namespace, name }: TemplateKey): Promise<FoundTemplate> {
    const resource = kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
    try {
      const place = { namespace, name };
      const template = await this.#client.get<Template>(resource, place, { timeoutMs: GET_TIMEOUT_MS });
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
