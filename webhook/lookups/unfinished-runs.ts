import { LABEL_CLUSTER_JOB_TEMPLATE, LABEL_JOB_TEMPLATE, UNFINISHED } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import { ResponseTooLargeError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { MOST_PAGE_BYTES, PageSize } from '../../kube/watch/page-size.ts';

/** How many JobRuns of a template are not finished. `atLeast`: there may be more; not all pages were read. */
export interface UnfinishedRuns {
  count: number;
  atLeast: boolean;
}

const PAGE_SIZE = 500;
const MAX_PAGES = 10;
const LIST_TIMEOUT_MS = 2000;

/**
 * Counts the JobRuns that name this template and are not finished, from live lists of their metadata. Their labels tell
 * whether they use the other kind of template with this name. @throws what the client throws.
 */
export async function unfinishedRuns(
  client: Pick<KubeClient, 'list'>,
  { kind, namespace, name }: TemplateKey,
  signal: AbortSignal,
): Promise<UnfinishedRuns> {
  const fieldSelector = `spec.templateRef=${name},${UNFINISHED}`;
  const options = { signal, timeoutMs: LIST_TIMEOUT_MS, metadataOnly: true, maxBytes: MOST_PAGE_BYTES };
  const pageSize = new PageSize(PAGE_SIZE);
  let count = 0;
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const continued = next !== undefined && { continue: next };
    const selection = { namespace, fieldSelector, limit: pageSize.limit, ...continued };
    try {
      const { items, metadata } = await client.list(JOB_RUNS, selection, options);
      count += items.filter((run) => !usesOtherKind(run, kind)).length;
      next = metadata.continue;
    } catch (error) {
      if (!(error instanceof ResponseTooLargeError) || !pageSize.tooLarge()) throw error;
      continue;
    }
    if (next === undefined || next === '') return { count, atLeast: false };
  }
  return { count, atLeast: true };
}

/** Admission sets the label of the kind. A run that was stored while no webhook answered has none, and is counted. */
function usesOtherKind({ metadata }: KubeObject, kind: TemplateKey['kind']): boolean {
  const { labels = {} } = metadata ?? {};
  return labels[kind === 'ClusterJobTemplate' ? LABEL_JOB_TEMPLATE : LABEL_CLUSTER_JOB_TEMPLATE] !== undefined;
}
