/** The callback of a JobRun: the result of the run is sent to a URL once the run has finished. */
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

/** The fields of a run that set where its result is sent. */
export const callbackFields = {
  callbackUrl: Type.Optional(
    Type.String({
      description:
        'URL to which the result is sent with POST, as JSON, once the run has finished. The administrator of the cluster decides which hosts are permitted.',
      minLength: 1,
      maxLength: 2048,
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
  },
  { description: 'The delivery of the callback. Absent until the first attempt.' },
);

/** The delivery of the callback of a run. */
export type CallbackStatus = Static<typeof CallbackStatusSchema>;
