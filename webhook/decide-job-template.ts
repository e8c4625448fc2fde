import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest } from '../api/admission-review.ts';
import type { JobRun } from '../api/job-run.ts';
import type { JobTemplate } from '../api/job-template.ts';
import { API_VERSION } from '../api/names.ts';
import { render } from '../core/render.ts';
import type { KubeClient } from '../kube/client.ts';
import { dryRunJob } from './dry-run.ts';
import { allow, denyInvalid, type Verdict } from './verdict.ts';

/**
 * Denies a JobTemplate of which no Job could ever be made. What stands against a Job only here and now (a quota, a
 * policy, a missing permission, an API server that does not answer) is a warning.
 *
 * @param signal ends the asking; the template is then admitted with a warning.
 */
export async function decideJobTemplate(
  request: AdmissionRequest,
  client: Pick<KubeClient, 'create'>,
  signal: AbortSignal,
): Promise<Verdict> {
  const template = request.object as JobTemplate;
  if (template.metadata.deletionTimestamp !== undefined || isUnchanged(request, template)) return allow();
  const rendered = render(template, exampleRun(request, template));
  if ('errors' in rendered) return denyInvalid(request, rendered.errors);
  const outcome = await dryRunJob(client, rendered.job, signal);
  switch (outcome.kind) {
    case 'accepted':
      return allow(outcome.warnings);
    case 'invalid':
      return denyInvalid(request, outcome.errors);
    case 'forbidden':
      return allow([`a Job of this JobTemplate would be refused now: ${outcome.message}`]);
    case 'unknown':
      return allow([`this JobTemplate could not be checked: ${outcome.why}`]);
  }
}

function isUnchanged(request: AdmissionRequest, template: JobTemplate): boolean {
  const before = request.oldObject as JobTemplate | null | undefined;
  return request.operation === 'UPDATE' && isDeepStrictEqual(before?.spec, template.spec);
}

/** A run that overrides nothing. */
function exampleRun(request: AdmissionRequest, template: JobTemplate): JobRun {
  const name = template.metadata.name ?? 'example';
  const namespace = request.namespace ?? template.metadata.namespace ?? '';
  return { apiVersion: API_VERSION, kind: 'JobRun', metadata: { name, namespace }, spec: { templateRef: name } };
}
