import { expect, it } from 'vitest';
import { missingTemplateAnnotation } from '../../../../../webhook/admission/job-run-creation/missing-template-annotation.ts';
import { jobRunCreation } from '../cases.ts';

it.each([
  [undefined, []],
  ['Wait', []],
  ['wait', ['metadata.annotations[hematoscope.app/missing-template]']],
])('the annotation %s', async (value, paths) => {
  const creation = jobRunCreation();
  const annotations = value === undefined ? {} : { 'hematoscope.app/missing-template': value };
  const run = { ...creation.run, metadata: { ...creation.run.metadata, annotations } };
  const { errors = [] } = await missingTemplateAnnotation({ missingTemplate: 'Reject' })({ ...creation, run });
  expect(errors.map(({ path }) => path)).toEqual(paths);
});
