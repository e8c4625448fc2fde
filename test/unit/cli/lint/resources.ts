import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES, type Resource } from '../../../../api/resources.ts';

export function resourceOf(kind: string): Resource {
  const resource = [JOB_RUNS, JOB_TEMPLATES, CLUSTER_JOB_TEMPLATES].find((known) => known.kind === kind);
  if (resource === undefined) throw new Error(`no kind ${kind}`);
  return resource;
}
