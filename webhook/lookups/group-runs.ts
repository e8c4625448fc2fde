import type { Logger } from 'pino';
import { LABEL_CONCURRENCY_GROUP, UNFINISHED } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { MOST_PAGE_BYTES } from '../../kube/watch/page-size.ts';

export interface GroupRunsOptions {
  client: Pick<KubeClient, 'list'>;
  logger: Pick<Logger, 'debug'>;
}

const LIST_TIMEOUT_MS = 2_000;

/** Finds the unfinished JobRuns of a concurrency group, by the label that they were admitted with. */
export class GroupRuns {
  readonly #options: GroupRunsOptions;

  constructor(options: GroupRunsOptions) {
    this.#options = options;
  }

  /**
   * The names of at most `most` of them, from one live list of their metadata. None if they cannot be listed in time: the
   * syncer decides in any case.
   */
  async unfinished(
    { namespace, hash, most }: { namespace: string | undefined; hash: string; most: number },
    signal: AbortSignal,
  ): Promise<string[]> {
    const labelSelector = `${LABEL_CONCURRENCY_GROUP}=${hash}`;
    const selection = { namespace, labelSelector, fieldSelector: UNFINISHED, limit: most };
    const options = { signal, timeoutMs: LIST_TIMEOUT_MS, metadataOnly: true, maxBytes: MOST_PAGE_BYTES };
    try {
      const { items } = await this.#options.client.list(JOB_RUNS, selection, options);
      return items.map(({ metadata }) => metadata?.name ?? '');
    } catch (err) {
      this.#options.logger.debug({ err, namespace }, 'cannot list the JobRuns of a concurrency group');
      return [];
    }
  }
}
