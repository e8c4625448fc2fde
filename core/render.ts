import type { JobRun } from '../api/job-run.ts';
import type { Template } from '../api/job-template.ts';
import {
  ANNOTATION_JOB_RUN_NAME,
  API_VERSION,
  LABEL_APP_INSTANCE,
  LABEL_APP_MANAGED_BY,
  LABEL_APP_NAME,
  LABEL_APP_VERSION,
  LABEL_JOB_RUN,
  LABEL_JOB_TEMPLATE,
  MANAGED_BY,
} from '../api/names.ts';
import { JOB_RUNS } from '../api/resources.ts';
import type { Job, JobSpec, ObjectMeta } from '../api/wire.ts';
import type { FieldError } from './field-error.ts';
import { jobName } from './job-name.ts';
import { labelValue } from './label-value.ts';
import { templateRevision } from './template-revision.ts';
import { validateJobTemplate } from './validate-job-template.ts';

/** The Job that a run makes of its template, or everything that keeps it from making one (paths are the template's). */
export type Rendered = { job: Job } | { errors: FieldError[] };

type Labels = Record<string, string>;
type PodTemplate = JobSpec['template'];
type Container = NonNullable<PodTemplate['spec']>['containers'][number];

/**
 * Renders the Job of a run. Pure, and the only place where a Job is made up, so that what admission checked is what the
 * syncer creates. Neither argument is changed.
 *
 * - The Job's name follows from the run's name and uid, so that every attempt means the same Job.
 * - What the run leaves out is inherited from the template; an empty list clears.
 * - Labels and annotations of the JobTemplate itself stay with it: deployment tools put theirs there to track what they own.
 */
export function render(template: Template, run: JobRun): Rendered {
  const errors = validateJobTemplate(template);
  if (errors.length > 0) return { errors };
  const podTemplate = template.spec.template;
  const podLabels = podTemplate.metadata?.labels ?? {};
  const labels = { ...appLabels(template, run, podLabels), ...ownLabels(template, run) };
  const annotations = { [ANNOTATION_JOB_RUN_NAME]: run.metadata.name ?? '' };
  return {
    job: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...jobMeta(run), labels, annotations },
      spec: {
        ...template.spec,
        template: {
          ...podTemplate,
          metadata: {
            ...podTemplate.metadata,
            labels: { ...podLabels, ...labels },
            annotations: { ...podTemplate.metadata?.annotations, ...annotations },
          },
          ...podSpec(podTemplate, run),
        },
      },
    },
  };
}

function ownLabels(template: Template, run: JobRun): Labels {
  return {
    [LABEL_JOB_TEMPLATE]: labelValue(template.metadata.name ?? ''),
    [LABEL_JOB_RUN]: labelValue(run.metadata.name ?? ''),
  };
}

/** The recommended labels; those that the template's Pods already have win, for the Job too. */
function appLabels(template: Template, run: JobRun, podLabels: Labels): Labels {
  const defaults = {
    [LABEL_APP_NAME]: labelValue(template.metadata.name ?? ''),
    [LABEL_APP_INSTANCE]: labelValue(run.metadata.name ?? ''),
    [LABEL_APP_VERSION]: templateRevision(template),
    [LABEL_APP_MANAGED_BY]: MANAGED_BY,
  };
  return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, podLabels[key] ?? value]));
}

/** Name, namespace and owner. A run that is not stored yet has no uid and can own nothing. */
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

function podSpec(podTemplate: PodTemplate, run: JobRun): Pick<PodTemplate, 'spec'> {
  const spec = podTemplate.spec;
  const first = spec?.containers[0];
  if (spec === undefined || first === undefined) return {};
  return { spec: { ...spec, containers: [overridden(first, run), ...spec.containers.slice(1)] } };
}

/** `null` is absent, as everywhere in Kubernetes. */
function overridden(container: Container, run: JobRun): Container {
  const { args, command } = run.spec;
  return { ...container, ...(Array.isArray(command) && { command }), ...(Array.isArray(args) && { args }) };
}
