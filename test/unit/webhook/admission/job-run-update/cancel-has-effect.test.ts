import { expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { cancelHasEffect } from '../../../../../webhook/admission/job-run-update/cancel-has-effect.ts';
import { jobRunUpdate } from '../cases.ts';

type Spec = Partial<JobRun['spec']>;
const WARNING = 'this JobRun has finished: cancelling it changes nothing';

it.each<[string, before: Spec, after: Spec, string[]]>([
  ['a finished run that is cancelled gets a warning', {}, { cancel: true }, [WARNING]],
  ['a finished run that was cancelled before gets none', { cancel: true }, { cancel: true }, []],
  ['a finished run that changes otherwise gets none', {}, {}, []],
])('%s', (_sentence, before, after, warnings) => {
  const update = jobRunUpdate(before, after);
  const status = { conditions: [{ type: 'Finished', status: 'True' as const }] };
  expect(cancelHasEffect({ ...update, run: { ...update.run, status } }).warnings ?? []).toEqual(warnings);
});

it('an unfinished run that is cancelled gets no warning', () => {
  expect(cancelHasEffect(jobRunUpdate({}, { cancel: true }))).toEqual({});
});
