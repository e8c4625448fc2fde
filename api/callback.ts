/** The callback of a JobRun, and its default in a template: the result is sent to a URL once the run has finished. */
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { CALLBACK_STATES } from './names.ts';
import { StringEnum, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';

const CallbackTokenSecretRefSchema = Type.Object(
  {
    name: Type.String({ description: 'Name of the Secret.', minLength: 1, maxLength: 253 }),
    key: Type.String({ description: 'Key of the token in the Secret.', minLength: 1, maxLength: 253 }),
  },
  {
    description:
      'A key of a Secret in the same namespace that has the token. If its value begins with whsec_, it is a key of Standard Webhooks: it signs the callback, and is not sent.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

const LONGEST_URL = 2048;

/** The fields of a run that set where its result is sent. */
export const callbackFields = {
  callbackUrl: Type.Optional(
    Type.String({
      description:
        'URL to which the result is sent with POST, as JSON, once the run has finished. The administrator of the cluster decides which hosts are permitted. Defaults to runs.callback of the template; an empty string clears it, so that the run has no callback.',
      maxLength: LONGEST_URL,
    }),
  ),
  callbackToken: Type.Optional(
    Type.String({
      description:
        'Token that is sent with the callback, in the header Authorization: Bearer. Every user who may read the JobRun can read it; use callbackTokenSecretRef instead.',
      minLength: 1,
      maxLength: 4096,
    }),
  ),
  callbackTokenSecretRef: Type.Optional(CallbackTokenSecretRefSchema),
};

export const TemplateCallbackSchema = Type.Object(
  {
    url: Type.String({
      description:
        'URL to which the result of each run is sent with POST, as JSON, once the run has finished. The administrator of the cluster decides which hosts are permitted.',
      minLength: 1,
      maxLength: LONGEST_URL,
    }),
    tokenSecretRef: Type.Optional(CallbackTokenSecretRefSchema),
  },
  {
    description:
      'The callback of runs that set no callbackUrl. A run has it from the moment at which it finishes: later changes do not apply to that run.',
    ...UNKNOWN_FIELDS_REFUSED,
  },
);

/** The callback of the runs of a template that set none. */
export type TemplateCallback = Static<typeof TemplateCallbackSchema>;

export const CallbackStatusSchema = Type.Object(
  {
    state: StringEnum(CALLBACK_STATES, {
      description: 'Pending: it is tried again. Delivered: the receiver has accepted it. Failed: it was given up.',
    }),
    attempts: Type.Integer({ description: 'How many attempts were made.', format: 'int32' }),
    lastAttemptTime: Type.Optional(
      Type.String({ description: 'When the last attempt was made.', format: 'date-time' }),
    ),
    nextAttemptTime: Type.Optional(
      Type.String({ description: 'When the next attempt is made, while it is Pending.', format: 'date-time' }),
    ),
    lastError: Type.Optional(Type.String({ description: 'Why the last attempt failed, in one sentence.' })),
    url: Type.Optional(
      Type.String({
        description:
          'The URL that the callback is sent to, if it is that of the template when the run finished. Absent if the run sets its own.',
      }),
    ),
    tokenSecretRef: Type.Optional(CallbackTokenSecretRefSchema),
  },
  {
    description:
      'The delivery of the callback. Absent until the first attempt; with the callback of the template, until the run has finished.',
  },
);

/** The delivery of the callback of a run. */
export type CallbackStatus = Static<typeof CallbackStatusSchema>;
