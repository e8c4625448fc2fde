import { describe, expect, it } from 'vitest';
import { missingTemplatePolicy } from '../../../../core/template/missing-template.ts';
import { echoRun } from '../objects.ts';

describe('missingTemplatePolicy', () => {
  it.each(['Reject', 'Wait', 'Fail'] as const)('follows the annotation %s', (value) => {
    const run = echoRun({}, { annotations: { 'hematoscope.app/missing-template': value } });
    expect(missingTemplatePolicy(run, 'Reject')).toEqual({ policy: value });
  });

  it('uses the default without the annotation', () => {
    expect(missingTemplatePolicy(echoRun(), 'Wait')).toEqual({ policy: 'Wait' });
  });

  it('lists the values of the annotation', () => {
    const run = echoRun({}, { annotations: { 'hematoscope.app/missing-template': 'wait' } });
    expect(missingTemplatePolicy(run, 'Fail')).toEqual({
      policy: 'Fail',
      error: {
        path: 'metadata.annotations[hematoscope.app/missing-template]',
        reason: 'FieldValueNotSupported',
        message: 'Unsupported value: "wait": supported values: "Reject", "Wait", "Fail"',
      },
    });
  });
});
