import type { JobRun } from '../../api/job-run.ts';
import { JOBS, PODS } from '../../api/resources.ts';
import type { Job, Pod } from '../../api/wire.ts';
import { isNotFound, KubeApiError } from '../../kube/client/api-error.ts';
import type { ClusterContext } from '../context.ts';
import { podSelector } from '../logs/job-reader.ts';
import { listedObjects } from '../watch/listed-objects.ts';

/** The Job of a run, and its Pods that still exist. */
export interface RunPods {
  job: Job;
  pods: readonly Pod[];
}

/** @returns a sentence if they cannot be read; `undefined` if the run has no Job */
export async function runPods(context: ClusterContext, { status }: JobRun): Promise<RunPods | string | undefined> {
  const { client, namespace, interrupted: signal } = context;
  const { jobName: name } = status ?? {};
  if (name === undefined) return undefined;
  try {
    const job = await client.get<Job>(JOBS, { namespace, name }, { signal });
    const selection = podSelector(job);
    return { job, pods: (await listedObjects<Pod>({ client, resource: PODS, selection, signal })).items };
  } catch (error) {
    if (isNotFound(error)) return `Job ${name} no longer exists`;
    if (error instanceof KubeApiError && error.code === 403) return 'you may not read the Job and its Pods';
    throw error;
  }
}
