import { expect, it } from 'vitest';
import { sampleJobRendered } from '../../../../../webhook/admission/template-change/sample-job-rendered.ts';
import { SAMPLE } from '../cases.ts';

const errors = [{ path: 'spec.a', reason: 'FieldValueInvalid' as const, message: 'wrong' }];

it("reports the template's errors, not those of its samples", () => {
  expect(sampleJobRendered({ sampleJob: () => SAMPLE })).toEqual({ errors: [] });
  expect(sampleJobRendered({ sampleJob: () => ({ errors, of: 'run' }) })).toEqual({ errors: [] });
  expect(sampleJobRendered({ sampleJob: () => ({ errors, of: 'template' }) })).toEqual({ errors });
});
