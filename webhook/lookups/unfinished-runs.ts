import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';

/** How many JobRuns of a template are not finished. `atLeast`: there may be more; not all pages were read. */
export interface UnfinishedRuns {
  count: number;
  atLeast: boolean;
}

const PAGE_SIZE = 500;
const MAX_PAGES = 10;
const LIST_TIMEOUT_MS = 2000;

/** Counts the JobRuns that name this template and are not finished, from live lists. @throws what the client throws. */
export async function unfinishedRuns(
  client: Pick<KubeClient, 'list'>,
  template: TemplateKey,
  signal: AbortSignal,
): Promise<UnfinishedRuns> {
  const { namespace, name } = template;
  const fieldSelector = `spec.templateRef=${name},status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown`;
  const wanted = templateKeyString(template);
  let count = 0;
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const selection = { namespace, fieldSelector, limit: PAGE_SIZE, ...(next !== undefined && { continue: next }) };
    const { items, metadata } = await client.list<JobRun>(JOB_RUNS, selection, {
      signal,
      timeoutMs: LIST_TIMEOUT_MS,
    });
    count += items.filter((run) => templateKeyString(templateKeyOfRun(run)) === wanted).length;
    next = metadata.continue;
    if (next === undefined || next === '') return { count, atLeast: false };
  }
  return { count, atLeast: true };
}
