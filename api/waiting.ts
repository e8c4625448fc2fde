/** Why a JobRun makes no progress, in its status. */
import type { Static } from 'typebox';
import { Type } from 'typebox';

export const WaitingSchema = Type.Object(
  {
    reason: Type.String({ description: 'Why the run waits, in one word, for programs.' }),
    message: Type.Optional(Type.String({ description: 'Why the run waits, in one sentence, for people.' })),
    since: Type.String({ description: 'Since when it waits for this reason.', format: 'date-time' }),
  },
  { description: 'Why the run makes no progress. Absent while nothing is known to hold it up.' },
);

/** Why a run makes no progress. */
export type Waiting = Static<typeof WaitingSchema>;
