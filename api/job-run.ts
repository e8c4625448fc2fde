import type { Static } from 'typebox';
import { Type } from 'typebox';
import { cancelFields } from './cancel.ts';
import { callbackFields, CallbackStatusSchema } from './callback.ts';
import { containerFields, ContainerOverrideSchema, IMMUTABLE_CONTAINERS } from './container-override.ts';
import { immutableFields, neverSetBack, sameFieldPresent } from './immutable-fields.ts';
import { definition, JOB_CONDITION, JOB_STATUS, OBJECT_META, TOLERATION } from './kubernetes/definitions.ts';
import type { JsonSchema } from './kubernetes/json-schema.ts';
import { PHASES, TEMPLATE_KINDS } from './names.ts';
import type { ParameterValue } from './parameter.ts';
import { FailureSchema } from './failure.ts';
import { RenderedTemplateSchema } from './rendered-template.ts';
import { NAME_PATTERN, TEMPLATE_REF_RULES } from './template-ref-rules.ts';
import { ResultValuesSchema } from './result.ts';
import { AtomicList, Embedded, ListMap, StringEnum, NullableStringMap, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';
import { WaitingSchema } from './waiting.ts';
import type { JobStatus, ObjectMeta, Toleration } from './wire.ts';

const MetadataOverrideSchema = Type.Object(
  {
    labels: Type.Optional(
      NullableStringMap({ description: 'Labels; they take precedence over those of the template.' }),
    ),
    annotations: Type.Optional(
      NullableStringMap({ description: 'Annotations; they take precedence over those of the template.' }),
    ),
  },
  {
    description:
      'Labels and annotations of the Job and its Pods. Keys of Kubernetes, of deployment tools and of hematoscope.app cannot be set: only the template can.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

function without(excluded: readonly string[], names: readonly string[]): string[] {
  return names.filter((name) => !excluded.includes(name));
}

const count = (description: string) => Type.Optional(Type.Integer({ description, format: 'int32', minimum: 0 }));

const specFields = {
  templateRef: Type.String({
    description: 'Name of a JobTemplate in the same namespace, or of a ClusterJobTemplate.',
    maxLength: 253,
    pattern: NAME_PATTERN,
    'x-kubernetes-validations': TEMPLATE_REF_RULES,
  }),
  templateKind: Type.Optional(
    StringEnum(TEMPLATE_KINDS, {
      description: 'Kind of the template that templateRef names. Defaults to JobTemplate.',
    }),
  ),
  templateRevision: Type.Optional(
    Type.String({
      description:
        'Revision of the template to run: 10 hex digits. Defaults to the current revision of the template, which is set at admission. Set it to run an older revision. To list revisions: kubectl get controllerrevisions -l hematoscope.app/job-template=NAME.',
      maxLength: 10,
      pattern: '^[0-9a-f]{10}$',
      'x-kubernetes-validations': [
        {
          rule: "self.matches('^[0-9a-f]{10}$')",
          message:
            'is not a revision: it must be 10 hex digits, as in the label hematoscope.app/template-revision of a ControllerRevision',
        },
      ],
    }),
  ),
  parameters: Type.Optional(
    Type.Unsafe<Record<string, ParameterValue>>({
      type: 'object',
      description: 'Values of the parameters that the template declares, by name.',
      maxProperties: 256,
      'x-kubernetes-preserve-unknown-fields': true,
    }),
  ),
  ...containerFields,
  containers: Type.Optional(
    ListMap(ContainerOverrideSchema, ['name'], {
      description:
        'Overrides for any container or init container, by name. Set a field of the first container either here or at the top of spec, not in both places.',
      maxItems: 64,
    }),
  ),
  parallelism: count('Maximum number of Pods that run at the same time.'),
  completions: count('Number of Pods that must succeed.'),
  backoffLimit: count('Number of retries before the Job is considered failed.'),
  activeDeadlineSeconds: Type.Optional(
    Type.Integer({ description: 'Seconds that the Job may run.', format: 'int64', minimum: 1 }),
  ),
  ttlSecondsAfterFinished: count(
    'Seconds for which the finished Job is retained. It is not deleted before the final status of the JobRun is stored. The JobRun is not deleted.',
  ),
  suspend: Type.Optional(
    Type.Boolean({
      description:
        'If true, the Job starts no Pods until this is set to false. Can be changed until the run is finished.',
    }),
  ),
  metadata: Type.Optional(MetadataOverrideSchema),
  nodeSelector: Type.Optional(
    NullableStringMap({
      description:
        "Node selector of the Pods, merged into the template's; the run's labels take precedence. An empty map clears the template's.",
    }),
  ),
  tolerations: Type.Optional(
    AtomicList(Embedded<Toleration>(TOLERATION), {
      description: "Tolerations of the Pods; they replace the template's. An empty list clears them.",
    }),
  ),
  priorityClassName: Type.Optional(
    Type.String({ description: "PriorityClass of the Pods; it replaces the template's. An empty string clears it." }),
  ),
  ...cancelFields,
  ...callbackFields,
};

/** The fields of a stored run that can change. */
const MUTABLE = ['suspend', 'cancel'];
/** All others. */
export const IMMUTABLE_FIELDS = without(MUTABLE, Object.keys(specFields));

export const JobRunSpecSchema = Type.Object(specFields, {
  description:
    'The template to run, and what differs from it. An absent field inherits the value of the template, and an empty field clears it. Only suspend and cancel can be changed after the JobRun is created.',
  ...UNKNOWN_FIELDS_REFUSED,
  'x-kubernetes-validations': [
    ...immutableFields(without(['resources', 'containers'], IMMUTABLE_FIELDS)),
    sameFieldPresent('resources'),
    IMMUTABLE_CONTAINERS,
    neverSetBack('cancel'),
  ],
});

/** The spec of a JobRun. */
export type JobRunSpec = Static<typeof JobRunSpecSchema>;

/** Job fields that are not mirrored: bookkeeping of the Job controller. */
type Mirrored = Omit<JobStatus, 'uncountedTerminatedPods' | 'conditions'>;

/**
 * The generation that a run without a status reports, as the API server adds it: tools that judge objects by kstatus do not
 * take a run that no syncer has seen for a finished one.
 */
const NOT_OBSERVED = -1;

const ownStatus = Type.Object({
  conditions: Type.Optional(
    ListMap(Embedded<NonNullable<JobStatus['conditions']>[number]>(JOB_CONDITION), ['type'], {
      description:
        'The conditions of the Job, and those of the JobRun: JobCreated; Finished, which becomes True when the run has finished; ResultsValid, if the template declares results; and for Helm and Flux, Reconciling and Stalled.',
    }),
  ),
  jobName: Type.Optional(Type.String({ description: 'Name of the Job, in the same namespace.' })),
  jobUid: Type.Optional(
    Type.String({
      description: 'The metadata.uid of the Job. Another Job that has the name later is not the Job of this run.',
    }),
  ),
  phase: Type.Optional(
    StringEnum(PHASES, {
      description: 'State of the run in one word, for people. Programs should read the conditions.',
    }),
  ),
  observedGeneration: Type.Optional(
    Type.Integer({
      description:
        'The metadata.generation of the JobRun that this status describes; -1 until the syncer has seen the JobRun.',
      format: 'int64',
      default: NOT_OBSERVED,
    }),
  ),
  template: Type.Optional(RenderedTemplateSchema),
  waiting: Type.Optional(WaitingSchema),
  failure: Type.Optional(FailureSchema),
  results: Type.Optional(ResultValuesSchema),
  callback: Type.Optional(CallbackStatusSchema),
  error: Type.Optional(
    Type.String({ description: 'Why the run failed, or why its outcome is not known, in one sentence.' }),
  ),
});

/** The Job's own status fields with their Kubernetes schemas. Fields of the JobRun take precedence. */
const statusProperties = (): Record<string, JsonSchema> => {
  const mirrored = { ...definition(JOB_STATUS).properties };
  delete mirrored['uncountedTerminatedPods'];
  return { ...mirrored, ...(ownStatus.properties as Record<string, JsonSchema>) };
};

export const JobRunStatusSchema = Type.Unsafe<Mirrored & Static<typeof ownStatus>>({
  type: 'object',
  description: "The status of the Job, field by field, and what the JobRun adds: its phase, the Job's name and errors.",
  properties: statusProperties(),
  // The default of a field applies only to an object that exists.
  default: { observedGeneration: NOT_OBSERVED },
  'x-kubernetes-preserve-unknown-fields': true,
});

/** The status of the Job, verbatim, and the JobRun's own fields. */
export type JobRunStatus = Static<typeof JobRunStatusSchema>;

export const JobRunSchema = Type.Object(
  {
    apiVersion: Type.String(),
    kind: StringEnum(['JobRun'], {}),
    metadata: Embedded<ObjectMeta>(OBJECT_META),
    spec: JobRunSpecSchema,
    status: Type.Optional(JobRunStatusSchema),
  },
  {
    description: 'A JobRun runs a JobTemplate once, as one Job, and shows the status of that Job as its own.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

export type JobRun = Static<typeof JobRunSchema>;
