import type { TSchema } from 'typebox';
import { JobRunSchema } from './job-run.ts';
import { ClusterJobTemplateSchema, JobTemplateSchema } from './job-template.ts';
import { ANNOTATION_RERUN_OF } from './names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES } from './resources.ts';
import type { Resource } from './resources.ts';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'date';
  jsonPath: string;
  description: string;
  /** 1: only with `-o wide`. */
  priority?: 1;
}

/** What a CRD defines besides its schema. */
export interface CustomResource {
  resource: Resource;
  schema: TSchema;
  shortName: string;
  columns: PrinterColumn[];
  statusSubresource: boolean;
  /** A field whose numbers and booleans can be placeholders. */
  placeholdersIn?: 'spec';
  /** JSON paths that a `fieldSelector` can use. */
  selectableFields?: string[];
}

/** `kubectl get hematoscope` lists all objects of the product. */
export const CATEGORY = 'hematoscope';

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since it was created.',
};

/** A number can be a placeholder, which is a string: such a column is one of strings. */
const JOB_TEMPLATE_COLUMNS: PrinterColumn[] = [
  {
    name: 'Image',
    type: 'string',
    jsonPath: '.spec.template.spec.containers[0].image',
    description: 'Image of the first container.',
  },
  AGE,
  {
    name: 'Service Account',
    type: 'string',
    jsonPath: '.spec.template.spec.serviceAccountName',
    description: 'ServiceAccount of the Pods.',
    priority: 1,
  },
  {
    name: 'Backoff Limit',
    type: 'string',
    jsonPath: '.spec.backoffLimit',
    description: 'Number of retries before the Job is considered failed.',
    priority: 1,
  },
  {
    name: 'Deadline',
    type: 'string',
    jsonPath: '.spec.activeDeadlineSeconds',
    description: 'Seconds that the Job may run.',
    priority: 1,
  },
  {
    name: 'TTL',
    type: 'string',
    jsonPath: '.spec.ttlSecondsAfterFinished',
    description: 'Seconds for which a finished Job is retained.',
    priority: 1,
  },
];

const JOB_RUN_COLUMNS: PrinterColumn[] = [
  { name: 'Template', type: 'string', jsonPath: '.spec.templateRef', description: 'The JobTemplate that is run.' },
  { name: 'Status', type: 'string', jsonPath: '.status.phase', description: 'Phase of the run.' },
  { name: 'Start Time', type: 'date', jsonPath: '.status.startTime', description: 'Time since the Job started.' },
  {
    name: 'Completion Time',
    type: 'date',
    jsonPath: '.status.completionTime',
    description: 'Time since the Job completed.',
  },
  AGE,
  { name: 'Job', type: 'string', jsonPath: '.status.jobName', description: 'Name of the Job.', priority: 1 },
  {
    name: 'Revision',
    type: 'string',
    jsonPath: '.status.template.revision',
    description: 'Revision of the template that was run.',
    priority: 1,
  },
  {
    name: 'Waiting',
    type: 'string',
    jsonPath: '.status.waiting.reason',
    description: 'Why the run makes no progress.',
    priority: 1,
  },
  {
    name: 'Rerun Of',
    type: 'string',
    jsonPath: `.metadata.annotations.${ANNOTATION_RERUN_OF.replaceAll('.', '\\.')}`,
    description: 'The JobRun that this one repeats.',
    priority: 1,
  },
  { name: 'Error', type: 'string', jsonPath: '.status.error', description: 'Why the run failed.', priority: 1 },
];

export const JOB_TEMPLATE_RESOURCE: CustomResource = {
  resource: JOB_TEMPLATES,
  schema: JobTemplateSchema,
  shortName: 'jt',
  columns: JOB_TEMPLATE_COLUMNS,
  statusSubresource: false,
  placeholdersIn: 'spec',
};

export const CLUSTER_JOB_TEMPLATE_RESOURCE: CustomResource = {
  resource: CLUSTER_JOB_TEMPLATES,
  schema: ClusterJobTemplateSchema,
  shortName: 'cjt',
  columns: JOB_TEMPLATE_COLUMNS,
  statusSubresource: false,
  placeholdersIn: 'spec',
};

export const JOB_RUN_RESOURCE: CustomResource = {
  resource: JOB_RUNS,
  schema: JobRunSchema,
  shortName: 'jr',
  columns: JOB_RUN_COLUMNS,
  statusSubresource: true,
  selectableFields: ['.spec.templateRef', '.spec.templateRevision', '.status.phase'],
};
