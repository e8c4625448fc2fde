import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { LABEL_CLUSTER_JOB_TEMPLATE, LABEL_JOB_TEMPLATE } from '../../api/names.ts';
import { labelValue } from '../../core/job/label-value.ts';
import { templateKeyOfRun } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { validateTemplateRef } from '../../core/template/template-reference.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import { inNamespace } from './in-namespace.ts';
import { jsonPatch } from './json-patch.ts';
import { requester, withRequester } from './requester.ts';
import type { TemplateResolver } from '../lookups/template-resolver.ts';
import { allow, type Verdict } from './verdict.ts';

export interface MutateJobRunOptions {
  templates: Pick<TemplateResolver, 'resolveCurrent'>;
  revisions: Pick<RevisionStore, 'keep'>;
}

/**
 * Fills in what a run is admitted with: the revision of its template, which is kept from now on, the label of its
 * template, and who asked for it. On an update, what was filled in comes back where it was left out: applying the same
 * manifest again changes nothing. Never denies; what is wrong with the run is for the validation after it to say.
 */
export async function mutateJobRun(
  request: AdmissionRequest,
  options: MutateJobRunOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  const run = request.object as JobRun;
  if (run.metadata.deletionTimestamp !== undefined) return allow();
  const annotated = withAnnotation(run, requester(request));
  const named = validateTemplateRef(run).length === 0;
  const { pinned, warnings } = named
    ? await withRevision(request, withLabel(annotated), { options, signal })
    : { pinned: annotated, warnings: [] };
  const patch = jsonPatch(run, pinned);
  const who = requester(request);
  const verdict = { ...allow(warnings), ...(who !== undefined && { audit: { 'requested-by': who } }) };
  return patch.length === 0 ? verdict : { ...verdict, patch };
}

interface Pinned {
  pinned: JobRun;
  warnings: string[];
}

async function withRevision(
  request: AdmissionRequest,
  run: JobRun,
  { options, signal }: { options: MutateJobRunOptions; signal: AbortSignal },
): Promise<Pinned> {
  const before = request.oldObject as Partial<JobRun> | null | undefined;
  const revision = run.spec.templateRevision ?? before?.spec?.templateRevision;
  if (revision !== undefined) return { pinned: withRevisionOf(run, revision), warnings: [] };
  if (request.operation !== 'CREATE') return { pinned: run, warnings: [] };
  const found = await options.templates.resolveCurrent(inNamespace(run, request.namespace), signal);
  if (found.kind !== 'found') return { pinned: run, warnings: [] };
  const warnings = request.dryRun === true ? [] : await keep(found.template, options, signal);
  // Not kept, the revision would be a promise that nobody can hold.
  return { pinned: warnings.length > 0 ? run : withRevisionOf(run, found.template.compiled.revision), warnings };
}

/** @returns why the revision is not kept */
async function keep(
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
      `the revision of the template could not be kept, so its present content may change until the Job is made: ${why}`,
    ];
  }
}

function withRevisionOf(run: JobRun, templateRevision: string): JobRun {
  return { ...run, spec: { ...run.spec, templateRevision } };
}

function withAnnotation(run: JobRun, name: string | undefined): JobRun {
  const annotations = withRequester(run.metadata.annotations, name);
  return annotations === undefined ? run : { ...run, metadata: { ...run.metadata, annotations } };
}

function withLabel(run: JobRun): JobRun {
  const { kind, name } = templateKeyOfRun(run);
  const isCluster = kind === 'ClusterJobTemplate';
  const ours = [LABEL_JOB_TEMPLATE, LABEL_CLUSTER_JOB_TEMPLATE];
  const others = Object.entries(run.metadata.labels ?? {}).filter(([key]) => !ours.includes(key));
  const label = isCluster ? LABEL_CLUSTER_JOB_TEMPLATE : LABEL_JOB_TEMPLATE;
  const labels = { ...Object.fromEntries(others), [label]: labelValue(name) };
  return { ...run, metadata: { ...run.metadata, labels } };
}
