import type { Static } from 'typebox';
import { Type } from 'typebox';
import { JOB_SPEC, OBJECT_META } from './kubernetes/definitions.ts';
import { ALLOWED_REVISIONS, DEFAULT_OVERRIDES, OVERRIDES } from './names.ts';
import { ParametersSchema } from './parameter.ts';
import { resultFields } from './result.ts';
import { AtomicList, Embedded, StringEnum, StringMap, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';
import { TemplateRunsSchema } from './template-runs.ts';
import type { JobSpec, ObjectMeta } from './wire.ts';

const OverridesSchema = Type.Object(
  {
    allow: AtomicList(StringEnum(OVERRIDES, {}), {
      description: `What runs may override; an empty list allows nothing. "env" includes envFrom, and "metadata" means both labels and annotations. Defaults to: ${DEFAULT_OVERRIDES.join(', ')}.`,
    }),
  },
  {
    description: 'What the runs of this template may override. Everything else is refused.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

const RevisionsSchema = Type.Object(
  {
    allow: StringEnum(ALLOWED_REVISIONS, {
      description:
        'Any: a run may name every revision that is stored. Present: a run may name only the present revision. Defaults to Any.',
    }),
  },
  {
    description:
      'Which revisions runs may name in spec.templateRevision. This is not part of a revision: the present value applies to every new run.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

const JobMetadataSchema = Type.Object(
  {
    labels: Type.Optional(StringMap({ description: 'Labels of the Job, such as the name of a queue.' })),
    annotations: Type.Optional(StringMap({ description: 'Annotations of the Job.' })),
  },
  {
    description:
      'Labels and annotations of each Job itself; those of its Pods are in spec.template.metadata. The values can contain placeholders. Runs cannot override them.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

const content = {
  spec: Embedded<JobSpec>(JOB_SPEC, {
    description: 'A complete batch/v1 JobSpec. Every JobRun that names this template creates a Job from it.',
  }),
  jobMetadata: Type.Optional(JobMetadataSchema),
  parameters: Type.Optional(ParametersSchema),
  overrides: Type.Optional(OverridesSchema),
  ...resultFields,
};

/** How runs are treated, whatever revision they name: only the present value applies. */
const treatment = { revisions: Type.Optional(RevisionsSchema), runs: Type.Optional(TemplateRunsSchema) };

export const JobTemplateSchema = Type.Object(
  {
    apiVersion: Type.String(),
    kind: StringEnum(['JobTemplate'], {}),
    metadata: Embedded<ObjectMeta>(OBJECT_META),
    ...content,
    ...treatment,
  },
  { description: 'A JobTemplate stores a JobSpec under a name. Creating one runs nothing.', ...UNKNOWN_FIELDS_REFUSED },
);

/** A JobSpec stored under a name. Creating one runs nothing. */
export type JobTemplate = Static<typeof JobTemplateSchema>;

/** The part of a template that determines its runs: the content of a revision. */
export type TemplateContent = Pick<
  JobTemplate,
  'spec' | 'jobMetadata' | 'parameters' | 'overrides' | 'results' | 'resultsFrom'
>;

export const ClusterJobTemplateSchema = Type.Object(
  {
    apiVersion: Type.String(),
    kind: StringEnum(['ClusterJobTemplate'], {}),
    metadata: Embedded<ObjectMeta>(OBJECT_META),
    ...content,
    ...treatment,
  },
  {
    description:
      'A ClusterJobTemplate is a JobTemplate for every namespace. A JobRun names it with templateKind: ClusterJobTemplate.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

/** A JobTemplate that belongs to no namespace. */
export type ClusterJobTemplate = Static<typeof ClusterJobTemplateSchema>;

/** Either kind; both have the same fields. */
export type Template = JobTemplate | ClusterJobTemplate;
