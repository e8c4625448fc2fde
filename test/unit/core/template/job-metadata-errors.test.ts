import { expect, it } from 'vitest';
import { jobMetadataErrors } from '../../../../core/template/job-metadata-errors.ts';

it.each([
  [undefined],
  [null],
  [{}],
  [{ labels: null }],
  [{ labels: { 'kueue.x-k8s.io/queue-name': 'research' }, annotations: { 'app.kubernetes.io/note': 'a b' } }],
])('%j is accepted', (jobMetadata) => {
  expect(jobMetadataErrors(jobMetadata)).toEqual([]);
});

it.each<[unknown, string, string]>([
  ['x', 'jobMetadata', 'Invalid value: "x": must have labels or annotations'],
  [{ labels: ['a'] }, 'jobMetadata.labels', 'Invalid value: ["a"]: must be a map of strings'],
  [{ annotations: { a: 7 } }, 'jobMetadata.annotations[a]', 'Invalid value: 7: must be a string'],
  [
    { labels: { 'hematoscope.app/job-run': 'x' } },
    'jobMetadata.labels[hematoscope.app/job-run]',
    'Forbidden: is set by job-template-run itself',
  ],
  [
    { annotations: { 'x.Hematoscope.app/y': 'x' } },
    'jobMetadata.annotations[x.Hematoscope.app/y]',
    'Forbidden: is set by job-template-run itself',
  ],
])('%j is refused', (jobMetadata, path, message) => {
  expect(jobMetadataErrors(jobMetadata)).toMatchObject([{ path, message }]);
});
