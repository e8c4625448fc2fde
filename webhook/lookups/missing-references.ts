import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Resource } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { referencesOf, type Reference, type ReferenceKind } from '../../core/job/references.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';

const RESOURCES: Readonly<Record<ReferenceKind, Resource>> = {
  Secret: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' },
  ConfigMap: { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  ServiceAccount: { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount' },
  PersistentVolumeClaim: {
    group: '',
    version: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
  },
  PriorityClass: {
    group: 'scheduling.k8s.io',
    version: 'v1',
    plural: 'priorityclasses',
    kind: 'PriorityClass',
    clusterScoped: true,
  },
};

/** An object that exists is not requested again for this long. */
const EXISTS_MS = 60_000;
const MAX_EXISTING = 5000;
/** Maximum number of references that are checked for a Job. The warnings need not be complete. */
const MAX_CHECKED = 20;
const GET_TIMEOUT_MS = 1000;

export interface MissingReferencesOptions {
  client: Pick<KubeClient, 'get'>;
  /** The kinds that are checked; each needs the permission to get it. */
  kinds: readonly ReferenceKind[];
  logger: Pick<Logger, 'debug'>;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/**
 * Warns of objects that a Job refers to and that do not exist. This is never a reason to deny: they may be created
 * later. Only metadata is requested, so that the content of a Secret never reaches this process.
 */
export class MissingReferences {
  readonly #options: MissingReferencesOptions;
  readonly #existing: LRUCache<string, true>;

  constructor(options: MissingReferencesOptions) {
    this.#options = options;
    const { now = () => performance.now() } = options;
    this.#existing = new LRUCache({ max: MAX_EXISTING, ttl: EXISTS_MS, ttlResolution: 0, perf: { now } });
  }

  /** One warning for each missing object. A request that fails or takes too long gives no warning. */
  warnings(job: Job, signal: AbortSignal): Promise<string[]> {
    const references = referencesOf(job).filter(({ kind }) => this.#options.kinds.includes(kind));
    // Not async: the Job can be large, and is not needed any more.
    return this.#warningsOf(references.slice(0, MAX_CHECKED), job.metadata?.namespace ?? '', signal);
  }

  async #warningsOf(references: Reference[], namespace: string, signal: AbortSignal): Promise<string[]> {
    const warnings = await Promise.all(
      references.map(async (reference) => {
        const isMissing = await this.#isMissing(reference, namespace, signal);
        return isMissing ? [warningOf(reference, namespace)] : [];
      }),
    );
    return warnings.flat();
  }

  async #isMissing({ kind, name }: Reference, namespace: string, signal: AbortSignal): Promise<boolean> {
    const resource = RESOURCES[kind];
    const key = resource.clusterScoped === true ? { name } : { namespace, name };
    const id = `${kind}/${key.namespace ?? ''}/${name}`;
    if (this.#existing.has(id)) return false;
    try {
      await this.#options.client.get(resource, key, { signal, timeoutMs: GET_TIMEOUT_MS, metadataOnly: true });
      this.#existing.set(id, true);
      return false;
    } catch (err) {
      if (isNotFound(err)) return true;
      this.#options.logger.debug({ err, kind, namespace, name }, 'cannot check whether an object exists');
      return false;
    }
  }
}

function warningOf({ kind, name, by }: Reference, namespace: string): string {
  const where = RESOURCES[kind].clusterScoped === true ? '' : ` in namespace "${namespace}"`;
  return `${kind} "${name}" does not exist${where}; it is referenced by ${by}`;
}
