import type { Static } from 'typebox';
import { Type } from 'typebox';
import { definition, JOB_CONDITION, JOB_STATUS, OBJECT_META } from './kubernetes/definitions.ts';
import type { JsonSchema, ValidationRule } from './kubernetes/json-schema.ts';
import { PHASES } from './names.ts';
import { AtomicList, Embedded, ListMap, StringEnum } from './schema-kit.ts';
import type { JobStatus, ObjectMeta } from './wire.ts';

/** RFC 1123: what the name of a JobTemplate can be. */
const NAME_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/** The same as the pattern, in sentences; at most one of them applies to a value. */
const TEMPLATE_REF_RULES: ValidationRule[] = [
  { rule: "self != ''", message: 'is empty: give the name of a JobTemplate in this namespace' },
  {
    rule: "!self.contains('/')",
    message:
      "must be the name alone, without a namespace: a JobRun can only use a JobTemplate of the JobRun's own namespace",
  },
  {
    rule: `self == '' || self.contains('/') || self.matches('${NAME_PATTERN.replaceAll('\\', '\\\\')}')`,
    message:
      'cannot be the name of a JobTemplate: a name has only lower-case letters, digits, "-" and ".", and begins and ends with a letter or digit',
  },
];

const SPEC_RULES: ValidationRule[] = [
  {
    rule: 'self == oldSelf',
    message:
      'spec is immutable: a JobRun runs once, as it was created; to run with other values, create another JobRun with a name of its own',
    reason: 'FieldValueForbidden',
  },
];

export const JobRunSpecSchema = Type.Object(
  {
    templateRef: Type.String({
      description: 'Name of a JobTemplate in the same namespace.',
      maxLength: 253,
      pattern: NAME_PATTERN,
      'x-kubernetes-validations': TEMPLATE_REF_RULES,
    }),
    args: Type.Optional(
      AtomicList(Type.String(), {
        description:
          "Arguments for the first container, in place of the template's. An empty list clears the template's args; without this field they are kept.",
      }),
    ),
    command: Type.Optional(
      AtomicList(Type.String(), {
        description:
          "Command of the first container, in place of the template's. An empty list clears the template's command, so that the image's entrypoint runs; without this field it is kept.",
      }),
    ),
  },
  {
    description: 'Which JobTemplate to run, and what differs from it. Cannot be changed once the JobRun exists.',
    'x-kubernetes-validations': SPEC_RULES,
  },
);

export const RenderedTemplateSchema = Type.Object(
  {
    revision: Type.String({ description: "Hash of the template's spec, the same for the same content." }),
    generation: Type.Integer({ description: "The template's metadata.generation.", format: 'int64' }),
    uid: Type.String({ description: "The template's metadata.uid." }),
  },
  { description: 'The JobTemplate as the Job was rendered from it.' },
);

/** The template that the Job was rendered from. */
export type RenderedTemplate = Static<typeof RenderedTemplateSchema>;

/** Job fields that are not mirrored: bookkeeping of the Job controller. */
type Mirrored = Omit<JobStatus, 'uncountedTerminatedPods' | 'conditions'>;

const ownStatus = Type.Object({
  conditions: Type.Optional(
    ListMap(Embedded<NonNullable<JobStatus['conditions']>[number]>(JOB_CONDITION), ['type'], {
      description:
        'The conditions of the Job, and two of the JobRun: JobCreated, and Finished, which becomes True when the run has ended either way.',
    }),
  ),
  jobName: Type.Optional(Type.String({ description: 'Name of the Job, in the same namespace.' })),
  phase: Type.Optional(
    StringEnum(PHASES, { description: 'Where the run stands, in one word for people. Programs read the conditions.' }),
  ),
  observedGeneration: Type.Optional(
    Type.Integer({ description: "The JobRun's metadata.generation that this status is about.", format: 'int64' }),
  ),
  template: Type.Optional(RenderedTemplateSchema),
  error: Type.Optional(Type.String({ description: 'Why the run failed, as a sentence for people.' })),
});

/** The Job's own status fields with their Kubernetes schemas; the JobRun's own come after and win. */
const statusProperties = (): Record<string, JsonSchema> => {
  const mirrored = { ...definition(JOB_STATUS).properties };
  delete mirrored['uncountedTerminatedPods'];
  return { ...mirrored, ...(ownStatus.properties as Record<string, JsonSchema>) };
};

export const JobRunStatusSchema = Type.Unsafe<Mirrored & Static<typeof ownStatus>>({
  type: 'object',
  description: "The status of the Job, field by field, and what the JobRun adds: its phase, the Job's name and errors.",
  properties: statusProperties(),
  'x-kubernetes-preserve-unknown-fields': true,
});

/** The Job's own status verbatim, plus what is ours. */
export type JobRunStatus = Static<typeof JobRunStatusSchema>;

export const JobRunSchema = Type.Object(
  {
    apiVersion: Type.String(),
    kind: StringEnum(['JobRun'], {}),
    metadata: Embedded<ObjectMeta>(OBJECT_META),
    spec: JobRunSpecSchema,
    status: Type.Optional(JobRunStatusSchema),
  },
  { description: 'A JobRun runs a JobTemplate once, as one Job, and shows the status of that Job as its own.' },
);

export type JobRun = Static<typeof JobRunSchema>;
