import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { MissingTemplatePolicy } from '../../../api/names.ts';
import type { CallbackPolicy } from '../../../core/callback/callback-policy.ts';
import { hidingFromCreator } from '../../../core/job/secret-values.ts';
import { templateKeyOfRun, type TemplateKey } from '../../../core/template/template-key.ts';
import { validateTemplateRef } from '../../../core/template/template-reference.ts';
import type { RevisionStore } from '../../../revisions/revision-store.ts';
import type { Authorization } from '../../lookups/authorization.ts';
import type { DryRunOutcome } from '../../lookups/dry-run.ts';
import type { DryRunVerdicts } from '../../lookups/dry-run-verdicts.ts';
import type { GroupRuns } from '../../lookups/group-runs.ts';
import type { MissingReferences } from '../../lookups/missing-references.ts';
import type { TemplateLookup } from '../../lookups/template-lookup.ts';
import type { TemplateResolution, TemplateResolver } from '../../lookups/template-resolver.ts';
import { jobRunCase, once, type JobRunCase } from '../admission-case.ts';
import { cancellerAnnotation } from '../canceller.ts';
import { objectSize } from '../object-size.ts';
import { requesterAnnotation } from '../requester.ts';
import { rerunAnnotation } from '../rerun-annotation.ts';
import type { Stages } from '../run-checks.ts';
import { callbackPermitted } from './callback-permitted.ts';
import { createdCancelled } from './created-cancelled.ts';
import { jobAccepted } from './job-accepted.ts';
import { jobRendered } from './job-rendered.ts';
import { missingTemplateAnnotation } from './missing-template-annotation.ts';
import { permissionToUse } from './permission-to-use.ts';
import { placeAvailable } from './place-available.ts';
import { referencesExist } from './references-exist.ts';
import { renderingOf, type Rendering } from './rendering.ts';
import { revisionAllowed } from './revision-allowed.ts';
import { revisionInUse } from './revision-in-use.ts';
import { jobRunShape } from './job-run-shape.ts';
import { templateExists } from './template-exists.ts';

export interface JobRunCreationOptions {
  lookup: Pick<TemplateLookup, 'names'>;
  templates: Pick<TemplateResolver, 'resolve' | 'isCurrent'>;
  revisions: Pick<RevisionStore, 'list' | 'touch'>;
  authorization: Pick<Authorization, 'refusalOfCreate'>;
  dryRuns: Pick<DryRunVerdicts, 'try'>;
  references: Pick<MissingReferences, 'warnings'>;
  groupRuns: Pick<GroupRuns, 'unfinished'>;
  /** For JobRuns that do not set a policy themselves. */
  missingTemplate: MissingTemplatePolicy;
  callbacks: CallbackPolicy;
}

/** The creation of one JobRun. Each function does its work once, at its first call, for all checks. */
export interface JobRunCreation extends JobRunCase {
  key: () => TemplateKey;
  template: () => Promise<TemplateResolution>;
  /** `undefined`: the template was not found. */
  rendering: () => Promise<Rendering | undefined>;
  /** The API server's verdict on the Job. `undefined`: no Job could be rendered. */
  dryRun: () => Promise<DryRunOutcome | undefined>;
}

/**
 * The checks of a new JobRun. It is denied only if its Job could never be created, according to the API server at this
 * moment. What cannot be checked in time is allowed with a warning: the syncer checks again.
 */
export function jobRunCreationStages(options: JobRunCreationOptions): Stages<JobRunCreation> {
  return [
    [objectSize],
    [jobRunShape],
    [
      permissionToUse(options),
      missingTemplateAnnotation(options),
      requesterAnnotation,
      rerunAnnotation,
      cancellerAnnotation,
      createdCancelled,
      callbackPermitted(options),
      templateExists(options),
      revisionAllowed,
      placeAvailable(options),
      jobRendered,
      // Before the dry run, which may release the Job.
      referencesExist(options),
      jobAccepted,
    ],
    [revisionInUse(options)],
  ];
}

export function gatherJobRunCreation(
  request: AdmissionRequest,
  { templates, dryRuns }: Pick<JobRunCreationOptions, 'templates' | 'dryRuns'>,
  signal: AbortSignal,
): JobRunCreation {
  const base = jobRunCase(request, signal);
  const { run } = base;
  const template = once(() => templates.resolve(run, signal));
  const rendering = once(async () => {
    const found = await template();
    return found.kind === 'found' ? renderingOf(found.template, run) : undefined;
  });
  const dryRun = once(async () => {
    const { rendered } = (await rendering()) ?? {};
    return rendered !== undefined && 'job' in rendered ? dryRuns.try(rendered, signal) : undefined;
  });
  const lookUpHide = once(async () => {
    const found = validateTemplateRef(run).length > 0 ? undefined : await template();
    if (found?.kind !== 'found') return hidingFromCreator(undefined, run);
    return hidingFromCreator(found.template.compiled, run, found.present?.compiled);
  });
  return { ...base, lookUpHide, key: once(() => templateKeyOfRun(run)), template, rendering, dryRun };
}
