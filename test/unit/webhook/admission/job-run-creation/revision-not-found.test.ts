import { expect, it } from 'vitest';
import { revisionNotFound } from '../../../../../webhook/admission/job-run-creation/revision-not-found.ts';
import { jobRunCreation } from '../cases.ts';

it.each([
  ['none', [], 'has no revisions;'],
  ['some', ['a', 'b'], 'has the revisions "a", "b", newest first;'],
  ['many', ['1', '2', '3', '4', '5', '6', '7'], 'has the revisions "1", "2", "3", "4", "5" and 2 older, newest first;'],
])('lists the known revisions: %s', (_, known, part) => {
  expect(revisionNotFound(jobRunCreation({ templateRevision: 'x' }), known)).toEqual({
    path: 'spec.templateRevision',
    reason: 'FieldValueNotFound',
    message: `Not found: "x": JobTemplate "echo" ${part} leave the field out to use the current revision`,
  });
});
