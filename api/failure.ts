/** Why a JobRun failed, in its status. */
import type { Static } from 'typebox';
import { Type } from 'typebox';

const count = (description: string) => Type.Optional(Type.Integer({ description, format: 'int32' }));
const text = (description: string) => Type.Optional(Type.String({ description }));

export const FailureSchema = Type.Object(
  {
    reason: Type.String({
      description:
        'Why it failed, in one word, for programs: that of the container (Error, OOMKilled), of its Pod (Evicted, DisruptionTarget) or of the Job (DeadlineExceeded, PodFailurePolicy).',
    }),
    message: Type.String({ description: 'Why it failed, in one sentence, for people.' }),
    exitCode: count('Exit code of the container.'),
    signal: count('Signal that ended the container.'),
    container: text('Name of the container or init container that failed.'),
    pod: text('Name of its Pod.'),
    node: text('Name of the node on which the Pod ran.'),
    index: count('The lowest completion index that failed, of an Indexed Job.'),
    attempts: count('How many attempts were made.'),
    log: text(
      'The termination message of the container: the end of its output, if terminationMessagePolicy is FallbackToLogsOnError.',
    ),
  },
  {
    description:
      'The failure of a run that failed; of a run that is not finished, its last failed attempt. Absent if no attempt has failed.',
  },
);

/** Why a run, or its last attempt, failed. */
export type Failure = Static<typeof FailureSchema>;
