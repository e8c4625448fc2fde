import type { Logger } from 'pino';
import { LABEL_CONCURRENCY_GROUP, UNFINISHED } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { MOST_PAGE_BYTES } from '../../kube/watch/page-size.ts';
import { ByteBudget } from '../byte-budget.ts';
import { Singleflight } from './singleflight.ts';
import { withDeadline } from './with-deadline.ts';

export interface GroupRunsOptions {
  client: Pick<KubeClient, 'names'>;
  logger: Pick<Logger, 'debug'>;
}

/** The runs of a group; `most` of them are enough. */
export interface GroupQuery {
  namespace: string | undefined;
  hash: string;
  most: number;
}

/** Their names; or why they are not known. */
export type GroupAnswer = { kind: 'known'; names: readonly string[] } | { kind: 'unknown'; why: string };

const LIST_TIMEOUT_MS = 2_000;
/** Lists at once. The other connections are for the requests of other reviews. */
const MOST_LISTS = 2;

const TOO_LONG: GroupAnswer = { kind: 'unknown', why: 'the API server took too long to answer' };

/**
 * Finds the unfinished JobRuns of a concurrency group, by the label that they were admitted with. Reviews of the same group
 * share a list, and never get one that is older than they are. Namespaces take turns.
 */
export class GroupRuns {
  readonly #options: GroupRunsOptions;
  readonly #lists = new Singleflight<GroupAnswer>();
  readonly #turns = new ByteBudget(MOST_LISTS);

  constructor(options: GroupRunsOptions) {
    this.#options = options;
  }

  /** The names of at most `most` of them, from a live list. */
  async unfinished(query: GroupQuery, signal: AbortSignal): Promise<GroupAnswer> {
    const key = `${query.namespace ?? ''}/${query.hash}/${query.most}`;
    return withDeadline(
      this.#lists.run(key, () => this.#inTurn(query)),
      signal,
      () => TOO_LONG,
    );
  }

  async #inTurn(query: GroupQuery): Promise<GroupAnswer> {
    const free = await this.#turns.take(1, AbortSignal.timeout(LIST_TIMEOUT_MS), query.namespace);
    if (!free) return TOO_LONG;
    try {
      return { kind: 'known', names: await this.#list(query) };
    } catch (err) {
      this.#options.logger.debug({ err, namespace: query.namespace }, 'cannot list the JobRuns of a concurrency group');
      if (err instanceof KubeApiError || err instanceof KubeConnectionError)
        return { kind: 'unknown', why: err.message };
      throw err;
    } finally {
      free();
    }
  }

  #list({ namespace, hash, most }: GroupQuery): Promise<string[]> {
    const labelSelector = `${LABEL_CONCURRENCY_GROUP}=${hash}`;
    const selection = { namespace, labelSelector, fieldSelector: UNFINISHED, limit: most };
    return this.#options.client.names(JOB_RUNS, selection, { timeoutMs: LIST_TIMEOUT_MS, maxBytes: MOST_PAGE_BYTES });
  }
}
