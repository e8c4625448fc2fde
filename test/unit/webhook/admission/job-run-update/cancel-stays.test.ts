import { expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { cancelStays } from '../../../../../webhook/admission/job-run-update/cancel-stays.ts';
import { jobRunUpdate } from '../cases.ts';

type Spec = Partial<JobRun['spec']>;

it.each<[string, Spec, Spec, string[]]>([
  ['a run can be cancelled', {}, { cancel: true }, []],
  ['a run that was not cancelled can be', { cancel: false }, { cancel: true }, []],
  ['what is not cancelled can stay so', { cancel: false }, {}, []],
  ['a cancelled run can change otherwise', { cancel: true }, { cancel: true, suspend: true }, []],
  ['a cancelled run stays cancelled', { cancel: true }, { cancel: false }, ['spec.cancel']],
  ['a cancelled run stays cancelled, though the field is left out', { cancel: true }, {}, ['spec.cancel']],
])('%s', (_sentence, before, after, paths) => {
  const { errors = [] } = cancelStays(jobRunUpdate(before, after));
  expect(errors.map(({ path }) => path)).toEqual(paths);
});
