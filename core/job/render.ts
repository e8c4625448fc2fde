import type { JobRun } from '../../api/job-run.ts';
import {
  ANNOTATION_JOB_RUN_NAME,
  ANNOTATION_RESULTS_FROM,
  API_VERSION,
  LABEL_APP_INSTANCE,
  LABEL_APP_MANAGED_BY,
  LABEL_APP_NAME,
  LABEL_APP_VERSION,
  LABEL_CLUSTER_JOB_TEMPLATE,
  LABEL_JOB_RUN,
  LABEL_JOB_TEMPLATE,
  MANAGED_BY,
} from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { Job, JobSpec, ObjectMeta } from '../../api/wire.ts';
import type { FieldError } from '../errors/field-error.ts';
import { argumentErrors } from './argument-length.ts';
import { jobSize } from './job-size.ts';
import { jobName } from './job-name.ts';
import { withBackstop } from './job-ttl.ts';
import { labelsForJob } from './pod-labels.ts';
import { labelValue, uniqueLabelValue } from './label-value.ts';
import { metadataOverrides } from '../overrides/metadata-overrides.ts';
import type { Origins } from '../overrides/origins.ts';
import { overrideErrors, withOverrides } from '../overrides/overrides.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { templateKeyOfRun } from '../template/template-key.ts';
import { declaredResults } from '../results/declarations.ts';
import { onePodErrors } from '../results/one-pod.ts';
import { asRunErrors } from '../template/template-reference.ts';
import { parameterOrigins } from '../refusal/parameter-origins.ts';
import { substitute, type Substituted } from './substitute.ts';
import { unknownRunFields } from '../run/unknown-run-fields.ts';

/** The Job of a run. */
export interface RenderedJob {
  job: Job;
  /** The origins of its values in the run, computed for each call. */
  origins: () => Origins;
  /** The size of its JSON, or a little more. */
  bytes: number;
}

/** All errors of a run or its template: `of` is the object that the paths belong to. */
export interface RenderErrors {
  errors: readonly FieldError[];
  of: 'run' | 'template';
}

export type Rendered = RenderedJob | RenderErrors;

type Labels = Record<string, string>;
type JobParts = Pick<Substituted, 'spec' | 'jobMetadata'>;

/**
 * Renders the Job of a run. Pure, and the only place where a Job is rendered, so that admission checks the Job that the
 * syncer creates. Neither argument is changed.
 *
 * - The Job's name follows from the run's name and uid, so that every attempt renders the same Job.
 * - Parameters are applied before overrides: a placeholder in an override is not replaced.
 * - A field that the run omits is inherited from the template. An empty value clears it.
 * - Labels and annotations of the template object are not copied: deployment tools use them to track what they own.
 */
export function render(template: CompiledTemplate, run: JobRun): Rendered {
  if (template.errors.length > 0) return { errors: template.errors, of: 'template' };
  const substituted = substitute(template, run);
  const valueErrors = 'errors' in substituted ? substituted.errors : [];
  const errors = [...unknownRunFields(run), ...valueErrors, ...overrideErrors(template, run)];
  if ('errors' in substituted || errors.length > 0) return { errors, of: 'run' };
  const { spec, values } = substituted;
  const origins = (): Origins => {
    const recorded = parameterOrigins(template, run, values);
    withOverrides(spec, run, recorded);
    metadataOverrides(run, recorded);
    return recorded;
  };
  const job = jobOf(template, run, { ...substituted, spec: withOverrides(spec, run) });
  const size = jobSize(job, run, substituted.bytes);
  if ('error' in size) return { errors: [size.error], of: 'run' };
  const unfit = [...argumentErrors(job.spec ?? spec), ...onePodOfResults(template, job)];
  if (unfit.length > 0) return { errors: asRunErrors(unfit, run, origins()), of: 'run' };
  return { job, origins, bytes: size.bytes };
}

function onePodOfResults({ content }: CompiledTemplate, { spec }: Job): FieldError[] {
  return declaredResults(content).length > 0 ? onePodErrors(spec ?? {}) : [];
}

/**
 * Later labels win: those of the template's Pods, the run's, those that the template sets on its Jobs, and those that
 * identify the owner of the Job. The recommended labels are set on the Job only: Services and NetworkPolicies select Pods
 * by them, and the names of runs are free to choose.
 */
function jobOf(template: CompiledTemplate, run: JobRun, { spec, jobMetadata }: JobParts): Job {
  const podTemplate = spec.template;
  const podLabels = podTemplate.metadata?.labels ?? {};
  const overrides = metadataOverrides(run);
  const own = { labels: ownLabels(run), annotations: { [ANNOTATION_JOB_RUN_NAME]: run.metadata.name ?? '' } };
  const ofResults = resultsAnnotation(template, spec);
  const recommended = appLabels(template, run, podLabels);
  const backed = withBackstop(spec);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...jobMeta(run),
      labels: { ...labelsForJob(podLabels), ...recommended, ...overrides.labels, ...jobMetadata.labels, ...own.labels },
      annotations: {
        ...overrides.annotations,
        ...jobMetadata.annotations,
        ...own.annotations,
        ...backed.annotations,
        ...ofResults,
      },
    },
    spec: {
      ...backed.spec,
      template: {
        ...podTemplate,
        metadata: {
          ...podTemplate.metadata,
          labels: { ...podLabels, ...overrides.labels, ...own.labels },
          annotations: { ...podTemplate.metadata?.annotations, ...overrides.annotations, ...own.annotations },
        },
      },
    },
  };
}

/** The container that writes the results of the run, if there are any. */
function resultsAnnotation({ content }: CompiledTemplate, spec: JobSpec): Labels {
  if (declaredResults(content).length === 0) return {};
  const name = content.resultsFrom ?? spec.template.spec?.containers[0]?.name;
  return name === undefined ? {} : { [ANNOTATION_RESULTS_FROM]: name };
}

function ownLabels(run: JobRun): Labels {
  const { kind, name } = templateKeyOfRun(run);
  const label = kind === 'ClusterJobTemplate' ? LABEL_CLUSTER_JOB_TEMPLATE : LABEL_JOB_TEMPLATE;
  return {
    [label]: labelValue(name),
    [LABEL_JOB_RUN]: uniqueLabelValue(run.metadata.name ?? ''),
  };
}

/** The recommended labels of the Job. Those that the template sets on its Pods win. */
function appLabels(template: CompiledTemplate, run: JobRun, podLabels: Labels): Labels {
  const defaults = {
    [LABEL_APP_NAME]: labelValue(run.spec.templateRef),
    [LABEL_APP_INSTANCE]: uniqueLabelValue(run.metadata.name ?? ''),
    [LABEL_APP_VERSION]: template.revision,
    [LABEL_APP_MANAGED_BY]: MANAGED_BY,
  };
  return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, podLabels[key] ?? value]));
}

/** Name, namespace and owner. A run that is not stored yet has no uid: it cannot be an owner. */
function jobMeta(run: JobRun): ObjectMeta {
  const { name = '', namespace, uid } = run.metadata;
  const meta: ObjectMeta = { name: jobName(name, uid ?? '') };
  if (namespace !== undefined) meta.namespace = namespace;
  if (uid !== undefined) {
    meta.ownerReferences = [
      { apiVersion: API_VERSION, kind: JOB_RUNS.kind, name, uid, controller: true, blockOwnerDeletion: true },
    ];
  }
  return meta;
}
