/** How many runs of a template are under way at the same time. */
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { CONCURRENCY_POLICIES } from './names.ts';
import { MOST_CONCURRENT_RUNS, MOST_QUEUED_RUNS } from './limits.ts';
import { StringEnum, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';

/** If the template does not set them. */
export const DEFAULT_LIMIT = 1;
export const DEFAULT_MAX_QUEUED = 100;

export const ConcurrencySchema = Type.Object(
  {
    policy: StringEnum(CONCURRENCY_POLICIES, {
      description:
        'What happens to a run that would exceed the limit. Allow: there is no limit. Forbid: it is refused. Queue: it waits until a run of its group has finished. Replace: it starts once the oldest runs of its group, which are cancelled, have stopped. ReplaceQueued: it waits, and the older runs that wait are cancelled.',
    }),
    limit: Type.Optional(
      Type.Integer({
        description: `How many runs of a group are under way at the same time. A lower value stops no run. Defaults to ${DEFAULT_LIMIT}.`,
        format: 'int32',
        minimum: 1,
        maximum: MOST_CONCURRENT_RUNS,
      }),
    ),
    group: Type.Optional(
      Type.String({
        description:
          'Name of the group that the limit applies to, within the namespace of the run. It can contain placeholders of parameters, for example customer-$(params.customer). Templates that have the same group share it. Without it, the runs of the template are the group.',
        minLength: 1,
        maxLength: 200,
      }),
    ),
    maxQueued: Type.Optional(
      Type.Integer({
        description: `With the policy Queue, how many runs of a group can wait. Further ones are refused. Defaults to ${DEFAULT_MAX_QUEUED}.`,
        format: 'int32',
        minimum: 0,
        maximum: MOST_QUEUED_RUNS,
      }),
    ),
    queueTimeoutSeconds: Type.Optional(
      Type.Integer({
        description: 'How long a run waits in the queue before it fails, in seconds. Without it, it waits for ever.',
        format: 'int32',
        minimum: 1,
        maximum: 2_147_483_647,
      }),
    ),
  },
  {
    description:
      'How many runs are under way at the same time: those that have a Job whose Pods can run. The present value applies to all runs that have no Job yet.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

/** How many runs of a template are under way at the same time. */
export type Concurrency = Static<typeof ConcurrencySchema>;
