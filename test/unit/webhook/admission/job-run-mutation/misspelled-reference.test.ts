import { expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { formatFieldError } from '../../../../../core/errors/field-error.ts';
import { misspelledReference } from '../../../../../webhook/admission/job-run-mutation/misspelled-reference.ts';

const REQUIRED = 'spec.templateRef: Required value: give the name of a JobTemplate in this namespace';

it.each<[string, object, string[]]>([
  [
    'a near name is suggested',
    { spec: { templateref: 'a' } },
    ['spec.templateref: unknown field "templateref"; did you mean "templateRef"', REQUIRED],
  ],
  [
    'a near name of spec is suggested',
    { spce: { templateRef: 'a' } },
    ['spce: unknown field "spce"; did you mean "spec"', REQUIRED],
  ],
  ['a run that has the reference is left to the validation', { spec: { templateRef: 'a', arg: [] } }, []],
  ['a run that lacks nothing else is left to the API server', { spec: {} }, []],
  ['a run without a spec is left to the API server', {}, []],
])('%s', (_, rest, expected) => {
  const run = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', metadata: {}, ...rest } as JobRun;
  const sentences = misspelledReference(run).map(formatFieldError);
  expect(sentences).toEqual(expected.map((part) => expect.stringContaining(part) as unknown));
});
