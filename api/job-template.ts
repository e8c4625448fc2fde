import type { JobSpec, ObjectMeta } from './wire.ts';

/** A JobSpec stored under a name. Creating one runs nothing. */
export interface JobTemplate {
  apiVersion: string;
  kind: 'JobTemplate';
  metadata: ObjectMeta;
  spec: JobSpec;
}
