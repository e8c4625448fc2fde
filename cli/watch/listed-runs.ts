import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Selection } from '../../kube/client/request-options.ts';
import { listedObjects } from './listed-objects.ts';

/** All selected runs as they were at one time, and the version to watch from. */
export async function listedRuns(
  client: Pick<KubeClient, 'list'>,
  selection: Selection,
  signal: AbortSignal,
): Promise<{ items: JobRun[]; resourceVersion: string }> {
  return listedObjects<JobRun>({ client, resource: JOB_RUNS, selection, signal });
}
