import { expect, it } from 'vitest';
import { suspendHasEffect } from '../../../../../webhook/admission/job-run-update/suspend-has-effect.ts';
import { jobRunUpdate } from '../cases.ts';

const FINISHED = { type: 'Finished', status: 'True' as const };

const finished = (update: ReturnType<typeof jobRunUpdate>) => ({
  ...update,
  run: { ...update.run, status: { conditions: [FINISHED] } },
});

it('warns if a cancelled JobRun is suspended or resumed', () => {
  expect(suspendHasEffect(jobRunUpdate({ cancel: true }, { cancel: true, suspend: true }))).toEqual({
    warnings: ['this JobRun is cancelled: suspending or resuming it changes nothing'],
  });
});

it('warns if a finished JobRun is suspended or resumed', () => {
  const suspend = jobRunUpdate({}, { suspend: true });
  expect(suspendHasEffect(suspend)).toEqual({});
  expect(suspendHasEffect(finished(jobRunUpdate({}, {})))).toEqual({});
  expect(suspendHasEffect(finished(suspend))).toEqual({
    warnings: ['this JobRun has finished: suspending or resuming it changes nothing'],
  });
});
