import type { Logger } from 'pino';
import type { Resource } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { referencesOf, type Reference, type ReferenceKind } from '../../core/job/references.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { Remembered } from './remembered.ts';

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

/** What exists is taken to exist for this long. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 5000;
/** A Job that names more is looked at in part: a warning is a help, no promise. */
const MOST_ASKED = 20;
const LONGEST_GET_MS = 1000;

export interface MissingReferencesOptions {
  client: Pick<KubeClient, 'get'>;
  /** What is looked for; each needs the permission to get it. */
  kinds: readonly ReferenceKind[];
  logger: Pick<Logger, 'debug'>;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/**
 * Warnings of objects that a Job needs and that do not exist. No reason to refuse: they may come later. Only their
 * metadata is asked for, so that no Secret's content ever comes here.
 */
export class MissingReferences {
  readonly #options: MissingReferencesOptions;
  readonly #present: Remembered<true>;

  constructor(options: MissingReferencesOptions) {
    this.#options = options;
    this.#present = new Remembered({ forMs: REMEMBERED_MS, most: MOST_REMEMBERED, now: options.now });
  }

  /** A sentence for each object that is not there. What cannot be found out in time, or at all, is passed over. */
  async warnings(job: Job, signal: AbortSignal): Promise<string[]> {
    const namespace = job.metadata?.namespace ?? '';
    const wanted = referencesOf(job).filter(({ kind }) => this.#options.kinds.includes(kind));
    const told = await Promise.all(
      wanted.slice(0, MOST_ASKED).map(async (reference) => {
        const isMissing = await this.#isMissing(reference, namespace, signal);
        return isMissing ? [sentence(reference, namespace)] : [];
      }),
    );
    return told.flat();
  }

  async #isMissing({ kind, name }: Reference, namespace: string, signal: AbortSignal): Promise<boolean> {
    const resource = RESOURCES[kind];
    const place = resource.clusterScoped === true ? { name } : { namespace, name };
    const id = `${kind}/${place.namespace ?? ''}/${name}`;
    if (this.#present.get(id) === true) return false;
    try {
      await this.#options.client.get(resource, place, { signal, timeoutMs: LONGEST_GET_MS, metadataOnly: true });
      this.#present.put(id, true);
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      this.#options.logger.debug(
        { err: error, kind, namespace, name },
        'whether an object exists could not be found out',
      );
      return false;
    }
  }
}

function sentence({ kind, name, by }: Reference, namespace: string): string {
  const where = RESOURCES[kind].clusterScoped === true ? '' : ` in namespace "${namespace}"`;
  return `${kind} "${name}" does not exist${where}; it is named by ${by}`;
}
