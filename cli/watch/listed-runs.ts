import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Selection } from '../../kube/client/request-options.ts';

const PAGE = 500;

/** All selected runs as they were at one time, and the version to watch from. */
export async function listedRuns(
  client: Pick<KubeClient, 'list'>,
  selection: Selection,
  signal: AbortSignal,
): Promise<{ items: JobRun[]; resourceVersion: string }> {
  const items: JobRun[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await client.list<JobRun>(JOB_RUNS, { ...selection, limit: PAGE, continue: next }, { signal });
    items.push(...page.items);
    next = page.metadata.continue;
    if (next === undefined || next === '') return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
  }
}
