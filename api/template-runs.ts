/** How the runs of a template are treated: no part of its revision. */
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { TemplateCallbackSchema } from './callback.ts';
import { ConcurrencySchema } from './concurrency.ts';
import { UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';

/** As in a Job and a CronJob. */
const NOT_NEGATIVE = { format: 'int32', minimum: 0, maximum: 2_147_483_647 } as const;

const RetentionSchema = Type.Object(
  {
    ttlSecondsAfterFinished: Type.Optional(
      Type.Integer({
        description: 'How long a finished JobRun is retained, in seconds. Without it, time removes no run.',
        ...NOT_NEGATIVE,
      }),
    ),
    successfulRunsHistoryLimit: Type.Optional(
      Type.Integer({
        description:
          'How many runs that have succeeded are retained in each namespace. Without it, their number is not limited.',
        ...NOT_NEGATIVE,
      }),
    ),
    failedRunsHistoryLimit: Type.Optional(
      Type.Integer({
        description:
          'How many finished runs that have not succeeded are retained in each namespace. Without it, their number is not limited.',
        ...NOT_NEGATIVE,
      }),
    ),
  },
  {
    description:
      'When finished JobRuns are removed, with their Jobs. It replaces the default of the cluster as a whole: an empty object retains all runs. Runs that Helm, Argo CD or Flux track, and runs with the annotation hematoscope.app/retain, are never removed.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

/** When finished runs are removed. */
export type Retention = Static<typeof RetentionSchema>;

export const TemplateRunsSchema = Type.Object(
  {
    concurrency: Type.Optional(ConcurrencySchema),
    retention: Type.Optional(RetentionSchema),
    callback: Type.Optional(TemplateCallbackSchema),
    startDeadlineSeconds: Type.Optional(
      Type.Integer({
        description:
          'How many seconds a run may take until its first container has started. Without a Job, they count from the creation of the run; then from the start time of its Job, which Kubernetes sets again when the Job is resumed. A run that takes longer fails. By default, a run waits without a limit.',
        format: 'int32',
        minimum: 1,
        maximum: 2_147_483_647,
      }),
    ),
  },
  {
    description:
      'How the runs of this template are treated. This is not part of a revision: the present value applies to all runs.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

/** How the runs of a template are treated. */
export type TemplateRuns = Static<typeof TemplateRunsSchema>;
