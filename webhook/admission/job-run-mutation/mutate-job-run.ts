import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { JobRun } from '../../../api/job-run.ts';
import {
  ANNOTATION_CANCELLED_BY,
  ANNOTATION_REQUESTED_BY,
  ANNOTATION_RESTORED,
  LABEL_CLUSTER_JOB_TEMPLATE,
  LABEL_CONCURRENCY_GROUP,
  LABEL_JOB_TEMPLATE,
} from '../../../api/names.ts';
import { groupOf } from '../../../core/concurrency/group.ts';
import { isRestored, RESTORED_HOLD, RESTORED_RUN } from '../../../core/run/held-run.ts';
import { labelValue } from '../../../core/job/label-value.ts';
import { templateKeyOfRun } from '../../../core/template/template-key.ts';
import type { TemplateVersion } from '../../../core/template/template-version.ts';
import { validateTemplateRef } from '../../../core/template/template-reference.ts';
import type { RevisionStore } from '../../../revisions/revision-store.ts';
import type { TemplateResolution, TemplateResolver } from '../../lookups/template-resolver.ts';
import { jobRunCase, once, type JobRunCase } from '../admission-case.ts';
import { objectSize } from '../object-size.ts';
import { withUser } from '../requester.ts';
import { allow, denyInvalid, type Verdict } from '../verdict.ts';
import { isResumedAndAppliedAgain, STAYS_RESUMED } from './applied-again.ts';
import { jobRunPatch } from './job-run-patch.ts';
import { misspelledReference } from './misspelled-reference.ts';
import { withWrittenNulls } from './written-nulls.ts';

export interface MutateJobRunOptions {
  templates: Pick<TemplateResolver, 'resolve' | 'resolveCurrent' | 'hasConcurrency'>;
  revisions: Pick<RevisionStore, 'keep'>;
}

/**
 * Stores the revision of the template. Sets this revision, the label of the template, and the users that created and
 * cancelled the JobRun. A JobRun that was restored from a backup is marked, so that it does not run again. An update restores what the
 * manifest omits, so that applying the same manifest again changes nothing. Leaves mistakes to the validation that
 * follows, but for a misspelled reference, which the API server would report before it.
 */
export async function mutateJobRun(
  request: AdmissionRequest,
  options: MutateJobRunOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  // The validation denies it. Nothing else is done with an object that is too large or too deep.
  if (objectSize({ request, signal }).errors !== undefined) return allow();
  const mutation = jobRunCase(request, signal);
  const { run, requester } = mutation;
  const misspelled = misspelledReference(run);
  if (misspelled.length > 0) return denyInvalid(request, misspelled);
  const present = once(() => options.templates.resolveCurrent(run, signal));
  const { revision, warnings } = await revisionOf(mutation, present, options);
  const group = await groupLabel(mutation, present, options);
  const held = request.operation === 'CREATE' && isRestored(run);
  const admitted = withRevision(
    withLabels(withUsers(withWrittenNulls(withoutDeletionMark(run, request), mutation.before), mutation), group),
    revision,
  );
  const resumed = isResumedAndAppliedAgain(request, run, mutation.before);
  const kept = resumed ? withSuspendOf(admitted, mutation.before) : admitted;
  const patch = jobRunPatch(run, held ? withHold(kept) : kept);
  const all = [...warnings, ...(held ? [HELD] : []), ...(resumed ? [STAYS_RESUMED] : [])];
  const audit = requester === undefined ? {} : { audit: { 'requested-by': requester } };
  return { ...allow(all), ...audit, ...(patch.length > 0 && { patch }) };
}

const HELD = `this JobRun was restored from a backup or copied from the cluster, and may have run before: it gets no Job until its annotation ${ANNOTATION_RESTORED} is set to "${RESTORED_RUN}"`;

interface Pin {
  /** `undefined`: the JobRun is left without a revision. */
  revision?: string | undefined;
  warnings: string[];
}

/** The revision that the JobRun is admitted with. That of a new JobRun is stored first. */
async function revisionOf(
  { request, run, before, signal }: JobRunCase,
  present: () => Promise<TemplateResolution>,
  options: MutateJobRunOptions,
): Promise<Pin> {
  if (!namesTemplate(run)) return { warnings: [] };
  const revision = run.spec.templateRevision ?? specOf(before)?.templateRevision;
  if (revision !== undefined || request.operation !== 'CREATE') return { revision, warnings: [] };
  const found = await present();
  if (found.kind !== 'found') return { warnings: [] };
  const warnings = request.dryRun === true ? [] : await store(found.template, options, signal);
  // The syncer cannot find a revision that is not stored.
  return warnings.length > 0 ? { warnings } : { revision: found.template.compiled.revision, warnings };
}

/**
 * The hash of the concurrency group of a new JobRun. That of a stored one stays. With it, the group can be listed at
 * admission; nothing else relies on it, as users can change it while no webhook is called. The present template has the
 * limit, and the revision that the JobRun names has the defaults of its parameters.
 */
async function groupLabel(
  mutation: JobRunCase,
  present: () => Promise<TemplateResolution>,
  options: MutateJobRunOptions,
): Promise<string | undefined> {
  const { request, run, before } = mutation;
  if (request.operation !== 'CREATE') return before?.metadata.labels?.[LABEL_CONCURRENCY_GROUP];
  const found = namesTemplate(run) ? await groupTemplate(mutation, present, options) : undefined;
  if (found?.kind !== 'found') return undefined;
  const { concurrency } = found.present ?? found.template;
  return concurrency && groupOf(run, concurrency, found.template.compiled).hash;
}

/** Without a limit, a JobRun that names a revision costs no request. */
async function groupTemplate(
  { run, signal }: JobRunCase,
  present: () => Promise<TemplateResolution>,
  { templates }: MutateJobRunOptions,
): Promise<TemplateResolution | undefined> {
  if (run.spec.templateRevision === undefined) return present();
  return templates.hasConcurrency(run) ? templates.resolve(run, signal) : undefined;
}

/** @returns a warning if the revision could not be stored */
async function store(
  template: TemplateVersion,
  { revisions }: MutateJobRunOptions,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    await revisions.keep(template, { signal });
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      `the revision of the template could not be stored, so a change to the template before the Job is created affects this JobRun: ${why}`,
    ];
  }
}

function namesTemplate(run: JobRun): boolean {
  return validateTemplateRef(run).length === 0;
}

/** The spec of an object whose shape has not been checked. */
function specOf(run: JobRun | undefined): Partial<JobRun['spec']> | null | undefined {
  return run?.spec;
}

function withRevision(run: JobRun, templateRevision: string | undefined): JobRun {
  return templateRevision === undefined ? run : { ...run, spec: { ...run.spec, templateRevision } };
}

function withUsers(run: JobRun, { requester, canceller }: JobRunCase): JobRun {
  const requested = withUser(run.metadata.annotations, ANNOTATION_REQUESTED_BY, requester);
  const annotations = withUser(requested, ANNOTATION_CANCELLED_BY, canceller);
  return annotations === undefined ? run : { ...run, metadata: { ...run.metadata, annotations } };
}

/**
 * A server-side apply can create an object that is marked as deleted. The API server removes the mark itself, but at least
 * Kubernetes 1.31 does not. Such a run would never start, and nothing would delete it.
 */
function withoutDeletionMark(run: JobRun, { operation }: AdmissionRequest): JobRun {
  if (operation !== 'CREATE') return run;
  const metadata = { ...run.metadata };
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  return { ...run, metadata };
}

function withHold(run: JobRun): JobRun {
  const annotations = { ...run.metadata.annotations, [ANNOTATION_RESTORED]: RESTORED_HOLD };
  return { ...run, metadata: { ...run.metadata, annotations } };
}

function withSuspendOf(run: JobRun, before: JobRun | undefined): JobRun {
  const spec = { ...run.spec };
  delete spec.suspend;
  const suspend = specOf(before)?.suspend;
  return { ...run, spec: { ...spec, ...(suspend !== undefined && { suspend }) } };
}

function withLabels(run: JobRun, group: string | undefined): JobRun {
  if (!namesTemplate(run)) return run;
  const { kind, name } = templateKeyOfRun(run);
  const ownLabels: string[] = [LABEL_JOB_TEMPLATE, LABEL_CLUSTER_JOB_TEMPLATE, LABEL_CONCURRENCY_GROUP];
  const others = Object.entries(run.metadata.labels ?? {}).filter(([key]) => !ownLabels.includes(key));
  const label = kind === 'ClusterJobTemplate' ? LABEL_CLUSTER_JOB_TEMPLATE : LABEL_JOB_TEMPLATE;
  const ofGroup = group !== undefined && { [LABEL_CONCURRENCY_GROUP]: group };
  const labels = { ...Object.fromEntries(others), [label]: labelValue(name), ...ofGroup };
  return { ...run, metadata: { ...run.metadata, labels } };
}
