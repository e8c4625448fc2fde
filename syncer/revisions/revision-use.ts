import type { JobRun } from '../../api/job-run.ts';
import { UNFINISHED } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';

/**
 * Whether an unfinished run names this revision, according to the API server. The cache may not have a run yet that was
 * admitted a moment ago. A run of a template of the other kind counts too, if it has the same name and revision.
 */
export async function isRevisionInUse(
  client: Pick<KubeClient, 'list'>,
  { namespace, name }: TemplateKey,
  revision: string,
): Promise<boolean> {
  const fieldSelector = [`spec.templateRef=${name}`, `spec.templateRevision=${revision}`, UNFINISHED].join(',');
  const { items } = await client.list<JobRun>(JOB_RUNS, { namespace, fieldSelector, limit: 1 });
  return items.length > 0;
}
