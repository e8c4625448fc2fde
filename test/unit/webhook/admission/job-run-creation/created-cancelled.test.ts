import { expect, it } from 'vitest';
import { createdCancelled } from '../../../../../webhook/admission/job-run-creation/created-cancelled.ts';
import { jobRunCreation } from '../cases.ts';

it.each([
  ['a run that is created with cancel gets a hint', { cancel: true }, 1],
  ['any other run gets none', { cancel: false }, 0],
])('%s', (_sentence, spec, hints) => {
  expect(createdCancelled(jobRunCreation(spec)).effects ?? []).toHaveLength(hints);
});
