import type { JobRun } from '../../api/job-run.ts';
import type { Answers } from '../../core/run/situation.ts';
import type { Again, Step } from '../../core/run/step.ts';

/** The attempt is complete, or there is more to do with these answers. */
export type Applied =
  | { kind: 'done'; again: Again | undefined }
  /** The attempt goes on. After it, `error` is thrown, or it is continued at the time `again`. */
  | { kind: 'next'; answers: Answers; error?: Error; again?: Again };

export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** There is more to do, with these answers. */
export function next(answers: Answers): { kind: 'next'; answers: Answers } {
  return { kind: 'next', answers };
}

export function generationOf({ metadata: { generation = 1 } }: JobRun): number {
  return generation;
}
