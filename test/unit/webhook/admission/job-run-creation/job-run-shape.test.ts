import { expect, it } from 'vitest';
import { jobRunShape } from '../../../../../webhook/admission/job-run-creation/job-run-shape.ts';
import { admissionCase } from '../cases.ts';

it.each([
  ['a JobRun', { metadata: { name: 'a' }, spec: { templateRef: 'echo' } }, []],
  ['no spec', { metadata: { name: 'a' } }, ['spec']],
  ['no template', { metadata: { name: 'a' }, spec: {} }, ['spec.templateRef']],
  ['two errors', { metadata: { name: 'a' }, spec: { templateRef: 'a/b', args: 1 } }, ['spec.templateRef', 'spec.args']],
])('the shape of %s', (_, object, paths) => {
  const complete = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', ...object };
  expect(jobRunShape(admissionCase({ object: complete })).errors?.map(({ path }) => path)).toEqual(paths);
});
