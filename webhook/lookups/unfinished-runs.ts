import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';

/** How many runs of a template are not finished; `atLeast` when there were too many to look at. */
export interface UnfinishedRuns {
  count: number;
  atLeast: boolean;
}

const PAGE = 500;
const MOST_PAGES = 10;
const LONGEST_LIST_MS = 2000;

/** Counts, live, the runs that name this template and have no outcome yet. @throws what the client throws. */
export async function unfinishedRuns(
  client: Pick<KubeClient, 'list'>,
  template: TemplateKey,
  signal: AbortSignal,
): Promise<UnfinishedRuns> {
  const { namespace, name } = template;
  const fieldSelector = `spec.templateRef=${name},status.phase!=Succeeded,status.phase!=Failed`;
  const wanted = templateKeyString(template);
  let count = 0;
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const selection = { namespace, fieldSelector, limit: PAGE, ...(next !== undefined && { continue: next }) };
    const { items, metadata } = await client.list<JobRun>(JOB_RUNS, selection, {
      signal,
      timeoutMs: LONGEST_LIST_MS,
    });
    count += items.filter((run) => templateKeyString(templateKeyOfRun(run)) === wanted).length;
    next = metadata.continue;
    if (next === undefined || next === '') return { count, atLeast: false };
  }
  return { count, atLeast: true };
}
