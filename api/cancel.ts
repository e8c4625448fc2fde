import { Type } from 'typebox';

/** The field of a run that cancels it. */
export const cancelFields = {
  cancel: Type.Optional(
    Type.Boolean({
      description:
        'If true, the run is cancelled: its Job is stopped, or is not created. Can be set at any time, and never back.',
    }),
  ),
};
