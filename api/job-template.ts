import type { Static } from 'typebox';
import { Type } from 'typebox';
import { JOB_SPEC, OBJECT_META } from './kubernetes/definitions.ts';
import { Embedded, StringEnum } from './schema-kit.ts';
import type { JobSpec, ObjectMeta } from './wire.ts';

export const JobTemplateSchema = Type.Object(
  {
    apiVersion: Type.String(),
    kind: StringEnum(['JobTemplate'], {}),
    metadata: Embedded<ObjectMeta>(OBJECT_META),
    spec: Embedded<JobSpec>(JOB_SPEC, {
      description: 'A complete batch/v1 JobSpec. Every JobRun that names this JobTemplate makes a Job of it.',
    }),
  },
  { description: 'A JobTemplate stores a JobSpec under a name. Creating one runs nothing.' },
);

/** A JobSpec stored under a name. Creating one runs nothing. */
export type JobTemplate = Static<typeof JobTemplateSchema>;
