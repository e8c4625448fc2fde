import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { isFinished } from '../../core/job/job-run-status.ts';
import { suspendErrors } from '../../core/overrides/overrides.ts';
import type { Authorization } from '../lookups/authorization.ts';
import { inNamespace } from './in-namespace.ts';
import { requesterErrors } from './requester.ts';
import type { TemplateResolver } from '../lookups/template-resolver.ts';
import { allow, denyForbidden, denyInvalid, type Verdict } from './verdict.ts';

export interface JobRunUpdateOptions {
  templates: Pick<TemplateResolver, 'resolve'>;
  authorization: Authorization;
}

/**
 * Of a stored run only `spec.suspend` may change, where the template allows it and the one who asks may override. The CRD
 * says the first too; this holds without it. Whatever is not spec may change, the template gone or not.
 */
export async function decideJobRunUpdate(
  request: AdmissionRequest,
  options: JobRunUpdateOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  const run = request.object as JobRun;
  const before = request.oldObject as JobRun;
  if (run.metadata.deletionTimestamp !== undefined) return allow();
  const errors = [...changedFields(before, run), ...requesterErrors(request)];
  if (errors.length > 0) return denyInvalid(request, errors);
  if (run.spec.suspend === before.spec.suspend) return allow();
  return decideSuspend(request, options, signal);
}

function changedFields(before: JobRun, run: JobRun): FieldError[] {
  const [was, is] = [before.spec, run.spec] as unknown as Record<string, unknown>[];
  const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]);
  names.delete('suspend');
  return Array.from(names)
    .filter((name) => !isDeepStrictEqual(was?.[name], is?.[name]))
    .map((name) => ({
      path: `spec.${name}`,
      reason: 'FieldValueForbidden',
      message: `Forbidden: ${name} is immutable: a JobRun runs once, as it was created; create another JobRun with a name of its own`,
    }));
}

async function decideSuspend(
  request: AdmissionRequest,
  { templates, authorization }: JobRunUpdateOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  const run = inNamespace(request.object as JobRun, request.namespace);
  const [refusal, found] = await Promise.all([
    authorization.refusalOfSuspend(request, run, signal),
    templates.resolve(run, signal),
  ]);
  if (refusal !== undefined) return denyForbidden(request, refusal);
  const errors = found.kind === 'found' ? suspendErrors(found.template.compiled, run) : [];
  if (errors.length > 0) return denyInvalid(request, errors);
  return allow(isFinished(run) ? ['this JobRun has finished: suspending or resuming it changes nothing'] : []);
}
