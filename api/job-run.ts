import type { Phase } from './names.ts';
import type { JobStatus, ObjectMeta } from './wire.ts';

/** What a person asks for. Immutable after creation. */
export interface JobRunSpec {
  /** Name of a JobTemplate in the same namespace. */
  templateRef: string;
  /** Replaces the args of the first container; `[]` clears them; absent keeps them. */
  args?: string[];
  /** Replaces the command of the first container; `[]` clears it; absent keeps it. */
  command?: string[];
}

/** The template that the Job was rendered from. */
export interface RenderedTemplate {
  /** Content hash of the template's spec. */
  revision: string;
  generation: number;
  uid: string;
}

/** The Job's own status verbatim, plus what is ours. */
export interface JobRunStatus extends Omit<JobStatus, 'uncountedTerminatedPods'> {
  jobName?: string;
  phase?: Phase;
  observedGeneration?: number;
  template?: RenderedTemplate;
  /** A sentence for people: why the run failed. */
  error?: string;
}

export interface JobRun {
  apiVersion: string;
  kind: 'JobRun';
  metadata: ObjectMeta;
  spec: JobRunSpec;
  status?: JobRunStatus;
}
